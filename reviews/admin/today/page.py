"""Today: ask a customer, what needs somebody, what is still to set up, what happened lately, one line of numbers."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from oauth.models import Account
from oauth.roles import is_operator
from reviewhub.backoffice.business import accounts_in_view, business_of, businesses_of
from reviewhub.backoffice.settings_pages import may_write, settings_page
from reviews.admin.ask import AskForm
from reviews.admin.examples import may_change_examples
from reviews.admin.reports import in_words
from reviews.admin.today import lately, set_up
from reviews.admin.today.first_message import send_to_oneself
from reviews.inbox import attention
from reviews.inbox.attention import Attention
from reviews.insights.changes import change_in_percent
from reviews.insights.headline import headline
from reviews.insights.standing import Standing, standing_of, standing_of_all
from reviews.models import Event, WorkerBeat

BUSINESSES = 20  # on the operator's page; the switcher finds the others


@dataclass(frozen=True)
class State:
    """What the page says that changes by itself. `accounts`: whose; None stands for all."""

    account: Account | None
    accounts: list[UUID] | None
    standing: Standing | None
    beat_at: datetime | None
    attention: Attention
    events: list[Event]
    is_moving: bool

    @property
    def tag(self) -> str:
        """The same as long as the page would say the same: it changes with each event, and with each matter.

        Times in few words change by the minute.
        """
        newest = self.events[0].pk if self.events else ""
        minute = timezone.now().replace(second=0, microsecond=0)
        said = [newest, minute, self.is_moving, self.attention, self.accounts, get_language()]
        return sha256(repr(said).encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Number:
    """A number of the line, the one of the period before, and the change in words; empty where there was none."""

    name: str
    count: int
    before: int
    change: str


def _state(request: HttpRequest, now: datetime) -> State:
    account, accounts = business_of(request), accounts_in_view(request)
    beat_at = WorkerBeat.newest()
    if account is not None:
        standing = standing_of(account, now=now)
        needs = attention.attention_of(
            account,
            standing,
            beat_at=beat_at,
            now=now,
            is_operator=is_operator(request),
            may_write=may_write(request, account),
        )
        return State(account, accounts, standing, beat_at, needs, lately.newest(accounts), standing.is_moving)
    if accounts is not None:
        return State(None, accounts, None, beat_at, Attention(), [], is_moving=False)  # a person without a business
    of_all = standing_of_all(now=now)
    needs = attention.attention_of_all(of_all, beat_at=beat_at, now=now)
    return State(None, None, None, beat_at, needs, lately.newest(None), of_all.is_moving)


def _said(state: State, now: datetime) -> dict[str, Any]:
    """Return the context of the parts that change by themselves."""
    return {
        "state": state,
        "account": state.account,
        "attention": state.attention,
        "sentences": lately.sentences(state.events),
        **_numbers(state, now),
        "is_over_several": state.account is None,
    }


def _numbers(state: State, now: datetime) -> dict[str, Any]:
    """Return the line of numbers, as Reports counts and names them, and the period that they are compared with."""
    counted = headline(state.accounts, now=timezone.localtime(now))
    names = {"asked": _("Asked"), "opened": _("Opened"), "responded": _("Pressed or answered")}
    counts = ((name, getattr(counted.customers, key), getattr(counted.before, key)) for key, name in names.items())
    numbers = [Number(name, count, before, change_in_percent(count, before)) for name, count, before in counts]
    return {
        "numbers": numbers,
        "is_compared": any(number.change for number in numbers),
        "days": counted.period.days,
        "before": in_words(counted.period.before),
    }


def today(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Return the context of the first page of the back-office; the theme calls it."""
    now = timezone.now()
    state = _state(request, now)
    account = state.account
    writes = account is not None and may_write(request, account)
    return {
        **context,
        **_said(state, now),
        "title": _("Today"),
        "sandbox": settings.SANDBOX,
        "has_examples_page": settings.SANDBOX and account is not None and may_change_examples(request, account),
        "form": _form(request) if writes else None,
        "installation": _of_installation(request, state, now),
        "steps": _of_business(account, state.standing) if writes and account and state.standing else [],
        "businesses": list(businesses_of(request)[:BUSINESSES]) if account is None and is_operator(request) else [],
        "has_no_business": account is None and not is_operator(request),
    }


def _form(request: HttpRequest) -> AskForm:
    """Return the empty form. The page opens at its top: only who has just asked goes on in the first field."""
    form = AskForm(request)
    del form.fields["first_name"].widget.attrs["autofocus"]
    return form


def _of_installation(request: HttpRequest, state: State, now: datetime) -> list[set_up.Step]:
    """Return the operator's steps, until all are done or they are not to be shown any more."""
    user: Any = request.user
    if not is_operator(request) or user.hides_set_up:
        return []
    steps = set_up.of_installation(beat_at=state.beat_at, now=now)
    return [] if set_up.is_all_done(steps) else steps


def _of_business(account: Account, standing: Standing) -> list[set_up.Step]:
    if account.hides_set_up:
        return []
    steps = set_up.of_business(account, standing)
    return [] if set_up.is_all_done(steps) else steps


# --- Views --------------------------------------------------------------------------------------------------


@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """Answer with the parts that change by themselves, or with 304 where they say the same.

    `of`: the business that the page is about. Where another one came into view meanwhile, nothing is shown: 204.
    """
    now = timezone.now()
    account = business_of(request)
    if request.GET.get("of", "") != (str(account.pk) if account else ""):
        return HttpResponse(status=204)
    state = _state(request, now)
    if request.headers.get("If-None-Match", "") == f'"{state.tag}"':
        return HttpResponseNotModified()
    response = TemplateResponse(request, "admin/today/live.html", _said(state, now))
    response["ETag"] = f'"{state.tag}"'
    return response


@require_POST
@settings_page()
def first_message(request: HttpRequest, account: Account, **url_values: Any) -> HttpResponse:
    """Send the first message to the person who is signed in; in the sandbox it opens where the button was."""
    user: Any = request.user
    context = {"account": account, **send_to_oneself(account, user, now=timezone.now())}
    if request.headers.get("HX-Request"):
        return TemplateResponse(request, "admin/today/first_message.html", context)
    return admin.site.index(request, context)


@require_POST
@settings_page()
def hide_set_up(request: HttpRequest, account: Account, **url_values: Any) -> HttpResponse:
    """Show the list of what is still to set up of the business no more, to nobody."""
    account.hides_set_up = True
    account.save(update_fields=["hides_set_up"])
    return HttpResponseRedirect(reverse("admin:index"))


@require_POST
def hide_installation(request: HttpRequest) -> HttpResponse:
    """Show the operator no more what is still to set up of the installation."""
    if not is_operator(request):
        raise PermissionDenied
    user: Any = request.user
    user.hides_set_up = True
    user.save(update_fields=["hides_set_up"])
    return HttpResponseRedirect(reverse("admin:index"))


urlpatterns = [
    path("live", never_cache(admin.site.admin_view(live)), name="today-live"),
    path("first-message", first_message, name="today-first-message"),
    path("set-up/hide", hide_set_up, name="today-hide-set-up"),
    path("installation/hide", admin.site.admin_view(hide_installation), name="today-hide-installation"),
]
