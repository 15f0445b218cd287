"""How many texts a second a sender may have on their way, whichever workers send them.

Each text gets a place of its own in the sender's time: the first one free. What has to wait is due at its
place, so that nobody waits for it.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from reviews.delivery.content.render import text_sender
from reviews.models import Delivery, SenderPace

KEPT = timedelta(minutes=1)  # for so long a text that comes late has not lost its place


def admit(rows: Sequence[Delivery], now: datetime) -> list[Delivery]:
    """Those of the claimed texts that may leave now; the others are planned for their places."""
    admitted: list[Delivery] = []
    queues: dict[str, list[Delivery]] = defaultdict(list)
    for row in rows:
        has_place = row.slot_at is not None and now - row.slot_at < KEPT
        if has_place or not rate(row):
            admitted.append(row)
        else:
            queues[text_sender(row.account)].append(row)
    for sender, waiting in sorted(queues.items()):
        admitted += _give_places(sender, waiting, now)
    return sorted(admitted, key=lambda row: row.due_at)


def rate(row: Delivery) -> int:
    """Texts a second of the sender that this one goes out from; 0 for as many as there are."""
    account = row.account
    own = account.texts_per_second if account.text_sender else None
    return settings.TEXTS_PER_SECOND if own is None else own


def _give_places(sender: str, rows: list[Delivery], now: datetime) -> list[Delivery]:
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
                why = f"Waits its turn: {sender or 'the sender'} sends {rate(row)} texts a second."
                own = Delivery.objects.filter(pk=row.pk, claim=row.claim)
                own.update(slot_at=place, due_at=place, claim=None, reason=why)
    return [row for row, place in zip(rows, places, strict=True) if place <= now]
