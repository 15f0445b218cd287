"""HTML of a mail: a frame that is rendered once for all mails of an account, and the words of each mail."""

import re
from dataclasses import dataclass
from functools import lru_cache
from html import escape

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import urlize
from django.utils.safestring import mark_safe

from oauth.models import Account
from reviews.delivery.content.templates import clean, parts_of
from reviews.texts import Texts, texts_in

# Placeholders for the words of one mail: no text from the database holds a NUL.
SUBJECT, BODY, LINK, LEAVE, CONTENT = (f"\0{name}\0" for name in ("subject", "body", "link", "leave", "content"))

_ANCHOR = f'<a href="{LINK}">{LINK}</a>'
_BLANK_LINES = re.compile(r"\n\s*\n")

# First, cheap test: could there be an address in the text? Parsing each word would cost more than the rest.
MAY_HOLD_ADDRESS = re.compile(r"\w\.\w|@|://")


@dataclass(frozen=True)
class _Frame:
    """The parts of a mail that are the same for all recipients of an account, as HTML with placeholders."""

    page: str
    paragraph: str
    button: str


def html_body(*, account: Account, language: str, subject: str, marked: str, link: str, leave: str) -> str:
    """Render the mail as HTML: blank lines part paragraphs, and one that is only the link becomes a button.

    `language`: of the words, and so of the frame. `marked`: the words of the mail, with the marks of
    `templates.fill_marked`. Addresses that staff wrote become links; of what was filled in, only the link to the
    recipient's page does. `leave`: where the recipient opts out; empty for a mail that is not of a kind to opt out of.
    """
    texts = texts_in(language, informal=account.is_informal)
    look = (clean(account.name), account.postal_address, account.colour, logo_url(account))
    frame = _frame(look, language, texts, bool(leave))
    words = "".join(_linked(part) if is_written else _inserted(part, link) for part, is_written in parts_of(marked))
    link, leave = escape(link), escape(leave)
    body = "".join(
        frame.paragraph.replace(CONTENT, frame.button if part == _ANCHOR else part.replace("\n", "<br>"))
        for part in map(str.strip, _BLANK_LINES.split(words))
        if part
    )
    page = frame.page.replace(SUBJECT, escape(subject)).replace(BODY, body)
    return page.replace(LINK, link).replace(LEAVE, leave)


def _linked(text: str) -> str:
    """Return what staff wrote as HTML, with a link for each address in it."""
    return urlize(text, autoescape=True) if MAY_HOLD_ADDRESS.search(text) else escape(text)


def _inserted(text: str, link: str) -> str:
    """Return what was filled in as HTML, with a link to the recipient's page and to nothing else."""
    return _ANCHOR.join(map(escape, text.split(link)))


def logo_url(account: Account) -> str:
    """Return the URL of the account's logo, empty when it has none. Each image has its own, so browsers may keep it."""
    return f"{settings.PUBLIC_URL}{_logo_path(account.scan_code)}?{account.logo}" if account.logo else ""


@lru_cache(maxsize=1024)
def _logo_path(scan_code: str) -> str:
    return reverse("scan-logo", urlconf="reviews.urls", args=[scan_code])


@lru_cache(maxsize=1024)
def _frame(look: tuple[str, str, str, str], language: str, texts: Texts, has_way_out: bool) -> _Frame:
    name, address, colour, logo = look
    words = {
        "account": Account(name=name, postal_address=address, colour=colour),
        "language": language,
        "words": texts,
        "logo": logo,
        "subject": SUBJECT,
        "body": mark_safe(BODY),  # noqa: S308 (our own)
        "link": LINK,
        "unsubscribe_url": LEAVE if has_way_out else "",
        "content": CONTENT,
    }
    page, paragraph, button = (
        render_to_string(f"email/{part}.html", words) for part in ("message", "paragraph", "button")
    )
    return _Frame(page, paragraph, button.strip())
