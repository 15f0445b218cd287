"""The operator's page: workers, queue and providers, messages that did not arrive, and what to do about them."""

import time
from datetime import datetime
from functools import wraps
from typing import Any, Protocol

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import localize
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from oauth.models import Account
from oauth.roles import is_operator
from reviewhub.backoffice.pages import (
    LONGEST_FILTER,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    badge,
)
from reviewhub.cache import redis_answers
from reviewhub.counters import count_one
from reviewhub.languages import number
from reviewhub.refused import Refused
from reviews.admin.badges import DELIVERY_COLOURS
from reviews.admin.inbox_words import read_as
from reviews.alarms import troubles, ways
from reviews.delivery import retries, send_test, staff_actions
from reviews.delivery.provider_events import strays
from reviews.insights import causes, health, installation
from reviews.insights.causes import Cause
from reviews.insights.charts import Chart, timeline
from reviews.models import Delivery, DeliveryEvent, Pause, WorkerBeat
from reviews.models.addresses import InvalidAddress, read_address
from reviews.models.base import Channel
from reviews.models.provider_codes import explain_to_operator

SHOWN = 20  # causes, and failed messages
REASONS = 5  # for which messages of a batch were not planned again
NAMED = 5  # accounts of a paused sender
TESTS_PER_MINUTE = 5


class View(Protocol):
    def __call__(self, request: HttpRequest, **url_values: Any) -> HttpResponse: ...


def for_operator(view: View) -> View:
    """Decorate a view of the operator: others sign in first, and staff of accounts get 403."""

    @wraps(view)
    def guarded(request: HttpRequest, **url_values: Any) -> HttpResponse:
        if not is_operator(request):
            raise PermissionDenied
        return view(request, **url_values)

    signed_in: View = admin.site.admin_view(guarded)
    return signed_in


# --- What the page shows -----------------------------------------------------------------------------------


def _sent(title: str, words: str, series: list[tuple[datetime, int]]) -> tuple[str, str, Chart]:
    """Return the title, a sentence, and the chart of the messages sent over time."""
    chart = timeline(series)
    total = sum(number for _, number in series)
    summary = words % {"total": number(total), "most": number(chart.most)} if total else gettext("Nothing was sent.")
    return title, summary, chart


def _state(now: datetime) -> dict[str, Any]:
    """Measure all that the page shows; one more statement for each sender that is paused, none for more messages."""
    waiting, failures = installation.backlogs(now), installation.failures(now)
    unknown = sum(row.count for row in failures if row.status == Delivery.Status.UNKNOWN)
    pauses, faults = installation.pauses(now), installation.account_faults()
    events, oldest_event = installation.unapplied_events()
    workers, latest = installation.workers(), installation.latest_failures(SHOWN)
    can_be_retried = retries.worth_retrying(row.pk for row in latest)
    return {
        "workers": [(row, not WorkerBeat.is_fresh(row.beat_at, now)) for row in workers],
        "no_worker_since": troubles.worker_missing_since(now),
        "takes_writes": health.takes_writes(workers[0] if workers else None),
        "nobody_is_told": not settings.SANDBOX and not ways.exist(),
        "due": sum(row.due for row in waiting),
        "pending": sum(row.pending for row in waiting),
        "oldest_due": min((row.oldest_due for row in waiting if row.oldest_due), default=None),
        "in_doubt": sum(row.in_doubt for row in waiting),
        "unknown": unknown,
        "sent": [
            _sent(
                gettext("The last hour"),
                gettext("%(total)s sent, at most %(most)s in a minute."),
                installation.sent_per_minute(now),
            ),
            _sent(
                gettext("The last day"),
                gettext("%(total)s sent, at most %(most)s in an hour."),
                installation.sent_per_hour(now),
            ),
        ],
        "failed": sum(row.last_day for row in failures),
        "waits": [_wait(cause) for cause in causes.waiting(now=now)[:SHOWN]],
        **_losses(now),
        "channels": [(channel, pauses.get(channel.value), _faults(faults, channel)) for channel in Channel],
        "events": events,
        "oldest_event": oldest_event,
        "strays": [(event, read_as(event)) for event in installation.stray_texts(SHOWN)],
        "webhooks": installation.webhooks(now),
        "latest": [_entry(row, now, row.pk in can_be_retried) for row in latest],
        "sandbox": settings.SANDBOX,
        "without_redis": not redis_answers(),
    }


def _faults(pauses: list[Pause], channel: Channel) -> list[dict[str, Any]]:
    """Return what the page says of the channel's pauses for our account's fault."""
    return [
        {
            "pause": pause,
            "words": explain_to_operator(pause.code),
            "accounts": ", ".join(installation.names_of_accounts(pause, NAMED)),
        }
        for pause in pauses
        if pause.channel == channel
    ]


def _wait(cause: Cause) -> dict[str, Any]:
    """Return what the page says of messages that wait, and of how many a press brings the next try forward.

    A pause is tried with one message, by a button of its own; a provider that fails is tried each minute anyway.
    """
    is_held = cause.is_held
    return {"cause": cause, "code": _shown(cause.code), "batch": 0 if is_held else min(cause.count, retries.BATCH)}


def _losses(now: datetime) -> dict[str, Any]:
    """Return what the page says of messages that did not arrive, and how many of each cause a press would retry."""
    batches = retries.count_failed(now=now)
    found = causes.failed(now=now)
    losses = [
        {"cause": cause, "code": _shown(cause.code), "batch": batches.get((cause.channel, cause.code), 0)}
        for cause in found[:SHOWN]
    ]
    return {"losses": losses, "other_losses": sum(cause.count for cause in found[SHOWN:])}


def _shown(code: str) -> str:
    """Return the code where a provider gave it: one of our own says nothing that the words do not."""
    return "" if code == causes.OUT_OF_REACH else code


def _entry(delivery: Delivery, now: datetime, can_be_retried: bool) -> dict[str, Any]:
    decidable_at = staff_actions.decidable_at(delivery)
    return {
        "delivery": delivery,
        "state": badge(delivery.get_status_display(), DELIVERY_COLOURS[delivery.status]),
        "cause": "" if delivery.reason and not delivery.error_code else explain_to_operator(delivery.error_code),
        "may_retry": can_be_retried,
        "has_failed": delivery.status == Delivery.Status.FAILED,
        "may_help": causes.may_pass(delivery.error_code),
        "may_decide": delivery.status == Delivery.Status.UNKNOWN and now >= decidable_at,
        "decidable_at": decidable_at,
    }


class TestMessageForm(forms.Form):
    """A test message: the account that it comes from, and the address that it goes to."""

    account = forms.ChoiceField(
        label=_("Business"), widget=UnfoldAdminSelectWidget, help_text=_("Whose text and sender it has.")
    )
    to = forms.CharField(
        label=_("E-mail address or mobile number"),
        max_length=254,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("Yours: a message like a customer's goes there now. Its links lead nowhere."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        accounts = Account.objects.filter(is_active=True).order_by("name")[:LONGEST_FILTER]
        self.accounts = {str(account.pk): account for account in accounts}
        choice = self.fields["account"]
        names = [(key, account.name) for key, account in self.accounts.items()]
        several = [("", gettext("Choose a business"))] if len(names) > 1 else []
        choice.choices = several + names  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        to, account = cleaned.get("to") or "", self.accounts.get(cleaned.get("account") or "")
        if account is None or not to:
            return cleaned
        cleaned["account"] = account
        try:
            cleaned["channel"], cleaned["to"] = read_address(to, account.country)
        except InvalidAddress as error:
            self.add_error("to", str(error))
        return cleaned


def _page(
    request: HttpRequest,
    form: TestMessageForm | None = None,
    outcome: send_test.Result | None = None,
    status: int = 200,
) -> HttpResponse:
    now = timezone.now()
    context = {
        **admin.site.each_context(request),
        **_state(now),
        "title": gettext("Operations"),
        "form": form or TestMessageForm(),
        "accounts": Account.objects.order_by("name")[:LONGEST_FILTER],
        "outcome": outcome,
        "now": now,
    }
    return TemplateResponse(request, "admin/operations.html", context, status=status)


# --- Views -------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD"])
def page(request: HttpRequest, **url_values: Any) -> HttpResponse:
    return _page(request)


DECISIONS = {
    "retry": (staff_actions.retry, _("It is planned again, for {due}.")),
    "again": (staff_actions.send_again, _("It is planned again, for {due}.")),
    "sent": (staff_actions.it_was_sent, _("It counts as sent.")),
}


@require_POST
def decide(request: HttpRequest, **url_values: Any) -> HttpResponse:
    """Carry out what the operator decided about one message: one of DECISIONS."""
    delivery = Delivery.objects.filter(pk=url_values["pk"]).first()
    if delivery is None or url_values["decision"] not in DECISIONS:
        raise Http404
    service, words = DECISIONS[url_values["decision"]]
    try:
        changed = service(delivery=delivery, now=timezone.now())
    except Refused as refusal:
        messages.error(request, refusal.reason)
    else:
        messages.success(request, words.format(due=localize(timezone.localtime(changed.due_at))))
    return _back("latest")


BATCHES = {"failed": retries.retry_failed, "waiting": retries.hurry_waiting}


@require_POST
def retry(request: HttpRequest, **url_values: Any) -> HttpResponse:
    """Retry the next batch of the messages that failed, or wait, for one cause, and say what became of each."""
    channel, kind = request.POST.get("channel", ""), url_values["kind"]
    if kind not in BATCHES or channel not in Channel.values:
        raise Http404
    result = BATCHES[kind](channel=channel, code=request.POST.get("code", "")[:50], now=timezone.now())
    if result.planned:
        words = ngettext(
            "%(number)s message is planned again.", "%(number)s messages are planned again.", result.planned
        )
        messages.success(request, words % {"number": number(result.planned)})
    for reason, count in result.refused.most_common(REASONS):
        messages.warning(request, gettext("%(number)s not: %(why)s") % {"number": number(count), "why": reason})
    if not result.planned and not result.refused:
        messages.info(request, gettext("Nothing is left to retry there."))
    return _back("losses" if kind == "failed" else "waits")


@require_POST
def resume(request: HttpRequest, **url_values: Any) -> HttpResponse:
    """End the pause of a channel's provider."""
    if url_values["channel"] not in Channel.values:
        raise Http404
    label = Channel(url_values["channel"]).label
    if staff_actions.resume(channel=url_values["channel"], now=timezone.now()):
        messages.success(request, gettext("%(label)s: sending goes on.") % {"label": label})
    else:
        messages.info(request, gettext("%(label)s was not paused any more.") % {"label": label})
    return _back("providers")


@require_POST
def try_now(request: HttpRequest, **url_values: Any) -> HttpResponse:
    """Try a channel or a sender of it, which our account's fault has paused, before its time."""
    if url_values["channel"] not in Channel.values:
        raise Http404
    sender = request.POST.get("sender", "")
    label = f"{Channel(url_values['channel']).label} {sender}".strip()
    if staff_actions.try_now(channel=url_values["channel"], sender=sender, now=timezone.now()):
        messages.success(request, gettext("%(label)s: the next message is tried now.") % {"label": label})
    else:
        messages.info(request, gettext("%(label)s is being tried, or is not paused any more.") % {"label": label})
    return _back("providers")


@require_POST
def settle_stray(request: HttpRequest, **url_values: Any) -> HttpResponse:
    """Suppress the number of a text that fits no account, in the chosen account, or leave it: either settles it."""
    event = DeliveryEvent.objects.filter(pk=url_values["pk"], kind=DeliveryEvent.Kind.REPLIED).first()
    account = None
    if event is None or url_values["decision"] not in ("suppress", "leave"):
        raise Http404
    if url_values["decision"] == "suppress":
        account = find_account(request.POST.get("account", ""))
        if account is None:
            messages.error(request, gettext("Choose the account that must not write to the number."))
            return _back("strays")
    try:
        strays.settle(event=event, account=account, by=str(request.user), now=timezone.now())
    except Refused as refusal:
        messages.error(request, refusal.reason)
    else:
        done = (
            gettext("%(account)s does not write to that number any more.") % {"account": account}
            if account
            else gettext("Left as it is.")
        )
        messages.success(request, done)
    return _back("strays")


def find_account(key: str) -> Account | None:
    try:
        return Account.objects.filter(pk=key).first()
    except ValidationError:  # no key of an account
        return None


@require_POST
def test(request: HttpRequest, **url_values: Any) -> HttpResponse:
    """Send a test message, and show the provider's answer at once; neither is kept."""
    form = TestMessageForm(request.POST)
    if form.is_valid() and _too_often():
        form.add_error(
            None,
            gettext("At most %(tests_per_minute)s test messages a minute: wait a little.")
            % {"tests_per_minute": TESTS_PER_MINUTE},
        )
        return _page(request, form, status=429)
    if not form.is_valid():
        return _page(request, form, status=400)
    message = {name: form.cleaned_data[name] for name in ("account", "channel", "to")}
    return _page(request, form, send_test.send_test(**message, now=timezone.now()))


def _too_often() -> bool:
    return count_one(f"test-messages:{int(time.time()) // 60}", 120) > TESTS_PER_MINUTE


def _back(place: str) -> HttpResponseRedirect:
    return HttpResponseRedirect(f"{reverse('operations')}#{place}")


urlpatterns = [
    path("", for_operator(page), name="operations"),
    path("messages/<int:pk>/<str:decision>", for_operator(decide), name="operations-decide"),
    path("causes/<str:kind>/retry", for_operator(retry), name="operations-retry"),
    path("channels/<str:channel>/resume", for_operator(resume), name="operations-resume"),
    path("channels/<str:channel>/try", for_operator(try_now), name="operations-try"),
    path("texts/<int:pk>/<str:decision>", for_operator(settle_stray), name="operations-stray"),
    path("test", for_operator(test), name="operations-test"),
]
