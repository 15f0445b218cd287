"""Addresses that turned out not to exist: suppressed, and nothing stays planned to them."""

from datetime import datetime
from uuid import UUID

from oauth.models import Account
from reviews.contacts import opt_outs, suppressions
from reviews.models import Suppression
from reviews.requests import plan

REASON = "The address does not exist."


def lock_requests(*, account: Account, channel: str, address: str) -> None:
    """Lock the account's open requests that write to the address, in one order: `suppress` changes them."""
    opt_outs.lock_requests(accounts=[account], channel=channel, address=address)


def suppress(
    *, account: Account, channel: str, address: str, evidence: str, now: datetime, but: UUID | None = None
) -> None:
    """Suppress the address, and move what the account's open requests plan for it to the other channel.

    A request that has no other channel, and of which nothing arrives, fails at once. `but`: the request whose message
    came back, which the caller lets go on (`plan.fall_back`). Runs in the transaction that settles that message, after
    `lock_requests`.
    """
    suppressions.suppress(
        account=account,
        channel=channel,
        address=address,
        reason=Suppression.Reason.BOUNCED,
        evidence=evidence,
        now=now,
    )
    for request in opt_outs.open_requests(account, channel, address):
        if request.pk == but:
            continue
        request.account = request.contact.account = account
        plan.leave_address(request, channel=channel, address=address, reason=REASON, now=now)
