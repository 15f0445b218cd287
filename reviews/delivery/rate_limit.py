"""The rate limit of a sender of text messages: so many a second, whichever workers send them.

Each message gets a place of its own in the sender's time, the first one that is free. A message that has to wait is
due at its place, so that no worker waits for it.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from reviews.delivery.content.render import text_sender
from reviews.models import Delivery, SenderPace

KEPT = timedelta(minutes=1)  # for so long a message that comes late has not lost its place


def admit(rows: Sequence[Delivery], now: datetime) -> list[Delivery]:
    """Return the claimed text messages that may leave now; release the others, each due at its place."""
    admitted: list[Delivery] = []
    waiting: dict[str, list[Delivery]] = defaultdict(list)  # by sender
    for row in rows:
        has_place = row.slot_at is not None and now - row.slot_at < KEPT
        if has_place or not rate(row):
            admitted.append(row)
        else:
            waiting[text_sender(row.account)].append(row)
    for sender, of_sender in sorted(waiting.items()):
        admitted += _give_places(sender, of_sender, now)
    return sorted(admitted, key=lambda row: row.due_at)


def rate(row: Delivery) -> int:
    """Return how many messages a second the message's sender may send; 0 for as many as there are."""
    account = row.account
    own = account.texts_per_second if account.text_sender else None
    return settings.TEXTS_PER_SECOND if own is None else own


def _give_places(sender: str, rows: list[Delivery], now: datetime) -> list[Delivery]:
    """Give each message the next free place of the sender, and return those whose place is now."""
    places: list[datetime] = []
    with transaction.atomic():
        SenderPace.objects.get_or_create(sender=sender, defaults={"free_at": now})
        pace = SenderPace.objects.select_for_update().get(sender=sender)
        free_at = max(pace.free_at, now)
        for row in rows:
            places.append(free_at)
            free_at += timedelta(seconds=1) / rate(row)
        SenderPace.objects.filter(sender=sender).update(free_at=free_at)
        for row, place in zip(rows, places, strict=True):
            if place > now:
                reason = f"Waits its turn: {sender or 'the sender'} sends {rate(row)} texts a second."
                held = Delivery.objects.filter(pk=row.pk, claim=row.claim)
                held.update(slot_at=place, due_at=place, claim=None, reason=reason)
    return [row for row, place in zip(rows, places, strict=True) if place <= now]
