"""Turns: a worker's claims of one channel, shared among the accounts that have messages due.

One account's big import delays no other's single message: while more is due than one claim takes, accounts take
turns, and a message of an account that comes up meanwhile leaves before what is claimed already.
"""

import math
import time
import uuid
from collections import Counter, deque
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection

from reviews.delivery import claims
from reviews.delivery.claims import BATCH, Paused
from reviews.models import Delivery

ACCOUNTS = 20  # in one claim
GUESTS = 10  # messages that leave before others that are claimed already
# Longer than a transaction takes that plans a message.
OVERLAP = timedelta(seconds=2)


class Turns:
    """One worker's claims of one channel."""

    FRESH = 5.0  # seconds: how soon an account whose messages were due long before gets its turn
    LOOK_EVERY = 0.05  # seconds between two looks for guests

    def __init__(self, channel: str) -> None:
        self.channel = channel
        self._is_busy = False
        self._turns: deque[uuid.UUID] = deque()
        self._due: Sequence[uuid.UUID] = ()
        self._read_at = -math.inf
        self._here: set[uuid.UUID] = set()  # accounts of what was claimed last
        self._looked_at = -math.inf
        self._looked_until: datetime | None = None

    def claim(self, now: datetime, *, key: uuid.UUID | None = None) -> list[Delivery]:
        """Claim the next batch."""
        rows = self._claim(now, key)
        self._here = {row.account_id for row in rows}
        return rows

    def claim_guests(self, now: datetime, *, key: uuid.UUID | None = None) -> list[Delivery]:
        """Claim messages that just came up, of accounts that have none in the last batch: a few, mostly none."""
        if not self._is_busy or time.monotonic() - self._looked_at < self.LOOK_EVERY:
            return []
        since = (self._looked_until or now) - OVERLAP
        self._looked_at, self._looked_until = time.monotonic(), now
        guests = [account for account in accounts_that_came_up(self.channel, since, now) if account not in self._here]
        self._here |= set(guests)
        try:
            return claims.claim(self.channel, now, limit=GUESTS, accounts=guests, key=key) if guests else []
        except Paused:
            return []

    def _claim(self, now: datetime, key: uuid.UUID | None) -> list[Delivery]:
        try:
            if self._is_busy and (turn := self._turn(now)):
                rows = claims.claim(self.channel, now, limit=BATCH, accounts=turn, key=key)
                if rows:
                    return _one_of_each(rows)
            rows = claims.claim(self.channel, now, limit=BATCH, key=key)
        except Paused:
            return claims.claim_probe(self.channel, now, key=key) or self._claim_beside(now, key)
        self._is_busy = len(rows) == BATCH
        return rows

    def _claim_beside(self, now: datetime, key: uuid.UUID | None) -> list[Delivery]:
        """Claim the next batch while senders are paused: of the accounts whose sender is not, by turns."""
        turn = self._next(claims.free_accounts(self.channel, now))
        if not turn:
            return []
        return claims.claim(self.channel, now, limit=BATCH, accounts=turn, beside=True, key=key)

    def _turn(self, now: datetime) -> list[uuid.UUID]:
        """Return the accounts whose turn it is; none when only one has messages due."""
        if time.monotonic() - self._read_at > self.FRESH:
            due = Delivery.objects.filter(status=Delivery.Status.PLANNED, channel=self.channel, due_at__lte=now)
            self._due = sorted(due.order_by().values_list("account", flat=True).distinct())
            self._read_at = time.monotonic()
        turn = self._next(self._due)
        return turn if len(turn) > 1 else []

    def _next(self, due: Sequence[uuid.UUID]) -> list[uuid.UUID]:
        """Return the next of the accounts that have messages due: those that came up last are the last."""
        in_line = [account for account in self._turns if account in set(due)]
        new = set(due) - set(in_line)
        self._turns = deque([*in_line, *(account for account in due if account in new)])
        turn = list(self._turns)[:ACCOUNTS]
        self._turns.rotate(-len(turn))
        return turn


def _one_of_each(rows: list[Delivery]) -> list[Delivery]:
    """Return the messages in another order: the first of each account, then the second of each, and so on."""
    taken: Counter[uuid.UUID] = Counter()

    def place(row: Delivery) -> int:
        taken[row.account_id] += 1
        return taken[row.account_id]

    return sorted(rows, key=place)


# The state stands in the statement as a word: see claims.
_COME_UP = f"""
    SELECT DISTINCT account_id FROM reviews_delivery WHERE status = '{Delivery.Status.PLANNED}'
    AND claim IS NULL AND lapses = 0 AND channel = %(channel)s AND due_at > %(since)s AND due_at <= %(now)s"""  # noqa: S608 (a state of ours)


def accounts_that_came_up(channel: str, since: datetime, now: datetime) -> list[uuid.UUID]:
    """Return the accounts with messages that came due in that time and that nobody has claimed."""
    with connection.cursor() as cursor:
        cursor.execute(_COME_UP, claims.bound({"channel": channel, "since": since, "now": now}))
        return [uuid.UUID(str(account)) for (account,) in cursor.fetchall()]
