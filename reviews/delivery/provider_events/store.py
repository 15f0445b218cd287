"""Store what a provider reported: once, whatever comes of it later."""

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction

from reviews.delivery.channels import ChannelError, codes
from reviews.delivery.provider_events.parse import KINDS, TWILIO
from reviews.models import Delivery, DeliveryEvent
from reviews.models.base import Channel
from reviews.worker import queue, task_paths


def store(reports: Sequence[DeliveryEvent], *, later: bool = True) -> list[DeliveryEvent]:
    """Keep what is new of these reports of one provider, and return all that is not applied yet.

    A report that was stored before changes nothing. `later`: a task applies them.
    """
    if not reports:
        return []
    with transaction.atomic():
        DeliveryEvent.objects.bulk_create(reports, ignore_conflicts=True)  # the unique key decides
        keys = [report.key for report in reports]
        rows = list(DeliveryEvent.objects.filter(provider=reports[0].provider, key__in=keys, applied_at=None))
        if rows and later:
            ids = [row.pk for row in rows]
            transaction.on_commit(lambda: queue.enqueue(task_paths.APPLY_EVENTS, *ids))
    return rows


def record_refusal(delivery: Delivery, error: ChannelError, *, now: datetime) -> None:
    """Keep what a provider answered when it did not take the message; whoever settles it has applied it.

    Opens no transaction: it belongs to the caller's. Nothing is kept where no provider answered.
    """
    if error.untried or not (error.code[:1].isdigit() or error.code == "refused"):
        return
    DeliveryEvent.objects.bulk_create(
        [
            DeliveryEvent(
                account_id=delivery.account_id,
                delivery=delivery,
                provider=provider_of(delivery.channel),
                key=f"refusal:{delivery.pk}:{delivery.attempts}",
                kind=KINDS[codes.of_error(error)],
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


def provider_of(channel: str) -> str:
    """The name under which the events of whoever carries that channel are kept."""
    if channel == Channel.SMS:
        return TWILIO
    backend: str = settings.EMAIL_BACKEND
    return backend.split(".")[2] if backend.startswith("anymail.backends.") else "smtp"
