"""The step from one message to the next: mark what has left, plan its follow-up, and declare what leaves next.

To declare a message is to write, before it is handed to the provider, that its send begins. All of that has to be
true at one moment, so it is one statement: a worker that dies has done the whole step or none of it.
"""

from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest
from typing import Any

from django.db import connection, transaction

from reviews.contacts.suppressions import LOCK_NUMBERS
from reviews.delivery import states
from reviews.delivery.channels import Accepted, Message
from reviews.delivery.claims import LEASE, bound
from reviews.models import Consent, Delivery, Event, ReviewRequest
from reviews.models.addresses import hashes_of
from reviews.models.base import Channel
from reviews.models.event import new_event_id
from reviews.models.pause import sender_of
from reviews.requests import lifecycle, planned_messages
from reviews.requests.schedule.slots import CAP, CAP_PERIOD
from reviews.webhooks import events


@dataclass(frozen=True)
class Sent:
    """A message that the provider accepted at that moment, and the follow-up to plan after it, if there is one."""

    delivery: Delivery
    message: Message
    accepted: Accepted
    at: datetime
    follow_up: Delivery | None = None


Pair = tuple[Sent | None, Delivery | None]  # a message to mark and a message to declare


def mark_and_declare(*, sent: Sequence[Sent], ready: Sequence[Delivery], now: datetime) -> tuple[set[int], set[int]]:
    """Mark messages as sent with what follows from that, and declare the ready ones; return the ids of both.

    A message is not marked when its claim is lost. It is not declared when its claim is lost, its row has another
    address by now than the one that it was rendered for, its request has ended or is held, its account is switched off,
    or demands a consent that is not in force, its address must not be written to, its provider is paused, or its number
    would get more than CAP messages in CAP_PERIOD. An answer to a customer has no request, and asks for nothing that a
    consent would be needed for; it neither counts nor waits for the cap until `uncounted_until`. While our account's
    fault pauses a channel or sender, only the message that this is tried with is declared.
    """
    # In one order, so that of two workers who want the same rows one waits for the other, and not each for each.
    sent = sorted(sent, key=lambda each: str(each.delivery.request_id or ""))
    ready = sorted(ready, key=lambda row: row.address)
    pairs = list(zip_longest(sent, ready))
    answers = _at_once(pairs, now) if connection.vendor == "postgresql" else _in_turn(pairs, now)
    marked = {each.delivery.pk for each, (is_marked, _) in zip(sent, answers, strict=False) if is_marked}
    declared = [row for row, (_, is_declared) in zip(ready, answers, strict=False) if is_declared]
    for row in declared:
        row.status = Delivery.Status.SENDING
        row.attempts += 1
    return marked, {row.pk for row in declared}


# --- PostgreSQL: all of it in one statement --------------------------------------------------------


def _at_once(pairs: Sequence[Pair], now: datetime) -> list[tuple[bool, bool]]:
    """Run a statement for each pair; several are one transaction and one round trip, which a pipeline makes of them.

    So messages that came back together are marked together, and soon: the fewer are sent twice when this worker dies.
    """
    numbers = sorted({row.address for _, row in pairs if row is not None and row.channel == Channel.SMS})
    with ExitStack() as until_sent, ExitStack() as until_read:
        cursors = [until_read.enter_context(connection.cursor()) for _ in pairs]
        if numbers or len(pairs) > 1:
            until_sent.enter_context(connection.wrap_database_errors)
            until_sent.enter_context(connection.connection.pipeline())
        if numbers:
            # Two workers must not count a number's messages at the same time. The statements after this one read the
            # rows once they have the locks, not before.
            until_sent.enter_context(connection.cursor()).execute(LOCK_NUMBERS, {"numbers": numbers})
        for cursor, (sent, row) in zip(cursors, pairs, strict=True):
            follow_up = sent.follow_up if sent is not None else None
            sql = _STATEMENTS[sent is not None, follow_up is not None, row is not None]
            cursor.execute(sql, _of_mark(sent) | _of_follow_up(follow_up) | _of_declaration(row, now))
        until_sent.close()
        return [cursor.fetchone() for cursor in cursors]


def _words(statuses: Iterable[str]) -> str:
    """Return the states as a list of SQL."""
    return ", ".join(f"'{status}'" for status in statuses)


_WORKER_MOVES = Delivery.MOVES[Delivery.Mover.WORKER]

# `lower` is there for PostgreSQL's planner. A bare status would let it choose the partial indexes of what is open or
# due, and walk through all of that for one row, whenever it has no statistics of these tables, or old ones.
_DECLARE = f"""
    UPDATE reviews_delivery AS d
    SET status = '{Delivery.Status.SENDING}', attempts = d.attempts + 1, due_at = %(lapses_at)s
    WHERE d.id = %(ready_id)s AND d.claim = %(ready_claim)s AND d.address = %(ready_address)s
        AND lower(d.status) IN ({_words(_WORKER_MOVES[Delivery.Status.SENDING])})
        AND CASE d.kind WHEN '{Delivery.Kind.ANSWER}' THEN EXISTS (
            SELECT 1 FROM oauth_account AS a WHERE a.id = d.account_id AND a.is_active
        ) ELSE EXISTS (
            SELECT 1 FROM reviews_reviewrequest AS r JOIN oauth_account AS a ON a.id = r.account_id
            WHERE r.id = d.request_id AND lower(r.status) IN ({_words(ReviewRequest.OPEN)}) AND r.held = ''
                AND a.is_active
                AND (
                    NOT CASE d.channel WHEN '{Channel.SMS}' THEN a.texts_need_consent ELSE a.mail_needs_consent END
                    OR '{Consent.Kind.GIVEN}' = (
                        SELECT c.kind FROM reviews_consent AS c
                        WHERE c.account_id = d.account_id AND c.address_hash = %(ready_hash)s
                        ORDER BY c.at DESC, c.kind DESC LIMIT 1
                    )
                )
        ) END
        AND NOT EXISTS (
            SELECT 1 FROM reviews_suppression AS s
            WHERE s.account_id = d.account_id AND s.lifted_at IS NULL
                AND s.address_hash IN (%(ready_hash)s, %(former_hash)s)
        )
        AND NOT EXISTS (
            SELECT 1 FROM reviews_channelhealth AS h WHERE h.channel = d.channel AND h.paused_until > %(now)s
        )
        AND NOT EXISTS (
            SELECT 1 FROM reviews_pause AS p WHERE p.channel = d.channel AND p.sender IN ('', %(ready_sender)s)
                AND NOT EXISTS (SELECT 1 FROM reviews_pause AS t WHERE t.probe = %(ready_id)s)
        )
        AND (d.channel <> '{Channel.SMS}' OR d.uncounted_until >= %(now)s OR {CAP} > (
            SELECT count(*) FROM reviews_delivery AS o
            WHERE o.address = d.address AND o.id <> d.id
                AND (o.sent_at > %(cap_begins)s OR lower(o.status) = '{Delivery.Status.SENDING}')
                AND (o.uncounted_until IS NULL OR o.uncounted_until < coalesce(o.sent_at, %(now)s))
        ))"""

# The request is locked before the message, as every ending does.
_MARK = f"""
    open_request AS MATERIALIZED (
        SELECT id, status FROM reviews_reviewrequest
        WHERE id = %(request_id)s AND lower(status) IN ({_words(ReviewRequest.OPEN)}) FOR UPDATE
    ), marked AS (
        UPDATE reviews_delivery AS d
        SET status = '{Delivery.Status.SENT}', claim = NULL, due_at = %(due_at)s, sent_at = %(sent_at)s,
            provider_id = %(provider_id)s, sandbox = %(sandbox)s, subject = %(subject)s, text = %(text)s,
            error_code = '', error_text = ''
        FROM (SELECT count(*) FROM open_request) AS locked
        WHERE d.id = %(sent_id)s AND d.claim = %(sent_claim)s
            AND lower(d.status) IN ({_words(_WORKER_MOVES[Delivery.Status.SENT])})
        RETURNING d.id, d.sent_at, d.account_id, d.request_id
    ), moved AS (
        UPDATE reviews_reviewrequest AS r
        SET status = '{ReviewRequest.Status.SENT}', reason = '', sent_at = m.sent_at
        FROM marked AS m, open_request AS o
        WHERE r.id = o.id AND o.status IN ({_words(lifecycle.MOVES[ReviewRequest.Status.SENT])})
        RETURNING r.id
    ), happened AS (
        INSERT INTO reviews_event (id, type, account_id, occurred_at, request_id, delivery_id)
        SELECT %(message_event)s::uuid, '{Event.Type.MESSAGE_SENT}', account_id, sent_at, request_id, id FROM marked
        WHERE request_id IS NOT NULL
        UNION ALL
        SELECT %(request_event)s::uuid, '{Event.Type.REQUEST_SENT}', account_id, sent_at, request_id, NULL
        FROM marked, moved
        RETURNING *
    ), noticed AS ({events.notices_of("happened")})"""

# What a message holds that nothing has become of yet: the defaults of the model.
_PLAN = f"""
    planned AS (
        INSERT INTO reviews_delivery (
            account_id, request_id, step, channel, address, due_at, reason, message_key, link_token, created_at,
            status, attempts, sandbox, provider_id, subject, text, error_code, error_text
        )
        SELECT m.account_id, m.request_id, %(new_step)s, %(new_channel)s, %(new_address)s, %(new_due_at)s,
            %(new_reason)s, %(new_message_key)s, %(new_link_token)s, %(new_created_at)s,
            '{Delivery.Status.PLANNED}', 0, false, '', '', '', '', ''
        FROM marked AS m, open_request
        ON CONFLICT DO NOTHING
    )"""

_DECLARED = f"declared AS ({_DECLARE} RETURNING d.id)"

# The whole statements, by what there is: a message to mark, its follow-up, a message to declare. Each answers whether
# the one is marked and the other is declared. Without indentation: the driver parses a long statement for each message.
_STATEMENTS = {
    which: " ".join(sql.split())
    for which, sql in {
        (True, True, True): f"""
            WITH {_MARK}, {_PLAN}, {_DECLARED}
            SELECT EXISTS (SELECT 1 FROM marked), EXISTS (SELECT 1 FROM declared)""",
        (True, False, True): f"""
            WITH {_MARK}, {_DECLARED}
            SELECT EXISTS (SELECT 1 FROM marked), EXISTS (SELECT 1 FROM declared)""",
        (True, True, False): f"WITH {_MARK}, {_PLAN} SELECT EXISTS (SELECT 1 FROM marked), false",
        (True, False, False): f"WITH {_MARK} SELECT EXISTS (SELECT 1 FROM marked), false",
        (False, False, True): f"WITH {_DECLARED} SELECT false, EXISTS (SELECT 1 FROM declared)",
    }.items()
}


def _of_mark(sent: Sent | None) -> dict[str, Any]:
    """Return the parameters of _MARK."""
    if sent is None:
        return {}
    row = sent.delivery
    keys = {"request_id": row.request_id, "sent_id": row.pk, "sent_claim": row.claim}
    moments = {"due_at": row.due_at, "sent_at": sent.at}
    event_ids = {"message_event": new_event_id(), "request_event": new_event_id()}
    return keys | moments | event_ids | _content(sent)


def _of_follow_up(row: Delivery | None) -> dict[str, Any]:
    """Return the parameters of _PLAN."""
    if row is None:
        return {}
    return {
        "new_step": row.step,
        "new_channel": row.channel,
        "new_address": row.address,
        "new_due_at": row.due_at,
        "new_reason": row.reason,
        "new_message_key": row.message_key,
        "new_link_token": row.link_token,
        "new_created_at": row.created_at,
    }


def _of_declaration(row: Delivery | None, now: datetime) -> dict[str, Any]:
    """Return the parameters of _DECLARE."""
    if row is None:
        return {}
    hashed, *former = hashes_of(row.account_id, row.channel, row.address)
    return {
        "ready_id": row.pk,
        "ready_claim": row.claim,
        "ready_address": row.address,
        "ready_hash": hashed,
        "former_hash": former[0] if former else hashed,
        "ready_sender": sender_of(row.account, row.channel),
        "now": now,
        "lapses_at": now + LEASE,
        "cap_begins": now - CAP_PERIOD,
    }


def _content(sent: Sent) -> dict[str, Any]:
    """Return the columns that keep what left."""
    return {
        "provider_id": sent.accepted.provider_id[:255],
        "sandbox": sent.accepted.sandbox,
        "subject": sent.message.subject[:500],
        "text": sent.message.text,
    }


# --- SQLite: one change after the other ------------------------------------------------------------


def _in_turn(pairs: Sequence[Pair], now: datetime) -> list[tuple[bool, bool]]:
    """Do the same where a statement cannot hold several changes: inside a transaction, which on SQLite writes alone.

    A test gives both the same rows and compares what becomes of them.
    """
    answers = []
    for sent, row in pairs:
        with transaction.atomic(), connection.cursor() as cursor:
            is_marked = sent is not None and _mark_in_turn(sent)
            if row is not None:
                cursor.execute(_DECLARE, bound(_of_declaration(row, now)))
            answers.append((is_marked, row is not None and cursor.rowcount == 1))
    return answers


def _mark_in_turn(sent: Sent) -> bool:
    row = sent.delivery
    columns = {"due_at": row.due_at, "sent_at": sent.at, "error_code": "", "error_text": "", **_content(sent)}
    if not states.change(row, Delivery.Status.SENT, by=Delivery.Mover.WORKER, **columns):
        return False
    if row.is_answer:
        return True
    happened = [events.of_message(row, Event.Type.MESSAGE_SENT, sent.at)]
    if lifecycle.change(row.request, ReviewRequest.Status.SENT, now=sent.at):
        happened.append(events.of_request(row.request, sent.at))
    events.record(*happened)
    if sent.follow_up is not None and ReviewRequest.objects.open().filter(pk=row.request_key).exists():
        planned_messages.add(sent.follow_up)
    return True
