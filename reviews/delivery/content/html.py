"""The HTML of a mail: an account's frame, filled in once for all of its mails, and the words of each."""

import re
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import conditional_escape, escape, urlize
from django.utils.safestring import mark_safe

from oauth.models import Account
from reviewhub.languages import speaking

# Where the words of one mail go. No text from the database holds a NUL.
SUBJECT, BODY, LINK, LEAVE, CONTENT = (f"\0{name}\0" for name in ("subject", "body", "link", "leave", "content"))

# What might be an address; looking closer at every word takes longer than all the rest.
MAYBE_ADDRESS = re.compile(r"\w\.\w|@|://")


@dataclass(frozen=True)
class _Frame:
    """Everything in a mail that is the same for all recipients of an account."""

    page: str
    paragraph: str
    button: str


def html_body(*, account: Account, subject: str, text: str, link: str, leave: str) -> str:
    """The mail as HTML: paragraphs are parted by blank lines, one that is only the link becomes a button."""
    look = (account.name, account.postal_address, account.colour, account.language, logo_url(account))
    frame = _frame(look)
    link, leave = escape(link), escape(leave)
    body = "".join(
        frame.paragraph.replace(CONTENT, frame.button if part == link else _paragraph(part))
        for part in map(str.strip, text.split("\n\n"))
        if part
    )
    page = frame.page.replace(SUBJECT, escape(subject)).replace(BODY, body)
    return page.replace(LINK, link).replace(LEAVE, leave)


def _paragraph(text: str) -> str:
    found = urlize(text, autoescape=True) if MAYBE_ADDRESS.search(text) else escape(text)
    return conditional_escape(found).replace("\n", "<br>")


def logo_url(account: Account) -> str:
    """Where the account's logo is; empty when it has none. It changes with the image, so that it may be kept."""
    return f"{settings.PUBLIC_URL}{_logo_path(account.scan_code)}?{account.logo}" if account.logo else ""


@lru_cache(maxsize=1024)
def _logo_path(scan_code: str) -> str:
    return reverse("scan-logo", urlconf="reviews.urls", args=[scan_code])


@lru_cache(maxsize=1024)
def _frame(look: tuple[str, str, str, str, str]) -> _Frame:
    name, address, colour, language, logo = look
    words = {
        "account": Account(name=name, postal_address=address, colour=colour, language=language),
        "logo": logo,
        "subject": SUBJECT,
        "body": mark_safe(BODY),  # noqa: S308 (our own)
        "link": LINK,
        "unsubscribe_url": LEAVE,
        "content": CONTENT,
    }
    with speaking(language):
        page, paragraph, button = (
            render_to_string(f"email/{part}.html", words) for part in ("message", "paragraph", "button")
        )
    return _Frame(page, paragraph, button.strip())
