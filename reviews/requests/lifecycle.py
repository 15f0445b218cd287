"""The life of a review request: the only writer of its status, and of what is planned next."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q

from reviewhub.statements import Change
from reviews.models import Delivery, ReviewRequest
from reviews.webhooks import events

Status = ReviewRequest.Status

# From which states each state may be reached. A late answer still counts after the sequence ended.
MOVES: dict[str, tuple[str, ...]] = {
    Status.SCHEDULED: (Status.FAILED,),  # staff have a message that failed sent again
    Status.SENT: (Status.SCHEDULED,),
    Status.RESPONDED: (Status.SCHEDULED, Status.SENT, Status.COMPLETED),
    Status.COMPLETED: (Status.SENT,),
    Status.SUPPRESSED: (Status.SCHEDULED, Status.SENT),
    Status.CANCELLED: (Status.SCHEDULED, Status.SENT),
    Status.FAILED: (Status.SCHEDULED, Status.SENT),
}

# How long after its last message a request waits for an answer before it counts as completed.
ANSWER_TIME = timedelta(days=7)
COMPLETE_AT_ONCE = 500


class InvalidMove(Exception):
    """The request has ended, or is not where the move starts from."""


def move(request: ReviewRequest, to: str, *, now: datetime, reason: str = "") -> bool:
    """Move the request if its state in the database allows it; False when it does not."""
    changes: dict[str, str | datetime | None] = {"status": str(to), "reason": reason[:200]}
    if to == Status.SENT:
        changes["sent_at"] = now
    elif to == Status.SCHEDULED:
        changes["ended_at"] = None
    else:
        changes["ended_at"] = now
    if to == Status.RESPONDED:
        changes["responded_at"] = now
    if not _change_if(pk=request.pk, statuses=[str(status) for status in MOVES[to]], **changes):
        return False
    for name, value in changes.items():
        setattr(request, name, value)
    events.record(events.of_request(request, now))
    return True


_change_if = Change(lambda pk, statuses, **changes: (ReviewRequest.objects.filter(pk=pk, status__in=statuses), changes))


# --- Endings ---------------------------------------------------------------------------------


@transaction.atomic(savepoint=False)
def respond(*, request: ReviewRequest, now: datetime, reason: str) -> bool:
    """The customer reacted: nothing more is sent. False when the request had ended otherwise."""
    if not move(request, Status.RESPONDED, now=now, reason=reason):
        return False
    cancel_pending(request, "The customer responded.")
    return True


@transaction.atomic
def cancel_request(*, request: ReviewRequest, now: datetime, reason: str = "Cancelled.") -> ReviewRequest:
    """Take the request back; what was sent stays sent. Raises InvalidMove when it has ended."""
    if not move(request, Status.CANCELLED, now=now, reason=reason):
        request.refresh_from_db()
        raise InvalidMove(f"This review request is {request.status} and cannot be cancelled.")
    cancel_pending(request, reason)
    return request


def reopen(*, request: ReviewRequest, now: datetime, reason: str) -> bool:
    """Let a request that failed wait for its message again; False when it has not failed.

    Plans nothing. Raises InvalidMove when its contact has another open request by now: there is one at most.
    """
    try:
        with transaction.atomic():
            return move(request, Status.SCHEDULED, now=now, reason=reason)
    except IntegrityError as error:
        raise InvalidMove("The customer has been asked again since.") from error


def complete_unanswered(*, now: datetime) -> int:
    """End the requests whose last message went unanswered for ANSWER_TIME; returns how many."""
    done = 0
    while ended := _complete_some(now):
        done += ended
    return done


@transaction.atomic
def _complete_some(now: datetime) -> int:
    waiting = ReviewRequest.objects.filter(status=Status.SENT, sent_at__lte=now - ANSWER_TIME).exclude(
        pk__in=Delivery.objects.filter(
            Q(status__in=Delivery.PENDING) | Q(sent_at__gt=now - ANSWER_TIME), request__status=Status.SENT
        ).values("request")
    )
    found = list(waiting.order_by("pk").select_for_update(of=("self",))[:COMPLETE_AT_ONCE])
    keys = [request.pk for request in found]
    ReviewRequest.objects.filter(pk__in=keys).update(status=Status.COMPLETED, ended_at=now, reason="No answer.")
    for request in found:
        request.status = Status.COMPLETED
    events.record(*(events.of_request(request, now) for request in found))
    return len(found)


def cancel_pending(request: ReviewRequest, reason: str) -> None:
    """Messages that no worker is handing over right now; those find the request closed by themselves."""
    _cancel_planned(request=request.pk, reason=reason[:200])


_cancel_planned = Change(
    lambda request, reason: (
        Delivery.objects.filter(request=request, status=Delivery.Status.PLANNED),
        {"status": Delivery.Status.CANCELLED, "reason": reason, "claim": None},
    )
)


# --- What comes next --------------------------------------------------------------------------


# --- Channels ---------------------------------------------------------------------------------
