"""Claimed messages that no provider accepted: each is put off, tried again, given up or held as unknown.

Each outcome is written in one transaction with what follows from it, only while the worker holds the message's
claim, and the row says why.
"""

import logging
import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from oauth.models import Account
from reviewhub.languages import in_english
from reviews.contacts import bounces, opt_outs, suppressions
from reviews.delivery import pauses, states
from reviews.delivery.channels import ChannelError, Stops
from reviews.delivery.claims import LEASE, paused_channels
from reviews.delivery.provider_events import store
from reviews.inbox import items
from reviews.models import Contact, Delivery, FollowUpStep, ReviewRequest, Suppression, consent
from reviews.models.base import Channel
from reviews.requests import contact_changes, holds, plan
from reviews.requests.schedule import slots
from reviews.requests.schedule.slots import CAP, CAP_PERIOD

logger = logging.getLogger(__name__)

Steps = Sequence[FollowUpStep]

WAITS = [timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 720)]  # after the first attempt, the second, …
MAX_ATTEMPTS = len(WAITS) + 1
MAX_LAPSES = 5  # claims that lapsed; then the message is taken for what kills its workers
CONNECT_PAUSE = timedelta(seconds=15)
WAITS_FOR_ACCOUNT = "Waits until the installation's account with the provider is in order."
SWITCHED_OFF = "The account is switched off."
SENT_TWICE = "Sent twice without an answer; it may have arrived."
# How long a mail in doubt waits before it is sent once more: the server may still deliver it, and its reports say so.
DOUBT_WAIT = timedelta(hours=1)


def settle(delivery: Delivery, to: Delivery.Status, *, now: datetime, **columns: object) -> bool:
    """Write the outcome and release the message; False when the claim was lost.

    The claim had taken the place of the planned time in the row: unless `columns` has another, that is written back.
    """
    columns = {"due_at": delivery.due_at} | columns
    if states.move(delivery, to, by=Delivery.Mover.WORKER, now=now, **columns):
        return True
    logger.warning("the claim was lost before the message was settled: %s", to.value, extra=about(delivery))
    return False


def about(delivery: Delivery) -> dict[str, int]:
    """Return what a log line says of a message: its id, and nothing about a person."""
    return {"delivery": delivery.pk}


# --- Refusals and errors -----------------------------------------------------------------------


def judge_break(delivery: Delivery, error: ChannelError) -> ChannelError:
    """Take a conversation that breaks off over a message for the second time as a temporary refusal of that message.

    Else it would be tried for ever, and each time the others would wait with it.
    """
    is_second = error.midway and delivery.error_code == error.code
    return ChannelError(error.code, error.text) if is_second else error


def record_error(delivery: Delivery, error: ChannelError, *, steps: Steps, now: datetime) -> None:
    """Settle a message that the provider did not take, by its error: later, on the other channel, or not at all."""
    answer = {"error_code": error.code[:50], "error_text": error.text[:500]}
    was_in_doubt = error.in_doubt and store.was_in_doubt(delivery, before_this_attempt=True)
    store.record_refusal(delivery, error, now=now)
    if error.in_doubt and delivery.channel == Channel.SMS:
        hold_unknown(delivery, "The provider did not answer; it may have left.", tried_at=now, now=now, **answer)
    elif error.stops:
        _wait_for_account(delivery, error, now=now, **answer)
    elif was_in_doubt:
        hold_unknown(delivery, SENT_TWICE, tried_at=now, now=now, **answer)
    elif error.in_doubt:
        columns = {"due_at": now + DOUBT_WAIT, "attempts": delivery.attempts, **answer}
        reason = "The provider did not answer; it may have arrived. It is sent once more, under the same Message-ID."
        settle(delivery, Delivery.Status.PLANNED, now=now, reason=reason, **columns)
    elif error.untried:
        due_at, attempts = now + CONNECT_PAUSE, delivery.attempts - 1
        settle(delivery, Delivery.Status.PLANNED, now=now, due_at=due_at, attempts=attempts, **answer)
    elif error.permanent or delivery.attempts >= MAX_ATTEMPTS:
        _fail(delivery, error, steps=steps, now=now, **answer)
    else:
        wait = WAITS[delivery.attempts - 1] * random.uniform(1, 1.2)  # noqa: S311 (spreads load, keeps no secret)
        due_at, attempts = now + max(wait, error.retry_after or wait), delivery.attempts
        reason = f"Attempt {attempts} failed; the next one follows."
        settle(delivery, Delivery.Status.PLANNED, now=now, due_at=due_at, attempts=attempts, reason=reason, **answer)


def _wait_for_account(delivery: Delivery, error: ChannelError, *, now: datetime, **answer: str) -> None:
    """Put the message off until our account is mended, without an attempt spent, and pause what the error stops.

    The message is due again with the pause's next try, so that another one is tried first.
    """
    with transaction.atomic():
        if error.stops is Stops.MESSAGE:
            due_at = pauses.next_try(delivery, error, now=now)
        else:
            pause = pauses.begin(channel=delivery.channel, account=delivery.account, error=error, now=now)
            due_at = pause.retry_at
        columns = {"due_at": due_at, "attempts": max(delivery.attempts - 1, 0), "reason": WAITS_FOR_ACCOUNT}
        settle(delivery, Delivery.Status.PLANNED, now=now, **columns, **answer)


def _fail(delivery: Delivery, error: ChannelError, *, steps: Steps, now: datetime, **answer: str) -> None:
    with transaction.atomic():
        if error.address_gone:
            bounces.lock_requests(account=delivery.account, channel=delivery.channel, address=delivery.address)
        lock_request(delivery)
        to = Delivery.Status.BOUNCED if error.address_gone else Delivery.Status.FAILED
        if not settle(delivery, to, now=now, **answer):
            return
        evidence = f"{error.code} {error.text}"
        where: dict[str, Any] = {"account": delivery.account, "channel": delivery.channel, "address": delivery.address}
        if error.opted_out:
            opt_outs.opt_out(**where, reason=Suppression.Reason.STOP, evidence=evidence, now=now)
            return
        if error.address_gone:
            items.record_bounce(delivery, evidence=evidence, text=error.text, now=now)
            bounces.leave(**where, now=now, but=delivery.request_id)
        plan.fall_back(delivery, steps=steps, now=now)


def give_up(delivery: Delivery, reason: str, *, steps: Steps, now: datetime) -> None:
    """Fail a message that cannot be sent, for a reason of our own; the other channel or the next step follows."""
    with transaction.atomic():
        lock_request(delivery)
        columns = {"reason": reason[:200], "error_text": reason[:500]}
        if settle(delivery, Delivery.Status.FAILED, now=now, **columns):
            plan.fall_back(delivery, steps=steps, now=now)


def hold_unknown(delivery: Delivery, reason: str, *, tried_at: datetime, now: datetime, **answer: str) -> None:
    """Mark as unknown: the provider may have taken the text message. The sequence waits for reconciliation or staff.

    The row keeps as `due_at` when it was tried.
    """
    settle(delivery, Delivery.Status.UNKNOWN, now=now, reason=reason, due_at=tried_at, **answer)


def lock_request(delivery: Delivery) -> None:
    """Lock the message's request before the message itself, as every ending does, and read it anew.

    Else two transactions could wait for each other, or act on a state that has passed. An answer has no request.
    """
    if delivery.is_answer:
        return
    fresh = ReviewRequest.objects.select_for_update().get(pk=delivery.request_key)
    fresh.contact, fresh.account = delivery.request.contact, delivery.account
    delivery.request = fresh


# --- Gates at the moment of sending ------------------------------------------------------------


def may_repeat(delivery: Delivery, *, now: datetime) -> bool:
    """Return True if a message in doubt may be sent again; settle it otherwise.

    A mail is sent again, once, under the same Message-ID, unless its provider has reported on it meanwhile: the report
    is applied within a minute. A text message is not, since the customer would read it twice.
    """
    reason = "The worker died while sending; it may have left."
    if delivery.channel == Channel.EMAIL and not store.is_reported(delivery):
        died = ChannelError("worker-died", reason, in_doubt=True)
        if not store.was_in_doubt(delivery, before_this_attempt=True):
            store.record_refusal(delivery, died, now=now)
            return True
        reason = SENT_TWICE
    tried_at = delivery.due_at - LEASE  # the claim that lapsed was renewed when the send began
    hold_unknown(delivery, reason, tried_at=tried_at, now=now)
    return False


def has_lapsed_too_often(delivery: Delivery, *, now: datetime) -> bool:
    """Fail a message whose workers died, or hung, again and again; False for any other."""
    if delivery.lapses < MAX_LAPSES:
        return False
    reason = f"The worker died or hung {delivery.lapses} times over this message."
    give_up(delivery, reason, steps=plan.steps_for(delivery), now=now)
    return True


def put_off(delivery: Delivery, *, now: datetime, sent_at: Sequence[datetime] = ()) -> bool:
    """Plan the message for later if the customer must not be written to now; False when it may leave.

    Looks at the time of day, and with `sent_at` (when the latest messages to the number left) at the number's cap.
    """
    slot = slots.slot(
        account=delivery.account,
        contact=delivery.customer,
        channel=delivery.channel,
        earliest=now,
        sent_at=sent_at,
        is_answer=delivery.is_answer,
    )
    if slot.due_at <= now:
        return False
    settle(delivery, Delivery.Status.PLANNED, now=now, due_at=slot.due_at, reason=slot.moved)
    return True


def readdress(delivery: Delivery, *, now: datetime) -> None:
    """Let go of a message whose contact has another address by now, and lead it there, unless its request has ended.

    The change came while a worker was sending it: a refusal, or that worker's death, has planned it again.
    """
    with transaction.atomic():
        contact = Contact.objects.select_for_update().get(pk=delivery.customer.pk)
        if delivery.is_answer:
            _readdress_answer(delivery, contact.address(delivery.channel), now=now)
            return
        lock_request(delivery)
        contact.account = delivery.account
        if not delivery.request.is_open:
            settle(delivery, Delivery.Status.CANCELLED, now=now, reason=_why_ended(delivery.request))
        elif settle(delivery, Delivery.Status.PLANNED, now=now):
            contact_changes.follow(contacts=[contact], now=now)


def _readdress_answer(delivery: Delivery, address: str, *, now: datetime) -> None:
    if address:
        reason = "The customer's address changed."
        settle(delivery, Delivery.Status.PLANNED, now=now, address=address, attempts=0, reason=reason)
    else:
        settle(delivery, Delivery.Status.CANCELLED, now=now, reason="The customer's address was removed.")


def _why_ended(request: ReviewRequest) -> str:
    return request.reason or "The request has ended."


def explain_refusal(delivery: Delivery, *, steps: Steps, now: datetime) -> None:
    """Find out which gate closed between claim and send, and settle the message by that.

    The gates themselves stand in the statement of `reviews.delivery.advance`.
    """
    if delivery.is_answer:
        _explain_refused_answer(delivery, now=now)
        return
    with transaction.atomic():
        requests = ReviewRequest.objects.select_related("account").select_for_update(of=("self",))
        request = requests.get(pk=delivery.request_key)
        delivery.request.contact.account = request.account  # its settings may have changed since the claim
        # Of the address that the message has, as the statement asks: the contact may have another one by now.
        where: dict[str, Any] = {"account": request.account, "channel": delivery.channel, "address": delivery.address}
        blocked = suppressions.of(**where).first()
        is_in_doubt = blocked is not None and blocked.reason == Suppression.Reason.UNCLEAR
        unagreed = ""
        if not request.is_open:
            reason = _why_ended(request)
        elif request.held or is_in_doubt:
            _hold(delivery, request, is_in_doubt=is_in_doubt, now=now)
            return
        elif blocked:
            reason = _why_blocked(blocked)
        elif not request.account.is_active:
            reason = SWITCHED_OFF
        elif unagreed := consent.missing_consent(request.account, delivery.channel, delivery.address):
            reason = unagreed
        else:
            _wait(delivery, now=now)
            return
        settled = settle(delivery, Delivery.Status.CANCELLED, now=now, reason=reason[:200])
        if settled and (blocked or unagreed):
            ending = ReviewRequest.Status.SUPPRESSED if unagreed else ReviewRequest.Status.FAILED
            plan.fall_back(delivery, steps=steps, now=now, reason=unagreed, ending=ending)


def _explain_refused_answer(delivery: Delivery, *, now: datetime) -> None:
    """Cancel an answer that must not leave, so that what it answers waits for a person again; else plan it for later.

    Also where staff are still to decide whether the customer opted out: they see the answer that was not sent.
    """
    with transaction.atomic():
        account = Account.objects.get(pk=delivery.account_id)  # it may have changed since the claim
        blocked = suppressions.of(account=account, channel=delivery.channel, address=delivery.address).first()
        reason = _why_blocked(blocked) if blocked else "" if account.is_active else SWITCHED_OFF
        if reason:
            settle(delivery, Delivery.Status.CANCELLED, now=now, reason=reason[:200])
        else:
            _wait(delivery, now=now)


def _why_blocked(suppression: Suppression) -> str:
    label = in_english(Suppression.Reason(suppression.reason).label).lower()
    return f"The address must not be written to: {label}."


def _hold(delivery: Delivery, request: ReviewRequest, *, is_in_doubt: bool, now: datetime) -> None:
    """Let the message wait with its request, which is locked, until somebody decides."""
    if is_in_doubt:
        holds.hold([request], ReviewRequest.Hold.UNCLEAR_OPT_OUT, now=now)
    else:
        holds.keep(request, now=now)
    columns = {"planned_for": delivery.due_at, "due_at": Delivery.OUT_OF_REACH, "reason": request.why}
    if delivery.status == Delivery.Status.SENDING:  # one in doubt, which the hold has left to this worker
        settle(delivery, Delivery.Status.PLANNED, now=now, **columns)


def _wait(delivery: Delivery, *, now: datetime) -> None:
    """Plan the message for later: its provider is paused, the number has had enough for today, or the claim is lost."""
    if delivery.channel in paused_channels(now) or pauses.holds(delivery):
        settle(delivery, Delivery.Status.PLANNED, now=now)
        return
    sent = Delivery.objects.filter(address=delivery.address, sent_at__gt=now - CAP_PERIOD).exclude(pk=delivery.pk)
    sent = sent.counted()
    latest = [moment for moment in sent.order_by("-sent_at").values_list("sent_at", flat=True)[:CAP] if moment]
    if delivery.channel != Channel.SMS or not put_off(delivery, now=now, sent_at=latest):
        # Other messages to the number are being sent just now, or the claim is lost, which `settle` finds out.
        settle(delivery, Delivery.Status.PLANNED, now=now, due_at=now + CONNECT_PAUSE)
