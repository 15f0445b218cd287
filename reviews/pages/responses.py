"""Responses of the recipients' pages: in the account's texts and the customer's language, kept in no cache."""

import hashlib
import logging
import time
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers

from oauth.models import Account
from reviewhub.client_address import client_address
from reviewhub.counters import count_one
from reviewhub.languages import in_language, is_right_to_left
from reviewhub.statements import Select
from reviews.delivery.content.render import values_of
from reviews.delivery.content.templates import RenderError, fill
from reviews.models import Contact, ReviewSite
from reviews.pages.speech import Speech, speech_for

logger = logging.getLogger(__name__)

WRITES_PER_MINUTE = 30


class SeeOther(HttpResponseRedirect):
    """Redirect by 303: whatever the method was, the next request is a GET (RFC 9110 §15.4.4)."""

    status_code = 303


def render_page(
    request: HttpRequest, template: str, account: Account | None, *, speech: Speech, status: int = 200, **context: Any
) -> HttpResponse:
    """Render a page of the account in that speech. `sites` in the context are those that its forms redirect to."""
    language = speech.language
    context |= {
        "words": speech.words,
        "named": speech.named,
        "languages": settings.LANGUAGES,
        "account": account,
        "status": status,
        "sandbox": settings.SANDBOX,
        "language": language,
        "direction": "rtl" if is_right_to_left(language) else "ltr",
    }
    with in_language(language):
        response = render(request, template, context, status=status)
    # Browsers apply form-action also to the address that the answer of a form redirects to.
    if origins := sorted({_origin(site.url) for site in context.get("sites", [])}):
        response._csp_update = {"form-action": origins}  # type: ignore[attr-defined]
    return response


def render_sorry(
    request: HttpRequest, status: int, account: Account | None = None, speech: Speech | None = None
) -> HttpResponse:
    """Render the page that explains a 404, a 410, a 429 after too many forms, or a 503. It reads no row."""
    speech = speech or speech_for(request, account)
    response = render_page(request, "pages/sorry.html", account, speech=speech, status=status)
    if status in (429, 503):
        response["Retry-After"] = "60"
    return response


def keep_private(response: HttpResponse) -> HttpResponse:
    """Add the headers that keep the page out of search engines and caches, and its address out of `Referer`."""
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "no-referrer"
    add_never_cache_headers(response)
    return response


def sites_of(account: Account) -> list[ReviewSite]:
    """Return the account's review sites: the same for everybody, in the same order."""
    return _sites(account=account.pk)


_sites = Select(lambda account: ReviewSite.objects.filter(account=account, is_active=True))


def fill_own_texts(account: Account, contact: Contact, language: str) -> dict[str, str]:
    """Return the account's own heading, text and thanks, filled in for the contact; empty where it has none.

    Words that it has not translated stand in its own language, which the key with `_lang` names. Words that it has in
    the other language alone stand there alone.
    """
    fields = {"heading": "page_heading", "text": "page_text", "thanks": "thanks_text"}
    is_foreign = language != account.language
    translated = account.page_translations.get(language, {}) if is_foreign else {}
    texts = {name: translated.get(field) or getattr(account, field) for name, field in fields.items()}
    untranslated = account.language if is_foreign else ""
    languages = {f"{name}_lang": "" if translated.get(field) else untranslated for name, field in fields.items()}
    values = values_of(account, contact) if any(texts.values()) else {}
    try:
        return languages | {name: fill(text, values) if text else "" for name, text in texts.items()}
    except RenderError:  # checked when they were saved; a page is shown in any case
        logger.exception("the words of a page cannot be filled in", extra={"account": str(account.pk)})
        return {}


def writes_too_often(request: HttpRequest, token: str) -> bool:
    """Count a form, and return True after WRITES_PER_MINUTE on the page of that token or from the caller's address."""
    minute = int(time.time()) // 60
    for source in (token, client_address(request)):
        key = f"page:{hashlib.sha256(source.encode()).hexdigest()[:32]}:{minute}"
        if count_one(key, 120) > WRITES_PER_MINUTE:
            return True
    return False


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
