"""Numbers of one account, or of all, as the dashboard shows them. Workers and queues are in `installation`."""

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
    """Selection of rows to count: accounts, the last `days` days, and where set one sequence and one channel.

    `accounts`: a query or list of ids, None for all.
    """

    accounts: Any
    days: int
    sequence: int | None = None
    channel: str = ""

    @property
    def of_accounts(self) -> Q:
        """The condition on a row's account."""
        return Q() if self.accounts is None else Q(account__in=self.accounts)

    def since(self, now: datetime) -> datetime:
        """Return the start of the first day, in the zone of `now`."""
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        return midnight - timedelta(days=self.days - 1)


@dataclass(frozen=True)
class Funnel:
    """Numbers of customers: those whose messages left in the period, and of these the ones who came to each stage."""

    sent: int
    delivered: int
    seen: int
    clicked: int
    feedback: int


@dataclass(frozen=True)
class Overview:
    """Numbers of the dashboard."""

    requests: dict[str, int]  # those made in the period, by status
    due_soon: int  # messages due by SOON, the overdue ones included
    overdue: int
    oldest_due: datetime | None  # of the overdue messages
    funnel: Funnel
    days: list[dict[str, Any]]  # a date and the messages that left on it, by channel
    failures: list[tuple[str, int]]  # error code and number of messages, the most frequent first
    feedback: int
    rating: float | None  # average of the feedback
    worker_beat: datetime | None  # of the worker that beat last


def overview(scope: Scope, *, now: datetime) -> Overview:
    """Return the numbers of the scope, in seven statements. `now` has the time zone whose days are counted."""
    since = scope.since(now)
    # All states and all channels, by name: the indexes begin with them, and answer without the rows.
    requests = ReviewRequest.objects.filter(
        scope.of_accounts, status__in=ReviewRequest.Status.values, created_at__gte=since
    )
    if scope.sequence:
        requests = requests.filter(sequence=scope.sequence)
    by_status = requests.order_by().values_list("status").annotate(count=Count("*"))
    due_rows = _messages(scope).filter(status__in=Delivery.PENDING, due_at__lte=now + SOON)
    due = due_rows.aggregate(soon=Count("*"), overdue=Count("due_at", filter=Q(due_at__lte=now)), oldest=Min("due_at"))
    failed = _messages(scope).filter(status__in=Delivery.UNSUCCESSFUL, due_at__gte=since, due_at__lte=now)
    causes = failed.order_by().values_list("error_code").annotate(count=Count("*")).order_by("-count", "error_code")
    feedback_rows = Feedback.objects.filter(scope.of_accounts, created_at__gte=since)
    feedback = feedback_rows.aggregate(count=Count("pk"), rating=Avg("rating"))
    return Overview(
        requests=dict.fromkeys(ReviewRequest.Status.values, 0) | dict(by_status),
        due_soon=due["soon"],
        overdue=due["overdue"],
        oldest_due=due["oldest"] if due["overdue"] else None,
        funnel=_funnel(scope, since),
        days=_days(scope, since, now),
        failures=list(causes[:MOST_CAUSES]),
        feedback=feedback["count"],
        rating=feedback["rating"],
        worker_beat=WorkerBeat.objects.order_by("-beat_at").values_list("beat_at", flat=True).first(),
    )


def _messages(scope: Scope) -> QuerySet[Delivery]:
    channels = [scope.channel] if scope.channel else Channel.values
    rows = Delivery.objects.asks().filter(scope.of_accounts, channel__in=channels)
    return rows.filter(request__sequence=scope.sequence) if scope.sequence else rows


def _funnel(scope: Scope, since: datetime) -> Funnel:
    """Count customers, not messages: a stage counts for a request once any of its messages came to it."""

    def any_message(**condition: Any) -> Max:
        return Max(Case(When(**condition, then=1), default=0))

    customers = (
        _messages(scope)
        .filter(sent_at__gte=since)
        .order_by()
        .values("request")
        .annotate(
            was_delivered=any_message(status=Delivery.Status.DELIVERED),
            was_seen=any_message(seen_at__isnull=False),
            was_clicked=any_message(clicked_at__isnull=False),
            was_answered=any_message(request__feedback__isnull=False),
        )
    )
    stages = customers.aggregate(
        sent=Count("*"),
        delivered=Sum("was_delivered", default=0),
        seen=Sum("was_seen", default=0),
        clicked=Sum("was_clicked", default=0),
        feedback=Sum("was_answered", default=0),
    )
    return Funnel(**stages)


def _days(scope: Scope, since: datetime, now: datetime) -> list[dict[str, Any]]:
    sent = _messages(scope).filter(sent_at__gte=since).order_by()
    by_day = sent.annotate(day=TruncDay("sent_at", tzinfo=now.tzinfo)).values_list("day", "channel")
    counts = {(day.date(), channel): count for day, channel, count in by_day.annotate(count=Count("*"))}
    dates = [since.date() + timedelta(days=number) for number in range(scope.days)]
    return [
        {"date": date.isoformat(), **{channel: counts.get((date, channel), 0) for channel in Channel.values}}
        for date in dates
    ]
