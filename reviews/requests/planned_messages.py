"""Planned messages: saved, changed and cancelled by their request, as long as no worker is sending them.

Each change is conditional on the message's state, by the model's table of moves. A message that is being sent is
left to its worker, which finds the request ended.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Case, F, QuerySet, When
from django.db.models.functions import Least

from oauth.models import Account
from reviewhub.statements import Change
from reviews.models import Contact, Delivery, ReviewRequest

_MOVES = Delivery.MOVES[Delivery.Mover.REQUEST]


def add(delivery: Delivery) -> None:
    """Add the planned message, unless the request has a message of that step on that channel.

    A statement whose answer got lost is run again, and then brings a step for the second time: the first one stands.
    """
    Delivery.objects.bulk_create([delivery], ignore_conflicts=True)


def replace(delivery: Delivery, by: Delivery) -> None:
    """Give the message the channel, address, time and reason of another one, which is not saved.

    A worker that has claimed it loses the claim. What was tried at the old address counts no more.
    """
    rows = Delivery.objects.filter(pk=delivery.pk, status__in=_MOVES[Delivery.Status.PLANNED])
    place = {"channel": by.channel, "address": by.address, "due_at": by.due_at, "reason": by.reason[:200]}
    rows.update(claim=None, planned_for=by.planned_for, attempts=0, error_code="", error_text="", **place)


def hold(requests: Sequence[UUID], *, reason: str, now: datetime) -> None:
    """Put the planned messages of these requests out of reach, those that a worker has claimed included."""
    planned_for = Case(When(claim=None, then=F("due_at")), default=Least(F("due_at"), now))
    rows = Delivery.objects.filter(request__in=requests, status__in=_MOVES[Delivery.Status.PLANNED], planned_for=None)
    rows.update(planned_for=planned_for, due_at=Delivery.OUT_OF_REACH, reason=reason[:200], claim=None)


def hold_answers(answers: QuerySet[Delivery], *, reason: str, now: datetime) -> None:
    """Put planned answers to customers out of reach, which are of no request that could be held."""
    planned_for = Case(When(claim=None, then=F("due_at")), default=Least(F("due_at"), now))
    rows = answers.filter(status__in=_MOVES[Delivery.Status.PLANNED], planned_for=None)
    rows.update(planned_for=planned_for, due_at=Delivery.OUT_OF_REACH, reason=reason[:200], claim=None)


def put_out_of_reach(delivery: Delivery, *, reason: str) -> None:
    """Do the same to a message that is not saved yet."""
    delivery.planned_for, delivery.due_at, delivery.reason = delivery.due_at, Delivery.OUT_OF_REACH, reason


def release(delivery: Delivery, *, due_at: datetime, reason: str) -> None:
    """Let a message that was held be due at that time."""
    rows = Delivery.objects.filter(pk=delivery.pk, status__in=_MOVES[Delivery.Status.PLANNED])
    rows.exclude(planned_for=None).update(due_at=due_at, planned_for=None, reason=reason[:200], claim=None)


def move(delivery: Delivery, *, due_at: datetime, reason: str) -> None:
    """Plan the message for another time; one that is held stays out of reach, and is to leave at that time.

    A worker that has claimed it loses the claim.
    """
    rows = Delivery.objects.filter(pk=delivery.pk, status__in=_MOVES[Delivery.Status.PLANNED])
    column = "due_at" if delivery.planned_for is None else "planned_for"
    rows.update(**{column: due_at}, reason=reason[:200], claim=None)


def cancel(request: ReviewRequest, reason: str) -> None:
    """Cancel the request's planned messages."""
    _cancel_of_request(request=request.pk, reason=reason[:200])


def cancel_one(delivery: Delivery, reason: str) -> bool:
    """Cancel the message; False when it is not planned any more."""
    rows = Delivery.objects.filter(pk=delivery.pk, status__in=_MOVES[Delivery.Status.CANCELLED])
    return rows.update(status=Delivery.Status.CANCELLED, reason=reason[:200], claim=None) == 1


def take_back_after(delivery: Delivery) -> None:
    """Delete the messages of later steps that were planned too early, as this one is to be sent again.

    Each is planned anew when this one has left. A message that a provider was asked to take stays.
    """
    later = Delivery.objects.filter(request=delivery.request_id, step__gt=delivery.step, attempts=0)
    later.filter(status__in=_MOVES[Delivery.Status.CANCELLED]).delete()


def cancel_to_address(*, account: Account, channel: str, address: str, reason: str) -> None:
    """Cancel the account's planned messages to the address, whatever their request."""
    rows = Delivery.objects.for_account(account).filter(channel=channel, address=address)
    rows = rows.filter(status__in=_MOVES[Delivery.Status.CANCELLED])
    rows.update(status=Delivery.Status.CANCELLED, reason=reason[:200], claim=None)


def cancel_answers(contact: Contact, reason: str) -> None:
    """Cancel the answers that are planned to the contact."""
    rows = Delivery.objects.filter(contact=contact, status__in=_MOVES[Delivery.Status.CANCELLED])
    rows.update(status=Delivery.Status.CANCELLED, reason=reason[:200], claim=None)


_cancel_of_request = Change(
    lambda request, reason: (
        Delivery.objects.filter(request=request, status__in=_MOVES[Delivery.Status.CANCELLED]),
        {"status": Delivery.Status.CANCELLED, "reason": reason, "claim": None},
    )
)
