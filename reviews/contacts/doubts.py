"""Numbers in doubt: a text from there may have meant an opt-out, so nothing leaves until somebody decides."""

from datetime import datetime

from django.db import transaction

from oauth.models import Account
from reviews.contacts import opt_outs, suppressions
from reviews.models import InboxItem, ReviewRequest, Suppression
from reviews.models.base import Channel
from reviews.requests import holds


@transaction.atomic
def hold(*, account: Account, number: str, evidence: str, now: datetime) -> tuple[Suppression, bool]:
    """Hold the number and all open requests that write to it, on either channel; tell whether the number was free.

    A number that is suppressed already stays so, for its own reason.
    """
    opt_outs.lock_requests(accounts=[account], channel=Channel.SMS, address=number)
    requests = list(opt_outs.open_requests_to(account, Channel.SMS, number))
    suppression, is_new = suppressions.add(
        account=account,
        channel=Channel.SMS,
        address=number,
        reason=Suppression.Reason.UNCLEAR,
        evidence=evidence,
        now=now,
    )
    if suppression.reason == Suppression.Reason.UNCLEAR:
        holds.hold(requests, ReviewRequest.Hold.UNCLEAR_OPT_OUT, now=now)
    return suppression, is_new


@transaction.atomic
def lift(*, suppression: Suppression, because: str, outcome: InboxItem.Outcome, now: datetime) -> bool:
    """Allow the address again, and let go on what waited for that; False when somebody else has lifted it already.

    A doubt that a merge has spread to the person's other number ends with it: the inbox asks about the first alone.
    `outcome`: what the inbox says of the texts that had left the number in doubt.
    """
    was_in_doubt = suppression.reason == Suppression.Reason.UNCLEAR
    if was_in_doubt:
        # Requests before suppressions, as an opt-out does.
        where = {"channel": suppression.channel, "address": suppression.address}
        opt_outs.lock_requests(accounts=[suppression.account], **where)
    if not suppressions.lift(suppression=suppression, because=because, now=now):
        return False
    if was_in_doubt:
        opt_outs.settle_items(suppression, outcome, now=now)
        holds.release_cleared(suppression.account, now=now)
        spread = (
            Suppression.objects.for_account(suppression.account)
            .active()
            .filter(reason=Suppression.Reason.UNCLEAR, evidence=suppressions.evidence_of_same_person(suppression))
        )
        for other in spread:
            lift(suppression=other, because=because, outcome=outcome, now=now)
    return True
