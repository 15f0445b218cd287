"""Telling the operator of troubles that began or ended: claimed, told, settled, so that several processes tell once.

A process that dies between telling and settling leaves a claim that lapses: then another one tells once more.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from django.utils import timezone

from reviews.alarms import troubles, ways
from reviews.models import Trouble

logger = logging.getLogger(__name__)

Clock = Callable[[], datetime]

AT_ONCE = 20  # troubles
# After each failure in a row; the last one for as long as it takes.
WAITS = [timedelta(seconds=30), *(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60))]


def look_and_tell(clock: Clock = timezone.now) -> int:
    """Look for troubles that began or ended, and tell the operator; return the number that they were told about."""
    troubles.look(now=clock())
    return tell(clock)


def tell(clock: Clock = timezone.now) -> int:
    """Tell what is due; return the number of troubles that the operator was told about."""
    if not ways.exist():
        return 0
    waiting = list(Trouble.objects.to_tell(clock()).order_by("due_at", "pk")[:AT_ONCE])
    if not waiting:
        return 0
    operators, paused = ways.operators(), ways.paused_channels()
    told = 0
    for trouble in waiting:
        if trouble.take(clock()):
            is_told = ways.tell(partial(troubles.in_words, trouble), to=operators, paused=paused)
            _settle(trouble, is_told=is_told, now=clock())
            told += is_told
    return told


def _settle(trouble: Trouble, *, is_told: bool, now: datetime) -> None:
    """Note what came of it, unless the claim has lapsed or the trouble has ended since: its end is told as well."""
    if not is_told:
        wait = WAITS[min(trouble.tries, len(WAITS) - 1)]
        rows = Trouble.objects.filter(pk=trouble.pk, claim=trouble.claim)
        rows.update(claim=None, due_at=now + wait, tries=trouble.tries + 1)
        logger.error("the operator could not be told: %s", trouble.kind)
        return
    if trouble.ended_at:
        Trouble.objects.filter(pk=trouble.pk).update(end_told_at=now, claim=None, tries=0)
        return
    # By its id alone: the trouble may have ended meanwhile, which takes the claim away, and its end is told then.
    Trouble.objects.filter(pk=trouble.pk).update(told_at=now)
    Trouble.objects.filter(pk=trouble.pk, claim=trouble.claim).update(claim=None, tries=0)
