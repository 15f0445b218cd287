"""How the whole installation is doing, read only: for the operator's page and for metrics.

Each function is one statement that an index answers; what would need the whole of a big table has a window
instead, and says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Count, F, Min, Q
from django.db.models.functions import TruncHour, TruncMinute
from django.utils.module_loading import import_string

from reviews.models import ChannelHealth, Delivery, DeliveryEvent, Endpoint, Notice, ReviewRequest, WorkerBeat
from reviews.models.base import Channel

DAY = timedelta(hours=24)

MANY = 50_000  # rows; counting more takes longer than the number is worth
ESTIMATE = """
    SELECT c.reltuples, s.most_common_vals::text::text[], s.most_common_freqs
    FROM pg_class c JOIN pg_stats s ON s.tablename = c.relname AND s.schemaname = c.relnamespace::regnamespace::text
    WHERE c.oid = %s::regclass AND s.attname = 'status'
"""

Status = Delivery.Status


@dataclass(frozen=True)
class Waiting:
    """The messages of a channel that have not been settled. `in_doubt`: a send began, and its claim lapsed."""

    channel: str
    pending: int = 0
    due: int = 0
    in_doubt: int = 0
    oldest_due: datetime | None = None


def waiting(now: datetime) -> list[Waiting]:
    """Of each channel; zeros where nothing waits. Two statements: an index alone answers the first."""
    due = Q(due_at__lte=now)
    rows = (
        Delivery.objects.pending()
        .order_by()
        .values("channel")
        .annotate(pending=Count("due_at"), due=Count("due_at", filter=due), oldest_due=Min("due_at", filter=due))
    )
    lapsed = Delivery.objects.pending().filter(due, status=Status.SENDING).order_by().values_list("channel")
    in_doubt = dict(lapsed.annotate(count=Count("due_at")))
    found = {row["channel"]: Waiting(**row, in_doubt=in_doubt.get(row["channel"], 0)) for row in rows}
    return [found.get(channel, Waiting(channel)) for channel in Channel.values]


@dataclass(frozen=True)
class Failures:
    """Messages that did not arrive, as far as anybody knows, of one cause. `last_day`: those due within 24 hours."""

    status: str
    channel: str
    code: str
    count: int
    last_day: int


def failures(now: datetime) -> list[Failures]:
    """Failed, bounced and unknown messages by channel and cause, the most frequent of the last day first."""
    rows = (
        Delivery.objects.unsuccessful()
        .order_by()
        .values("status", "channel", code=F("error_code"))
        .annotate(count=Count("*"), last_day=Count("due_at", filter=Q(due_at__gte=now - DAY)))
        .order_by("-last_day", "code", "channel", "status")
    )
    return [Failures(**row) for row in rows]


def latest_failures(most: int) -> list[Delivery]:
    """The last messages that failed, or of which nobody knows whether they left, with whom they were for."""
    rows = Delivery.objects.unsuccessful().select_related("account", "request__contact")
    return list(rows.filter(status__in=[Status.FAILED, Status.UNKNOWN]).order_by("-due_at")[:most])


def workers() -> list[WorkerBeat]:
    return list(WorkerBeat.objects.order_by("worker"))


def pauses(now: datetime) -> dict[str, datetime]:
    """The channels that nobody sends by just now, each with the moment at which that ends."""
    rows = ChannelHealth.objects.filter(paused_until__gt=now).values_list("channel", "paused_until")
    return {channel: until for channel, until in rows if until is not None}


def unapplied_events() -> tuple[int, datetime | None]:
    """How many reports of providers have not been applied, and since when the oldest waits."""
    found = DeliveryEvent.objects.filter(applied_at=None).aggregate(count=Count("*"), oldest=Min("received_at"))
    return found["count"], found["oldest"]


@dataclass(frozen=True)
class Webhooks:
    """Calls that are due to endpoints that answer, and how many endpoints are in which state."""

    due: int
    oldest_due: datetime | None
    endpoints: dict[str, int]


def webhooks(now: datetime) -> Webhooks:
    """Two statements. Not due is what waits for an endpoint that fails: nothing but that endpoint keeps it."""
    waiting = Notice.objects.filter(status=Notice.Status.WAITING, due_at__lte=now)
    calls = waiting.filter(endpoint__is_active=True, endpoint__account__is_active=True, endpoint__failures=0)
    due = calls.aggregate(count=Count("*"), oldest=Min("due_at"))
    states = Endpoint.objects.aggregate(
        on=Count("pk", filter=Q(is_active=True, failures=0)),
        failing=Count("pk", filter=Q(is_active=True, failures__gt=0)),
        off=Count("pk", filter=Q(is_active=False)),
    )
    return Webhooks(due["count"], due["oldest"], states)


def requests_by_status() -> dict[str, int]:
    """All requests there are: from MANY on what PostgreSQL's own statistics say, which is right to a few per cent."""
    none = dict.fromkeys(ReviewRequest.Status.values, 0)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(ESTIMATE, [ReviewRequest._meta.db_table])
            rows, values, shares = cursor.fetchone() or (0, [], [])
        if rows >= MANY and values:
            return none | {value: round(rows * share) for value, share in zip(values, shares, strict=True)}
    counted = ReviewRequest.objects.order_by().values_list("status").annotate(count=Count("*"))
    return none | dict(counted)


def queue_length() -> int:
    """Tasks that wait in the queue; messages are not among them. Raises what the broker raises when it is away."""
    return int(import_string(settings.Q_CLUSTER["broker_class"])().queue_size())


def sent_per_minute(now: datetime) -> list[tuple[datetime, int]]:
    """Of each of the last 60 minutes, this one included, oldest first."""
    return _series(now, TruncMinute("sent_at", tzinfo=now.tzinfo), timedelta(minutes=1), 60)


def sent_per_hour(now: datetime) -> list[tuple[datetime, int]]:
    """Of each of the last 24 hours, this one included, oldest first."""
    return _series(now, TruncHour("sent_at", tzinfo=now.tzinfo), timedelta(hours=1), 24)


def _series(now: datetime, bucket: Any, width: timedelta, buckets: int) -> list[tuple[datetime, int]]:
    last = now.replace(second=0, microsecond=0)
    if width >= timedelta(hours=1):
        last = last.replace(minute=0)
    first = last - (buckets - 1) * width
    rows = Delivery.objects.filter(sent_at__gte=first).order_by().annotate(bucket=bucket).values_list("bucket")
    found = dict(rows.annotate(count=Count("*")))
    return [(moment, found.get(moment, 0)) for moment in (first + place * width for place in range(buckets))]


def by_cause(found: Sequence[Failures]) -> list[tuple[str, int]]:
    """(code, number of the last day) over all channels, the most frequent first."""
    counts: dict[str, int] = {}
    for row in found:
        if row.last_day:
            counts[row.code] = counts.get(row.code, 0) + row.last_day
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))
