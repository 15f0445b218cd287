"""Addresses that an account must not write to: adding, lifting, and waiting for what is on its way there."""

import time
from datetime import datetime
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from oauth.models import Account
from reviews.models import Delivery, Suppression
from reviews.models.addresses import address_hash
from reviews.models.suppression import SuppressionQuerySet


def suppress(
    *, account: Account, channel: str, address: str, reason: Suppression.Reason, evidence: str, now: datetime
) -> Suppression:
    """Make sure that the address is not written to; the first reason and evidence are kept.

    Ends nothing that is under way: `lifecycle.opt_out` does.
    """
    return add(account=account, channel=channel, address=address, reason=reason, evidence=evidence, now=now)[0]


def add(
    *, account: Account, channel: str, address: str, reason: Suppression.Reason, evidence: str, now: datetime
) -> tuple[Suppression, bool]:
    """What `suppress` does, and whether the address was not suppressed before; of a race, one alone is told so."""
    return Suppression.objects.get_or_create(
        account=account,
        address_hash=address_hash(account.pk, channel, address),
        lifted_at=None,  # the unique constraint on active ones decides a race
        defaults={
            "channel": channel,
            "address": address,
            "reason": reason,
            "evidence": evidence[:500],
            "created_at": now,
        },
    )


def lift(*, suppression: Suppression, because: str, now: datetime) -> bool:
    """Allow the address again. False when somebody else has lifted it already."""
    lifted = Suppression.objects.filter(pk=suppression.pk, lifted_at=None).update(
        lifted_at=now, lifted_because=because[:200]
    )
    return lifted == 1


# How long an answer may wait for messages that are being handed over: providers give up after about 15 s.
QUIET_WITHIN = 10.0
LOOK_EVERY = 0.05


def until_quiet(*places: tuple[UUID, str, str]) -> bool:
    """Wait until no worker holds a message to these places: account, channel and address. Call it after the commit.

    What a worker declared before an opt-out was stored is being handed over; nothing else can follow
    it. False when that took longer than QUIET_WITHIN seconds.
    """
    there = Q(pk__in=[])
    for account, channel, address in places:
        there |= Q(account=account, channel=channel, address=address)
    held = Delivery.objects.pending().filter(there, claim__isnull=False)
    give_up = time.monotonic() + QUIET_WITHIN
    while held.filter(due_at__gt=timezone.now()).exists():
        if time.monotonic() >= give_up:
            return False
        time.sleep(LOOK_EVERY)
    return True


def of(*, account: Account, channel: str, address: str) -> SuppressionQuerySet:
    """The suppressions in force for the address: at most one."""
    return (
        Suppression.objects.for_account(account)
        .active()
        .filter(address_hash=address_hash(account.pk, channel, address))
    )


def lifted_since(*, account: Account, channel: str, address: str, moment: datetime) -> bool:
    """Whether the address was allowed again after that moment, so that what was said before counts no more."""
    hashed = address_hash(account.pk, channel, address)
    return Suppression.objects.for_account(account).filter(address_hash=hashed, lifted_at__gte=moment).exists()
