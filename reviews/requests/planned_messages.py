"""Planned messages: saved, changed and cancelled by their request, as long as no worker is sending them.

Each change is conditional on the message's state, by the model's table of moves. A message that is being sent is
left to its worker, which finds the request ended.
"""

from oauth.models import Account
from reviewhub.statements import Change
from reviews.models import Delivery, ReviewRequest

_MOVES = Delivery.MOVES[Delivery.Mover.REQUEST]


def add(delivery: Delivery) -> None:
    """Add the planned message, unless the request has a message of that step on that channel.

    A statement whose answer got lost is run again, and then brings a step for the second time: the first one stands.
    """
    Delivery.objects.bulk_create([delivery], ignore_conflicts=True)


def replace(delivery: Delivery, by: Delivery) -> None:
    """Give the message the channel, address, time and reason of another one, which is not saved.

    A worker that has claimed it loses the claim. What was tried at the old address counts no more.
    """
    rows = Delivery.objects.filter(pk=delivery.pk, status__in=_MOVES[Delivery.Status.PLANNED])
    place = {"channel": by.channel, "address": by.address, "due_at": by.due_at, "reason": by.reason[:200]}
    rows.update(claim=None, attempts=0, error_code="", error_text="", **place)


def cancel(request: ReviewRequest, reason: str) -> None:
    """Cancel the request's planned messages."""
    _cancel_of_request(request=request.pk, reason=reason[:200])


def cancel_one(delivery: Delivery, reason: str) -> bool:
    """Cancel the message; False when it is not planned any more."""
    rows = Delivery.objects.filter(pk=delivery.pk, status__in=_MOVES[Delivery.Status.CANCELLED])
    return rows.update(status=Delivery.Status.CANCELLED, reason=reason[:200], claim=None) == 1


def cancel_to_address(*, account: Account, channel: str, address: str, reason: str) -> None:
    """Cancel the account's planned messages to the address, whatever their request."""
    rows = Delivery.objects.for_account(account).filter(channel=channel, address=address)
    rows = rows.filter(status__in=_MOVES[Delivery.Status.CANCELLED])
    rows.update(status=Delivery.Status.CANCELLED, reason=reason[:200], claim=None)


_cancel_of_request = Change(
    lambda request, reason: (
        Delivery.objects.filter(request=request, status__in=_MOVES[Delivery.Status.CANCELLED]),
        {"status": Delivery.Status.CANCELLED, "reason": reason, "claim": None},
    )
)
