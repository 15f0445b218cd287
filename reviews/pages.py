"""What a recipient opens: the page of a message, the way out, and nothing that needs a login or a cookie."""

import functools
import hashlib
import re
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from oauth.statements import Select
from reviewhub.clients import client_address
from reviews import lifecycle, suppressions, visits
from reviews.forms import FeedbackForm
from reviews.models import Delivery, Feedback, ReviewRequest, ReviewSite, Suppression

WRITES_PER_MINUTE = 30
TOKEN = re.compile(r"[A-Za-z0-9_-]{16,22}")

View = Callable[..., HttpResponse]


class SeeOther(HttpResponseRedirect):
    """303: whatever the method was, the next request is a GET (RFC 9110 §15.4.4)."""

    status_code = 303


def recipient_page(view: View) -> View:
    """Find the message of the token, and dress the answer: private, unlisted, never kept."""

    # No cookie exists here that a foreign form could use, and one-click unsubscribes bring no token.
    @csrf_exempt
    @functools.wraps(view)
    def wrapped(request: HttpRequest, token: str, **given: Any) -> HttpResponse:
        delivery = _find(token)
        if delivery is not None:
            request.account = delivery.account  # type: ignore[attr-defined]  # for the access line
        if delivery is None:
            response = _sorry(request, 404)
        elif request.method == "POST" and _too_often(request, token):
            response = _sorry(request, 429, delivery)
            response["Retry-After"] = "60"
        else:
            response = view(request, delivery, **given)
        response["X-Robots-Tag"] = "noindex, nofollow"
        response["Referrer-Policy"] = "no-referrer"
        add_never_cache_headers(response)
        return response

    return wrapped


@recipient_page
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, delivery: Delivery) -> HttpResponse:
    """The question, the review sites, and a word to the business alone."""
    if _is_over(delivery):
        return _sorry(request, 410, delivery)
    if request.method == "POST":
        return _take_feedback(request, delivery)
    if request.method == "GET":
        visits.record_seen(delivery=delivery, now=timezone.now())
    return _ask(request, delivery, FeedbackForm(initial=_said_before(delivery)))


@recipient_page
@require_POST
def go(request: HttpRequest, delivery: Delivery, site: int) -> HttpResponse:
    """On to a review site: only to one that the account has saved."""
    chosen = next((one for one in _sites(delivery) if one.pk == site), None)
    if chosen is None or _is_over(delivery):
        return _sorry(request, 410 if _is_over(delivery) else 404, delivery)
    visits.record_press(delivery=delivery, site=chosen, now=timezone.now())
    return SeeOther(chosen.url)


@recipient_page
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, delivery: Delivery) -> HttpResponse:
    """A button; pressed, by a person or by a mail program (RFC 8058), no more messages come there."""
    done = request.method == "POST"
    if done and delivery.address:
        lifecycle.opt_out(
            account=delivery.account,
            channel=delivery.channel,
            address=delivery.address,
            reason=Suppression.Reason.UNSUBSCRIBED,
            evidence=f"Unsubscribe link of message {delivery.pk}.",
            now=timezone.now(),
        )
        suppressions.until_quiet((delivery.account_id, delivery.channel, delivery.address))
    return _show(request, "pages/unsubscribe.html", delivery, done=done)


def _find(token: str) -> Delivery | None:
    if not TOKEN.fullmatch(token):
        return None
    found: Delivery | None = _with_token.first(token=token)
    return found


_with_token = Select(
    lambda token: Delivery.objects.select_related("account", "request__contact", "request__feedback").filter(
        link_token=token
    )
)


def _take_feedback(request: HttpRequest, delivery: Delivery) -> HttpResponse:
    form = FeedbackForm(request.POST)
    if not form.is_valid():
        return _ask(request, delivery, form, status=400)
    visits.record_feedback(delivery=delivery, now=timezone.now(), **form.cleaned_data)
    return _show(request, "pages/thanks.html", delivery, sites=_sites(delivery))


def _ask(request: HttpRequest, delivery: Delivery, form: FeedbackForm, status: int = 200) -> HttpResponse:
    shown = {"sites": _sites(delivery), "said_before": bool(_said_before(delivery))}
    rating = str(form["rating"].value() or "")
    return _show(request, "pages/ask.html", delivery, status=status, form=form, rating=rating, **shown)


def _said_before(delivery: Delivery) -> dict[str, Any]:
    feedback: Feedback | None = getattr(delivery.request, "feedback", None)
    return {"rating": feedback.rating, "text": feedback.text} if feedback else {}


def _sites(delivery: Delivery) -> list[ReviewSite]:
    return _sites_of(account=delivery.account_id)


_sites_of = Select(lambda account: ReviewSite.objects.filter(account=account, is_active=True))


def _is_over(delivery: Delivery) -> bool:
    """Cancelled by the business, or the contact was erased."""
    request = delivery.request
    return request.status == ReviewRequest.Status.CANCELLED or request.contact.erased_at is not None


def _sorry(request: HttpRequest, status: int, delivery: Delivery | None = None) -> HttpResponse:
    return _show(request, "pages/sorry.html", delivery, status=status)


def _show(
    request: HttpRequest, template: str, delivery: Delivery | None, *, status: int = 200, **context: Any
) -> HttpResponse:
    account = delivery.account if delivery else None
    context |= {"delivery": delivery, "account": account, "status": status, "sandbox": settings.SANDBOX}
    response = render(request, template, context, status=status)
    # A browser applies form-action to where a form's answer redirects, too.
    if targets := sorted({_origin(site.url) for site in context.get("sites", [])}):
        response._csp_update = {"form-action": targets}  # type: ignore[attr-defined]
    return response


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _too_often(request: HttpRequest, token: str) -> bool:
    """Whether this link or this address wrote more than WRITES_PER_MINUTE times in this minute."""
    minute = int(time.time()) // 60
    writers = (token, client_address(request))
    for writer in writers:
        key = f"page:{hashlib.sha256(writer.encode()).hexdigest()[:32]}:{minute}"
        cache.add(key, 0, 120)
        if cache.incr(key) > WRITES_PER_MINUTE:
            return True
    return False
