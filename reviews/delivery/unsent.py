"""What becomes of a claimed message that was not simply accepted: later, again, never, or nobody knows.

Each outcome is written in one transaction with what follows from it, fenced by the claim, and the row says why.
"""

import logging
import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from reviews.contacts import opt_outs, suppressions
from reviews.delivery.channels import ChannelError
from reviews.delivery.claims import LEASE, paused_channels
from reviews.delivery.provider_events import store
from reviews.models import Delivery, Event, FollowUpStep, ReviewRequest, Suppression, suppression
from reviews.models.base import Channel
from reviews.requests import plan
from reviews.requests.schedule import slots
from reviews.requests.schedule.slots import CAP, CAP_PERIOD
from reviews.webhooks import events

logger = logging.getLogger(__name__)

Status = Delivery.Status
Steps = Sequence[FollowUpStep]

WAITS = [timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240)]
MAX_ATTEMPTS = len(WAITS)
CONNECT_PAUSE = timedelta(seconds=15)


def settle(delivery: Delivery, status: str, **changes: object) -> bool:
    """Write the outcome, if the claim is still ours; the row is then nobody's."""
    changes = {"due_at": delivery.due_at} | changes
    settled = Delivery.objects.filter(pk=delivery.pk, claim=delivery.claim, status__in=Delivery.PENDING).update(
        status=status, claim=None, **changes
    )
    if not settled:
        logger.warning("the claim was lost before the message was settled: %s", status, extra=about(delivery))
        return False
    delivery.status = status
    for name, value in changes.items():
        setattr(delivery, name, value)
    return True


def about(delivery: Delivery) -> dict[str, int]:
    """What a log line says of a message: its id, and nothing about a person."""
    return {"delivery": delivery.pk}


# --- Refusals and errors -----------------------------------------------------------------------


def record_error(delivery: Delivery, error: ChannelError, *, steps: Steps, now: datetime) -> None:
    """The provider did not take it: try later, or on the other channel, or give up; the error decides."""
    words = {"error_code": error.code[:50], "error_text": error.text[:500]}
    store.record_refusal(delivery, error, now=now)
    if error.in_doubt and delivery.channel == Channel.SMS:
        hold_unknown(delivery, "The provider did not answer; it may have left.", tried_at=now, **words)
    elif error.untried:
        settle(delivery, Status.PLANNED, attempts=delivery.attempts - 1, due_at=now + CONNECT_PAUSE, **words)
    elif error.permanent or delivery.attempts >= MAX_ATTEMPTS:
        _fail(delivery, error, steps=steps, now=now, **words)
    else:
        wait = WAITS[delivery.attempts - 1] * random.uniform(1, 1.2)  # noqa: S311 (spreads load, keeps no secret)
        wait = max(wait, error.retry_after or wait)
        reason = f"Attempt {delivery.attempts} failed; the next one follows."
        settle(delivery, Status.PLANNED, attempts=delivery.attempts, due_at=now + wait, reason=reason, **words)


def _fail(delivery: Delivery, error: ChannelError, *, steps: Steps, now: datetime, **words: str) -> None:
    with transaction.atomic():
        lock_request(delivery)
        to = Status.BOUNCED if error.address_gone else Status.FAILED
        if not settle(delivery, to, **words):
            return
        events.record(events.of_message(delivery, events.OF_STATUS[to], now))
        evidence = f"{error.code} {error.text}"
        where: dict[str, Any] = {"account": delivery.account, "channel": delivery.channel, "address": delivery.address}
        if error.opted_out:
            opt_outs.opt_out(**where, reason=Suppression.Reason.STOP, evidence=evidence, now=now)
            return
        if error.address_gone:
            suppressions.suppress(**where, reason=Suppression.Reason.BOUNCED, evidence=evidence, now=now)
        plan.fall_back(delivery, steps=steps, now=now)


def give_up(delivery: Delivery, reason: str, *, steps: Steps, now: datetime) -> None:
    """It cannot be sent, for a reason of our own; the other channel or the next step follows."""
    with transaction.atomic():
        lock_request(delivery)
        if settle(delivery, Status.FAILED, reason=reason[:200], error_text=reason[:500]):
            events.record(events.of_message(delivery, Event.Type.MESSAGE_FAILED, now))
            plan.fall_back(delivery, steps=steps, now=now)


def hold_unknown(delivery: Delivery, reason: str, *, tried_at: datetime, **words: str) -> None:
    """Nobody knows whether the text left at that time: the sequence waits until the provider or staff says."""
    settle(delivery, Status.UNKNOWN, reason=reason, due_at=tried_at, **words)


def lock_request(delivery: Delivery) -> None:
    """Take the request's lock before the delivery's, as every ending does: no deadlock, no stale state."""
    fresh = ReviewRequest.objects.select_for_update().get(pk=delivery.request_id)
    fresh.contact, fresh.account = delivery.request.contact, delivery.account
    delivery.request = fresh


# --- Gates at the moment of sending ------------------------------------------------------------


def may_repeat(delivery: Delivery, *, steps: Steps, now: datetime) -> bool:
    """Whether a message in doubt may be sent again; settles it when not."""
    if delivery.channel == Channel.SMS:
        tried_at = delivery.due_at - LEASE  # what lapsed is the claim that its declaration renewed
        hold_unknown(delivery, "The worker died while sending; it may have left.", tried_at=tried_at)
        return False
    if delivery.attempts >= MAX_ATTEMPTS:
        give_up(delivery, f"Tried {delivery.attempts} times; each time the worker died.", steps=steps, now=now)
        return False
    return True


def put_off(delivery: Delivery, *, now: datetime, sent_at: Sequence[datetime] = ()) -> bool:
    """Let the message wait until the recipient's hours allow it; False where they do now.

    With the times of the latest messages to the number in `sent_at`, it waits for the number's cap as well.
    """
    slot = slots.slot(
        account=delivery.account,
        contact=delivery.request.contact,
        channel=delivery.channel,
        earliest=now,
        sent_at=sent_at,
    )
    if slot.due_at <= now:
        return False
    settle(delivery, Status.PLANNED, due_at=slot.due_at, reason=slot.moved)
    return True


def explain_refusal(delivery: Delivery, *, steps: Steps, now: datetime) -> None:
    """A gate closed between claim and send: settle the message by what closed it."""
    with transaction.atomic():
        requests = ReviewRequest.objects.select_related("account").select_for_update(of=("self",))
        request = requests.get(pk=delivery.request_id)
        blocked = suppression.blocked_channels(delivery.request.contact).get(delivery.channel)
        if not request.is_open:
            reason = request.reason or "The request has ended."
        elif blocked:
            reason = f"The address must not be written to: {blocked.lower()}."
        elif not request.account.is_active:
            reason = "The account is switched off."
        else:
            _wait(delivery, now=now)
            return
        settled = settle(delivery, Status.CANCELLED, reason=reason[:200])
        if settled and blocked:
            plan.fall_back(delivery, steps=steps, now=now)


def _wait(delivery: Delivery, *, now: datetime) -> None:
    """Nothing forbids the message for good: a paused provider, the number's cap, or a claim that others have."""
    if delivery.channel in paused_channels(now):
        settle(delivery, Status.PLANNED)
        return
    sent = Delivery.objects.filter(address=delivery.address, sent_at__gt=now - CAP_PERIOD).exclude(pk=delivery.pk)
    latest = [moment for moment in sent.order_by("-sent_at").values_list("sent_at", flat=True)[:CAP] if moment]
    if delivery.channel != Channel.SMS or not put_off(delivery, now=now, sent_at=latest):
        # Others to the number are on their way just now, or the claim is lost, which `settle` finds out.
        settle(delivery, Status.PLANNED, due_at=now + CONNECT_PAUSE)
