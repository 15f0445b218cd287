"""The states of a review request: one table of moves, and the functions that make them.

Nothing else moves a request, but for one statement of `reviews.delivery.advance`, which marks a message and its
request as sent in one; it takes its states from the same table.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q

from reviewhub.statements import Change
from reviews.models import Delivery, Event, ReviewRequest
from reviews.requests import planned_messages
from reviews.webhooks import events

# For each state: the states that a request may come to it from. A late answer still counts after the sequence ended.
# One that was cancelled comes back by `restore` alone: no message that was leaving meanwhile may open it again.
MOVES: dict[str, tuple[ReviewRequest.Status, ...]] = {
    # Staff have a message that failed sent again; or a text turned out not to have left, for our account's fault.
    ReviewRequest.Status.SCHEDULED: (ReviewRequest.Status.FAILED, ReviewRequest.Status.SENT),
    ReviewRequest.Status.SENT: (ReviewRequest.Status.SCHEDULED,),
    ReviewRequest.Status.RESPONDED: (*ReviewRequest.OPEN, ReviewRequest.Status.COMPLETED),
    ReviewRequest.Status.COMPLETED: (ReviewRequest.Status.SENT,),
    ReviewRequest.Status.SUPPRESSED: ReviewRequest.OPEN,
    ReviewRequest.Status.CANCELLED: ReviewRequest.OPEN,
    ReviewRequest.Status.FAILED: ReviewRequest.OPEN,
}

Column = str | datetime | None

# The columns of a request that nothing holds, as an ending leaves it.
HELD_NO_MORE: dict[str, Column] = {"held": "", "held_at": None, "asked_hold": "", "hold_reason": ""}
# The same where the ending can be taken back: who asked for the hold, and why, is kept for that.
HELD_NO_MORE_FOR_NOW: dict[str, Column] = {"held": "", "held_at": None}

ANSWER_TIME = timedelta(days=7)  # from the last message on; a request without an answer then counts as completed
COMPLETE_AT_ONCE = 500


class InvalidMove(Exception):
    """The request is in a state that does not allow the move."""


def move(
    request: ReviewRequest, to: str, *, now: datetime, reason: str = "", only: Sequence[str] = (), **columns: Column
) -> bool:
    """Move the request if its state in the database allows it, and record the event; False when it does not.

    `only`: the states that it may come from, in place of the table's. `columns`: what else is written.
    """
    if not change(request, to, now=now, reason=reason, only=only, **columns):
        return False
    events.record(events.of_request(request, now))
    return True


def change(
    request: ReviewRequest, to: str, *, now: datetime, reason: str = "", only: Sequence[str] = (), **columns: Column
) -> bool:
    """Move the request without an event, for a caller that records several at once."""
    columns |= {"status": str(to), "reason": reason[:200]}
    if to == ReviewRequest.Status.SENT:
        columns.setdefault("sent_at", now)
    elif to == ReviewRequest.Status.SCHEDULED:
        columns["ended_at"] = None
    elif to == ReviewRequest.Status.CANCELLED:
        columns |= {"ended_at": now, **HELD_NO_MORE_FOR_NOW}
    else:
        columns |= {"ended_at": now, **HELD_NO_MORE}
    if to == ReviewRequest.Status.RESPONDED:
        columns["responded_at"] = now
    if not _change_if(pk=request.pk, statuses=[str(status) for status in only or MOVES[to]], **columns):
        return False
    for name, value in columns.items():
        setattr(request, name, value)
    return True


_change_if = Change(lambda pk, statuses, **columns: (ReviewRequest.objects.filter(pk=pk, status__in=statuses), columns))


def beginnings(request: ReviewRequest, now: datetime) -> list[Event]:
    """Make the events of a new request: that it is there, and that it is held, where it is. Records nothing."""
    types = ["", Event.Type.REQUEST_HELD] if request.held else [""]
    return [events.of_request(request, now, type_) for type_ in types]


# --- Endings ---------------------------------------------------------------------------------


@transaction.atomic(savepoint=False)
def respond(*, request: ReviewRequest, now: datetime, reason: str) -> bool:
    """End the request because the customer reacted; False when it had ended for another reason."""
    if not move(request, ReviewRequest.Status.RESPONDED, now=now, reason=reason):
        return False
    planned_messages.cancel(request, "The customer responded.")
    return True


def respond_again(*, request: ReviewRequest, now: datetime, reason: str) -> None:
    """Do the same for a caller who may repeat it. Raises InvalidMove when the request has ended for another reason."""
    if respond(request=request, now=now, reason=reason):
        return
    request.refresh_from_db()
    if request.status != ReviewRequest.Status.RESPONDED:
        raise InvalidMove(f"This review request is {request.status}: no answer to it can be told.")


@transaction.atomic
def cancel_request(*, request: ReviewRequest, now: datetime, reason: str = "Cancelled.") -> ReviewRequest:
    """End the request because somebody takes it back; what was sent stays sent.

    Raises InvalidMove when it has ended.
    """
    if not move(request, ReviewRequest.Status.CANCELLED, now=now, reason=reason):
        request.refresh_from_db()
        raise InvalidMove(f"This review request is {request.status} and cannot be cancelled.")
    planned_messages.cancel(request, reason)
    return request


def reopen(*, request: ReviewRequest, now: datetime, reason: str) -> bool:
    """Let a request that failed wait for its message again; False when it has not failed.

    Plans nothing. Raises InvalidMove when its contact has another open request by now: there is one at most.
    """
    to = ReviewRequest.Status.SCHEDULED
    try:
        with transaction.atomic():
            return move(request, to, now=now, reason=reason, only=[ReviewRequest.Status.FAILED])
    except IntegrityError as error:
        raise InvalidMove("The customer has been asked again since.") from error


CANCELLED_BY = "Cancelled by "  # staff, whose name follows: the beginning of the reason that they give


def may_restore(request: ReviewRequest) -> bool:
    """Tell whether it was staff who cancelled the request; what a program or a merge has ended stays ended."""
    return request.status == ReviewRequest.Status.CANCELLED and request.reason.startswith(CANCELLED_BY)


def restore(*, request: ReviewRequest, now: datetime, reason: str, **columns: Column) -> bool:
    """Let a request that was cancelled stand where it stood before; False when it is not cancelled any more.

    Plans nothing, and looks at nothing else: `reviews.delivery.take_back` does. `columns`: its hold. Raises InvalidMove
    when its contact has another open request by now.
    """
    to = ReviewRequest.Status.SENT if request.sent_at else ReviewRequest.Status.SCHEDULED
    columns |= {"ended_at": None, "sent_at": request.sent_at}
    try:
        with transaction.atomic():
            return move(request, to, now=now, reason=reason, only=[ReviewRequest.Status.CANCELLED], **columns)
    except IntegrityError as error:
        raise InvalidMove("The customer has been asked again since.") from error


def take_back_sent(*, request: ReviewRequest, now: datetime, reason: str) -> bool:
    """Let a request wait for its first message again, which turned out not to have left; False when it is not sent."""
    to, only = ReviewRequest.Status.SCHEDULED, [ReviewRequest.Status.SENT]
    return move(request, to, now=now, reason=reason, only=only, sent_at=None)


def complete_unanswered(*, now: datetime) -> int:
    """End the requests whose last message went unanswered for ANSWER_TIME; return how many."""
    completed = 0
    while batch := _complete_batch(now):
        completed += batch
    return completed


@transaction.atomic
def _complete_batch(now: datetime) -> int:
    """End up to COMPLETE_AT_ONCE of them. Their rows are locked first, so that none moves in between."""
    may_complete = Q(status__in=MOVES[ReviewRequest.Status.COMPLETED])
    unanswered = ReviewRequest.objects.filter(may_complete, sent_at__lte=now - ANSWER_TIME).exclude(
        pk__in=Delivery.objects.filter(
            Q(status__in=Delivery.PENDING) | Q(sent_at__gt=now - ANSWER_TIME), request__status=ReviewRequest.Status.SENT
        ).values("request")
    )
    requests = list(unanswered.order_by("pk").select_for_update(of=("self",))[:COMPLETE_AT_ONCE])
    rows = ReviewRequest.objects.filter(pk__in=[request.pk for request in requests])
    rows.update(status=ReviewRequest.Status.COMPLETED, ended_at=now, reason="No answer.", **HELD_NO_MORE)
    for request in requests:
        request.status = ReviewRequest.Status.COMPLETED
    events.record(*(events.of_request(request, now) for request in requests))
    return len(requests)
