"""Events, as they are recorded: in the transaction of the change that they report, or not at all.

With each event a notice is written for every endpoint of the account that wants it. Nothing is sent here: that is
the work of another process (`reviews.webhooks.notifier`).
"""

from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from django.db import connection

from reviews.models import Delivery, Event, Notice, ReviewRequest

Type = Event.Type

KEPT = timedelta(days=30)
FORGET_AT_ONCE = 5_000


def of_request(request: ReviewRequest, now: datetime, type_: str = "") -> Event:
    """Make an event of the type about a request; without one, that it is in its status since now. Records nothing."""
    return Event(
        account_id=request.account_id,
        type=type_ or f"review_request.{request.status}",
        occurred_at=now,
        request_id=request.pk,
    )


def of_message(delivery: Delivery, type_: str, now: datetime) -> Event:
    """Make an event of the type about a message. Records nothing."""
    return Event(
        account_id=delivery.account_id,
        type=type_,
        occurred_at=now,
        request_id=delivery.request_id,
        delivery_id=delivery.pk,
    )


# Types of the events for the states of a message; other states have no event.
TYPE_OF_STATUS = {
    Delivery.Status.SENT: Type.MESSAGE_SENT,
    Delivery.Status.DELIVERED: Type.MESSAGE_DELIVERED,
    Delivery.Status.BOUNCED: Type.MESSAGE_BOUNCED,
    Delivery.Status.FAILED: Type.MESSAGE_FAILED,
}


def record(*events: Event) -> None:
    """Write the events, each with a notice for every endpoint that wants it, inside the caller's transaction."""
    if not events:
        return
    rows = [_values(event) for event in events]
    with connection.cursor() as cursor:
        for sql, parameters_of in _statements():
            parameters = [parameters_of(row) for row in rows]
            if len(parameters) == 1:
                cursor.execute(sql, parameters[0])
            else:
                cursor.executemany(sql, parameters)


def forget(now: datetime) -> int:
    """Delete events older than KEPT, with their notices and attempts. Return the number of events."""
    old_keys = Event.objects.filter(pk__lt=first_id(now - KEPT)).order_by("pk").values_list("pk", flat=True)
    count = 0
    while keys := list(old_keys[:FORGET_AT_ONCE]):
        Event.objects.filter(pk__in=keys).delete()
        count += len(keys)
    return count


# --- Statements --------------------------------------------------------------------------------------

_FIELDS: list[Any] = list(Event._meta.concrete_fields)
_COLUMNS = ", ".join(field.column for field in _FIELDS)
_INSERT = f"INSERT INTO reviews_event ({_COLUMNS})"


def notices_of(events: str, *, only: str = "true") -> str:
    """Return the SQL that adds the notices of the rows of `events`: a table or expression with all columns of events.

    `only` is a condition on these rows, which are called `o`. For an endpoint that fails and is behind, an event
    makes a notice only where none is due: one at a time tries it, and `endpoints.catch_up` makes the others. On
    PostgreSQL the endpoints are locked: one that is being deleted is waited for and left out, or is deleted only after
    this transaction, which would else fail as it commits.
    """
    lock = "FOR KEY SHARE OF e" if connection.vendor == "postgresql" else ""
    return f"""
        INSERT INTO reviews_notice (event_id, endpoint_id, status, due_at, tries)
        SELECT o.id, e.id, '{Notice.Status.WAITING}', o.occurred_at, 0
        FROM {events} AS o JOIN reviews_endpoint AS e ON e.account_id = o.account_id
        WHERE {only} AND e.is_active
            AND (e.behind_since IS NULL OR e.failing_since IS NULL OR NOT EXISTS (
                SELECT 1 FROM reviews_notice AS w
                WHERE w.endpoint_id = e.id AND w.status = '{Notice.Status.WAITING}' AND w.due_at <= o.occurred_at
            ))
            AND (e.event_types = '' OR ' ' || e.event_types || ' ' LIKE '%% ' || o.type || ' %%')
        {lock}"""  # noqa: S608


def _values(event: Event) -> list[Any]:
    return [field.get_db_prep_save(getattr(event, field.attname), connection) for field in _FIELDS]


@cache
def _statements() -> list[tuple[str, Any]]:
    """Return the statements that record one event, each with the function that makes its parameters of the row."""
    placeholders = ", ".join(["%s"] * len(_FIELDS))
    if connection.vendor == "postgresql":
        in_one = f"WITH added AS ({_INSERT} VALUES ({placeholders}) RETURNING *) {notices_of('added')}"
        return [(in_one, lambda row: row)]
    notices = notices_of("reviews_event", only="o.id = %s")
    return [(f"{_INSERT} VALUES ({placeholders})", lambda row: row), (notices, lambda row: row[:1])]


def first_id(moment: datetime) -> UUID:
    """Return the least key that an event of that moment can have: UUIDs of version 7 begin with the time in ms."""
    return UUID(int=int(moment.timestamp() * 1000) << 80)
