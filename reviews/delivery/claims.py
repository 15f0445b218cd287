"""Claims: a worker's hold on messages that are due, until they are settled, released, or the claim lapses.

Whoever has lost its claim changes nothing: every statement about a claimed message asks for the claim. While the
provider of a channel is paused, none of its messages is claimed.
"""

import math
import time
import uuid
from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F

from oauth.models import Account
from reviews.models import ChannelHealth, Delivery

BATCH = 100
LEASE = timedelta(seconds=120)


def claim(channel: str, now: datetime, *, limit: int = BATCH, accounts: Sequence[uuid.UUID] = ()) -> list[Delivery]:
    """Claim up to `limit` due messages of the channel for LEASE, the oldest first; nobody else gets them until then.

    With `accounts`, only messages of these, and of each an equal share. The objects keep `due_at` as it was planned:
    it is written back with the outcome.
    """
    return _claim(Delivery.Status.PLANNED, channel=channel, now=now, limit=limit, accounts=accounts)


def claim_in_doubt(channel: str, now: datetime) -> list[Delivery]:
    """Claim one message whose worker died while sending it; only one, since it may kill this worker, too."""
    return _claim(Delivery.Status.SENDING, channel=channel, now=now, limit=1)


def release(deliveries: Iterable[Delivery]) -> None:
    """Let other workers have what this one claimed and will not send."""
    rows = list(deliveries)
    with transaction.atomic():
        for row in rows:
            Delivery.objects.filter(pk=row.pk, claim=row.claim, status=row.status).update(claim=None, due_at=row.due_at)


def renew(deliveries: Iterable[Delivery], now: datetime) -> None:
    """Hold messages that are being sent for another LEASE: their provider takes its time with the answer."""
    keys: dict[uuid.UUID | None, list[int]] = defaultdict(list)
    for row in deliveries:
        keys[row.claim].append(row.pk)
    for claim_, of_claim in keys.items():
        held = Delivery.objects.filter(pk__in=of_claim, claim=claim_, status=Delivery.Status.SENDING)
        held.update(due_at=now + LEASE)


def bound(parameters: dict[str, Any]) -> dict[str, Any]:
    """Return the parameters of a statement as the database's driver takes them; PostgreSQL's takes ours as they are."""
    if connection.vendor == "postgresql":
        return parameters
    return {name: _stored(value) for name, value in parameters.items()}


def _stored(value: Any) -> Any:
    if isinstance(value, uuid.UUID):
        return value.hex
    return connection.ops.adapt_datetimefield_value(value) if isinstance(value, datetime) else value


# --- Statements ------------------------------------------------------------------------------------

# The rest of what makes a message due, of its row `d`. Its state stands in each statement as a word and not as a
# parameter: only so does the database use the partial indexes of what is due.
_IS_DUE = """d.channel = %(channel)s AND d.due_at <= %(now)s AND NOT EXISTS (
            SELECT 1 FROM reviews_channelhealth AS h WHERE h.channel = d.channel AND h.paused_until > %(now)s
        )"""

# A row that another worker is just claiming is passed by, not waited for.
_CLAIM_OLDEST = {
    status: f"""
    WITH due AS (
        SELECT d.id, d.due_at FROM reviews_delivery AS d
        WHERE d.status = '{status}' AND {_IS_DUE}
        ORDER BY d.due_at LIMIT %(limit)s
        FOR UPDATE OF d SKIP LOCKED
    )
    UPDATE reviews_delivery AS d SET claim = %(claim)s, due_at = %(lapses_at)s
    FROM due WHERE d.id = due.id
    RETURNING d.id, due.due_at"""
    for status in Delivery.PENDING
}

_CLAIM_SHARES = f"""
    WITH due AS (
        SELECT share.id, share.due_at
        FROM unnest(%(accounts)s::uuid[]) AS account (id) CROSS JOIN LATERAL (
            SELECT d.id, d.due_at FROM reviews_delivery AS d
            WHERE d.status = '{Delivery.Status.PLANNED}' AND d.account_id = account.id AND {_IS_DUE}
            ORDER BY d.due_at LIMIT %(limit)s
            FOR UPDATE OF d SKIP LOCKED
        ) AS share
    )
    UPDATE reviews_delivery AS d SET claim = %(claim)s, due_at = %(lapses_at)s
    FROM due WHERE d.id = due.id
    RETURNING d.id, due.due_at"""

# For SQLite, which does not return what a row held before its change.
_FIND_OLDEST = {
    status: f"""
    SELECT d.id, d.due_at FROM reviews_delivery AS d
    WHERE d.status = '{status}' AND {_IS_DUE}
    ORDER BY d.due_at LIMIT %(limit)s"""
    for status in Delivery.PENDING
}

_FIND_SHARE = f"""
    SELECT d.id, d.due_at FROM reviews_delivery AS d
    WHERE d.status = '{Delivery.Status.PLANNED}' AND d.account_id = %(account)s AND {_IS_DUE}
    ORDER BY d.due_at LIMIT %(limit)s"""


def _claim(
    status: Delivery.Status, *, channel: str, now: datetime, limit: int, accounts: Sequence[uuid.UUID] = ()
) -> list[Delivery]:
    limit = math.ceil(limit / len(accounts)) if accounts else limit
    parameters = {"channel": channel, "now": now, "limit": limit, "claim": uuid.uuid4(), "lapses_at": now + LEASE}
    claim_rows = _claim_at_once if connection.vendor == "postgresql" else _claim_in_turn
    due_at = dict(claim_rows(status, list(accounts), parameters))
    rows = list(Delivery.objects.filter(pk__in=due_at).select_related("request__contact")) if due_at else []
    owners = Account.objects.in_bulk({row.account_id for row in rows})
    for row in rows:
        row.due_at = due_at[row.pk]
        row.account = row.request.account = row.request.contact.account = owners[row.account_id]
    return sorted(rows, key=lambda row: (row.due_at, row.pk))


def _claim_at_once(
    status: Delivery.Status, accounts: list[uuid.UUID], parameters: dict[str, Any]
) -> list[tuple[int, datetime]]:
    sql = _CLAIM_SHARES if accounts else _CLAIM_OLDEST[status]
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters | {"accounts": accounts})
        return list(cursor.fetchall())


def _claim_in_turn(
    status: Delivery.Status, accounts: list[uuid.UUID], parameters: dict[str, Any]
) -> list[tuple[int, datetime]]:
    """Do the same in two statements, the second inside a transaction, which on SQLite writes alone."""
    find = _FIND_SHARE if accounts else _FIND_OLDEST[status]
    of_each: list[dict[str, Any]] = [{"account": account} for account in accounts] or [{}]
    searches = [Delivery.objects.raw(find, bound(parameters | of)) for of in of_each]
    if not any(list(search.iterator()) for search in searches):
        return []  # without the lock that a transaction takes
    with transaction.atomic():
        rows = [row for search in searches for row in search.iterator()]
        held = Delivery.objects.filter(pk__in=[row.pk for row in rows])
        held.update(claim=parameters["claim"], due_at=parameters["lapses_at"])
    return [(row.pk, row.due_at) for row in rows]


# --- Turns -----------------------------------------------------------------------------------------


class Turns:
    """One worker's claims of one channel: by turns of the accounts when more is due than one claim takes.

    So one account's big import does not delay another's single message.
    """

    ACCOUNTS = 20  # in one claim
    FRESH = 5.0  # seconds: how soon an account that has just come up gets its turn

    def __init__(self, channel: str) -> None:
        self.channel = channel
        self._is_busy = False
        self._turns: deque[uuid.UUID] = deque()
        self._read_at = -math.inf

    def claim(self, now: datetime) -> list[Delivery]:
        """Claim the next batch."""
        if self._is_busy and (turn := self._turn(now)):
            rows = claim(self.channel, now, accounts=turn)
            if rows:
                return rows
        rows = claim(self.channel, now)
        self._is_busy = len(rows) == BATCH
        return rows

    def _turn(self, now: datetime) -> list[uuid.UUID]:
        """Return the accounts whose turn it is; none when only one has messages due."""
        if time.monotonic() - self._read_at > self.FRESH:
            due = Delivery.objects.filter(status=Delivery.Status.PLANNED, channel=self.channel, due_at__lte=now)
            accounts = set(due.order_by().values_list("account", flat=True).distinct())
            in_line = [account for account in self._turns if account in accounts]
            self._turns = deque([*in_line, *sorted(accounts - set(in_line))])
            self._read_at = time.monotonic()
        turn = list(self._turns)[: self.ACCOUNTS]
        self._turns.rotate(-len(turn))
        return turn if len(turn) > 1 else []


# --- Pauses ----------------------------------------------------------------------------------------


def paused_channels(now: datetime) -> set[str]:
    """Return the channels whose provider is paused."""
    return set(ChannelHealth.objects.paused(now))


def are_sent_elsewhere(channel: str, now: datetime, *, here: Iterable[int]) -> bool:
    """Tell whether another worker is just sending messages of the channel; `here`: those that this one sends."""
    sending = Delivery.objects.filter(status=Delivery.Status.SENDING, channel=channel, due_at__gt=now)
    return sending.exclude(pk__in=list(here)).exists()


def pause(channel: str, *, period: timedelta, now: datetime) -> None:
    """Keep every worker from the channel's provider for that period; what is due stays due."""
    ChannelHealth.objects.update_or_create(
        channel=channel,
        defaults={"paused_until": now + period, "failures": F("failures") + 1},
        create_defaults={"paused_until": now + period, "failures": 1},
    )
