"""Claims: a worker's hold on messages that are due, until they are settled, released, or the claim lapses.

Whoever has lost its claim changes nothing: every statement about a claimed message asks for the claim. While a channel
is paused, none of its messages is claimed; while senders of it are, the accounts of the others are looked at one by
one, so that no claim walks over the messages that wait.
"""

import math
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from enum import Enum
from itertools import count
from typing import Any

from django.db import connection, transaction
from django.db.models import Case, F, OuterRef, Subquery, When

from oauth.models import Account
from reviews.delivery import pauses
from reviews.models import ChannelHealth, Delivery, Pause

BATCH = 100
LEASE = timedelta(seconds=120)

Claim = Callable[..., list[Delivery]]  # of a moment, and of the `key` that names the claim


class Kind(Enum):
    """What a claim takes."""

    FRESH = "fresh"  # messages that no claim has lapsed of
    LAPSED = "lapsed"  # one message whose worker died or was too slow: it may have killed it, and may kill this one


class Paused(Exception):
    """Something of the channel waits for our account to be mended, and nothing was claimed."""


def claim(
    channel: str,
    now: datetime,
    *,
    limit: int = BATCH,
    accounts: Sequence[uuid.UUID] = (),
    beside: bool = False,
    key: uuid.UUID | None = None,
) -> list[Delivery]:
    """Claim up to `limit` due messages of the channel for LEASE, the oldest first; nobody else gets them until then.

    With `accounts`, only messages of these, and of each an equal share. `key` names the claim. The objects
    keep `due_at` as it was planned: it is written back with the outcome. Raises Paused if something of the
    channel is, unless `beside` what is paused.
    """
    return _claim(Kind.FRESH, channel=channel, now=now, limit=limit, accounts=accounts, beside=beside, key=key)


def claim_lapsed(channel: str, now: datetime, *, key: uuid.UUID | None = None) -> list[Delivery]:
    """Claim one message whose claim lapsed, and count that; only one, since it may kill this worker, too."""
    lapsed: dict[str, Any] = {"channel": channel, "now": now, "limit": 1, "key": key}
    try:
        return _claim(Kind.LAPSED, **lapsed)
    except Paused:
        free = free_accounts(channel, now)
        return _claim(Kind.LAPSED, **lapsed, accounts=free, beside=True) if free else []


def claim_probe(channel: str, now: datetime, *, key: uuid.UUID | None = None) -> list[Delivery]:
    """Claim the message that a pause of the channel is tried with, if it is time for that."""
    probe = pauses.take_probe(channel, now=now, lease=LEASE, claim=key or uuid.uuid4())
    rows = _read({probe: now}) if probe is not None else []
    for row in rows:
        row.is_probe = True
    return rows


def free_accounts(channel: str, now: datetime) -> list[uuid.UUID]:
    """Return the accounts with messages due whose sender is not paused, the one that waits longest first."""
    if Pause.objects.filter(channel=channel, sender="").exists():
        return []
    due = Delivery.objects.pending().filter(channel=channel, account=OuterRef("pk"), due_at__lte=now)
    first = Subquery(due.order_by("due_at").values("due_at")[:1])
    accounts = Pause.objects.free_accounts(channel).annotate(first=first).filter(first__isnull=False)
    return list(accounts.order_by("first").values_list("pk", flat=True))


def release(deliveries: Iterable[Delivery]) -> None:
    """Let other workers have what this one claimed and will not send."""
    rows = list(deliveries)
    with transaction.atomic():
        for row in rows:
            Delivery.objects.filter(pk=row.pk, claim=row.claim, status=row.status).update(claim=None, due_at=row.due_at)


def repeatable(channel: str, claim: Claim) -> Callable[[datetime], list[Delivery]]:
    """Return the claim as one that may be tried again when the database's answer got lost.

    What a lost answer had claimed is let go of first: no worker knows which messages these are, and they would wait for
    LEASE and then be taken one by one, as if they had killed a worker.
    """
    tries, key = count(), uuid.uuid4()

    def attempt(now: datetime) -> list[Delivery]:
        if next(tries):
            Delivery.objects.pending().filter(channel=channel, claim=key).update(claim=None, due_at=now)
        return claim(now, key=key)

    return attempt


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

# States stand in the statements as words and not as parameters: only so does the database use the partial indexes of
# what is due. What asks for pauses names no row of `d`, and is looked up once in a statement, not for each message.
_IS_DUE = {
    (kind, beside): f"""{state} AND d.channel = %(channel)s AND d.due_at <= %(now)s AND NOT EXISTS (
            SELECT 1 FROM reviews_channelhealth AS h WHERE h.channel = %(channel)s AND h.paused_until > %(now)s
        ) AND NOT EXISTS (
            SELECT 1 FROM reviews_pause AS p WHERE p.channel = %(channel)s{" AND p.sender = ''" if beside else ""}
        )"""
    for kind, state in {
        Kind.FRESH: f"d.status = '{Delivery.Status.PLANNED}' AND d.claim IS NULL AND d.lapses = 0",
        Kind.LAPSED: f"""d.status IN ('{Delivery.Status.PLANNED}', '{Delivery.Status.SENDING}')
            AND (d.status = '{Delivery.Status.SENDING}' OR d.claim IS NOT NULL OR d.lapses > 0)""",
    }.items()
    for beside in (False, True)
}

# A row that another worker is just claiming is passed by, not waited for.
_OLDEST = """
        SELECT d.id, d.due_at FROM reviews_delivery AS d
        WHERE {is_due}
        ORDER BY d.due_at LIMIT %(limit)s
        FOR UPDATE OF d SKIP LOCKED"""

_SHARES = """
        SELECT share.id, share.due_at
        FROM unnest(%(accounts)s::uuid[]) AS account (id) CROSS JOIN LATERAL (
            SELECT d.id, d.due_at FROM reviews_delivery AS d
            WHERE d.account_id = account.id AND {is_due}
            ORDER BY d.due_at LIMIT %(share)s
            FOR UPDATE OF d SKIP LOCKED
        ) AS share LIMIT %(limit)s"""

# A claim that is still in a row has lapsed. The row without an id says that something of the channel is paused.
_CLAIM = """
    WITH due AS ({search}
    ), claimed AS (
        UPDATE reviews_delivery AS d
        SET claim = %(claim)s, due_at = %(lapses_at)s,
            lapses = d.lapses + CASE WHEN d.claim IS NULL THEN 0 ELSE 1 END
        FROM due WHERE d.id = due.id
        RETURNING d.id, due.due_at
    )
    SELECT id, due_at FROM claimed
    UNION ALL SELECT NULL, NULL WHERE EXISTS (SELECT 1 FROM reviews_pause AS p WHERE p.channel = %(channel)s)"""

_CLAIMS = {
    (kind, beside, has_accounts): _CLAIM.format(search=(_SHARES if has_accounts else _OLDEST).format(is_due=is_due))
    for (kind, beside), is_due in _IS_DUE.items()
    for has_accounts in (False, True)
}

# For SQLite, which does not return what a row held before its change.
_FIND = {
    (kind, beside, has_accounts): f"""
    SELECT d.id, d.due_at FROM reviews_delivery AS d
    WHERE {"d.account_id = %(account)s AND " if has_accounts else ""}{is_due}
    ORDER BY d.due_at LIMIT %(share)s"""
    for (kind, beside), is_due in _IS_DUE.items()
    for has_accounts in (False, True)
}

Which = tuple[Kind, bool, bool]  # of the statements: the kind, beside pauses of senders, of some accounts alone


def _claim(
    kind: Kind,
    *,
    channel: str,
    now: datetime,
    limit: int,
    accounts: Sequence[uuid.UUID] = (),
    beside: bool = False,
    key: uuid.UUID | None = None,
) -> list[Delivery]:
    """Claim messages and read them; `beside`: although senders of the channel are paused."""
    share = math.ceil(limit / len(accounts)) if accounts else limit
    parameters = {"channel": channel, "now": now, "limit": limit, "share": share}
    parameters |= {"claim": key or uuid.uuid4(), "lapses_at": now + LEASE}
    claim_rows = _claim_at_once if connection.vendor == "postgresql" else _claim_in_turn
    claimed, is_paused = claim_rows((kind, beside, bool(accounts)), list(accounts), parameters)
    if is_paused and not beside:
        raise Paused
    return _read(dict(claimed))


def _read(due_at: dict[int, datetime]) -> list[Delivery]:
    """Read the claimed messages, each with the time that it was due at before the claim."""
    rows = list(Delivery.objects.filter(pk__in=due_at).select_related("request__contact", "contact")) if due_at else []
    owners = Account.objects.in_bulk({row.account_id for row in rows})
    for row in rows:
        row.due_at = due_at[row.pk]
        row.account = row.customer.account = owners[row.account_id]
        if not row.is_answer:
            row.request.account = row.account
    return sorted(rows, key=lambda row: (row.due_at, row.pk))


# The messages with the times that they were due at, and if there are none, whether something of the channel is paused.
Claimed = tuple[list[tuple[int, datetime]], bool]


def _claim_at_once(which: Which, accounts: list[uuid.UUID], parameters: dict[str, Any]) -> Claimed:
    with connection.cursor() as cursor:
        cursor.execute(_CLAIMS[which], parameters | {"accounts": accounts})
        answers = cursor.fetchall()
    rows = [(pk, due_at) for pk, due_at in answers if pk is not None]
    return rows, bool(answers) and not rows


def _claim_in_turn(which: Which, accounts: list[uuid.UUID], parameters: dict[str, Any]) -> Claimed:
    """Do the same in several statements, the last inside a transaction, which on SQLite writes alone."""
    of_each: list[dict[str, Any]] = [{"account": account} for account in accounts] or [{}]
    searches = [Delivery.objects.raw(_FIND[which], bound(parameters | of)) for of in of_each]
    if not any(list(search.iterator()) for search in searches):  # without the lock that a transaction takes
        return [], Pause.objects.filter(channel=parameters["channel"]).exists()
    with transaction.atomic():
        rows = [row for search in searches for row in search.iterator()][: parameters["limit"]]
        held = Delivery.objects.filter(pk__in=[row.pk for row in rows])
        lapses = F("lapses") + Case(When(claim__isnull=False, then=1), default=0)
        held.update(claim=parameters["claim"], due_at=parameters["lapses_at"], lapses=lapses)
    return [(row.pk, row.due_at) for row in rows], False


# --- Pauses while a provider recovers --------------------------------------------------------------


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
