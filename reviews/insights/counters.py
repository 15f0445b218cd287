"""Counters: totals that only ever grow, as Prometheus wants them, at a cost that does not grow with them.

Messages older than the last fold are a number in Tally; only those since are counted, by an index on their time.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import CharField, Count, F, Value

from reviews.models import Delivery, DeliveryEvent, Tally
from reviews.models.base import Channel

# A row is committed a moment after the time it carries, so younger rows are not folded into a tally yet.
SETTLED_AFTER = timedelta(minutes=10)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)  # before all rows

# Counters that rows can be counted for; the third, FAILED, is only in its tally.
FOLDED = (Tally.Name.SENT, Tally.Name.DELIVERED)


def totals() -> dict[tuple[str, str], int]:
    """Return {(name, channel): number} for all names of Tally, in two statements."""
    tallies = {(row.name, row.channel): row for row in Tally.objects.all()}
    numbers = {(name.value, channel.value): 0 for name in Tally.Name for channel in Channel}
    numbers |= {key: row.value for key, row in tallies.items()}
    counts = []
    for name in FOLDED:
        for channel in Channel:
            row = tallies.get((name, channel))
            since = row.until if row is not None and row.until is not None else EPOCH
            counts.append(_count_since(name, channel, since))
    for key, number in counts[0].union(*counts[1:], all=True):
        name, _, channel = key.partition(" ")
        numbers[name, channel] += number
    return numbers


def fold(*, now: datetime) -> None:
    """Add the messages since the last fold to their tallies. Called hourly; a second call changes nothing."""
    until = now - SETTLED_AFTER
    Tally.objects.bulk_create(
        [Tally(name=name, channel=channel) for name in FOLDED for channel in Channel], ignore_conflicts=True
    )
    with transaction.atomic():
        for row in Tally.objects.select_for_update().filter(name__in=FOLDED).order_by("name", "channel"):
            since = row.until or EPOCH
            if since >= until:
                continue
            ((_, number),) = _count_since(row.name, row.channel, since, until) or [("", 0)]
            Tally.objects.filter(pk=row.pk).update(value=F("value") + number, until=until)


def note(*, name: Tally.Name, channel: str, happened_at: datetime | None = None) -> None:
    """Add one to a tally, for a message that no later count will find.

    With `happened_at`, only if that time has been folded already: else the count to come includes it.
    """
    Tally.objects.bulk_create([Tally(name=name, channel=channel)], ignore_conflicts=True)
    rows = Tally.objects.filter(name=name, channel=channel)
    if happened_at is not None:
        rows = rows.filter(until__gt=happened_at)
    rows.update(value=F("value") + 1)


def _count_since(name: str, channel: str, since: datetime, until: datetime | None = None) -> Any:
    """Return a query of one row, ("name channel", number), or of no row if there is nothing to count."""
    rows: Any
    if name == Tally.Name.SENT:
        rows, time_column, group_column = Delivery.objects.filter(channel=channel), "sent_at", "channel"
    else:
        rows = DeliveryEvent.objects.filter(kind=DeliveryEvent.Kind.DELIVERED, delivery__channel=channel)
        time_column, group_column = "received_at", "kind"
    rows = rows.filter(**{f"{time_column}__gte": since})
    if until is not None:
        rows = rows.filter(**{f"{time_column}__lt": until})
    key = Value(f"{name} {channel}", output_field=CharField())
    return rows.order_by().values(group_column).annotate(key=key, number=Count("*")).values_list("key", "number")
