"""How an account, or the whole installation, is doing: counts, read only."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Avg, Case, Count, Max, Min, Q, QuerySet, Sum, When
from django.db.models.functions import TruncDay

from reviews.models import Delivery, Feedback, ReviewRequest, WorkerBeat
from reviews.models.base import Channel

SOON = timedelta(hours=24)
MOST_CAUSES = 5


@dataclass(frozen=True)
class Scope:
    """What is counted. `accounts`: a query or list of ids, None for all; empty words mean all."""

    accounts: Any
    days: int
    sequence: int | None = None
    channel: str = ""

    @property
    def own(self) -> Q:
        return Q() if self.accounts is None else Q(account__in=self.accounts)

    def since(self, now: datetime) -> datetime:
        """The start of the first day, in the zone of `now`."""
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        return midnight - timedelta(days=self.days - 1)


@dataclass(frozen=True)
class Funnel:
    """Of the customers whose messages left in the period, to how many what happened."""

    sent: int
    delivered: int
    seen: int
    clicked: int
    feedback: int


@dataclass(frozen=True)
class Overview:
    """What matters. `requests` counts those asked in the period by status, `days` the messages that left by day."""

    requests: dict[str, int]
    due_soon: int
    overdue: int
    oldest_due: datetime | None
    funnel: Funnel
    days: list[dict[str, Any]]
    failures: list[tuple[str, int]]
    feedback: int
    rating: float | None
    worker_beat: datetime | None


def overview(scope: Scope, *, now: datetime) -> Overview:
    """The numbers of the scope, in seven statements. `now` has the time zone whose days are counted."""
    since = scope.since(now)
    # All states and all channels, by name: the indexes begin with them, and answer without the rows.
    asked = ReviewRequest.objects.filter(scope.own, status__in=ReviewRequest.Status.values, created_at__gte=since)
    if scope.sequence:
        asked = asked.filter(sequence=scope.sequence)
    requests = asked.order_by().values_list("status").annotate(count=Count("*"))
    due = _messages(scope).filter(status__in=Delivery.PENDING, due_at__lte=now + SOON)
    ahead = due.aggregate(soon=Count("*"), overdue=Count("due_at", filter=Q(due_at__lte=now)), oldest=Min("due_at"))
    failed = _messages(scope).filter(status__in=Delivery.UNSUCCESSFUL, due_at__gte=since, due_at__lte=now)
    causes = failed.order_by().values_list("error_code").annotate(count=Count("*")).order_by("-count", "error_code")
    said = Feedback.objects.filter(scope.own, created_at__gte=since).aggregate(count=Count("pk"), rating=Avg("rating"))
    return Overview(
        requests=dict.fromkeys(ReviewRequest.Status.values, 0) | dict(requests),
        due_soon=ahead["soon"],
        overdue=ahead["overdue"],
        oldest_due=ahead["oldest"] if ahead["overdue"] else None,
        funnel=_funnel(scope, since),
        days=_days(scope, since, now),
        failures=list(causes[:MOST_CAUSES]),
        feedback=said["count"],
        rating=said["rating"],
        worker_beat=WorkerBeat.objects.order_by("-beat_at").values_list("beat_at", flat=True).first(),
    )


def _messages(scope: Scope) -> QuerySet[Delivery]:
    channels = [scope.channel] if scope.channel else Channel.values
    rows = Delivery.objects.filter(scope.own, channel__in=channels)
    return rows.filter(request__sequence=scope.sequence) if scope.sequence else rows


def _funnel(scope: Scope, since: datetime) -> Funnel:
    def ever(**what: Any) -> Max:
        return Max(Case(When(**what, then=1), default=0))

    customers = (
        _messages(scope)
        .filter(sent_at__gte=since)
        .order_by()
        .values("request")
        .annotate(
            # Who opened the page got the message, whether or not a provider said so.
            was_delivered=Max(Case(When(Q(status="delivered") | Q(seen_at__isnull=False), then=1), default=0)),
            was_seen=ever(seen_at__isnull=False),
            was_clicked=ever(clicked_at__isnull=False),
            was_answered=ever(request__feedback__isnull=False),
        )
    )
    found = customers.aggregate(
        sent=Count("*"),
        delivered=Sum("was_delivered", default=0),
        seen=Sum("was_seen", default=0),
        clicked=Sum("was_clicked", default=0),
        feedback=Sum("was_answered", default=0),
    )
    return Funnel(**found)


def _days(scope: Scope, since: datetime, now: datetime) -> list[dict[str, Any]]:
    sent = _messages(scope).filter(sent_at__gte=since).order_by()
    by_day = sent.annotate(day=TruncDay("sent_at", tzinfo=now.tzinfo)).values_list("day", "channel")
    counts = {(day.date(), channel): count for day, channel, count in by_day.annotate(count=Count("*"))}
    dates = [since.date() + timedelta(days=number) for number in range(scope.days)]
    return [
        {"date": date.isoformat(), **{channel: counts.get((date, channel), 0) for channel in Channel.values}}
        for date in dates
    ]
