"""Decisions of staff about single messages and providers: send again, settle what is unclear, end a pause.

Every change is conditional on the state that the person saw, so that a second press does nothing.
"""

from datetime import datetime, timedelta

from django.db import transaction

from reviewhub.languages import in_english
from reviewhub.refused import Refused
from reviews.delivery import pauses, reconcile, states
from reviews.insights import counters
from reviews.models import ChannelHealth, Delivery, ReviewRequest, Tally, consent, suppression
from reviews.requests import contact_changes, lifecycle, plan
from reviews.requests.schedule import slots

RETRIED = "Retried by staff."
HURRIED = "Sent early by staff."
DECIDE_AFTER = timedelta(hours=24)  # until then the provider may still report what became of the message


def retry(*, delivery: Delivery, now: datetime) -> Delivery:
    """Plan a failed message again, as soon as its window allows. Raises Refused.

    A request that failed with it waits for it again. Sends nothing: a worker does, after every gate.
    """
    return _plan_again(delivery, seen=Delivery.Status.FAILED, now=now)


def send_again(*, delivery: Delivery, now: datetime) -> Delivery:
    """Plan a text message again whose outcome is unknown: the customer may read it twice. Raises Refused."""
    _check_old_enough(delivery, now)
    return _plan_again(delivery, seen=Delivery.Status.UNKNOWN, now=now)


@transaction.atomic
def it_was_sent(*, delivery: Delivery, now: datetime) -> Delivery:
    """Settle a text message whose outcome is unknown as sent at the time it was tried. Raises Refused.

    Right for a request that has ended, too: what was sent stays sent, and nothing follows.
    """
    _check_old_enough(delivery, now)
    reason = "Sent, as staff found out."
    if not reconcile.record_sent(delivery, by=Delivery.Mover.STAFF, provider_id="", now=now, reason=reason):
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
    reason = f"{HURRIED} {slot.moved}".strip()[:200]
    _move(planned, Delivery.Status.PLANNED, now=now, due_at=slot.due_at, reason=reason)
    planned.refresh_from_db()
    return planned


@transaction.atomic
def skip(*, delivery: Delivery, by: str, now: datetime) -> Delivery | None:
    """Leave a planned message out, and plan the one after it as if this had been sent; None when none follows.

    Raises Refused, also where nothing was sent and nothing would be: such a request is to be cancelled.
    """
    planned = _lock_planned(delivery, now)
    following = plan.following_delivery(
        planned,
        steps=plan.steps_of(planned.request),
        blocked=consent.unusable_channels(planned.request.contact),
        now=now,
    )
    if following is None and planned.request.status == ReviewRequest.Status.SCHEDULED:
        raise Refused("delivery", "No message follows this one: cancel the request instead.")
    _move(planned, Delivery.Status.CANCELLED, now=now, reason=f"Skipped by {by}."[:200])
    if following is not None:
        following.save()
    return following


def resume(*, channel: str, now: datetime) -> bool:
    """End the pause of a provider at once; False when it is not paused."""
    paused = ChannelHealth.objects.filter(channel=channel, paused_until__gt=now)
    return paused.update(paused_until=None, failures=0) == 1


def try_now(*, channel: str, sender: str, now: datetime) -> bool:
    """Try at once a channel or sender that is paused for our account's fault; False when it is not waiting for that.

    Sends nothing: a worker tries it with one message, and the pause ends if that goes through.
    """
    return pauses.try_now(channel=channel, sender=sender, now=now)


def decidable_at(delivery: Delivery) -> datetime:
    """Return from when on staff may decide about a message whose outcome is unknown."""
    return delivery.due_at + DECIDE_AFTER


@transaction.atomic
def _plan_again(delivery: Delivery, *, seen: Delivery.Status, now: datetime) -> Delivery:
    fresh = _lock(delivery)
    if fresh.status != seen:
        raise Refused("delivery", _not_any_more(fresh))
    _check_gates(fresh)
    if not fresh.is_answer:
        _reopen(fresh.request, now)
    slot = slots.slot(
        account=fresh.account,
        contact=fresh.customer,
        channel=fresh.channel,
        earliest=now,
        is_answer=fresh.is_answer,
    )
    reason = f"{RETRIED} {slot.moved}".strip()[:200]
    blank = {"attempts": 0, "lapses": 0, "error_code": "", "error_text": ""}
    _move(fresh, Delivery.Status.PLANNED, now=now, due_at=slot.due_at, reason=reason, **blank)
    if seen == Delivery.Status.FAILED:
        counters.note(name=Tally.Name.FAILED, channel=fresh.channel)
    contact_changes.follow(contacts=[fresh.customer], now=now)  # it may have another address by now
    fresh.refresh_from_db()
    return fresh


def _move(delivery: Delivery, to: Delivery.Status, *, now: datetime, **columns: object) -> None:
    """Move a message whose row is locked and whose state was looked at. Raises Refused all the same."""
    if not states.move(delivery, to, by=Delivery.Mover.STAFF, now=now, **columns):
        raise Refused("delivery", _not_any_more(delivery))


def _lock(delivery: Delivery) -> Delivery:
    """Lock the message's request, then the message, as every ending does, and return the row as it is now.

    Else two transactions could wait for each other, or act on a state that has passed. An answer has no request.
    """
    if delivery.is_answer:
        rows = Delivery.objects.select_for_update(of=("self",)).select_related("account", "contact__account")
        return rows.get(pk=delivery.pk)
    requests = ReviewRequest.objects.select_for_update(of=("self",)).select_related("account", "contact__account")
    request = requests.get(pk=delivery.request_key)
    fresh = Delivery.objects.select_for_update().get(pk=delivery.pk)
    fresh.request, fresh.account = request, request.account
    return fresh


def _lock_planned(delivery: Delivery, now: datetime) -> Delivery:
    """Lock the message and return it, if it is still planned and no worker holds it. Raises Refused."""
    fresh = _lock(delivery)
    if fresh.request.held:
        raise Refused("review_request", f"It is held. {fresh.request.why}")
    if fresh.status not in Delivery.PENDING:
        raise Refused("delivery", _not_any_more(fresh))
    if fresh.status == Delivery.Status.SENDING or (fresh.claim is not None and fresh.due_at > now):
        raise Refused("delivery", "A worker holds the message: it is leaving now.")
    return fresh


def _check_gates(delivery: Delivery) -> None:
    """Refuse now what would stop the message at the moment of sending, or what another message has replaced."""
    if not delivery.account.is_active:
        raise Refused("account", "The account is switched off.")
    if not delivery.is_answer and delivery.request.held:
        raise Refused("review_request", f"It is held. {delivery.request.why}")
    if not delivery.address:
        raise Refused("contact", "The contact was erased.")
    contact = delivery.customer
    blocks = suppression.blocks_of([contact])[contact.pk]
    if blocks.in_doubt:  # nothing goes to such a customer, on either channel
        raise Refused("contact", f"It would be held. {in_english(ReviewRequest.Hold.UNCLEAR_OPT_OUT.label)}")
    if blocked := blocks.blocked.get(delivery.channel):
        raise Refused("contact", f"The address must not be written to: {blocked.lower()}.")
    if delivery.is_answer:
        return
    if missing := consent.missing_consent(delivery.account, delivery.channel, delivery.address):
        raise Refused("contact", missing)
    of_same_step = Delivery.objects.filter(request=delivery.request, step=delivery.step)
    if of_same_step.filter(status__in=[*Delivery.PENDING, *Delivery.ACCEPTED]).exists():
        raise Refused("delivery", "The other channel took over.")


def _reopen(request: ReviewRequest, now: datetime) -> None:
    if request.is_open:
        return
    try:
        reopened = lifecycle.reopen(request=request, now=now, reason=RETRIED)
    except lifecycle.InvalidMove as refusal:
        raise Refused("review_request", str(refusal)) from refusal
    if not reopened:
        raise Refused(
            "review_request",
            f"The request has ended: {in_english(ReviewRequest.Status(request.status).label).lower()}.",
        )


def _check_old_enough(delivery: Delivery, now: datetime) -> None:
    if now < decidable_at(delivery):
        raise Refused("delivery", "It is too early to decide: the provider may still tell whether it left.")


def _not_any_more(delivery: Delivery) -> str:
    return f"Nothing was changed: the message is {in_english(Delivery.Status(delivery.status).label).lower()} by now."
