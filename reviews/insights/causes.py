"""Causes that keep messages from arriving, in words: of those that wait or are tried again, and of those that failed.

Each function is a fixed number of statements, which indexes answer, however many messages there are.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Case, Count, IntegerField, Min, Q, Value, When
from django.utils.translation import gettext, ngettext

from oauth.models import Account
from reviewhub.languages import number
from reviews.models import ChannelHealth, Delivery, DeliveryEvent, Pause
from reviews.models.base import Channel
from reviews.models.pause import with_sender
from reviews.models.provider_codes import explain, explain_to_operator, find

WITHIN = timedelta(days=7)  # failures that are older are of interest to nobody who wants to mend something
OUT_OF_REACH = "out-of-reach"  # cause of ours: the provider failed or did not answer, and is left alone for a moment


@dataclass(frozen=True)
class Cause:
    """Messages of one channel that wait, or have failed, for one reason.

    `code`: of the table of provider codes, or OUT_OF_REACH. `sender`: set where that sender alone is paused.
    `since`: when the pause began, else when the provider first refused the oldest of the messages, where that is known.
    `next_try`: when the first of them is tried again by itself. `may_pass`: whether another try can help.
    `is_held`: a pause holds them, or the provider is left alone: one message is tried for all.
    """

    channel: str
    code: str
    count: int
    since: datetime | None = None
    next_try: datetime | None = None
    sender: str = ""
    failed: bool = False
    may_pass: bool = True
    is_held: bool = False

    @property
    def words(self) -> str:
        """The cause for who can mend it, with names of settings: "12 texts wait: Twilio refused the login: …"."""
        return _join(self._messages(), self._why_for_operator())

    @property
    def words_for_staff(self) -> str:
        """The cause for an account's people, who can mend nothing at the installation's provider."""
        row = find(self.code)
        if row and row.need:
            need = gettext(row.need.value)
            return _join(self._messages(), gettext("%(need)s; the operator is told.") % {"need": need})
        return _join(self._messages(), self._out_of_reach() or explain(self.code))

    def _messages(self) -> str:
        if self.channel == Channel.SMS and self.failed:
            words = ngettext("%(number)s text did not arrive", "%(number)s texts did not arrive", self.count)
        elif self.channel == Channel.SMS:
            words = ngettext("%(number)s text waits", "%(number)s texts wait", self.count)
        elif self.failed:
            words = ngettext("%(number)s mail did not arrive", "%(number)s mails did not arrive", self.count)
        else:
            words = ngettext("%(number)s mail waits", "%(number)s mails wait", self.count)
        return words % {"number": number(self.count)}

    def _why_for_operator(self) -> str:
        return self._out_of_reach() or explain_to_operator(self.code)

    def _out_of_reach(self) -> str:
        if self.code != OUT_OF_REACH:
            return ""
        return gettext("The provider fails or does not answer. It is tried again every minute.")


def _join(messages: str, why: str) -> str:
    return gettext("%(messages)s: %(why)s") % {"messages": messages, "why": why}


# --- What waits --------------------------------------------------------------------------------------------


def waiting(*, now: datetime, accounts: Sequence[UUID] | None = None) -> list[Cause]:
    """Return why messages wait that are due or were tried already, those of most messages first; five statements.

    `accounts`: theirs alone; None for the whole installation. What a pause holds counts to it alone.
    """
    pauses = list(Pause.objects.order_by("channel", "sender"))  # a whole channel comes before its senders
    recovering = dict(ChannelHealth.objects.filter(paused_until__gt=now).values_list("channel", "paused_until"))
    holders = [(pause.pk, _held_by(pause, now)) for pause in pauses]
    holders += [(BY_HEALTH, Q(channel=channel, due_at__lte=now)) for channel in recovering]
    holder = Case(
        *(When(condition, then=Value(key)) for key, condition in holders),
        default=NOBODY,
        output_field=IntegerField(),
    )
    rows = Delivery.objects.pending().order_by().annotate(holder=holder)
    if accounts is not None:
        rows = rows.filter(account__in=accounts)
    # Apart, so that each has an index of its own.
    tried = rows.filter(~Q(error_code=""), due_at__lt=Delivery.OUT_OF_REACH)
    stopped = {pause.channel for pause in pauses} | set(recovering)
    untried = rows.filter(error_code="", due_at__lte=now, channel__in=stopped)
    groups = tried.values("channel", "holder", "error_code")
    found = list(groups.annotate(count=Count("*"), first=Min("due_at"), oldest=Min("pk")))
    held = _add_up([*found, *(untried.values("channel", "holder").annotate(count=Count("*")) if stopped else ())])
    alone = [group for group in found if group["holder"] == NOBODY]
    refused_at = _first_refusals(group["oldest"] for group in alone)
    causes = [
        Cause(each["channel"], each["error_code"], each["count"], refused_at.get(each["oldest"]), each["first"])
        for each in alone
    ]
    causes += [
        Cause(
            pause.channel,
            pause.code,
            held[pause.channel, pause.pk],
            pause.since,
            pause.retry_at,
            pause.sender,
            is_held=True,
        )
        for pause in pauses
    ]
    causes += [
        Cause(channel, OUT_OF_REACH, held[channel, BY_HEALTH], next_try=until, is_held=True)
        for channel, until in recovering.items()
    ]
    causes = [cause for cause in causes if cause.count]
    return sorted(causes, key=lambda cause: (-cause.count, cause.channel, cause.code, cause.sender))


NOBODY, BY_HEALTH = 0, -1  # holders that are no pause, whose ids begin with 1


def _held_by(pause: Pause, now: datetime) -> Q:
    """Return the condition on messages that the pause holds: what is due, and what it was tried with."""
    held = Q(Q(due_at__lte=now) | Q(error_code=pause.code), channel=pause.channel)
    if pause.sender:
        held &= Q(account__in=Account.objects.filter(with_sender(pause.channel, pause.sender)).values("pk"))
    return held


def _add_up(groups: Iterable[Mapping[str, Any]]) -> Counter[tuple[str, int]]:
    """Count the messages of each channel that each holder holds."""
    held: Counter[tuple[str, int]] = Counter()
    for group in groups:
        held[group["channel"], group["holder"]] += group["count"]
    return held


def _first_refusals(deliveries: Iterable[int]) -> dict[int, datetime]:
    """Return when each of the messages was first refused. One that was not handed over has no such time."""
    events = DeliveryEvent.objects.filter(delivery__in=list(deliveries)).order_by().values_list("delivery")
    return dict(events.annotate(first=Min("occurred_at")))


# --- What did not arrive -----------------------------------------------------------------------------------


def failed(*, now: datetime) -> list[Cause]:
    """Return why messages of the last days did not arrive, of the whole installation; one statement.

    Those whose outcome is unknown are not among them: somebody has to decide about each.
    """
    rows = Delivery.objects.filter(status__in=LOST, due_at__gte=now - WITHIN).order_by()
    groups = rows.values("channel", "error_code").annotate(count=Count("*")).order_by("-count", "channel", "error_code")
    return [
        Cause(row["channel"], row["error_code"], row["count"], failed=True, may_pass=may_pass(row["error_code"]))
        for row in groups
    ]


LOST = (Delivery.Status.FAILED, Delivery.Status.BOUNCED)


def may_pass(code: str) -> bool:
    """Tell whether another try of a message can help that failed with this code."""
    row = find(code)
    return row is None or row.may_pass
