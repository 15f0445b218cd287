"""A worker's hold on messages: claim them, mark the last ones sent and declare the next ones, hand them back.

Every statement is fenced by the claim: who lost it changes nothing. `advance` does in one statement what has to
be true at one moment: what has left is marked, its follow-up is planned, and what leaves next is declared.
"""

import math
import time
import uuid
from collections import deque
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F

from oauth.models import Account
from reviews.models import ChannelHealth, Delivery

Status = Delivery.Status

BATCH = 100
LEASE = timedelta(seconds=120)


# --- Claiming --------------------------------------------------------------------------------


def claim(channel: str, now: datetime, *, limit: int = BATCH, accounts: Sequence[uuid.UUID] = ()) -> list[Delivery]:
    """Take up to `limit` due messages of the channel for LEASE, the oldest first; nobody else gets them until then.

    Nothing is taken while the channel's provider is paused. With `accounts`, each of them gets an equal share. The
    rows keep `due_at` as it was planned: it is written back with the outcome.
    """
    return _claim(channel, now, limit, accounts, Status.PLANNED)


def claim_in_doubt(channel: str, now: datetime) -> list[Delivery]:
    """Take one message whose sender died in mid-send, if there is one. One at a time: it may kill its worker again."""
    return _claim(channel, now, 1, (), Status.SENDING)


def _claim(channel: str, now: datetime, limit: int, accounts: Sequence[uuid.UUID], status: str) -> list[Delivery]:
    token = uuid.uuid4()
    due = dict(_take(_due(channel, now, limit, accounts, status), token, now + LEASE))
    rows = list(Delivery.objects.filter(pk__in=due).select_related("request__contact")) if due else []
    owners = Account.objects.in_bulk({row.account_id for row in rows})
    for row in rows:
        row.due_at = due[row.pk]
        row.account = row.request.account = row.request.contact.account = owners[row.account_id]
    return sorted(rows, key=lambda row: row.due_at)


def _due(channel: str, now: datetime, limit: int, accounts: Sequence[uuid.UUID], status: str) -> tuple[str, list[Any]]:
    """A statement that finds the due rows and locks them, where rows can be locked."""
    moment = _stored("due_at", now)
    lock = "FOR UPDATE OF reviews_delivery SKIP LOCKED" if connection.features.has_select_for_update_skip_locked else ""
    share = f"""
        SELECT * FROM (
            SELECT id, due_at FROM reviews_delivery
            WHERE status = '{status}' AND channel = %s AND due_at <= %s {{of}} AND NOT EXISTS (
                SELECT 1 FROM reviews_channelhealth AS h
                WHERE h.channel = reviews_delivery.channel AND h.paused_until > %s
            )
            ORDER BY due_at LIMIT %s {lock}
        ) AS share"""
    if not accounts:
        return share.format(of=""), [channel, moment, moment, limit]
    own = share.format(of="AND account_id = %s")
    each = math.ceil(limit / len(accounts))
    given = [[channel, moment, _stored("account", account), moment, each] for account in accounts]
    return " UNION ALL ".join([own] * len(accounts)), [value for values in given for value in values]


def _take(due: tuple[str, list[Any]], token: uuid.UUID, until: datetime) -> list[tuple[int, datetime]]:
    sql, given = due
    hold = [_stored("claim", token), _stored("due_at", until)]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                f"WITH due AS ({sql}) UPDATE reviews_delivery AS d SET claim = %s, due_at = %s"
                " FROM due WHERE d.id = due.id RETURNING d.id, due.due_at",
                [*given, *hold],
            )
            return list(cursor.fetchall())
    found = Delivery.objects.raw(f"SELECT id, due_at FROM ({sql})", given)
    if not list(found.iterator()):
        return []  # without the lock that a transaction takes
    with transaction.atomic():
        rows = list(found.iterator())
        Delivery.objects.filter(pk__in=[row.pk for row in rows]).update(claim=token, due_at=until)
    return [(row.pk, row.due_at) for row in rows]


class Turns:
    """One worker's claims of a channel: by turns of the accounts when more is due than one claim takes.

    So a big import delays nobody else's single message.
    """

    ACCOUNTS = 20  # in one claim
    FRESH = 5.0  # seconds: how soon an account that has just come up gets its turn

    def __init__(self, channel: str) -> None:
        self.channel = channel
        self._is_busy = False
        self._turns: deque[uuid.UUID] = deque()
        self._read_at = -math.inf

    def claim(self, now: datetime) -> list[Delivery]:
        if self._is_busy and (turn := self._turn(now)):
            rows = claim(self.channel, now, accounts=turn)
            if rows:
                return rows
        rows = claim(self.channel, now)
        self._is_busy = len(rows) == BATCH
        return rows

    def _turn(self, now: datetime) -> list[uuid.UUID]:
        """The accounts whose turn it is; none when only one has messages due."""
        if time.monotonic() - self._read_at > self.FRESH:
            due = Delivery.objects.filter(status=Status.PLANNED, channel=self.channel, due_at__lte=now)
            known = set(due.order_by().values_list("account", flat=True).distinct())
            kept = [account for account in self._turns if account in known]
            self._turns = deque([*kept, *sorted(known - set(kept))])
            self._read_at = time.monotonic()
        turn = list(self._turns)[: self.ACCOUNTS]
        self._turns.rotate(-len(turn))
        return turn if len(turn) > 1 else []


def hand_back(deliveries: Iterable[Delivery]) -> None:
    """Let others have what this worker claimed and will not send."""
    rows = list(deliveries)
    with transaction.atomic():
        for row in rows:
            Delivery.objects.filter(pk=row.pk, claim=row.claim, status=row.status).update(claim=None, due_at=row.due_at)


# --- Marking and declaring -------------------------------------------------------------------


# `lower` is there for PostgreSQL's planner. A bare status would let it choose the partial indexes of what is open or
# due, and walk through all of that for one row, whenever it has no statistics of these tables, or old ones.


def _stored(name: str, value: Any) -> Any:
    """The value as the database's driver takes it for that column; PostgreSQL's takes ours as they are."""
    if connection.vendor == "postgresql":
        return value
    return Delivery._meta.get_field(name).get_db_prep_value(value, connection)  # type: ignore[union-attr]


# --- Pauses ----------------------------------------------------------------------------------


def paused_channels(now: datetime) -> set[str]:
    return set(ChannelHealth.objects.paused(now))


def pause(channel: str, *, period: timedelta, now: datetime) -> None:
    """Keep everyone from that provider for a while; what is due stays due."""
    ChannelHealth.objects.update_or_create(
        channel=channel,
        defaults={"paused_until": now + period, "failures": F("failures") + 1},
        create_defaults={"paused_until": now + period, "failures": 1},
    )
