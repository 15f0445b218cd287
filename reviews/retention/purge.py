"""Purge of what is too old: batch after batch, each a transaction of its own, so that it may be ended at any moment."""

import time
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from reviews.models import Purge
from reviews.retention.kinds import KINDS, Kind, Part
from reviews.worker.heartbeat import is_stopping

EVERY = timedelta(days=1)
SECONDS = 60.0  # of an hour's sweep


def work(now: datetime) -> None:
    """Purge each kind whose last purge began a day ago, for SECONDS; the rest of one waits for the next sweep."""
    until = time.monotonic() + SECONDS

    def may_go_on(count: int) -> bool:
        return time.monotonic() < until and not is_stopping()

    for kind in KINDS:
        last = Purge.objects.filter(kind=kind.name).first()
        if last is None or last.ended_at is None or last.began_at <= now - EVERY:
            purge(kind, now, go_on=may_go_on)


def purge(kind: Kind, now: datetime, *, go_on: Callable[[int], bool]) -> bool:
    """End the rows of a kind that are too old at `now`; return whether none is left.

    `go_on` is told of the rows of each batch, and tells whether there may be another one.
    """
    before = kind.before(now)
    if before is None:
        return True
    last, _ = Purge.objects.get_or_create(kind=kind.name, defaults={"began_at": now})
    this = Purge.objects.filter(kind=kind.name)
    if last.ended_at is not None:
        this.update(began_at=now, ended_at=None, rows=0)
    for part in kind.parts:
        for count in _batches(part, before):
            this.update(rows=F("rows") + count)
            if not go_on(count):
                return False
    this.update(ended_at=now)
    return True


def count(kinds: Iterable[Kind], now: datetime) -> dict[str, int]:
    """Return how many rows of each kind a purge would end."""
    return {
        kind.name: sum(part.too_old(before).count() for part in kind.parts) if (before := kind.before(now)) else 0
        for kind in kinds
    }


def _batches(part: Part, before: datetime) -> Iterator[int]:
    """End rows from the first of the table to the last; yield the number of each batch."""
    rows = part.too_old(before).order_by("pk")
    further = rows
    while keys := list(further.values_list("pk", flat=True)[: part.at_once]):
        with transaction.atomic():
            ended = part.end(part.too_old(before).filter(pk__in=keys))
        yield ended
        further = rows.filter(pk__gt=keys[-1])
