"""Pages of a message for its recipient: the ask and the ways out. None needs a login, a cookie or a script."""

import functools
import re
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from reviewhub.outages import DATABASE_AWAY, drop_connection
from reviewhub.statements import Select
from reviews.contacts.change import change
from reviews.models import Delivery, Feedback, ReviewRequest
from reviews.pages import actions
from reviews.pages.forms import FeedbackForm, what_was_typed
from reviews.pages.preferences import is_suppressed, save_choice, suppress_address, ways_to
from reviews.pages.responses import (
    SeeOther,
    fill_own_texts,
    keep_private,
    render_page,
    render_sorry,
    sites_of,
    writes_too_often,
)
from reviews.pages.speech import AT, PARAMETER, PREFERENCES, THANKS, UNSUBSCRIBE, read_choice, speech_for

TOKEN = re.compile(r"[A-Za-z0-9_-]{16,22}")

View = Callable[..., HttpResponse]


def recipient_page(view: View) -> View:
    """Decorate a view of the pages: find the message of the token, keep the response private.

    While the database cannot store what the customer wants, the answer is 503: mail providers repeat an unsubscription.
    """

    # No cookie exists here that a foreign form could use, and one-click unsubscribes bring no token.
    @csrf_exempt
    @functools.wraps(view)
    def wrapped(request: HttpRequest, token: str, **kwargs: Any) -> HttpResponse:
        try:
            delivery = _find(token)
            if delivery is None:
                return keep_private(render_sorry(request, 404))
            request.account = delivery.account  # type: ignore[attr-defined]  # for the access line
            return keep_private(view(request, delivery, **kwargs))
        except DATABASE_AWAY as error:
            drop_connection(error)
            return keep_private(render_sorry(request, 503))

    return wrapped


def limit_forms(view: View) -> View:
    """Decorate a view whose forms are limited (docs/rules.md P2): all but unsubscribing (docs/rules.md E2)."""

    @functools.wraps(view)
    def wrapped(request: HttpRequest, delivery: Delivery, **kwargs: Any) -> HttpResponse:
        if request.method == "POST" and writes_too_often(request, delivery.link_token):
            return _sorry(request, 429, delivery)
        return view(request, delivery, **kwargs)

    return wrapped


@recipient_page
@limit_forms
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, delivery: Delivery) -> HttpResponse:
    """Show the question, the review sites and the feedback form, or take the form."""
    if _is_over(delivery):
        return _sorry(request, 410, delivery)
    if request.method == "POST":
        return _take_feedback(request, delivery)
    if request.method == "GET":
        actions.record_seen(delivery=delivery, now=timezone.now())
    return show_question(request, delivery, _form(request, delivery, initial=_earlier_feedback(delivery)))


@recipient_page
@limit_forms
@require_POST
def language(request: HttpRequest, delivery: Delivery) -> HttpResponse:
    """Keep the language that the customer chose, and show the page that they were at in it, with what was typed."""
    chosen = read_choice(request.POST.get(PARAMETER))
    if not chosen or _is_over(delivery):
        return _sorry(request, 410 if _is_over(delivery) else 404, delivery)
    change(contact=delivery.request.contact, values={"language": chosen}, now=timezone.now())
    place = request.GET.get(AT, "")
    if place == THANKS:
        return show_thanks(request, delivery)
    if typed := what_was_typed(request):
        return show_question(request, delivery, _form(request, delivery, initial=typed))
    suffix = f"-{place}" if place in (UNSUBSCRIBE, PREFERENCES) else ""
    return SeeOther(reverse(f"reviews:page{suffix}", args=[delivery.link_token]))


@recipient_page
@limit_forms
@require_POST
def go(request: HttpRequest, delivery: Delivery, site: int) -> HttpResponse:
    """Record the choice of a review site, one that the account has saved, and redirect there."""
    chosen = next((row for row in sites_of(delivery.account) if row.pk == site), None)
    if chosen is None or _is_over(delivery):
        return _sorry(request, 410 if _is_over(delivery) else 404, delivery)
    actions.record_press(delivery=delivery, site=chosen, now=timezone.now())
    return SeeOther(chosen.url)


@recipient_page
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, delivery: Delivery) -> HttpResponse:
    """Show a button; on its POST, by a person or a mail program (RFC 8058), suppress the message's address.

    The POST is never limited, since mail providers press for all their customers from few addresses; it reads no body.
    """
    if request.method == "POST" and delivery.address:
        suppress_address(delivery=delivery, now=timezone.now())
    done = request.method == "POST" or is_suppressed(delivery)
    return _show(request, "pages/unsubscribe.html", delivery, at=UNSUBSCRIBE, done=done)


@recipient_page
@limit_forms
@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest, delivery: Delivery) -> HttpResponse:
    """Show the ways in which the business may write, each with a switch, or save the choice."""
    if delivery.request.contact.erased_at:
        return _sorry(request, 410, delivery)
    done = request.method == "POST"
    if done:
        save_choice(delivery=delivery, wanted=request.POST.getlist("channel"), now=timezone.now())
    return _show(request, "pages/preferences.html", delivery, at=PREFERENCES, done=done, ways=ways_to(delivery))


def _find(token: str) -> Delivery | None:
    return _with_token.first(token=token) if TOKEN.fullmatch(token) else None


# Only the columns that pages use: the five tables together are wide.
_COLUMNS = (
    *("link_token", "channel", "address", "seen_at", "clicked_at", "account", "request"),
    *(f"account__{name}" for name in ("name", "sender_name", "postal_address", "colour", "language", "logo")),
    *(f"account__{name}" for name in ("scan_code", "page_heading", "page_text", "thanks_text")),
    *(f"account__{name}" for name in ("is_informal", "page_translations")),
    *(f"request__{name}" for name in ("account", "status", "language", "contact")),
    *(f"request__feedback__{name}" for name in ("rating", "text")),
    *(f"request__contact__{name}" for name in ("first_name", "last_name", "company_name", "email", "phone")),
    *(f"request__contact__{name}" for name in ("language", "erased_at", "account")),
)
_with_token = Select(
    lambda token: (
        Delivery.objects.asks()
        .select_related("account", "request__contact", "request__feedback")
        .only(*_COLUMNS)
        .filter(link_token=token)
    )
)


def _take_feedback(request: HttpRequest, delivery: Delivery) -> HttpResponse:
    form = _form(request, delivery, request.POST)
    if not form.is_valid():
        return show_question(request, delivery, form, status=400)
    actions.record_feedback(delivery=delivery, now=timezone.now(), **form.cleaned_data)
    return show_thanks(request, delivery)


def show_question(
    request: HttpRequest, delivery: Delivery, form: FeedbackForm, status: int = 200, **more: Any
) -> HttpResponse:
    """Show the question, the review sites and the feedback form. `more` goes to the template."""
    context = {"sites": sites_of(delivery.account), "has_earlier_feedback": bool(_earlier_feedback(delivery))}
    rating = str(form["rating"].value() or "")
    return _show(request, "pages/ask.html", delivery, status=status, form=form, rating=rating, **context | more)


def show_thanks(request: HttpRequest, delivery: Delivery, **more: Any) -> HttpResponse:
    """Show what is said to who has answered. `more` goes to the template."""
    sites = sites_of(delivery.account)
    return _show(request, "pages/thanks.html", delivery, at=THANKS, sites=sites, may_change=True, **more)


def _form(request: HttpRequest, delivery: Delivery, data: Any = None, **more: Any) -> FeedbackForm:
    return FeedbackForm(data, words=speech_for(request, delivery.account, delivery).words, **more)


def _earlier_feedback(delivery: Delivery) -> dict[str, Any]:
    feedback: Feedback | None = getattr(delivery.request, "feedback", None)
    return {"rating": feedback.rating, "text": feedback.text} if feedback else {}


def _is_over(delivery: Delivery) -> bool:
    """Return True if the business cancelled the request, or the contact was erased."""
    request = delivery.request
    return request.status == ReviewRequest.Status.CANCELLED or request.contact.erased_at is not None


def _show(request: HttpRequest, template: str, delivery: Delivery, **context: Any) -> HttpResponse:
    contact = delivery.request.contact
    page_url = reverse("reviews:page", args=[delivery.link_token])
    speech = speech_for(request, delivery.account, delivery)
    context |= {"delivery": delivery, "page_url": page_url, "first_name": contact.first_name}
    context["own"] = fill_own_texts(delivery.account, contact, speech.language)
    return render_page(request, template, delivery.account, speech=speech, **context)


def _sorry(request: HttpRequest, status: int, delivery: Delivery) -> HttpResponse:
    speech = speech_for(request, delivery.account, delivery)
    return render_sorry(request, status, delivery.account, speech)
