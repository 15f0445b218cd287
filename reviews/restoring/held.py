"""Messages that wait after a restore, since they may have left between the backup and it: the operator decides.

Held is what was due by the restore. *Send* lets it leave, but for a text that its provider has already. *Drop* counts
it as sent when it was due, and so what follows it, as far as that was due by the restore as well.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Exists, F, OuterRef, Q

from reviews.delivery import reconcile, states, unsent
from reviews.models import Delivery, Restore, ReviewRequest
from reviews.models.base import Channel
from reviews.models.delivery import DeliveryQuerySet
from reviews.requests import holds, lifecycle, plan, planned_messages

RESTORED = ReviewRequest.Hold.RESTORED
COUNTED = "Counted as sent: it was due before the database was restored, and is not sent again."
SENT_AFTER = "Sent after the restore, as the operator decided."
ASKED_FOR = "The provider is asked whether it left before the database was restored."
AT_ONCE = 500  # requests that are let go in one run


def waiting() -> DeliveryQuerySet:
    """Return the messages that wait for a decision: those that were due by the latest restore."""
    restore = latest()
    if restore is None:
        return Delivery.objects.none()
    rows = Delivery.objects.filter(Q(request__held=RESTORED) | Q(kind=Delivery.Kind.ANSWER))
    out_of_reach = {"status": Delivery.Status.PLANNED, "due_at": Delivery.OUT_OF_REACH}
    return rows.filter(**out_of_reach, planned_for__lte=restore.restored_at)


def latest() -> Restore | None:
    """Return the latest restore of the database; None if there was none."""
    return Restore.objects.order_by("-pk").first()


def count_by_account() -> list[dict[str, Any]]:
    """Return the name of each account with how many of its messages wait, by channel."""
    counted = waiting().values("channel", account_name=F("account__name")).annotate(count=Count("pk"))
    return [
        {"account": row["account_name"], "channel": row["channel"], "count": row["count"]}
        for row in counted.order_by("account_name", "account", "channel")
    ]


def texts_asked_for() -> int:
    """Count the texts of which the provider is being asked whether they left."""
    return reconcile.to_reconcile().filter(request__held=RESTORED).count()


# --- Decisions -------------------------------------------------------------------------------------------


def send(*, now: datetime, most: int | None = None, note: Callable[[int], object] = lambda _: None) -> int:
    """Let the messages that wait leave, up to `most`; return how many. Of texts, the provider is asked first."""
    if restore := latest():
        now = max(now, restore.restored_at + timedelta(seconds=1))  # whatever the clocks say
    return _decide(_send, now=now, most=most, note=note)


def drop(*, now: datetime, most: int | None = None, note: Callable[[int], object] = lambda _: None) -> int:
    """Count the messages that wait as sent, up to `most`; return how many."""
    return _decide(_drop, now=now, most=most, note=note)


def _decide(
    way: Callable[[Delivery, datetime], None], *, now: datetime, most: int | None, note: Callable[[int], object]
) -> int:
    """Decide about each message that waits, in a transaction of its own, and about those that this brings up."""
    done = 0
    while most is None or done < most:
        keys = list(waiting().order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
        if not keys:
            break
        for key in keys[: None if most is None else most - done]:
            with transaction.atomic():
                rows = Delivery.objects.select_related("account", "request__contact", "contact")
                delivery = rows.get(pk=key)
                unsent.lock_request(delivery)
                if waiting().filter(pk=key).exists():  # else another decision came first
                    way(delivery, now)
                    done += 1
                if not delivery.is_answer:
                    _let_go(delivery.request, now)
            note(1)
    return done


def _send(delivery: Delivery, now: datetime) -> None:
    if delivery.channel == Channel.SMS and settings.TEXT_PROVIDER:
        columns = {"due_at": delivery.planned_for, "planned_for": None, "reason": ASKED_FOR}
        states.change(delivery, Delivery.Status.UNKNOWN, by=Delivery.Mover.RESTORE, **columns)
    elif delivery.is_answer:
        planned_messages.release(delivery, due_at=now, reason=SENT_AFTER)
    else:  # it leaves with its request, and counts as due since the restore
        planned_messages.move(delivery, due_at=now, reason=SENT_AFTER)


def _drop(delivery: Delivery, now: datetime) -> None:
    """Count the message as sent; other programs are told nothing, since they were told when it left."""
    at = delivery.leaves_at
    columns = {"sent_at": at, "due_at": at, "planned_for": None, "reason": COUNTED}
    states.change(delivery, Delivery.Status.SENT, by=Delivery.Mover.RESTORE, **columns)
    if delivery.is_answer:
        return
    lifecycle.change(delivery.request, ReviewRequest.Status.SENT, now=at)
    plan.confirm_sent(delivery, steps=plan.steps_for(delivery), now=at)


# --- What goes on ----------------------------------------------------------------------------------------


def let_go(*, now: datetime) -> int:
    """Let requests go on of which nothing waits any more, for the operator or a provider's word; return how many."""
    unclear = waiting().filter(request=OuterRef("pk")), reconcile.to_reconcile().filter(request=OuterRef("pk"))
    held = ReviewRequest.objects.filter(held=RESTORED).exclude(held="")
    released = 0
    for request in held.filter(*(~Exists(rows) for rows in unclear)).order_by("pk")[:AT_ONCE]:
        with transaction.atomic():
            fresh = ReviewRequest.objects.select_for_update().get(pk=request.pk)
            released += _let_go(fresh, now)
    return released


def _let_go(request: ReviewRequest, now: datetime) -> bool:
    """Release the request, whose row is locked, unless something of it still waits."""
    if waiting().filter(request=request).exists() or reconcile.to_reconcile().filter(request=request).exists():
        return False
    return holds.release(request, RESTORED, now=now)
