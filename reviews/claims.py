"""A worker's hold on messages: claim them, mark the last ones sent and declare the next ones, hand them back.

Every statement is fenced by the claim: who lost it changes nothing. `advance` does in one statement what has to
be true at one moment: what has left is marked, its follow-up is planned, and what leaves next is declared.
"""

import math
import time
import uuid
from collections import deque
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from itertools import zip_longest
from typing import Any

from django.db import connection, transaction
from django.db.models import F

from oauth.models import Account
from reviews import events
from reviews.channels import Accepted, Message
from reviews.models import ChannelHealth, Delivery, Event, ReviewRequest
from reviews.models.base import Channel
from reviews.models.endpoint import new_event_id
from reviews.models.suppression import address_hash
from reviews.scheduling import CAP, CAP_PERIOD

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


@dataclass(frozen=True)
class Sent:
    """A message that the provider took, and what is planned after it."""

    delivery: Delivery
    message: Message
    outcome: Accepted
    at: datetime
    following: Delivery | None = None


Pair = tuple[Sent | None, Delivery | None]  # what is marked, and what is declared


def advance(*, sent: Sequence[Sent], following: Sequence[Delivery], now: datetime) -> tuple[set[int], set[int]]:
    """Mark those as sent, plan what comes after them, and declare the following ones: their send begins now.

    Returns the ids of the marked and of the declared. A row is not marked when its claim is lost; it is not declared
    when, besides, its request has ended, the account is switched off, the address must not be written to, the
    provider is paused, or a number would get more than CAP messages in CAP_PERIOD.
    """
    # In an order, so that of two who want the same rows one waits for the other, and not each for each.
    marks = sorted(sent, key=lambda one: one.delivery.request_id)
    declarations = sorted(following, key=lambda row: row.address)
    pairs = list(zip_longest(marks, declarations))
    answers = _advance_at_once(pairs, now) if connection.vendor == "postgresql" else _advance_in_turn(pairs, now)
    marked = {one.delivery.pk for one, (was_marked, _) in zip(marks, answers, strict=False) if was_marked}
    return marked, {row.pk for row, (_, was_declared) in zip(declarations, answers, strict=False) if was_declared}


def _advance_at_once(pairs: Sequence[Pair], now: datetime) -> list[tuple[bool, bool]]:
    """A statement for each pair; several are one transaction and one round trip, which a pipeline makes of them.

    So messages that came back together are marked together, and soon: the fewer are sent twice when this worker dies.
    """
    numbers = sorted({row.address for _, row in pairs if row is not None and row.channel == Channel.SMS})
    with ExitStack() as until_sent, ExitStack() as until_read:
        cursors = [until_read.enter_context(connection.cursor()) for _ in pairs]
        if numbers or len(pairs) > 1:
            until_sent.enter_context(connection.wrap_database_errors)
            until_sent.enter_context(connection.connection.pipeline())
        if numbers:
            # Two workers must not count a number's messages at the same time. The statements after this one look at
            # the rows when the locks are there, not before.
            until_sent.enter_context(connection.cursor()).execute(_LOCK_NUMBERS, [numbers])
        for cursor, (sent, row) in zip(cursors, pairs, strict=True):
            cursor.execute(*_statement_for(sent, row, now))
        until_sent.close()
        return [cursor.fetchone() for cursor in cursors]


_LOCK_NUMBERS = "SELECT pg_advisory_xact_lock(hashtextextended(n, 0)) FROM unnest(%s::text[]) AS n"

_OPEN = ", ".join(f"'{status}'" for status in ReviewRequest.OPEN)
_PENDING = ", ".join(f"'{status}'" for status in Delivery.PENDING)

# `lower` is there for PostgreSQL's planner. A bare status would let it choose the partial indexes of what is open or
# due, and walk through all of that for one row, whenever it has no statistics of these tables, or old ones.

# Everything that can close between planning and sending, of the message's row `d`.
_GATES = f"""
    lower(d.status) IN ({_PENDING})
    AND EXISTS (
        SELECT 1 FROM reviews_reviewrequest AS r JOIN oauth_account AS a ON a.id = r.account_id
        WHERE r.id = d.request_id AND lower(r.status) IN ({_OPEN}) AND a.is_active
    )
    AND NOT EXISTS (
        SELECT 1 FROM reviews_suppression AS s
        WHERE s.account_id = d.account_id AND s.address_hash = %s AND s.lifted_at IS NULL
    )
    AND NOT EXISTS (SELECT 1 FROM reviews_channelhealth AS h WHERE h.channel = d.channel AND h.paused_until > %s)
    AND (d.channel <> 'sms' OR {CAP} > (
        SELECT count(*) FROM reviews_delivery AS o
        WHERE o.address = d.address AND o.id <> d.id AND (o.sent_at > %s OR lower(o.status) = 'sending')
    ))"""

_DECLARE = f"""
    UPDATE reviews_delivery AS d SET status = 'sending', attempts = d.attempts + 1, due_at = %s
    WHERE d.id = %s AND d.claim = %s AND {_GATES}"""


def _declaration(row: Delivery, now: datetime) -> list[Any]:
    hashed = address_hash(row.account_id, row.channel, row.address)
    held = [_stored("due_at", now + LEASE), row.pk, _stored("claim", row.claim)]
    return [*held, hashed, _stored("due_at", now), _stored("due_at", now - CAP_PERIOD)]


# The request is locked before the delivery, as every ending does.
_MARK = f"""
    waiting AS MATERIALIZED (
        SELECT id, status FROM reviews_reviewrequest WHERE id = %s AND lower(status) IN ({_OPEN}) FOR UPDATE
    ), marked AS (
        UPDATE reviews_delivery AS d
        SET status = 'sent', claim = NULL, due_at = %s, sent_at = %s, provider_id = %s, sandbox = %s,
            subject = %s, text = %s, error_code = '', error_text = ''
        FROM (SELECT count(*) FROM waiting) AS locked
        WHERE d.id = %s AND d.claim = %s AND lower(d.status) = 'sending'
        RETURNING d.id, d.sent_at, d.account_id, d.request_id
    ), moved AS (
        UPDATE reviews_reviewrequest AS r SET status = 'sent', reason = '', sent_at = m.sent_at
        FROM marked AS m, waiting AS w WHERE r.id = w.id AND w.status = 'scheduled'
        RETURNING r.id
    ), told AS (
        INSERT INTO reviews_event (id, type, account_id, occurred_at, request_id, delivery_id)
        SELECT %s::uuid, '{Event.Type.MESSAGE_SENT}', account_id, sent_at, request_id, id FROM marked
        UNION ALL
        SELECT %s::uuid, '{Event.Type.REQUEST_SENT}', account_id, sent_at, request_id, NULL FROM marked, moved
        RETURNING *
    ), noticed AS ({events.notices_of("told")})"""

_FIELDS = [field for field in Delivery._meta.concrete_fields if not field.primary_key]


@cache
def _statement(has_sent: bool, has_next: bool, has_row: bool) -> str:
    parts, answers = [], ["false", "false"]
    if has_sent:
        parts.append(_MARK)
        answers[0] = "EXISTS (SELECT 1 FROM marked)"
    if has_next:
        columns = ", ".join(f'"{field.column}"' for field in _FIELDS)
        values = ", ".join(f"%s::{field.cast_db_type(connection)}" for field in _FIELDS)
        insert = f"INSERT INTO reviews_delivery ({columns}) SELECT {values} FROM marked, waiting"
        parts.append(f"planned AS ({insert} ON CONFLICT DO NOTHING)")
    if has_row:
        parts.append(f"declared AS ({_DECLARE} RETURNING d.id)")
        answers[1] = "EXISTS (SELECT 1 FROM declared)"
    return f"WITH {', '.join(parts)} SELECT {', '.join(answers)}"


def _statement_for(sent: Sent | None, row: Delivery | None, now: datetime) -> tuple[str, list[Any]]:
    given: list[Any] = []
    if sent is not None:
        own = sent.delivery
        given += [own.request_id, own.due_at, sent.at, *_record(sent).values(), own.pk, own.claim]
        given += [new_event_id(), new_event_id()]
    following = sent.following if sent is not None else None
    if following is not None:
        given += [getattr(following, field.attname) for field in _FIELDS]  # the driver knows all of these types
    if row is not None:
        given += _declaration(row, now)
    return _statement(sent is not None, following is not None, row is not None), given


def _advance_in_turn(pairs: Sequence[Pair], now: datetime) -> list[tuple[bool, bool]]:
    """The same where a statement cannot hold several changes (SQLite): inside a transaction, which writes alone."""
    answers = []
    for sent, row in pairs:
        with transaction.atomic(), connection.cursor() as cursor:
            marked = sent is not None and _mark_in_turn(sent)
            if row is not None:
                cursor.execute(_DECLARE, _declaration(row, now))
            answers.append((marked, row is not None and cursor.rowcount == 1))
    return answers


def _mark_in_turn(sent: Sent) -> bool:
    own = Delivery.objects.filter(pk=sent.delivery.pk, claim=sent.delivery.claim, status=Status.SENDING)
    kept = {"due_at": sent.delivery.due_at, "sent_at": sent.at, "error_code": "", "error_text": ""}
    if not own.update(status=Status.SENT, claim=None, **kept, **_record(sent)):
        return False
    told = [events.of_message(sent.delivery, Event.Type.MESSAGE_SENT, sent.at)]
    request = ReviewRequest.objects.filter(pk=sent.delivery.request_id)
    moved = {"status": ReviewRequest.Status.SENT, "reason": "", "sent_at": sent.at}
    if request.filter(status=ReviewRequest.Status.SCHEDULED).update(**moved):
        told.append(
            Event(
                account_id=sent.delivery.account_id,
                type=Event.Type.REQUEST_SENT,
                occurred_at=sent.at,
                request_id=sent.delivery.request_id,
            )
        )
    events.record(*told)
    if sent.following is not None and request.open().exists():
        Delivery.objects.bulk_create([sent.following], ignore_conflicts=True)
    return True


def _record(sent: Sent) -> dict[str, Any]:
    """What is kept of a message that left, in the order of _MARK."""
    return {
        "provider_id": sent.outcome.provider_id[:255],
        "sandbox": sent.outcome.sandbox,
        "subject": sent.message.subject[:500],
        "text": sent.message.text,
    }


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
