"""Many rows at once: copies of one real request, its contact and its message, made by the database."""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection, models, transaction
from django.utils import timezone

from bench.ours import ask_many
from reviews.models import Contact, Delivery, ReviewRequest


def grow(total: int, tag: str = "row", days: int = 30, sent: bool = False) -> int:
    """Bring the requests up to that many, each with a message due in so many days; returns how many there were.

    `sent`: the first message has left, and the follow-up is what is due.

    Columns that this module does not name are those of a request that is asked the usual way.
    """
    had = ReviewRequest.objects.count() + 1
    with transaction.atomic():  # no worker sees it before it is put off
        ask_many(1, f"{tag}{had}")
        first = Delivery.objects.select_related("request").latest("pk")
        Delivery.objects.filter(pk=first.pk).update(due_at=timezone.now() + timedelta(days=30))
    due = f"now() + interval '{days} days' + n * interval '1 millisecond'"
    key = f"'{tag}' || n"
    contact, request = f"md5('contact' || {key})::uuid", f"md5('request' || {key})::uuid"
    address = f"{key} || '@example.com'"
    span = (had + 1, total)
    left = {"status": "'sent'", "sent_at": "now()"} if sent else {}
    planned = {"request_id": request, "address": address, "due_at": due, "created_at": AGO}
    with transaction.atomic():
        _copy(Contact, first.request.contact_id, span, id=contact, email=address)
        _copy(
            ReviewRequest,
            first.request_id,
            span,
            id=request,
            contact_id=contact,
            scheduled_for=due,
            created_at=AGO,
            **left,
        )
        _copy(Delivery, first.pk, span, **planned, **unlike("first", key), **left)
        if sent:
            _copy(Delivery, first.pk, span, **planned, **unlike("next", key), step="1")
    _tidy_up()
    return had


# Spread over a year, so that the newest are few.
AGO = "now() - n * interval '30 seconds'"


def unlike(which: str, key: str) -> dict[str, str]:
    """What no two messages share; see `link_tokens`."""
    return {"message_key": f"md5('{which}' || {key})::uuid", "link_token": f"left(md5('{which}' || {key}), 22)"}


def link_tokens(start: int, count: int, tag: str = "row") -> list[str]:
    """The tokens of the first messages of the rows from that number on."""
    numbers = range(start, start + count)
    return [hashlib.md5(f"first{tag}{n}".encode(), usedforsecurity=False).hexdigest()[:22] for n in numbers]


@transaction.atomic
def due_from(times: list[float], tag: str) -> list[str]:
    """Let the newest messages be due at those moments (seconds since the epoch), one each; returns their addresses."""
    ask_many(len(times), tag)
    rows = list(Delivery.objects.filter(address__startswith=f"{tag}-").order_by("pk"))
    for row, moment in zip(rows, times, strict=True):
        row.due_at = datetime.fromtimestamp(moment, UTC)
    Delivery.objects.bulk_update(rows, ["due_at"])
    return [row.address for row in rows]


def _tidy_up() -> None:
    """What the database does by itself in time, done before anything is measured."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("SELECT usesuper FROM pg_user WHERE usename = current_user")
        if cursor.fetchone() == (True,):
            cursor.execute("CHECKPOINT")


def _copy(model: type[models.Model], pk: Any, span: tuple[int, int], **other: str) -> None:
    """Copies of a row, numbered `n`, with other expressions in some columns."""
    columns = [
        str(field.column) for field in model._meta.local_concrete_fields if not isinstance(field, models.AutoField)
    ]
    assert set(other) <= set(columns), set(other) - set(columns)
    names = ", ".join(f'"{column}"' for column in columns)
    values = ", ".join(other.get(column, f'kept."{column}"') for column in columns)
    key = model._meta.pk
    assert key is not None
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {model._meta.db_table} ({names}) SELECT {values} FROM {model._meta.db_table} kept, "
            f'generate_series(%s::int, %s::int) n WHERE kept."{key.column}" = %s',
            [*span, pk],
        )
