"""Addresses that turned out not to exist: nothing stays planned to them."""

from datetime import datetime
from uuid import UUID

from oauth.models import Account
from reviews.contacts import opt_outs
from reviews.requests import plan

REASON = "The address does not exist."


def lock_requests(*, account: Account, channel: str, address: str) -> None:
    """Lock the account's open requests that write to the address, in one order: `leave` changes them."""
    opt_outs.lock_requests(accounts=[account], channel=channel, address=address)


def leave(*, account: Account, channel: str, address: str, now: datetime, but: UUID | None = None) -> None:
    """Move what the account's open requests plan for the address, which is suppressed by now, to the other channel.

    A request that has no other channel, and of which nothing arrives, fails at once. `but`: the request whose message
    came back, which the caller lets go on (`plan.fall_back`). Runs in the transaction that settles that message, after
    `lock_requests`.
    """
    for request in opt_outs.open_requests_to(account, channel, address):
        if request.pk == but:
            continue
        request.account = request.contact.account = account
        plan.leave_address(request, channel=channel, address=address, reason=REASON, now=now)
