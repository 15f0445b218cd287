"""Totals that only ever grow, as Prometheus wants its counters, at a cost that does not grow with them.

What is older than the last fold is a number in Tally; only what came since is counted, by an index on its time.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import CharField, Count, F, Value

from reviews.models import Delivery, DeliveryEvent, Tally
from reviews.models.base import Channel

# A row is committed a moment after the time it carries: what is younger than this is not counted for good yet.
SETTLED_AFTER = timedelta(minutes=10)
EVER = datetime(1970, 1, 1, tzinfo=UTC)

Name = Tally.Name
FOLDED = (Name.SENT, Name.DELIVERED)


def totals() -> dict[tuple[str, str], int]:
    """{(name, channel): number} for sent, delivered and failed-and-sent-again, in two statements."""
    tallies = {(row.name, row.channel): row for row in Tally.objects.all()}
    found = {(name.value, channel.value): 0 for name in Name for channel in Channel}
    found |= {key: row.value for key, row in tallies.items()}
    parts = []
    for name in FOLDED:
        for channel in Channel:
            row = tallies.get((name, channel))
            since = row.until if row is not None and row.until is not None else EVER
            parts.append(_since(name, channel, since))
    for key, number in parts[0].union(*parts[1:], all=True):
        name, _, channel = key.partition(" ")
        found[name, channel] += number
    return found


def fold(*, now: datetime) -> None:
    """Count for good what was settled since the last time; called hourly, harmless when called twice."""
    until = now - SETTLED_AFTER
    Tally.objects.bulk_create(
        [Tally(name=name, channel=channel) for name in FOLDED for channel in Channel], ignore_conflicts=True
    )
    with transaction.atomic():
        for row in Tally.objects.select_for_update().filter(name__in=FOLDED).order_by("name", "channel"):
            since = row.until or EVER
            if since >= until:
                continue
            ((_, number),) = _since(row.name, row.channel, since, until) or [("", 0)]
            Tally.objects.filter(pk=row.pk).update(value=F("value") + number, until=until)


def note(*, name: Tally.Name, channel: str, happened_at: datetime | None = None) -> None:
    """One more, for what no later count will find: with `happened_at`, only if that time is counted already."""
    Tally.objects.bulk_create([Tally(name=name, channel=channel)], ignore_conflicts=True)
    rows = Tally.objects.filter(name=name, channel=channel)
    if happened_at is not None:
        rows = rows.filter(until__gt=happened_at)
    rows.update(value=F("value") + 1)


def _since(name: str, channel: str, since: datetime, until: datetime | None = None) -> Any:
    """A query of one row, ("name channel", number), or of none where there is nothing to count."""
    rows: Any
    if name == Name.SENT:
        rows, moment, kind = Delivery.objects.filter(channel=channel), "sent_at", "channel"
    else:
        rows = DeliveryEvent.objects.filter(kind=DeliveryEvent.Kind.DELIVERED, delivery__channel=channel)
        moment, kind = "received_at", "kind"
    rows = rows.filter(**{f"{moment}__gte": since})
    if until is not None:
        rows = rows.filter(**{f"{moment}__lt": until})
    key = Value(f"{name} {channel}", output_field=CharField())
    return rows.order_by().values(kind).annotate(key=key, number=Count("*")).values_list("key", "number")
