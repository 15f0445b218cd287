"""Suppressions of addresses: adding, lifting, and waiting for messages that are on their way there."""

import time
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from oauth.models import Account
from reviews.models import Delivery, Suppression
from reviews.models.addresses import hashes_of
from reviews.models.suppression import SuppressionQuerySet


def suppress(
    *, account: Account, channel: str, address: str, reason: Suppression.Reason, evidence: str, now: datetime
) -> Suppression:
    """Suppress the address; an earlier suppression keeps its reason and evidence.

    Ends nothing that is under way: `opt_outs.opt_out` does.
    """
    return add(account=account, channel=channel, address=address, reason=reason, evidence=evidence, now=now)[0]


def add(
    *, account: Account, channel: str, address: str, reason: Suppression.Reason, evidence: str, now: datetime
) -> tuple[Suppression, bool]:
    """Do what `suppress` does, and tell whether the suppression is new: of parallel calls, one alone gets True."""
    hashed, *former = hashes_of(account.pk, channel, address)
    if former and (earlier := of(account=account, channel=channel, address=address).order_by("pk").first()):
        return earlier, False
    return Suppression.objects.get_or_create(
        account=account,
        address_hash=hashed,
        lifted_at=None,  # the unique constraint on active suppressions decides a race
        defaults={
            "channel": channel,
            "address": address,
            "reason": reason,
            "evidence": evidence[:500],
            "created_at": now,
        },
    )


def evidence_of_same_person(source: Suppression) -> str:
    """Return the evidence of a suppression that stands because the address is the same person's as the source's."""
    return f"The same person's other address: suppression {source.pk}."


def settle_doubt(suppression: Suppression, *, reason: Suppression.Reason, evidence: str, now: datetime) -> bool:
    """Turn a suppression that was perhaps meant into one for good; False when it is none in doubt (any more)."""
    in_doubt = Suppression.objects.active().filter(pk=suppression.pk, reason=Suppression.Reason.UNCLEAR)
    if reason == Suppression.Reason.UNCLEAR or not in_doubt.update(
        reason=reason, evidence=evidence[:500], created_at=now
    ):
        return False
    suppression.refresh_from_db()
    return True


def lift(*, suppression: Suppression, because: str, now: datetime) -> bool:
    """Allow the address again; return False when somebody else has lifted the suppression already."""
    lifted = Suppression.objects.filter(pk=suppression.pk, lifted_at=None).update(
        lifted_at=now, lifted_because=because[:200]
    )
    return lifted == 1


LOCK_NUMBERS = "SELECT pg_advisory_xact_lock(hashtextextended(n, 0)) FROM unnest(%(numbers)s::text[]) AS n"


def lock_number(number: str) -> None:
    """Make what concerns the number wait its turn until this transaction ends: texts to it, replies, decisions.

    Before any row is locked, as a worker does that declares a text to it. On SQLite each transaction writes alone.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(LOCK_NUMBERS, {"numbers": [number]})


# Seconds for which an answer may wait for messages on their way: providers give up after about 15.
QUIET_WITHIN = 10.0
LOOK_EVERY = 0.05


def until_quiet(*places: tuple[UUID, str, str]) -> bool:
    """Wait until no worker holds a message to these places: account, channel and address. Call it after the commit.

    A message that a worker declared before the suppression was stored is on its way; none can follow it. Return False
    when QUIET_WITHIN seconds were not enough.
    """
    to_places = Q(pk__in=[])
    for account, channel, address in places:
        to_places |= Q(account=account, channel=channel, address=address)
    held = Delivery.objects.pending().filter(to_places, claim__isnull=False)
    give_up = time.monotonic() + QUIET_WITHIN
    while held.filter(due_at__gt=timezone.now()).exists():
        if time.monotonic() >= give_up:
            return False
        time.sleep(LOOK_EVERY)
    return True


def of(*, account: Account, channel: str, address: str) -> SuppressionQuerySet:
    """Return the suppressions in force for the address: at most one for each form that it has had."""
    rows = Suppression.objects.for_account(account).active()
    return rows.filter(address_hash__in=hashes_of(account.pk, channel, address))


def lifted_since(*, account: Account, channel: str, address: str, moment: datetime) -> bool:
    """Tell whether the address was allowed again after the moment, so that an earlier opt-out counts no more."""
    rows = Suppression.objects.for_account(account).filter(lifted_at__gte=moment)
    return rows.filter(address_hash__in=hashes_of(account.pk, channel, address)).exists()
