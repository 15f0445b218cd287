"""Holds: a request of which nothing leaves, on either channel, until somebody decides; and what goes on afterwards.

The gate at the moment of sending stands in the statement of `reviews.delivery.advance`. Planned messages wait out of
reach of the claims, so that a worker's claim walks over none of them, however many wait.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q

from oauth.models import Account
from reviews.models import Delivery, ReviewRequest, Suppression
from reviews.requests import planned_messages
from reviews.requests.schedule import slots


def hold(requests: Iterable[ReviewRequest], because: ReviewRequest.Hold, *, now: datetime) -> None:
    """Hold open requests, whose rows the caller has locked; one that is held already keeps its reason."""
    rows = [request for request in requests if request.is_open]
    keys = [request.pk for request in rows]
    ReviewRequest.objects.open().filter(pk__in=keys, held="").update(held=because)
    for request in rows:
        request.held = request.held or because.value
    planned_messages.hold(keys, reason=because.label, now=now)


def release(request: ReviewRequest, because: ReviewRequest.Hold, *, now: datetime) -> bool:
    """Let a request go on that was held for this reason, and return True; its row is locked by the caller.

    What came due meanwhile is moved to the next slot from now, and what follows it by as much.
    """
    if not ReviewRequest.objects.filter(pk=request.pk, held=because).update(held=""):
        return False
    request.held = ""
    waiting = Delivery.objects.select_related("account", "request__contact").filter(request=request)
    shift = None
    for row in waiting.exclude(planned_for=None).filter(status=Delivery.Status.PLANNED).order_by("step", "pk"):
        earliest = row.leaves_at if shift is None else row.leaves_at + shift
        slot = slots.slot(
            account=row.account, contact=row.request.contact, channel=row.channel, earliest=max(earliest, now)
        )
        if shift is None:
            shift = max(slot.due_at - row.leaves_at, timedelta())
        planned_messages.release(row, due_at=slot.due_at, reason=slot.moved)
    return True


def release_cleared(account: Account, *, now: datetime) -> int:
    """Release the account's requests of which no number is in doubt any more; return how many.

    Their contacts, and the numbers of these, may have changed while they were held.
    """
    doubts = Suppression.objects.for_account(account).active().filter(reason=Suppression.Reason.UNCLEAR)
    to_number = Delivery.objects.filter(request=OuterRef("pk"), address__in=doubts.values("address"))
    in_doubt = Q(contact__phone__in=doubts.values("address")) & ~Q(contact__phone="") | Exists(to_number)
    held = ReviewRequest.objects.for_account(account).filter(held=ReviewRequest.Hold.UNCLEAR_OPT_OUT)
    keys = list(held.exclude(held="").exclude(in_doubt).values_list("pk", flat=True))
    rows = ReviewRequest.objects.filter(pk__in=keys).order_by("pk").select_for_update(of=("self",))
    return sum(release(row, ReviewRequest.Hold.UNCLEAR_OPT_OUT, now=now) for row in rows)
