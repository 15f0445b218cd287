"""Advance messages: mark what has left as sent, plan its follow-up, and declare what leaves next, in one statement."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import zip_longest
from typing import Any

from django.db import connection, transaction

from reviews.delivery.channels import Accepted, Message
from reviews.delivery.claims import LEASE, Status, _stored
from reviews.models import Delivery, Event, ReviewRequest
from reviews.models.addresses import hash_address
from reviews.models.base import Channel
from reviews.models.event import new_event_id
from reviews.requests.schedule.slots import CAP, CAP_PERIOD
from reviews.webhooks import events


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
    hashed = hash_address(row.account_id, row.channel, row.address)
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
