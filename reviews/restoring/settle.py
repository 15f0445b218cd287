"""A restored database, before anybody sees it: what may have happened since its backup does not happen again.

Messages wait for the operator (`held`), but for texts that were being sent: their provider is asked. What was to be
told to other programs, to members and to the operator counts as told.
"""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from reviewhub.languages import in_english
from reviews.delivery import reconcile, states
from reviews.delivery.claims import LEASE
from reviews.models import (
    Delivery,
    ImportJob,
    InboxItem,
    Restore,
    ReviewRequest,
    Telling,
    Trouble,
)
from reviews.models.base import Channel
from reviews.requests import holds, imports, planned_messages
from reviews.restoring import held, texts
from reviews.webhooks import endpoints

AT_ONCE = 500  # requests
BEING_SENT = "It was being sent when the backup was made."
IMPORT_STOPPED = "The database was restored from a backup. Whom it asked since is not known: import the rest anew."


def settle(*, backed_up_at: datetime, now: datetime) -> Restore:
    """Settle all that was due by now, read what customers texted since, and return the restore. Sends nothing."""
    with transaction.atomic():
        restore = Restore.objects.create(backed_up_at=backed_up_at, restored_at=now)
        _count_as_told(now)
        _stop_imports(now)
        for delivery in Delivery.objects.filter(status=Delivery.Status.SENDING):
            _take_from_worker(delivery, now)
        _hold_due(now)
    texts.read_missed(now=now)
    restore.refresh_from_db()
    restore.held = held.waiting().count()
    restore.save(update_fields=["held"])
    return restore


def _take_from_worker(delivery: Delivery, now: datetime) -> None:
    """Let a message that was being sent wait for the operator, or a text for its provider's word."""
    columns = {"due_at": min(delivery.due_at - LEASE, now), "reason": BEING_SENT}
    is_listed = delivery.channel == Channel.SMS and settings.TEXT_PROVIDER
    to = Delivery.Status.UNKNOWN if is_listed else Delivery.Status.PLANNED
    states.change(delivery, to, by=Delivery.Mover.RESTORE, **columns)


def _hold_due(now: datetime) -> None:
    """Hold the requests of which a message may have left since, and the answers that may have."""
    # A claim, whenever it ends, is of a message that was due; one that was held may have been released.
    was_due = Q(due_at__lte=now) | Q(claim__isnull=False) | Q(planned_for__lte=now)
    due = Delivery.objects.filter(was_due, status=Delivery.Status.PLANNED)
    doubtful = Q(Exists(due.filter(request=OuterRef("pk"))))
    doubtful |= Q(Exists(reconcile.to_reconcile().filter(request=OuterRef("pk"))))
    keys = list(ReviewRequest.objects.open().filter(doubtful).values_list("pk", flat=True))
    for start in range(0, len(keys), AT_ONCE):
        requests = ReviewRequest.objects.filter(pk__in=keys[start : start + AT_ONCE]).order_by("pk")
        holds.hold(requests.select_for_update(), ReviewRequest.Hold.RESTORED, now=now)
    planned_messages.hold_answers(due.answers(), reason=in_english(ReviewRequest.Hold.RESTORED.label), now=now)


def _count_as_told(now: datetime) -> None:
    """Let nobody be told again of what they were to be told by now."""
    endpoints.count_as_told(now)
    InboxItem.objects.filter(is_to_tell=True).update(is_to_tell=False)
    Telling.objects.filter(pk__in=Telling.objects.due(now).values("pk")).delete()
    Trouble.objects.filter(ended_at=None, told_at=None).update(told_at=now)
    Trouble.objects.filter(ended_at__isnull=False, end_told_at=None).update(end_told_at=now)


def _stop_imports(now: datetime) -> None:
    """Stop the imports that were asking customers: going on, they would ask those again whom they have asked since."""
    for job in ImportJob.objects.filter(status=ImportJob.Status.RUNNING):
        if imports.cancel(job, now=now):
            ImportJob.objects.filter(pk=job.pk).update(error=IMPORT_STOPPED)
