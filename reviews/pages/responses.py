"""How a page for recipients is answered: in the account's words and language, private, unlisted, never kept."""

import hashlib
import logging
import time
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers
from django.utils.translation import get_language_from_request

from oauth.models import Account
from reviewhub.client_address import client_address
from reviewhub.counters import one_more
from reviewhub.languages import is_right_to_left, speaking
from reviewhub.statements import Select
from reviews.delivery.content.render import RenderError, fill, values_of
from reviews.models import Contact, ReviewSite

logger = logging.getLogger(__name__)

WRITES_PER_MINUTE = 30


class SeeOther(HttpResponseRedirect):
    """303: whatever the method was, the next request is a GET (RFC 9110 §15.4.4)."""

    status_code = 303


def show(
    request: HttpRequest, template: str, account: Account | None, *, status: int = 200, **context: Any
) -> HttpResponse:
    """A page of the account. `sites` in the context are those that its forms lead on to."""
    language = account.language if account else get_language_from_request(request)
    context |= {
        "account": account,
        "status": status,
        "sandbox": settings.SANDBOX,
        "language": language,
        "direction": "rtl" if is_right_to_left(language) else "ltr",
    }
    with speaking(language):
        response = render(request, template, context, status=status)
    # A browser applies form-action to where a form's answer redirects, too.
    if targets := sorted({_origin(site.url) for site in context.get("sites", [])}):
        response._csp_update = {"form-action": targets}  # type: ignore[attr-defined]
    return response


def sorry(request: HttpRequest, status: int, account: Account | None = None) -> HttpResponse:
    """Why there is nothing to see: 404, 410, or 429 for who wrote too often."""
    response = show(request, "pages/sorry.html", account, status=status)
    if status == 429:
        response["Retry-After"] = "60"
    return response


def keep_private(response: HttpResponse) -> HttpResponse:
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "no-referrer"
    add_never_cache_headers(response)
    return response


def sites_of(account: Account) -> list[ReviewSite]:
    """Where the account collects reviews: the same for everybody, in the same order."""
    return _sites(account=account.pk)


_sites = Select(lambda account: ReviewSite.objects.filter(account=account, is_active=True))


def own_words(account: Account, contact: Contact) -> dict[str, str]:
    """What the account says on its pages itself; empty where it leaves that to us."""
    said = {"heading": account.page_heading, "text": account.page_text, "thanks": account.thanks_text}
    values = values_of(account, contact) if any(said.values()) else {}
    try:
        return {name: fill(text, values) if text else "" for name, text in said.items()}
    except RenderError:  # checked when they were saved; a page is shown in any case
        logger.exception("the words of a page cannot be filled in", extra={"account": str(account.pk)})
        return {}


def writes_too_often(request: HttpRequest, place: str) -> bool:
    """Whether there, or from this address, more than WRITES_PER_MINUTE forms were sent in this minute."""
    minute = int(time.time()) // 60
    for writer in (place, client_address(request)):
        key = f"page:{hashlib.sha256(writer.encode()).hexdigest()[:32]}:{minute}"
        if one_more(key, 120) > WRITES_PER_MINUTE:
            return True
    return False


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
