"""Numbers of reports: how far the customers came who were asked in a period, beside the period before.

A customer counts for the day on which their first message left, and for a stage once any message of that ask came
there. Deliveries count where a provider reported them: that somebody opened a page says nothing about them. Seven
statements, one more on PostgreSQL, whatever the number of rows; each reads the rows of the two periods, by an index.
"""

from collections import Counter
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connection, transaction
from django.db.models import Case, Count, IntegerField, Max, Q, QuerySet, Value, When
from django.db.models.functions import TruncDate

from reviews.insights.periods import Period
from reviews.models import Delivery, Feedback, InboxItem, ReviewRequest, Suppression
from reviews.models.base import Channel

MOST_CAUSES = 10


@dataclass(frozen=True)
class Scope:
    """Selection of what is counted: accounts, a period, and where set one sequence and one channel.

    `accounts`: a query or list of ids, None for all.
    """

    accounts: Any
    period: Period
    sequence: int | None = None
    channel: str = ""

    @property
    def of_accounts(self) -> Q:
        """The condition on a row's account."""
        return Q() if self.accounts is None else Q(account__in=self.accounts)


@dataclass
class Customers:
    """Numbers of customers who were asked, and of those among them who came to each stage.

    `mailed`, `texted`: whom a message reached out to on that channel; `mail_arrived`, `text_arrived`: of whom a
    provider reported that one arrived. `answered`: in words or stars. `responded`: pressed a site or answered.
    """

    asked: int = 0
    mailed: int = 0
    texted: int = 0
    mail_arrived: int = 0
    text_arrived: int = 0
    opened: int = 0
    pressed: int = 0
    answered: int = 0
    responded: int = 0

    def add(self, other: "Customers") -> None:
        for each in fields(self):
            setattr(self, each.name, getattr(self, each.name) + getattr(other, each.name))


@dataclass
class Messages:
    """Numbers of messages that left, and of those among them that came to each stage."""

    sent: int = 0
    arrived: int = 0
    opened: int = 0
    pressed: int = 0


@dataclass(frozen=True)
class Source:
    """The way in which customers were asked: `ReviewRequest.source`, and the key or app where one asked."""

    source: str
    using: str


@dataclass
class Numbers:
    """Everything that a report says. `before` and the names that end so are of the period before."""

    customers: Customers = field(default_factory=Customers)
    before: Customers = field(default_factory=Customers)
    by_day: dict[date, Customers] = field(default_factory=dict)
    by_sequence: dict[int, Customers] = field(default_factory=dict)
    by_source: dict[Source, Customers] = field(default_factory=dict)
    by_member: dict[UUID | None, Customers] = field(default_factory=dict)  # of what people asked, not programs
    by_account: dict[UUID, Customers] = field(default_factory=dict)
    by_channel: dict[str, Messages] = field(default_factory=dict)
    by_step: dict[int, Messages] = field(default_factory=dict)  # by position in the sequence
    by_site: Counter[int] = field(default_factory=Counter)  # presses
    stars: Counter[int | None] = field(default_factory=Counter)  # None: words without stars
    feedback_before: int = 0
    from_print: int = 0  # feedback from the printed code
    replies: int = 0
    replies_before: int = 0
    suppressions: Counter[tuple[str, str]] = field(default_factory=Counter)  # reason and channel
    suppressions_before: Counter[tuple[str, str]] = field(default_factory=Counter)
    failures: list[tuple[str, int]] = field(default_factory=list)  # error code and number, most frequent first
    requests: dict[str, int] = field(default_factory=dict)  # made in the period, by status


def count(scope: Scope) -> Numbers:
    """Count all of it."""
    numbers = Numbers(requests=_requests(scope), failures=_failures(scope))
    _count_customers(scope, numbers)
    _count_messages(scope, numbers)
    _count_feedback(scope, numbers)
    _count_replies(scope, numbers)
    _count_suppressions(scope, numbers)
    return numbers


def count_customers(scope: Scope) -> tuple[Customers, Customers]:
    """Count the customers alone: of the period, and of the one before."""
    numbers = Numbers()
    _count_customers(scope, numbers)
    return numbers.customers, numbers.before


def asks(scope: Scope) -> QuerySet[Delivery]:
    """Return the messages by which customers are asked: the one place that says which messages those are."""
    rows = Delivery.objects.asks().filter(scope.of_accounts)
    if scope.channel:
        rows = rows.filter(channel=scope.channel)
    return rows.filter(request__sequence=scope.sequence) if scope.sequence else rows


# --- Customers ---------------------------------------------------------------------------------------

DIMENSIONS = ("day", "account_id", "sequence_id", "source", "asked_with", "asked_by_id")
STAGES = tuple(each.name for each in fields(Customers))
# Two queries of the ORM and a fixed text around them: a count over groups of groups is beyond it.
CUBE = f"""
    SELECT {", ".join(f"asked.{name}" for name in DIMENSIONS)},
        COUNT(*), SUM(reached.mailed), SUM(reached.texted), SUM(reached.mail_arrived), SUM(reached.text_arrived),
        SUM(reached.opened), SUM(reached.pressed), COUNT(told.request_id),
        SUM(CASE WHEN reached.pressed = 1 OR told.request_id IS NOT NULL THEN 1 ELSE 0 END)
    FROM (%s) AS asked
    JOIN (%s) AS reached ON reached.request_id = asked.id
    LEFT JOIN (%s) AS told ON told.request_id = asked.id
    GROUP BY {", ".join(f"asked.{name}" for name in DIMENSIONS)}
"""  # noqa: S608
# With PostgreSQL's usual 4 MB, a month of 100,000 requests is joined on disk, which takes half as long again.
ROOM = "SET LOCAL work_mem = '64MB'"


def _count_customers(scope: Scope, numbers: Numbers) -> None:
    for day, account, sequence, source, using, by, *counts in _cube(scope):
        group = Customers(**dict(zip(STAGES, counts, strict=True)))
        if day < scope.period.first:
            numbers.before.add(group)
            continue
        numbers.customers.add(group)
        _sum(numbers.by_day, day, group)
        _sum(numbers.by_sequence, sequence, group)
        _sum(numbers.by_account, account, group)
        _sum(numbers.by_source, Source(source, using), group)
        if source != ReviewRequest.Source.API:
            _sum(numbers.by_member, by, group)


def _sum(groups: dict[Any, Customers], key: Hashable, group: Customers) -> None:
    groups.setdefault(key, Customers()).add(group)


def _cube(scope: Scope) -> Iterable[tuple[Any, ...]]:
    """Yield the customers of both periods by day and all other dimensions, in one statement."""
    start, end = scope.period.before.start, scope.period.end
    asked = ReviewRequest.objects.filter(scope.of_accounts, sent_at__gte=start, sent_at__lt=end)
    if scope.sequence:
        asked = asked.filter(sequence=scope.sequence)
    asked = asked.annotate(day=TruncDate("sent_at", tzinfo=scope.period.zone)).values("id", *DIMENSIONS)
    mail, text = Q(channel=Channel.EMAIL), Q(channel=Channel.SMS)
    arrived = Q(status=Delivery.Status.DELIVERED)
    reached = (
        asks(scope)
        .filter(sent_at__gte=start)
        .order_by()
        .values("request_id")
        .annotate(
            mailed=_any(mail),
            texted=_any(text),
            mail_arrived=_any(mail & arrived),
            text_arrived=_any(text & arrived),
            opened=_any(Q(seen_at__isnull=False)),
            pressed=_any(Q(clicked_at__isnull=False)),
        )
    )
    said = Feedback.objects.filter(scope.of_accounts, created_at__gte=start, request__isnull=False)
    replied = InboxItem.objects.filter(
        scope.of_accounts, kind=InboxItem.Kind.REPLY, created_at__gte=start, request__isnull=False
    )
    told = said.order_by().values("request_id").union(replied.order_by().values("request_id"))
    try:
        parts = [query.query.sql_with_params() for query in (asked.order_by(), reached, told)]
    except EmptyResultSet:  # who works in no business
        return
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(ROOM)
        cursor.execute(CUBE % tuple(sql for sql, _ in parts), [value for _, values in parts for value in values])
        rows = cursor.fetchall()
    for day, account, sequence, source, using, by, *counts in rows:
        yield _as_date(day), _as_uuid(account), sequence, source, using, by and _as_uuid(by), *counts


def _any(condition: Q) -> Max:
    return Max(Case(When(condition, then=1), default=0, output_field=IntegerField()))


def _as_date(value: Any) -> date:
    """Return the date that the database gave; SQLite gives its text."""
    return date.fromisoformat(value) if isinstance(value, str) else value


def _as_uuid(value: Any) -> UUID:
    return value if isinstance(value, UUID) else UUID(value)


# --- Messages ----------------------------------------------------------------------------------------


def _count_messages(scope: Scope, numbers: Numbers) -> None:
    """Count messages by channel, by step and by the site that was pressed, in one statement."""
    rows = asks(scope).filter(sent_at__gte=scope.period.start, sent_at__lt=scope.period.end).order_by()
    groups = rows.values_list("channel", "step", "clicked_site").annotate(
        sent=Count("*"),
        arrived=Count("pk", filter=Q(status=Delivery.Status.DELIVERED)),
        opened=Count("seen_at"),
        pressed=Count("clicked_at"),
    )
    for channel, step, site, *counts in groups:
        of_channel = numbers.by_channel.setdefault(channel, Messages())
        of_step = numbers.by_step.setdefault(step, Messages())
        for row in (of_channel, of_step):
            row.sent, row.arrived = row.sent + counts[0], row.arrived + counts[1]
            row.opened, row.pressed = row.opened + counts[2], row.pressed + counts[3]
        if site is not None:
            numbers.by_site[site] += counts[3]


def _failures(scope: Scope) -> list[tuple[str, int]]:
    failed = asks(scope).filter(
        status__in=Delivery.UNSUCCESSFUL, due_at__gte=scope.period.start, due_at__lt=scope.period.end
    )
    causes = failed.order_by().values_list("error_code").annotate(count=Count("*")).order_by("-count", "error_code")
    return list(causes[:MOST_CAUSES])


def _requests(scope: Scope) -> dict[str, int]:
    # All states by name: the indexes begin with them, and answer without the rows.
    rows = ReviewRequest.objects.filter(
        scope.of_accounts,
        status__in=ReviewRequest.Status.values,
        created_at__gte=scope.period.start,
        created_at__lt=scope.period.end,
    )
    if scope.sequence:
        rows = rows.filter(sequence=scope.sequence)
    by_status = rows.order_by().values_list("status").annotate(count=Count("*"))
    return dict.fromkeys(ReviewRequest.Status.values, 0) | dict(by_status)


# --- What came back ----------------------------------------------------------------------------------


def _is_now(scope: Scope) -> Any:
    """The expression that is 1 for what happened in the period, 0 in the one before."""
    return Case(When(created_at__gte=scope.period.start, then=Value(1)), default=Value(0), output_field=IntegerField())


def _both(scope: Scope, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Return the rows of both periods, each with the one that it is of."""
    start, end = scope.period.before.start, scope.period.end
    both = rows.filter(scope.of_accounts, created_at__gte=start, created_at__lt=end).order_by()
    annotated: QuerySet[Any] = both.annotate(is_now=_is_now(scope))
    return annotated


def _of_sequence(scope: Scope, rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.filter(request__sequence=scope.sequence) if scope.sequence else rows


def _count_feedback(scope: Scope, numbers: Numbers) -> None:
    rows = _of_sequence(scope, _both(scope, Feedback.objects.all()))
    groups = rows.values_list("is_now", "rating").annotate(
        count=Count("*"), from_print=Count("pk", filter=Q(request=None))
    )
    for is_now, rating, number, from_print in groups:
        if is_now:
            numbers.stars[rating] += number
            numbers.from_print += from_print
        else:
            numbers.feedback_before += number


def _count_replies(scope: Scope, numbers: Numbers) -> None:
    rows = _of_sequence(scope, _both(scope, InboxItem.objects.filter(kind=InboxItem.Kind.REPLY)))
    counts = dict(rows.values_list("is_now").annotate(count=Count("*")))
    numbers.replies, numbers.replies_before = counts.get(1, 0), counts.get(0, 0)


def _count_suppressions(scope: Scope, numbers: Numbers) -> None:
    """Count what was added to the list of whom not to contact; it knows no sequence."""
    rows = _both(scope, Suppression.objects.all())
    if scope.channel:
        rows = rows.filter(channel=scope.channel)
    for is_now, reason, channel, number in rows.values_list("is_now", "reason", "channel").annotate(count=Count("*")):
        (numbers.suppressions if is_now else numbers.suppressions_before)[reason, channel] += number
