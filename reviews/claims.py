"""A worker's hold on messages: claim them, mark the last ones sent and declare the next ones, hand them back.

Every statement is fenced by the claim: who lost it changes nothing. `advance` does in one statement what has to
be true at one moment: what has left is marked, its follow-up is planned, and what leaves next is declared.
"""

import json
import math
import time
import uuid
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F

from oauth.models import Account
from reviews.channels import Accepted, Message
from reviews.models import ChannelHealth, Delivery, ReviewRequest
from reviews.models.base import Channel
from reviews.models.suppression import address_hash

Status = Delivery.Status

BATCH = 100
LEASE = timedelta(seconds=120)
DAILY_CAP, CAP_PERIOD = 3, timedelta(hours=24)


# --- Claiming --------------------------------------------------------------------------------


def claim(channel: str, now: datetime, *, limit: int = BATCH, accounts: Sequence[uuid.UUID] = ()) -> list[Delivery]:
    """Take up to `limit` due messages of the channel for LEASE, the oldest first; nobody else gets them until then.

    With `accounts`, each of them gets an equal share. The rows keep `due_at` as it was planned: it is written back
    with the outcome.
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
    lock = "FOR UPDATE SKIP LOCKED" if connection.features.has_select_for_update_skip_locked else ""
    share = f"""
        SELECT * FROM (
            SELECT id, due_at FROM reviews_delivery
            WHERE status = '{status}' AND channel = %s AND due_at <= %s {{of}}
            ORDER BY due_at LIMIT %s {lock}
        ) AS share"""
    if not accounts:
        return share.format(of=""), [channel, _stored("due_at", now), limit]
    own = share.format(of="AND account_id = %s")
    each = math.ceil(limit / len(accounts))
    given = [[channel, _stored("due_at", now), _stored("account", account), each] for account in accounts]
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
    with transaction.atomic():
        rows = list(Delivery.objects.raw(f"SELECT id, due_at FROM ({sql})", given))
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


def advance(*, sent: Sequence[Sent], following: Sequence[Delivery], now: datetime) -> tuple[set[int], set[int]]:
    """Mark those as sent, plan what comes after them, and declare the following ones: their send begins now.

    Returns the ids of the marked and of the declared. A row is not marked when its claim is lost; it is not declared
    when, besides, its request has ended, the account is switched off, the address must not be written to, the
    provider is paused, or a number would get more than DAILY_CAP messages in CAP_PERIOD.
    """
    own = [row for row in following if row.channel == Channel.SMS]
    if connection.vendor == "postgresql" and not own:
        return _advance_at_once(sent, following, now)
    with transaction.atomic():
        if connection.vendor != "postgresql":
            return _advance_in_turn(sent, following, now)
        # Two workers must not count a number's messages at the same time.
        with connection.cursor() as cursor:
            for number in sorted({row.address for row in own}):
                cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [number])
        return _advance_at_once(sent, following, now)


_OPEN = ", ".join(f"'{status}'" for status in ReviewRequest.OPEN)
_PENDING = ", ".join(f"'{status}'" for status in Delivery.PENDING)

# Everything that can close between planning and sending. `d` is the message's row; its own hash is compared with.
_GATES = f"""
    d.status IN ({_PENDING})
    AND EXISTS (
        SELECT 1 FROM reviews_reviewrequest AS r JOIN oauth_account AS a ON a.id = r.account_id
        WHERE r.id = d.request_id AND r.status IN ({_OPEN}) AND a.is_active
    )
    AND NOT EXISTS (
        SELECT 1 FROM reviews_suppression AS s
        WHERE s.account_id = d.account_id AND s.address_hash = {{hash}} AND s.lifted_at IS NULL
    )
    AND NOT EXISTS (SELECT 1 FROM reviews_channelhealth AS h WHERE h.channel = d.channel AND h.paused_until > %s)
    AND (d.channel <> 'sms' OR {DAILY_CAP} > (
        SELECT count(*) FROM reviews_delivery AS o
        WHERE o.address = d.address AND o.id <> d.id AND (o.sent_at > %s OR o.status = 'sending')
    ))"""

_PLANNED_FIELDS = [field for field in Delivery._meta.concrete_fields if not field.primary_key]
_PLANNED_COLUMNS = ", ".join(f'"{field.column}"' for field in _PLANNED_FIELDS)

# Requests are locked before deliveries, as every ending does.
_AT_ONCE = f"""
    WITH given AS MATERIALIZED (
        SELECT * FROM jsonb_to_recordset(%s::jsonb) AS g (
            id bigint, claim uuid, request_id uuid, due_at timestamptz, sent_at timestamptz,
            provider_id text, sandbox boolean, subject text, text text
        )
    ), waiting AS MATERIALIZED (
        SELECT id, status FROM reviews_reviewrequest
        WHERE id = ANY(%s::uuid[]) AND status IN ({_OPEN}) ORDER BY id FOR UPDATE
    ), marked AS (
        UPDATE reviews_delivery AS d
        SET status = 'sent', claim = NULL, due_at = g.due_at, sent_at = g.sent_at, provider_id = g.provider_id,
            sandbox = g.sandbox, subject = g.subject, text = g.text, error_code = '', error_text = ''
        FROM given AS g LEFT JOIN waiting AS w ON w.id = g.request_id
        WHERE d.id = g.id AND d.claim = g.claim AND d.status = 'sending'
        RETURNING d.id, d.request_id, d.sent_at
    ), moved AS (
        UPDATE reviews_reviewrequest AS r SET status = 'sent', reason = '', sent_at = m.sent_at
        FROM marked AS m JOIN waiting AS w ON w.id = m.request_id
        WHERE r.id = m.request_id AND w.status = 'scheduled'
    ), planned AS (
        INSERT INTO reviews_delivery ({_PLANNED_COLUMNS})
        SELECT {", ".join(f'n."{field.column}"' for field in _PLANNED_FIELDS)}
        FROM jsonb_populate_recordset(NULL::reviews_delivery, %s::jsonb) AS n
        JOIN marked AS m ON m.request_id = n.request_id JOIN waiting AS w ON w.id = n.request_id
        ON CONFLICT DO NOTHING
    ), declared AS (
        UPDATE reviews_delivery AS d SET status = 'sending', attempts = d.attempts + 1, due_at = %s
        FROM jsonb_to_recordset(%s::jsonb) AS f (id bigint, claim uuid, address_hash text)
        WHERE d.id = f.id AND d.claim = f.claim AND {_GATES.format(hash="f.address_hash")}
        RETURNING d.id
    )
    SELECT id, true FROM marked UNION ALL SELECT id, false FROM declared"""


def _advance_at_once(sent: Sequence[Sent], following: Sequence[Delivery], now: datetime) -> tuple[set[int], set[int]]:
    given = [
        {
            "id": one.delivery.pk,
            "claim": str(one.delivery.claim),
            "request_id": str(one.delivery.request_id),
            "due_at": one.delivery.due_at.isoformat(),
            "sent_at": one.at.isoformat(),
            **_record(one),
        }
        for one in sent
    ]
    planned = [
        {field.column: _plain(field.value_from_object(one.following)) for field in _PLANNED_FIELDS}
        for one in sent
        if one.following
    ]
    declared = [{"id": row.pk, "claim": str(row.claim), "address_hash": _hash(row)} for row in following]
    requests = [one.delivery.request_id for one in sent]
    changes: list[Any] = [json.dumps(given), requests, json.dumps(planned)]
    gates: list[Any] = [now + LEASE, json.dumps(declared), now, now - CAP_PERIOD]
    with connection.cursor() as cursor:
        cursor.execute(_AT_ONCE, changes + gates)
        rows = cursor.fetchall()
    return {pk for pk, is_marked in rows if is_marked}, {pk for pk, is_marked in rows if not is_marked}


def _advance_in_turn(sent: Sequence[Sent], following: Sequence[Delivery], now: datetime) -> tuple[set[int], set[int]]:
    """The same where a statement cannot hold several changes (SQLite): inside a transaction, which writes alone."""
    marked, declared = set(), set()
    for one in sent:
        own = Delivery.objects.filter(pk=one.delivery.pk, claim=one.delivery.claim, status=Status.SENDING)
        if not own.update(
            status=Status.SENT,
            claim=None,
            due_at=one.delivery.due_at,
            sent_at=one.at,
            error_code="",
            error_text="",
            **_record(one),
        ):
            continue
        marked.add(one.delivery.pk)
        request = ReviewRequest.objects.filter(pk=one.delivery.request_id)
        request.filter(status=ReviewRequest.Status.SCHEDULED).update(
            status=ReviewRequest.Status.SENT, reason="", sent_at=one.at
        )
        if one.following is not None and request.open().exists():
            Delivery.objects.bulk_create([one.following], ignore_conflicts=True)
    with connection.cursor() as cursor:
        for row in following:
            cursor.execute(
                "UPDATE reviews_delivery AS d SET status = 'sending', attempts = d.attempts + 1, due_at = %s"
                f" WHERE d.id = %s AND d.claim = %s AND {_GATES.format(hash='%s')}",
                [
                    _stored("due_at", now + LEASE),
                    row.pk,
                    _stored("claim", row.claim),
                    _hash(row),
                    _stored("due_at", now),
                    _stored("due_at", now - CAP_PERIOD),
                ],
            )
            if cursor.rowcount:
                declared.add(row.pk)
    return marked, declared


def _record(one: Sent) -> dict[str, Any]:
    """What is kept of a message that left."""
    return {
        "provider_id": one.outcome.provider_id[:255],
        "sandbox": one.outcome.sandbox,
        "subject": one.message.subject[:500],
        "text": one.message.text,
    }


def _hash(row: Delivery) -> str:
    return address_hash(row.account_id, row.channel, row.address)


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, bool | int | str) else str(value)


def _stored(name: str, value: Any) -> Any:
    """The value as the database holds it in that column."""
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
