"""What staff decide about single messages and providers: send again, settle what is unclear, end a pause.

Every change is conditional on the state that the person saw, so that a second press does nothing.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from reviewhub.refused import Refused
from reviews.delivery import reconcile
from reviews.insights import counters
from reviews.models import ChannelHealth, Delivery, ReviewRequest, Tally, suppression
from reviews.requests import lifecycle, plan
from reviews.requests.schedule import slots

Status = Delivery.Status

RETRIED = "Retried by staff."
HURRIED = "Sent early by staff."
DECIDE_AFTER = timedelta(hours=24)  # until then the provider may still tell


def retry(*, delivery: Delivery, now: datetime) -> Delivery:
    """Plan a failed message again, as soon as its window allows. Raises Refused.

    A request that failed with it waits for it again. Sends nothing: a worker does, after every gate.
    """
    return _plan_again(delivery, Status.FAILED, now)


def send_again(*, delivery: Delivery, now: datetime) -> Delivery:
    """Plan a text again of which nobody knows whether it left: the customer may read it twice. Raises Refused."""
    _check_old_enough(delivery, now)
    return _plan_again(delivery, Status.UNKNOWN, now)


@transaction.atomic
def it_was_sent(*, delivery: Delivery, now: datetime) -> Delivery:
    """Settle a text of which nobody knows as sent at the time it was tried. Raises Refused.

    Right for a request that has ended, too: what was sent stays sent, and nothing follows.
    """
    _check_old_enough(delivery, now)
    if not reconcile.record_sent(delivery, provider_id="", now=now, reason="Sent, as staff found out."):
        delivery.refresh_from_db()
        raise Refused("delivery", _not_any_more(delivery))
    delivery.refresh_from_db()
    counters.note(name=Tally.Name.SENT, channel=delivery.channel, happened_at=delivery.sent_at)
    return delivery


@transaction.atomic
def send_now(*, delivery: Delivery, now: datetime) -> Delivery:
    """Let a planned message leave as soon as its window allows, without the rest of its wait. Raises Refused.

    Sends nothing: a worker does, after every gate.
    """
    planned = _lock_planned(delivery, now)
    slot = slots.slot(account=planned.account, contact=planned.request.contact, channel=planned.channel, earliest=now)
    if slot.due_at >= planned.due_at:
        raise Refused("delivery", "It leaves as soon as it may already.")
    Delivery.objects.filter(pk=planned.pk, status=Status.PLANNED).update(
        due_at=slot.due_at, reason=f"{HURRIED} {slot.moved}".strip()[:200], claim=None
    )
    planned.refresh_from_db()
    return planned


@transaction.atomic
def skip(*, delivery: Delivery, by: str, now: datetime) -> Delivery | None:
    """Leave a planned message out, and plan the one after it as if it had been sent; None when none follows.

    Raises Refused, and where nothing was sent and nothing would be: such a request is to be cancelled.
    """
    planned = _lock_planned(delivery, now)
    following = plan.following_delivery(
        planned,
        steps=plan.steps_of(planned.request),
        blocked=suppression.blocked_channels(planned.request.contact),
        now=now,
    )
    if following is None and planned.request.status == ReviewRequest.Status.SCHEDULED:
        raise Refused("delivery", "No message follows this one: cancel the request instead.")
    Delivery.objects.filter(pk=planned.pk, status=Status.PLANNED).update(
        status=Status.CANCELLED, reason=f"Skipped by {by}."[:200], claim=None
    )
    if following is not None:
        following.save()
    return following


def resume(*, channel: str, now: datetime) -> bool:
    """End the pause of a provider at once; False when it is not paused."""
    paused = ChannelHealth.objects.filter(channel=channel, paused_until__gt=now)
    return paused.update(paused_until=None, failures=0) == 1


def decidable_at(delivery: Delivery) -> datetime:
    """From when on staff may decide about a message of which nobody knows whether it left."""
    return delivery.due_at + DECIDE_AFTER


@transaction.atomic
def _plan_again(delivery: Delivery, seen: str, now: datetime) -> Delivery:
    fresh = _lock(delivery)
    if fresh.status != seen:
        raise Refused("delivery", _not_any_more(fresh))
    _check_gates(fresh)
    _reopen(fresh.request, now)
    slot = slots.slot(account=fresh.account, contact=fresh.request.contact, channel=fresh.channel, earliest=now)
    Delivery.objects.filter(pk=fresh.pk, status=seen).update(
        status=Status.PLANNED,
        due_at=slot.due_at,
        reason=f"{RETRIED} {slot.moved}".strip()[:200],
        claim=None,
        attempts=0,
        error_code="",
        error_text="",
    )
    if seen == Status.FAILED:
        counters.note(name=Tally.Name.FAILED, channel=fresh.channel)
    fresh.refresh_from_db()
    return fresh


def _lock(delivery: Delivery) -> Delivery:
    """The row as it is, its request's lock taken first, as every ending does: no deadlock, no stale state."""
    requests = ReviewRequest.objects.select_for_update(of=("self",)).select_related("account", "contact__account")
    request = requests.get(pk=delivery.request_id)
    fresh = Delivery.objects.select_for_update().get(pk=delivery.pk)
    fresh.request, fresh.account = request, request.account
    return fresh


def _lock_planned(delivery: Delivery, now: datetime) -> Delivery:
    """The message, if it is planned still and no worker holds it. Raises Refused."""
    fresh = _lock(delivery)
    if fresh.status not in Delivery.PENDING:
        raise Refused("delivery", _not_any_more(fresh))
    if fresh.status == Status.SENDING or (fresh.claim is not None and fresh.due_at > now):
        raise Refused("delivery", "A worker holds the message: it is leaving now.")
    return fresh


def _check_gates(delivery: Delivery) -> None:
    """What would stop it at the moment of sending, said now, and what an engine that fails forward has done since."""
    if not delivery.account.is_active:
        raise Refused("account", "The account is switched off.")
    if not delivery.address:
        raise Refused("contact", "The contact was erased.")
    if blocked := suppression.blocked_channels(delivery.request.contact).get(delivery.channel):
        raise Refused("contact", f"The address must not be written to: {blocked.lower()}.")
    taken_over = Q(status__in=[*Delivery.PENDING, *Delivery.ACCEPTED])
    if Delivery.objects.filter(taken_over, request=delivery.request, step=delivery.step).exists():
        raise Refused("delivery", "The other channel took over.")


def _reopen(request: ReviewRequest, now: datetime) -> None:
    if request.is_open:
        return
    try:
        reopened = lifecycle.reopen(request=request, now=now, reason=RETRIED)
    except lifecycle.InvalidMove as refusal:
        raise Refused("review_request", str(refusal)) from refusal
    if not reopened:
        raise Refused("review_request", f"The request has ended: {request.get_status_display().lower()}.")


def _check_old_enough(delivery: Delivery, now: datetime) -> None:
    if now < decidable_at(delivery):
        raise Refused("delivery", "It is too early to decide: the provider may still tell whether it left.")


def _not_any_more(delivery: Delivery) -> str:
    return f"Nothing was changed: the message is {delivery.get_status_display().lower()} by now."
