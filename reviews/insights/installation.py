"""Numbers of the whole installation, for the operator's page and for Prometheus. Those of an account: `account`.

Each function is one statement that an index answers, unless it says otherwise; a number that would need the whole of a
big table has a window instead, and says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Count, F, Min, Q, QuerySet
from django.db.models.functions import TruncHour, TruncMinute
from django.utils.module_loading import import_string

from oauth.models import Account
from reviews.models import (
    ChannelHealth,
    Delivery,
    DeliveryEvent,
    Endpoint,
    Notice,
    Pause,
    ReviewRequest,
    Telling,
    WorkerBeat,
)
from reviews.models.base import Channel
from reviews.models.pause import with_sender

DAY = timedelta(hours=24)

MANY = 50_000  # rows; counting more takes longer than the number is worth
# Of the planner's statistics: number of rows, the values of `status`, and the share of each.
ESTIMATE = """
    SELECT c.reltuples, s.most_common_vals::text::text[], s.most_common_freqs
    FROM pg_class c JOIN pg_stats s ON s.tablename = c.relname AND s.schemaname = c.relnamespace::regnamespace::text
    WHERE c.oid = %s::regclass AND s.attname = 'status'
"""


@dataclass(frozen=True)
class Backlog:
    """Messages of a channel that have not been settled. `in_doubt`: a send began, and its claim lapsed."""

    channel: str
    pending: int = 0
    due: int = 0
    in_doubt: int = 0
    oldest_due: datetime | None = None


def backlogs(now: datetime) -> list[Backlog]:
    """Return the backlog of each channel. Two statements: an index alone answers the first."""
    due = Q(due_at__lte=now)
    rows = (
        Delivery.objects.pending()
        .order_by()
        .values("channel")
        .annotate(pending=Count("due_at"), due=Count("due_at", filter=due), oldest_due=Min("due_at", filter=due))
    )
    lapsed = Delivery.objects.pending().filter(due, status=Delivery.Status.SENDING).order_by().values_list("channel")
    in_doubt = dict(lapsed.annotate(count=Count("due_at")))
    by_channel = {row["channel"]: Backlog(**row, in_doubt=in_doubt.get(row["channel"], 0)) for row in rows}
    return [by_channel.get(channel, Backlog(channel)) for channel in Channel.values]


@dataclass(frozen=True)
class Failures:
    """Messages of one cause that did not arrive, as far as anybody knows. `last_day`: those due within a day."""

    status: str
    channel: str
    code: str
    count: int
    last_day: int


def failures(now: datetime) -> list[Failures]:
    """Count failed, bounced and unknown messages by channel and cause, the most frequent of the last day first."""
    rows = (
        Delivery.objects.unsuccessful()
        .order_by()
        .values("status", "channel", code=F("error_code"))
        .annotate(count=Count("*"), last_day=Count("due_at", filter=Q(due_at__gte=now - DAY)))
        .order_by("-last_day", "code", "channel", "status")
    )
    return [Failures(**row) for row in rows]


def latest_failures(most: int) -> list[Delivery]:
    """Return the last messages that failed or whose outcome is unknown, with their accounts and contacts."""
    rows = Delivery.objects.unsuccessful().select_related("account", "request__contact", "contact")
    statuses = [Delivery.Status.FAILED, Delivery.Status.UNKNOWN]
    return list(rows.filter(status__in=statuses).order_by("-due_at")[:most])


def workers() -> list[WorkerBeat]:
    """Return the worker clusters, those included that ended without a word minutes ago, or last of all."""
    return list(WorkerBeat.objects.order_by("worker"))


def pauses(now: datetime) -> dict[str, datetime]:
    """Return the channels that are paused, each with the time at which its pause ends."""
    rows = ChannelHealth.objects.filter(paused_until__gt=now).values_list("channel", "paused_until")
    return {channel: until for channel, until in rows if until is not None}


def account_faults(accounts: Sequence[UUID] | None = None) -> list[Pause]:
    """Return what waits for the operator to mend our account with a provider, whole channels first.

    With `accounts`, only what their messages wait for: one more statement for each paused sender.
    """
    pauses = list(Pause.objects.order_by("channel", "sender"))
    if accounts is None:
        return pauses
    rows = Account.objects.filter(pk__in=accounts)
    return [pause for pause in pauses if not pause.sender or rows.filter(_uses(pause)).exists()]


def names_of_accounts(pause: Pause, most: int) -> list[str]:
    """Return the names of accounts whose sender is paused, up to `most`; none where the whole channel is."""
    rows = Account.objects.filter(_uses(pause)) if pause.sender else Account.objects.none()
    return list(rows.order_by("name").values_list("name", flat=True)[:most])


def _uses(pause: Pause) -> Q:
    return with_sender(pause.channel, pause.sender)


def unapplied_events() -> tuple[int, datetime | None]:
    """Return the number of provider events that are not applied, and the time at which the oldest was received."""
    unapplied = DeliveryEvent.objects.filter(applied_at=None).aggregate(count=Count("*"), oldest=Min("received_at"))
    return unapplied["count"], unapplied["oldest"]


def stray_texts(most: int) -> list[DeliveryEvent]:
    """Return customers' texts that fit no account, the newest first: somebody has to decide about each."""
    return list(_strays().defer("payload").order_by("-received_at")[:most])


def first_stray_text() -> datetime | None:
    """Return when the oldest text came that fits no account; None where none waits for a decision."""
    return _strays().order_by("received_at").values_list("received_at", flat=True).first()


def _strays() -> QuerySet[DeliveryEvent]:
    strays = DeliveryEvent.objects.filter(applied_at=None, kind=DeliveryEvent.Kind.REPLIED).exclude(meaning="")
    return strays.filter(account=None)


@dataclass(frozen=True)
class Webhooks:
    """Calls that are due to endpoints that answer, and the number of endpoints in each state."""

    due: int
    oldest_due: datetime | None
    endpoints: dict[str, int]


def webhooks(now: datetime) -> Webhooks:
    """Count due calls and endpoints, in two statements.

    A call to an endpoint that fails does not count as due: only that endpoint delays it.
    """
    waiting = Notice.objects.filter(status=Notice.Status.WAITING, due_at__lte=now)
    calls = waiting.filter(endpoint__is_active=True, endpoint__account__is_active=True, endpoint__failures=0)
    due = calls.aggregate(count=Count("*"), oldest=Min("due_at"))
    states = Endpoint.objects.aggregate(
        on=Count("pk", filter=Q(is_active=True, failures=0)),
        failing=Count("pk", filter=Q(is_active=True, failures__gt=0)),
        off=Count("pk", filter=Q(is_active=False)),
    )
    return Webhooks(due["count"], due["oldest"], states)


def staff_mail(now: datetime) -> tuple[int, int]:
    """Count the members whose mail about the inbox is due, and those whose mail is refused."""
    is_refused = Q(mail__failing_since__isnull=False)
    waiting = Telling.objects.due(now).filter(is_refused | Q(mail__due_at__lte=now))
    counts = waiting.aggregate(
        due=Count("mail", distinct=True), refused=Count("mail", distinct=True, filter=is_refused)
    )
    return counts["due"], counts["refused"]


def requests_by_status() -> dict[str, int]:
    """Count all requests; on PostgreSQL from MANY on by the planner's statistics, right to a few per cent."""
    zeros = dict.fromkeys(ReviewRequest.Status.values, 0)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(ESTIMATE, [ReviewRequest._meta.db_table])
            rows, values, shares = cursor.fetchone() or (0, [], [])
        if rows >= MANY and values:
            return zeros | {value: round(rows * share) for value, share in zip(values, shares, strict=True)}
    counts = ReviewRequest.objects.order_by().values_list("status").annotate(count=Count("*"))
    return zeros | dict(counts)


def queue_length() -> int:
    """Return the number of tasks in the queue; messages are not among them. Raises the broker's own errors."""
    return int(import_string(settings.Q_CLUSTER["broker_class"])().queue_size())


def sent_per_minute(now: datetime) -> list[tuple[datetime, int]]:
    """Count the messages sent in each of the last 60 minutes, this one included, oldest first."""
    return _series(now, TruncMinute("sent_at", tzinfo=now.tzinfo), timedelta(minutes=1), 60)


def sent_per_hour(now: datetime) -> list[tuple[datetime, int]]:
    """Count the messages sent in each of the last 24 hours, this one included, oldest first."""
    return _series(now, TruncHour("sent_at", tzinfo=now.tzinfo), timedelta(hours=1), 24)


def _series(now: datetime, bucket: Any, width: timedelta, buckets: int) -> list[tuple[datetime, int]]:
    last = now.replace(second=0, microsecond=0)
    if width >= timedelta(hours=1):
        last = last.replace(minute=0)
    first = last - (buckets - 1) * width
    rows = Delivery.objects.filter(sent_at__gte=first).order_by().annotate(bucket=bucket).values_list("bucket")
    counts = dict(rows.annotate(count=Count("*")))
    return [(moment, counts.get(moment, 0)) for moment in (first + place * width for place in range(buckets))]


def by_cause(failures: Sequence[Failures]) -> list[tuple[str, int]]:
    """Add up failures of the last day over all channels: (error code, number), the most frequent first."""
    counts: dict[str, int] = {}
    for row in failures:
        if row.last_day:
            counts[row.code] = counts.get(row.code, 0) + row.last_day
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))
