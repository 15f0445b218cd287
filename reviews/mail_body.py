"""The HTML of a mail: an account's frame, filled in once for all of its mails, and the words of each."""

import re
from dataclasses import dataclass
from functools import lru_cache

from django.template.loader import render_to_string
from django.utils.html import conditional_escape, escape, urlize
from django.utils.safestring import mark_safe

from oauth.models import Account

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
    look = (account.name, account.postal_address, account.colour)
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


@lru_cache(maxsize=1024)
def _frame(look: tuple[str, str, str]) -> _Frame:
    name, address, colour = look
    words = {
        "account": Account(name=name, postal_address=address, colour=colour),
        "subject": SUBJECT,
        "body": mark_safe(BODY),  # noqa: S308 (our own)
        "link": LINK,
        "unsubscribe_url": LEAVE,
        "content": CONTENT,
    }
    page, paragraph, button = (
        render_to_string(f"email/{part}.html", words) for part in ("message", "paragraph", "button")
    )
    return _Frame(page, paragraph, button.strip())
