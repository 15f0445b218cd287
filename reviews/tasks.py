"""Tasks: entry points of the queue. No work is done here, and no argument says anything about a person.

Paths of these functions are stored in rows of the queue (`worker.task_paths`): they never move.
"""

from datetime import timedelta

from django.utils import timezone

from oauth.server.cleanup import clean_up
from oauth.sign_in import adapters
from reviews.alarms import telling as alarms
from reviews.alarms import troubles
from reviews.contacts import erase
from reviews.delivery import late, pauses, reconcile
from reviews.delivery.drain import send_due
from reviews.delivery.provider_events import apply
from reviews.inbox import decisions
from reviews.insights import counters
from reviews.models import IdempotencyKey
from reviews.requests import imports, lifecycle
from reviews.restoring import held, texts
from reviews.retention import purge
from reviews.telling import rows as tellings
from reviews.webhooks import endpoints, events

IDEMPOTENCY_KEPT = timedelta(hours=24)


def drain() -> int:
    """Send the messages that are due. The claim, not the queue, makes a second run harmless."""
    return send_due()


def tick() -> None:
    """Do each minute's work: that which no call starts, and which cannot wait for the hourly sweep."""
    apply.apply_waiting(now=timezone.now())
    reconcile.reconcile(now=timezone.now())
    texts.read_missed(now=timezone.now())
    held.let_go(now=timezone.now())
    pauses.end_proven(now=timezone.now())
    imports.wake_stalled(timezone.now())
    endpoints.tell_owners()
    endpoints.catch_up(timezone.now())
    alarms.look_and_tell()


def sweep() -> None:
    """Do each hour's work: end requests that got no answer, and delete rows that are kept only for a while."""
    now = timezone.now()
    lifecycle.complete_unanswered(now=now)
    decisions.close_undecided(now=now)
    late.take_in_late(now)
    IdempotencyKey.objects.filter(created_at__lt=now - IDEMPOTENCY_KEPT).delete()
    clean_up(now)
    counters.fold(now=now)
    imports.forget(now)
    erase.blank_late_events(now)
    endpoints.renew_encryption()
    adapters.renew_encryption()
    events.forget(now)
    tellings.forget()
    troubles.forget(now)
    purge.work(now)


def apply_events(*event_ids: int) -> int:
    """Apply the provider events of one call, each on its own. The event, not the queue, makes a second run harmless."""
    return sum(apply.apply(event_id=event_id, now=timezone.now()).done for event_id in event_ids)


def import_rows(job_id: int) -> None:
    """Continue an import. The job's row, not the queue, knows its position."""
    imports.work(job_id)
