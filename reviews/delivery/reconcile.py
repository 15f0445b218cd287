"""Reconciliation of text messages whose outcome is unknown with the provider's own list of messages.

A text message is found there by the link in it, which no other message has; an answer by its words. If it is listed, it
counts as sent; if it is not listed some minutes after it was tried, it never left and is planned again. While the
provider cannot be asked, nothing is sent: after a day the sequence goes on without the message, and staff decide about
it.
"""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from reviews.delivery import states
from reviews.delivery.channels import ChannelError, find_text
from reviews.delivery.unsent import MAX_ATTEMPTS, about, lock_request
from reviews.inbox import items
from reviews.models import Delivery, ReviewRequest
from reviews.models.base import Channel
from reviews.requests import plan

logger = logging.getLogger(__name__)

LISTED_AFTER = timedelta(minutes=5)  # from the attempt on; until then the provider's list may lag behind
STAFF_AFTER = timedelta(hours=24)
CLOCK_TOLERANCE = timedelta(minutes=15)  # between the provider's clock and ours
BATCH = 100
LEFT_TO_STAFF = "The provider could not be asked for a day: staff decide whether it was sent."


def reconcile(*, now: datetime) -> int:
    """Ask the provider about each text message whose outcome is unknown, by one call; return how many are settled."""
    settled = 0
    listed = to_reconcile().filter(due_at__lte=now - LISTED_AFTER)
    for delivery in listed.order_by("due_at")[:BATCH]:
        try:
            since = delivery.due_at - CLOCK_TOLERANCE
            provider_id = _find(delivery, since)
        except ChannelError as error:
            logger.warning("the provider cannot be asked about texts in doubt: %s", error.code, extra=about(delivery))
            _leave_to_staff(now)
            break
        if provider_id:
            settled += record_sent(delivery, by=Delivery.Mover.RECONCILIATION, provider_id=provider_id, now=now)
        else:
            settled += plan_again(delivery, now=now)
    return settled


def _find(delivery: Delivery, since: datetime) -> str | None:
    """Ask the provider for the text: its id, or None. Of an answer, texts that we know to be other messages are none.

    Somebody may have written the same words twice.
    """
    if not delivery.is_answer:
        return find_text(to=delivery.address, containing=delivery.link_token, since=since)
    others = Delivery.objects.filter(address=delivery.address, created_at__gte=since - STAFF_AFTER)
    taken = set(others.exclude(provider_id="").values_list("provider_id", flat=True))
    return find_text(to=delivery.address, containing=delivery.words, since=since, but=taken)


def record_sent(delivery: Delivery, *, by: Delivery.Mover, provider_id: str, now: datetime, reason: str = "") -> bool:
    """Settle an unknown message as sent when it was tried, count its request as sent and plan the next step.

    False when the message is not unknown any more.
    """
    columns = {"sent_at": delivery.due_at, "provider_id": provider_id, "reason": reason}
    with transaction.atomic():
        lock_request(delivery)
        if not states.move(delivery, Delivery.Status.SENT, by=by, now=now, error_code="", error_text="", **columns):
            return False
        # After a restore, what followed it may have left, too: planned for its own time, it is held like this one was.
        is_of_restore = not delivery.is_answer and delivery.request.held == ReviewRequest.Hold.RESTORED
        since = delivery.due_at if is_of_restore else now
        plan.confirm_sent(delivery, steps=plan.steps_for(delivery), now=since)
    return True


def plan_again(delivery: Delivery, *, now: datetime) -> bool:
    """Plan an unknown message again that never left, as long as its request is open and attempts are left.

    False when the message is not unknown any more.
    """
    with transaction.atomic():
        lock_request(delivery)
        to, reason = Delivery.Status.PLANNED, "The provider does not have it."
        if not delivery.is_answer and not delivery.request.is_open:
            to, reason = Delivery.Status.CANCELLED, delivery.request.reason or "The request has ended."
        elif delivery.attempts >= MAX_ATTEMPTS:
            to, reason = Delivery.Status.FAILED, f"Tried {delivery.attempts} times; it never left."
        mover = Delivery.Mover.RECONCILIATION
        if not states.move(delivery, to, by=mover, now=now, due_at=now, reason=reason[:200]):
            return False
        if to == Delivery.Status.FAILED:
            plan.fall_back(delivery, steps=plan.steps_for(delivery), now=now)
    return True


def _leave_to_staff(now: datetime) -> None:
    """Go on with the sequences whose message has been unknown for a day, and leave those messages to staff.

    The customer is not forgotten over one text message: the next step follows meanwhile.
    """
    for delivery in _unknown().filter(due_at__lte=now - STAFF_AFTER):
        with transaction.atomic():
            lock_request(delivery)
            still_unknown = Delivery.objects.filter(pk=delivery.pk, status=Delivery.Status.UNKNOWN)
            if still_unknown.update(reason=LEFT_TO_STAFF):
                if delivery.is_answer:
                    items.wait_again(delivery)
                plan.go_on(delivery, steps=plan.steps_for(delivery), now=now)


def to_reconcile() -> QuerySet[Delivery]:
    """Return the unknown text messages of which the provider is still asked."""
    return _unknown().filter(channel=Channel.SMS)


def _unknown() -> QuerySet[Delivery]:
    """Unknown messages that are not left to staff."""
    rows = Delivery.objects.filter(status=Delivery.Status.UNKNOWN).exclude(reason=LEFT_TO_STAFF)
    return rows.select_related("account", "request__contact", "request__account", "contact")
