"""Stray texts: those of customers that fit no account. The operator settles each (docs/rules.md T4)."""

from datetime import datetime

from django.db import transaction

from oauth.models import Account
from reviewhub.refused import Refused
from reviews.contacts import opt_outs, suppressions
from reviews.models import DeliveryEvent, Suppression
from reviews.models.base import Channel


def settle(*, event: DeliveryEvent, account: Account | None, by: str, now: datetime) -> None:
    """Settle the text: suppress its number in the account, or leave it as it is without one.

    No text of the account is on its way to the number when this returns. Raises Refused when it was settled before.
    """
    with transaction.atomic():
        row = DeliveryEvent.objects.select_for_update().get(pk=event.pk)
        if row.applied_at is not None:
            raise Refused("event", "Somebody else has settled this text already.")
        if account is not None:
            suppressions.lock_number(row.address)
            opt_outs.opt_out(
                account=account,
                channel=Channel.SMS,
                address=row.address,
                reason=Suppression.Reason.STOP,
                evidence=f"Text message {row.provider_id}: {row.text[:300]} Fitted no account; suppressed by {by}.",
                now=now,
            )
        row.account, row.applied_at = account, now
        row.save(update_fields=["account", "applied_at"])
    if account is not None:
        suppressions.until_quiet((account.pk, Channel.SMS, row.address))
