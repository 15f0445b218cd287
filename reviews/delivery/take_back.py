"""Requests that staff cancelled, and take back: they go on where they stood, as long as nothing else has happened.

Sends nothing: a worker does, after every gate.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from reviewhub.refused import Refused
from reviews.delivery import states
from reviews.models import Contact, Delivery, ReviewRequest, Suppression
from reviews.models.addresses import hashes_of
from reviews.models.base import Channel
from reviews.requests import contact_changes, cool_down, holds, lifecycle, plan
from reviews.requests.matching import Match

TAKE_BACK_WITHIN = timedelta(days=7)  # a message that was to leave long ago would surprise its customer


def is_within_time(request: ReviewRequest, now: datetime) -> bool:
    """Tell whether staff cancelled the request, not too long ago; `take_back` looks at all the rest."""
    return bool(lifecycle.may_restore(request) and request.ended_at and request.ended_at > now - TAKE_BACK_WITHIN)


@transaction.atomic
def take_back(*, request: ReviewRequest, by: str, now: datetime) -> ReviewRequest:
    """Let a request that staff cancelled go on, with the messages that were cancelled with it; return it as it is then.

    What came due meanwhile leaves in the next slot, and what follows it as much later; an address that has changed is
    followed, and a hold that somebody asked for stands again. Raises Refused when anything else has happened since: the
    customer was asked again, wants no more messages, was erased, or a message had left already.
    """
    contacts = _lock_contacts(request)
    fresh = ReviewRequest.objects.select_for_update(of=("self",)).select_related("account").get(pk=request.pk)
    fresh.contact = contacts[fresh.contact_id]
    fresh.contact.account = fresh.account
    messages = list(Delivery.objects.filter(request=fresh).order_by("step", "pk").select_for_update())
    cancelled = [row for row in messages if row.status == Delivery.Status.CANCELLED and row.reason == fresh.reason]
    _check_state(fresh, messages, cancelled, now)
    _check_customer(fresh, cancelled, now)
    hold = {"held": fresh.asked_hold, "held_at": now if fresh.asked_hold else None}
    words = f"Cancelling taken back by {by}."
    try:
        if not lifecycle.restore(request=fresh, now=now, reason=words, **hold):
            raise Refused("review_request", _("It is not cancelled any more."))
    except lifecycle.InvalidMove as error:
        raise Refused("review_request", _asked_again()) from error
    _plan_again(fresh, cancelled, words=words, now=now)
    contact_changes.follow(contacts=[fresh.contact], now=now)
    fresh.refresh_from_db()
    return fresh


def _lock_contacts(request: ReviewRequest) -> dict[object, Contact]:
    """Lock the request's contact and those who share its number, before any request, as an ask does."""
    contact = Contact.objects.get(pk=request.contact_id)
    sharing = Q(account=contact.account_id, phone=contact.phone) & ~Q(phone="")
    rows = Contact.objects.filter(Q(pk=contact.pk) | sharing).order_by("pk").select_for_update()
    return {row.pk: row for row in rows}


def _check_state(
    request: ReviewRequest, messages: Sequence[Delivery], cancelled: Sequence[Delivery], now: datetime
) -> None:
    """Raise Refused where the request, or a message of it, has moved on."""
    if not lifecycle.may_restore(request):
        raise Refused("review_request", _("Only a request that staff cancelled can be taken back."))
    if not is_within_time(request, now):
        days = TAKE_BACK_WITHIN.days
        raise Refused(
            "review_request", _("It was cancelled more than %(days)s days ago: ask again instead.") % {"days": days}
        )
    ended_at = request.ended_at
    if any(row.status == Delivery.Status.SENDING for row in messages):
        raise Refused("delivery", _("A message of it is just leaving."))
    if any(row.sent_at and ended_at and row.sent_at >= ended_at for row in messages):
        raise Refused("delivery", _("A message had left already when it was cancelled: ask again later instead."))
    ahead = {Delivery.Status.PLANNED, Delivery.Status.UNKNOWN}
    if not request.sent_at and not cancelled and not any(row.status in ahead for row in messages):
        raise Refused("delivery", _("No message of it is left to be sent: ask again instead."))


def _check_customer(request: ReviewRequest, cancelled: Sequence[Delivery], now: datetime) -> None:
    """Raise Refused where the customer was asked again, opted out or was erased since the request was cancelled."""
    contact, ended_at = request.contact, request.ended_at
    if contact.erased_at:
        raise Refused("contact", _("The customer was erased."))
    others = ReviewRequest.objects.filter(contact=contact).exclude(pk=request.pk)
    if others.filter(Q(status__in=ReviewRequest.OPEN) | Q(sent_at__gte=ended_at)).exists():
        raise Refused("review_request", _asked_again())
    places = {(channel.value, contact.address(channel)) for channel in Channel}
    places |= {(row.channel, row.address) for row in cancelled}
    hashes = [hashed for way, address in places if address for hashed in hashes_of(contact.account_id, way, address)]
    since = Suppression.objects.for_account(request.account).filter(created_at__gte=ended_at)
    if since.filter(address_hash__in=hashes).exists():
        raise Refused("contact", _("An address of the customer must not be written to, or was not to, since then."))
    if any(row.channel == Channel.SMS for row in cancelled):
        (past,) = cool_down.look_back(request.account, [Match(contact, is_new=False)], now)
        if past.use_of_number:
            raise Refused("contact", past.use_of_number)


def _plan_again(request: ReviewRequest, cancelled: list[Delivery], *, words: str, now: datetime) -> None:
    for row in cancelled:
        row.request, row.account = request, request.account
    for row, slot in plan.shifted(cancelled, first_at=None, now=now):
        reason = f"{words} {slot.moved}".strip()[:200]
        columns = {"due_at": slot.due_at, "planned_for": None, "reason": reason}
        states.move(row, Delivery.Status.PLANNED, by=Delivery.Mover.TAKE_BACK, now=now, **columns)
        if row.step == 0:
            ReviewRequest.objects.filter(pk=request.pk).update(scheduled_for=slot.due_at)
    if request.held:
        holds.keep(request, now=now)


def _asked_again() -> str:
    return _("The customer has been asked again since.")
