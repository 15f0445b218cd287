"""Page behind a printed QR code: review sites and feedback for visitors without a name; and the account's logo."""

import functools
import re
from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from oauth.models import Account
from oauth.models.account import SCAN_ALPHABET
from reviewhub.outages import DATABASE_AWAY, drop_connection
from reviewhub.statements import Select
from reviews.models import Contact, Logo
from reviews.pages import actions
from reviews.pages.forms import FeedbackForm, what_was_typed
from reviews.pages.responses import (
    SeeOther,
    fill_own_texts,
    keep_private,
    render_page,
    render_sorry,
    sites_of,
    writes_too_often,
)
from reviews.pages.speech import AT, PARAMETER, THANKS, Speech, read_choice, speak, speech_for

CODE = re.compile(rf"[{SCAN_ALPHABET}]{{8,16}}")
A_YEAR = 365 * 24 * 3600

View = Callable[..., HttpResponse]


def printed_page(view: View) -> View:
    """Decorate a view of the page: find the account of the code, limit forms, keep the response private."""

    @csrf_exempt  # no cookie exists here that a foreign form could use
    @functools.wraps(view)
    def wrapped(request: HttpRequest, code: str, **kwargs: Any) -> HttpResponse:
        try:
            account = _find(code)
            if account is None:
                return keep_private(render_sorry(request, 404))
            request.account = account  # type: ignore[attr-defined]  # for the access log
            if request.method == "POST" and writes_too_often(request, code):
                return keep_private(render_sorry(request, 429, account))
            return keep_private(view(request, account, **kwargs))
        except DATABASE_AWAY as error:
            drop_connection(error)
            return keep_private(render_sorry(request, 503))

    return wrapped


@printed_page
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, account: Account) -> HttpResponse:
    """Show the review sites and the feedback form, or take the form. The visitor stays unknown."""
    speech = speech_for(request, account)
    if request.method != "POST":
        return _ask(request, account, FeedbackForm(words=speech.words), speech)
    form = FeedbackForm(request.POST, words=speech.words)
    if not form.is_valid():
        return _ask(request, account, form, speech, status=400)
    actions.record_scanned_feedback(account=account, now=timezone.now(), **form.cleaned_data)
    return _thank(request, account, speech)


@printed_page
@require_POST
def language(request: HttpRequest, account: Account) -> HttpResponse:
    """Show the page in the language that was chosen, with what was typed. Nothing is kept: its address names it."""
    chosen = read_choice(request.POST.get(PARAMETER))
    if not chosen:
        return render_sorry(request, 404, account)
    speech = speak(chosen, account, named=f"?{PARAMETER}={chosen}")
    if request.GET.get(AT) == THANKS:
        return _thank(request, account, speech)
    if typed := what_was_typed(request):
        return _ask(request, account, FeedbackForm(initial=typed, words=speech.words), speech)
    return SeeOther(reverse("reviews:scan", args=[account.scan_code]) + speech.named)


@printed_page
@require_POST
def go(request: HttpRequest, account: Account, site: int) -> HttpResponse:
    """Redirect to a review site, one that the account has saved."""
    chosen = next((row for row in sites_of(account) if row.pk == site), None)
    return SeeOther(chosen.url) if chosen else render_sorry(request, 404, account)


@require_GET
def logo(request: HttpRequest, code: str) -> HttpResponse:
    """Serve the account's present logo, whatever version the query names: old mails show the present one, too."""
    account = _find(code)
    row = Logo.objects.filter(account=account).first() if account and account.logo else None
    if account is None or row is None:
        raise Http404
    response = HttpResponse(bytes(row.content), content_type="image/png")
    if request.META["QUERY_STRING"] == account.logo:
        patch_cache_control(response, public=True, max_age=A_YEAR, immutable=True)
    else:
        patch_cache_control(response, public=True, max_age=300)
    response["Cross-Origin-Resource-Policy"] = "cross-origin"  # webmail shows it
    return response


def _find(code: str) -> Account | None:
    return _with_code.first(code=code.lower()) if CODE.fullmatch(code.lower()) else None


_with_code = Select(lambda code: Account.objects.filter(scan_code=code, is_active=True))


def _ask(request: HttpRequest, account: Account, form: FeedbackForm, speech: Speech, status: int = 200) -> HttpResponse:
    context = {"form": form, "rating": str(form["rating"].value() or ""), "sites": sites_of(account)}
    return _show(request, "pages/ask.html", account, speech=speech, status=status, **context)


def _thank(request: HttpRequest, account: Account, speech: Speech) -> HttpResponse:
    return _show(request, "pages/thanks.html", account, speech=speech, sites=sites_of(account), at=THANKS)


def _show(request: HttpRequest, template: str, account: Account, *, speech: Speech, **context: Any) -> HttpResponse:
    context["page_url"] = reverse("reviews:scan", args=[account.scan_code])
    own = fill_own_texts(account, Contact(), speech.language)
    return render_page(request, template, account, speech=speech, own=own, **context)
