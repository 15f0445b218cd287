"""What the recipient of a message opens: its page and the ways out, with nothing that needs a login or a cookie."""

import functools
import re
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from reviewhub.statements import Select
from reviews.models import Delivery, Feedback, ReviewRequest
from reviews.pages import actions
from reviews.pages.forms import FeedbackForm
from reviews.pages.preferences import choose, leave, ways_to
from reviews.pages.responses import SeeOther, keep_private, own_words, show, sites_of, sorry, writes_too_often

TOKEN = re.compile(r"[A-Za-z0-9_-]{16,22}")

View = Callable[..., HttpResponse]


def recipient_page(view: View) -> View:
    """Find the message of the token, and keep the answer private."""

    # No cookie exists here that a foreign form could use, and one-click unsubscribes bring no token.
    @csrf_exempt
    @functools.wraps(view)
    def wrapped(request: HttpRequest, token: str, **given: Any) -> HttpResponse:
        delivery = _find(token)
        if delivery is None:
            return keep_private(sorry(request, 404))
        request.account = delivery.account  # type: ignore[attr-defined]  # for the access line
        if request.method == "POST" and writes_too_often(request, token):
            return keep_private(sorry(request, 429, delivery.account))
        return keep_private(view(request, delivery, **given))

    return wrapped


@recipient_page
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, delivery: Delivery) -> HttpResponse:
    """The question, the review sites, and a word to the business alone."""
    if _is_over(delivery):
        return sorry(request, 410, delivery.account)
    if request.method == "POST":
        return _take_feedback(request, delivery)
    if request.method == "GET":
        actions.record_seen(delivery=delivery, now=timezone.now())
    return _ask(request, delivery, FeedbackForm(initial=_said_before(delivery)))


@recipient_page
@require_POST
def go(request: HttpRequest, delivery: Delivery, site: int) -> HttpResponse:
    """On to a review site: only to one that the account has saved."""
    chosen = next((one for one in sites_of(delivery.account) if one.pk == site), None)
    if chosen is None or _is_over(delivery):
        return sorry(request, 410 if _is_over(delivery) else 404, delivery.account)
    actions.record_press(delivery=delivery, site=chosen, now=timezone.now())
    return SeeOther(chosen.url)


@recipient_page
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, delivery: Delivery) -> HttpResponse:
    """A button; pressed, by a person or by a mail program (RFC 8058), no more messages come there."""
    done = request.method == "POST"
    if done and delivery.address:
        leave(delivery=delivery, now=timezone.now())
    return _show(request, "pages/unsubscribe.html", delivery, done=done)


@recipient_page
@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest, delivery: Delivery) -> HttpResponse:
    """Which ways the business may write, each with a switch."""
    if delivery.request.contact.erased_at:
        return sorry(request, 410, delivery.account)
    done = request.method == "POST"
    if done:
        choose(delivery=delivery, wanted=request.POST.getlist("channel"), now=timezone.now())
    return _show(request, "pages/preferences.html", delivery, done=done, ways=ways_to(delivery))


def _find(token: str) -> Delivery | None:
    return _with_token.first(token=token) if TOKEN.fullmatch(token) else None


# What pages look at, and no more: a row of all five tables is wide.
_LOOKED_AT = (
    *("link_token", "channel", "address", "seen_at", "clicked_at", "account", "request"),
    *(f"account__{name}" for name in ("name", "sender_name", "postal_address", "colour", "language", "logo")),
    *(f"account__{name}" for name in ("scan_code", "page_heading", "page_text", "thanks_text")),
    *(f"request__{name}" for name in ("account", "status", "contact", "feedback__rating", "feedback__text")),
    *(f"request__contact__{name}" for name in ("first_name", "last_name", "company_name", "email", "phone")),
    "request__contact__erased_at",
    "request__contact__account",
)
_with_token = Select(
    lambda token: (
        Delivery.objects.select_related("account", "request__contact", "request__feedback")
        .only(*_LOOKED_AT)
        .filter(link_token=token)
    )
)


def _take_feedback(request: HttpRequest, delivery: Delivery) -> HttpResponse:
    form = FeedbackForm(request.POST)
    if not form.is_valid():
        return _ask(request, delivery, form, status=400)
    actions.record_feedback(delivery=delivery, now=timezone.now(), **form.cleaned_data)
    return _show(request, "pages/thanks.html", delivery, sites=sites_of(delivery.account), may_change=True)


def _ask(request: HttpRequest, delivery: Delivery, form: FeedbackForm, status: int = 200) -> HttpResponse:
    shown = {"sites": sites_of(delivery.account), "said_before": bool(_said_before(delivery))}
    rating = str(form["rating"].value() or "")
    return _show(request, "pages/ask.html", delivery, status=status, form=form, rating=rating, **shown)


def _said_before(delivery: Delivery) -> dict[str, Any]:
    feedback: Feedback | None = getattr(delivery.request, "feedback", None)
    return {"rating": feedback.rating, "text": feedback.text} if feedback else {}


def _is_over(delivery: Delivery) -> bool:
    """Cancelled by the business, or the contact was erased."""
    request = delivery.request
    return request.status == ReviewRequest.Status.CANCELLED or request.contact.erased_at is not None


def _show(request: HttpRequest, template: str, delivery: Delivery, **context: Any) -> HttpResponse:
    contact = delivery.request.contact
    place = reverse("reviews:page", args=[delivery.link_token])
    context |= {"delivery": delivery, "place": place, "first_name": contact.first_name}
    return show(request, template, delivery.account, own=own_words(delivery.account, contact), **context)
