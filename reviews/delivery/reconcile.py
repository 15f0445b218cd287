"""Texts of which nobody knows whether they left: the provider's list of messages says.

A text is found there by the link in it, which no other message has. Found, it counts as sent; not found
some minutes later, it never left and is planned again. While the provider cannot be asked, nothing is
sent: after a day the sequence goes on without it, and staff decide about the text.
"""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from reviews.delivery.channels import ChannelError, find_text
from reviews.delivery.unsent import MAX_ATTEMPTS, about, lock_request
from reviews.models import Delivery, Event
from reviews.models.base import Channel
from reviews.requests import plan
from reviews.webhooks import events

logger = logging.getLogger(__name__)

Status = Delivery.Status

LISTED_AFTER = timedelta(minutes=5)  # until then the provider's list may lag behind
STAFF_AFTER = timedelta(hours=24)
CLOCKS_DIFFER = timedelta(minutes=15)
AT_ONCE = 100
LEFT_TO_STAFF = "The provider could not be asked for a day: staff decide whether it was sent."


def reconcile(*, now: datetime) -> int:
    """Ask about texts whose outcome is unknown; returns how many were settled. One call of the provider for each."""
    settled = 0
    for delivery in _unknown().filter(channel=Channel.SMS, due_at__lte=now - LISTED_AFTER).order_by("due_at")[:AT_ONCE]:
        try:
            since = delivery.due_at - CLOCKS_DIFFER
            found = find_text(to=delivery.address, containing=delivery.link_token, since=since)
        except ChannelError as error:
            logger.warning("the provider cannot be asked about texts in doubt: %s", error.code, extra=about(delivery))
            _leave_to_staff(now)
            break
        settled += record_sent(delivery, provider_id=found, now=now) if found else plan_again(delivery, now=now)
    return settled


def record_sent(delivery: Delivery, *, provider_id: str, now: datetime, reason: str = "") -> bool:
    """It did leave, when it was tried: the request counts as sent, the next step is planned."""
    with transaction.atomic():
        lock_request(delivery)
        moved = Delivery.objects.filter(pk=delivery.pk, status=Status.UNKNOWN).update(
            status=Status.SENT,
            sent_at=delivery.due_at,
            provider_id=provider_id,
            reason=reason,
            error_code="",
            error_text="",
        )
        if moved:
            events.record(events.of_message(delivery, Event.Type.MESSAGE_SENT, now))
            plan.confirm_sent(delivery, steps=plan.steps_of(delivery.request), now=now)
    return bool(moved)


def plan_again(delivery: Delivery, *, now: datetime, reason: str = "The provider does not have it.") -> bool:
    """It did not leave: it is due again, as long as its request is open and tries are left."""
    with transaction.atomic():
        lock_request(delivery)
        status, why = Status.PLANNED, reason
        if not delivery.request.is_open:
            status, why = Status.CANCELLED, delivery.request.reason or "The request has ended."
        elif delivery.attempts >= MAX_ATTEMPTS:
            status, why = Status.FAILED, f"Tried {delivery.attempts} times; it never left."
        moved = Delivery.objects.filter(pk=delivery.pk, status=Status.UNKNOWN).update(
            status=status, due_at=now, reason=why[:200]
        )
        if moved and status == Status.FAILED:
            events.record(events.of_message(delivery, Event.Type.MESSAGE_FAILED, now))
            plan.fall_back(delivery, steps=plan.steps_of(delivery.request), now=now)
    return bool(moved)


def _leave_to_staff(now: datetime) -> None:
    """After a day. The customer is not forgotten over one text: the next step follows meanwhile."""
    for delivery in _unknown().filter(due_at__lte=now - STAFF_AFTER):
        with transaction.atomic():
            lock_request(delivery)
            if Delivery.objects.filter(pk=delivery.pk, status=Status.UNKNOWN).update(reason=LEFT_TO_STAFF):
                plan.go_on(delivery, steps=plan.steps_of(delivery.request), now=now)


def _unknown() -> QuerySet[Delivery]:
    rows = Delivery.objects.filter(status=Status.UNKNOWN).exclude(reason=LEFT_TO_STAFF)
    return rows.select_related("account", "request__contact", "request__account")
