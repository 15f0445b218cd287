"""Changes of a request that has not begun: another time for what is planned, other metadata. Nothing is sent here."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from reviews.models import Contact, Delivery, ReviewRequest
from reviews.requests import plan, planned_messages
from reviews.requests.lifecycle import InvalidMove

# States of messages that no provider has, or may have, taken.
_NOT_LEFT = {Delivery.Status.PLANNED, Delivery.Status.CANCELLED, Delivery.Status.FAILED, Delivery.Status.BOUNCED}


@transaction.atomic
def change(
    *,
    request: ReviewRequest,
    first_at: datetime | None = None,
    metadata: Mapping[str, Any] | None = None,
    words: str,
    now: datetime,
) -> None:
    """Plan the request's messages anew, the first one in the first slot from that time on, and replace its metadata.

    A worker that has claimed a message loses it; a request that is held stays so, and keeps the new time. `words`
    stand as the reason of what is moved. Raises InvalidMove once a message has left or may just be leaving.
    """
    fresh = ReviewRequest.objects.select_for_update(of=("self",)).select_related("account").get(pk=request.pk)
    if fresh.status != ReviewRequest.Status.SCHEDULED:
        raise InvalidMove(f"This review request is {fresh.status} and cannot be changed.")
    messages = list(Delivery.objects.filter(request=fresh).order_by("step", "pk").select_for_update())
    if any(message.status not in _NOT_LEFT for message in messages):
        raise InvalidMove("A message of this review request is being sent: it cannot be changed any more.")
    scheduled_for = fresh.scheduled_for if first_at is None else _move(fresh, messages, first_at, words, now)
    wanted = fresh.metadata if metadata is None else metadata
    ReviewRequest.objects.filter(pk=fresh.pk).update(scheduled_for=scheduled_for, metadata=wanted)


def _move(request: ReviewRequest, messages: list[Delivery], first_at: datetime, words: str, now: datetime) -> datetime:
    """Move the planned messages, and return when the first one is due. Raises InvalidMove where there is none."""
    request.contact = Contact.objects.get(pk=request.contact_id)  # as it is now that the request is locked
    planned = [message for message in messages if message.status == Delivery.Status.PLANNED]
    for message in planned:
        message.request, message.account = request, request.account
    moves = list(plan.shifted(planned, first_at=first_at, now=now))
    if not moves:
        raise InvalidMove("No message of this review request is planned.")
    for message, slot in moves:
        planned_messages.move(message, due_at=slot.due_at, reason=f"{words} {slot.moved}".strip())
    return moves[0][1].due_at
