"""What happened, for other programs: written with the change it reports, in one transaction, or not at all.

Each event brings along a notice for every endpoint of the account that wants it; sending those is
another process's work (`reviews.webhooks.notifier`).
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


def of_request(request: ReviewRequest, now: datetime) -> Event:
    """That the request is in its status since now."""
    return Event(
        account_id=request.account_id, type=f"review_request.{request.status}", occurred_at=now, request_id=request.pk
    )


def of_message(delivery: Delivery, type_: str, now: datetime) -> Event:
    """Something about a message."""
    return Event(
        account_id=delivery.account_id,
        type=type_,
        occurred_at=now,
        request_id=delivery.request_id,
        delivery_id=delivery.pk,
    )


# The states of a message that are told of, each with its event.
OF_STATUS = {
    Delivery.Status.SENT: Type.MESSAGE_SENT,
    Delivery.Status.DELIVERED: Type.MESSAGE_DELIVERED,
    Delivery.Status.BOUNCED: Type.MESSAGE_BOUNCED,
    Delivery.Status.FAILED: Type.MESSAGE_FAILED,
}


def record(*events: Event) -> None:
    """Write them, with a notice for each endpoint that wants them. Inside the transaction of what they report."""
    if not events:
        return
    values = [_values(event) for event in events]
    with connection.cursor() as cursor:
        for sql, takes in _statements():
            given = [takes(row) for row in values]
            if len(given) == 1:
                cursor.execute(sql, given[0])
            else:
                cursor.executemany(sql, given)


def forget(now: datetime) -> int:
    """Delete what is older than KEPT, with what was tried about it; returns how many events."""
    old = Event.objects.filter(pk__lt=_first_id(now - KEPT)).order_by("pk").values_list("pk", flat=True)
    forgotten = 0
    while keys := list(old[:FORGET_AT_ONCE]):
        Event.objects.filter(pk__in=keys).delete()
        forgotten += len(keys)
    return forgotten


# --- Statements --------------------------------------------------------------------------------------

_FIELDS: list[Any] = list(Event._meta.concrete_fields)
_COLUMNS = ", ".join(field.column for field in _FIELDS)
ADD = f"INSERT INTO reviews_event ({_COLUMNS})"


def notices_of(events: str, *, only: str = "true") -> str:
    """A statement that adds the notices of the rows of that table or expression, which has all columns of events.

    An endpoint that is being deleted is waited for and passed by, or is deleted only after us: else the constraint
    would fail the whole transaction when it commits.
    """
    lock = "FOR KEY SHARE OF e" if connection.vendor == "postgresql" else ""
    return f"""
        INSERT INTO reviews_notice (event_id, endpoint_id, status, due_at, tries)
        SELECT o.id, e.id, '{Notice.Status.WAITING}', o.occurred_at, 0
        FROM {events} AS o JOIN reviews_endpoint AS e ON e.account_id = o.account_id
        WHERE {only} AND e.is_active
            AND (e.event_types = '' OR ' ' || e.event_types || ' ' LIKE '%% ' || o.type || ' %%')
        {lock}"""  # noqa: S608


def _values(event: Event) -> list[Any]:
    return [field.get_db_prep_save(getattr(event, field.attname), connection) for field in _FIELDS]


@cache
def _statements() -> list[tuple[str, Any]]:
    """What is run for each event, with what it takes of the event's values."""
    marks = ", ".join(["%s"] * len(_FIELDS))
    if connection.vendor == "postgresql":
        added = f"WITH added AS ({ADD} VALUES ({marks}) RETURNING *) {notices_of('added')}"
        return [(added, lambda row: row)]
    own = notices_of("reviews_event", only="o.id = %s")
    return [(f"{ADD} VALUES ({marks})", lambda row: row), (own, lambda row: row[:1])]


def _first_id(moment: datetime) -> UUID:
    """The least key of an event that was made at that moment."""
    return UUID(int=int(moment.timestamp() * 1000) << 80)
