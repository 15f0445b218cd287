"""Entry points of the queue: thin, without arguments that say anything about a person."""

from datetime import timedelta

from django.utils import timezone

from oauth.cleanup import clean_up
from reviews import delivery, endpoints, erasing, events, importing, lifecycle, provider_events, reconciling, totals
from reviews.models import IdempotencyKey

IDEMPOTENCY_KEPT = timedelta(hours=24)


def drain() -> int:
    """Send what is due. The claim, not the queue, makes a second run harmless."""
    return delivery.drain()


def tick() -> None:
    """Every minute: what cannot wait for an hour and hangs on nobody's call."""
    provider_events.apply_waiting(now=timezone.now())
    reconciling.reconcile(now=timezone.now())
    importing.wake_stalled(timezone.now())
    endpoints.tell_owners()


def sweep() -> None:
    """Hourly: end what went unanswered, forget what is kept only for a while."""
    now = timezone.now()
    lifecycle.complete_unanswered(now=now)
    IdempotencyKey.objects.filter(created_at__lt=now - IDEMPOTENCY_KEPT).delete()
    clean_up(now)
    totals.fold(now=now)
    importing.forget(now)
    erasing.blank_late_reports(now)
    endpoints.renew_encryption()
    events.forget(now)


def apply_events(*event_ids: int) -> int:
    """Apply the provider events of one call, each on its own. The event, not the queue, makes a second run harmless."""
    return sum(provider_events.apply(event_id=event_id, now=timezone.now()).done for event_id in event_ids)


def import_rows(job_id: int) -> None:
    """Go on with an import. The job's row, not the queue, knows where it stands."""
    importing.work(job_id)
