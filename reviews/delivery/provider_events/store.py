"""Storing of provider events, each one once. Applying them is another transaction: `apply`."""

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction

from reviews.delivery.channels import ChannelError, codes
from reviews.delivery.provider_events.parse import KIND_OF_OUTCOME, TWILIO
from reviews.models import Delivery, DeliveryEvent
from reviews.models.base import Channel
from reviews.models.provider_codes import Outcome
from reviews.worker import queue, task_paths


def store(events: Sequence[DeliveryEvent], *, apply_later: bool = True) -> list[DeliveryEvent]:
    """Store the new ones of these events of one provider, and return the rows that are not applied yet.

    An event that was stored before changes nothing. `apply_later`: leave the rows to a task that applies them.
    """
    if not events:
        return []
    with transaction.atomic():
        DeliveryEvent.objects.bulk_create(events, ignore_conflicts=True)  # the unique key decides
        keys = [event.key for event in events]
        rows = list(DeliveryEvent.objects.filter(provider=events[0].provider, key__in=keys, applied_at=None))
        if rows and apply_later:
            ids = [row.pk for row in rows]
            transaction.on_commit(lambda: queue.enqueue(task_paths.APPLY_EVENTS, *ids))
    return rows


def record_refusal(delivery: Delivery, error: ChannelError, *, now: datetime) -> None:
    """Store the answer of a provider that did not take the message, as an event that the caller has applied.

    Runs in the caller's transaction. Where no provider answered, stores only that a mail is in doubt.
    """
    is_answer = error.code[:1].isdigit() or error.code == "refused"
    is_mail_in_doubt = error.in_doubt and delivery.channel == Channel.EMAIL
    if error.untried or not (is_answer or is_mail_in_doubt):
        return
    DeliveryEvent.objects.bulk_create(
        [
            DeliveryEvent(
                account_id=delivery.account_id,
                delivery=delivery,
                provider=provider_of(delivery.channel),
                key=_refusal_key(delivery),
                kind=KIND_OF_OUTCOME[codes.of_error(error)],
                message_key=delivery.message_key,
                address=delivery.address,
                code=error.code[:50],
                text=error.text,
                occurred_at=now,
                received_at=now,
                applied_at=now,
                payload={"code": error.code, "text": error.text},
            )
        ],
        ignore_conflicts=True,
    )


def was_in_doubt(delivery: Delivery, *, before_this_attempt: bool = False) -> bool:
    """Tell whether a provider may have taken the message, at an earlier attempt or at the last one as well."""
    answers = DeliveryEvent.objects.filter(delivery=delivery, provider=provider_of(delivery.channel))
    doubts = answers.filter(key__startswith="refusal:", kind=KIND_OF_OUTCOME[Outcome.IN_DOUBT])
    if before_this_attempt:  # so that what is run again, after an answer of the database got lost, says the same
        doubts = doubts.exclude(key=_refusal_key(delivery))
    return doubts.exists()


def _refusal_key(delivery: Delivery) -> str:
    return f"refusal:{delivery.pk}:{delivery.attempts}"


def is_reported(delivery: Delivery) -> bool:
    """Tell whether a report says what became of the message, and waits until nobody is sending it."""
    waiting = DeliveryEvent.objects.filter(delivery=delivery, applied_at=None, kind__in=DeliveryEvent.OUTCOMES)
    return waiting.exists()


def provider_of(channel: str) -> str:
    """Return the name under which events of the channel's provider are stored."""
    if channel == Channel.SMS:
        return TWILIO
    backend: str = settings.EMAIL_BACKEND
    return backend.split(".")[2] if backend.startswith("anymail.backends.") else "smtp"
