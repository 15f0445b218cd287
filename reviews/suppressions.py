"""Addresses that an account must not write to: adding and lifting."""

from datetime import datetime

from oauth.models import Account
from reviews.models import Suppression
from reviews.models.suppression import address_hash


def suppress(
    *, account: Account, channel: str, address: str, reason: Suppression.Reason, evidence: str, now: datetime
) -> Suppression:
    """Make sure that the address is not written to; the first reason and evidence are kept.

    Ends nothing that is under way: `lifecycle.opt_out` does.
    """
    hashed = address_hash(account.pk, channel, address)
    Suppression.objects.bulk_create(
        [
            Suppression(
                account=account,
                channel=channel,
                address=address,
                address_hash=hashed,
                reason=reason,
                evidence=evidence[:500],
                created_at=now,
            )
        ],
        ignore_conflicts=True,  # the unique constraint on active ones decides a race
    )
    return Suppression.objects.for_account(account).active().get(address_hash=hashed)


def lift(*, suppression: Suppression, because: str, now: datetime) -> bool:
    """Allow the address again. False when somebody else has lifted it already."""
    lifted = Suppression.objects.filter(pk=suppression.pk, lifted_at=None).update(
        lifted_at=now, lifted_because=because[:200]
    )
    return lifted == 1
