"""Consents: customers' agreements to be written to, as asks tell them, and their withdrawals. The ledger's only writer.

Nothing here reads an agreement out of what somebody did: a row is what a caller or staff said in so many words, or an
opt-out.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

from django.db import connection

from oauth.models import Account
from reviewhub.languages import in_english
from reviews.models import Consent, Contact, Event, Suppression
from reviews.models.addresses import hash_address
from reviews.models.base import Channel
from reviews.models.consent import LATEST_FIRST, MOST_SOURCE, MOST_WORDING
from reviews.models.event import new_event_id
from reviews.webhooks import events


@dataclass(frozen=True)
class Agreement:
    """A customer's consent as an ask tells it: to what, in which words, where and when, for one address."""

    channel: Channel
    address: str
    wording: str
    source: str
    at: datetime


def rows_of(agreements: Iterable[Agreement], *, contact: Contact, via: str, now: datetime) -> list[Consent]:
    """Make the ledger's rows of what an ask told, not saved."""
    return [
        _row(
            contact.account_id,
            Consent.Kind.GIVEN,
            channel=agreement.channel,
            address=agreement.address,
            wording=agreement.wording,
            source=agreement.source,
            at=agreement.at,
            contact=contact,
            via=via,
            recorded_at=now,
        )
        for agreement in agreements
    ]


def record(rows: Sequence[Consent]) -> None:
    """Write what the ledger does not have, each with its event, inside the caller's transaction."""
    rows = sorted({row.pk: row for row in rows}.values(), key=lambda row: row.pk)
    if not rows:
        return
    if connection.vendor == "postgresql":
        _record_at_once(rows)
    else:
        for row in rows:
            _record_in_turn(row)


def withdraw(
    *, account: Account, channel: str, address: str, reason: Suppression.Reason, words: str, now: datetime
) -> None:
    """Note that the customer took back what they agreed to for this address; an event tells it where one had agreed.

    `words`: the customer's own, or those of staff. Suppresses nothing: `contacts.opt_outs` does, and calls this.
    """
    field = Contact.address_field(channel)
    row = _row(
        account.pk,
        Consent.Kind.WITHDRAWN,
        channel=channel,
        address=address,
        wording=words[:MOST_WORDING],
        source=in_english(reason.label)[:MOST_SOURCE],
        at=now,
        contact=Contact.objects.for_account(account).filter(**{field: address}).first(),
        recorded_at=now,
    )
    acts = Consent.objects.for_account(account).filter(address_hash=row.address_hash)
    latest = acts.order_by(*LATEST_FIRST).values_list("kind", flat=True).first()
    Consent.objects.bulk_create([row], ignore_conflicts=True)
    if latest == Consent.Kind.GIVEN and reason != Suppression.Reason.ERASED:
        events.record(_event(row))


# --- Rows and statements -------------------------------------------------------------------------


_NAMESPACE = UUID("5d6a1c1e-3b0f-4f0e-9a55-0a6f0f2f7c11")


def _row(account_id: UUID, kind: Consent.Kind, *, channel: str, address: str, **columns: Any) -> Consent:
    """Make a row whose key is made of what it says: the same act, told again, has the same key."""
    address_hash = hash_address(account_id, channel, address)
    said = "\0".join(
        [address_hash, kind, columns["at"].astimezone(UTC).isoformat(), columns["wording"], columns["source"]]
    )
    return Consent(
        pk=uuid5(_NAMESPACE, said),
        account_id=account_id,
        kind=kind,
        channel=channel,
        address=address,
        address_hash=address_hash,
        **columns,
    )


def _event(row: Consent) -> Event:
    return Event(
        account_id=row.account_id,
        type=f"consent.{row.kind}",
        occurred_at=row.recorded_at,
        contact_id=row.contact_id,
        consent_id=row.pk,
    )


_FIELDS: list[Any] = list(Consent._meta.concrete_fields)
_INSERT = f"""
    INSERT INTO reviews_consent ({", ".join(field.column for field in _FIELDS)})
    VALUES ({", ".join(["%s"] * len(_FIELDS))})
    ON CONFLICT DO NOTHING"""  # noqa: S608 (our own names)
_RECORD = f"""
    WITH added AS ({_INSERT} RETURNING *), happened AS (
        INSERT INTO reviews_event (id, type, account_id, occurred_at, contact_id, consent_id)
        SELECT %s, 'consent.' || kind, account_id, recorded_at, contact_id, id FROM added
        RETURNING *
    )
    {events.notices_of("happened")}"""  # noqa: S608


def _record_at_once(rows: Sequence[Consent]) -> None:
    parameters = [[*_values(row), new_event_id()] for row in rows]
    with connection.cursor() as cursor:
        if len(parameters) == 1:
            cursor.execute(_RECORD, parameters[0])
        else:
            cursor.executemany(_RECORD, parameters)


def _record_in_turn(row: Consent) -> None:
    """Do the same where a statement cannot hold several changes."""
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, _values(row))
        is_new = cursor.rowcount == 1
    if is_new:
        events.record(_event(row))


def _values(row: Consent) -> list[Any]:
    return [field.get_db_prep_save(getattr(row, field.attname), connection) for field in _FIELDS]
