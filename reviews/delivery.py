"""How a message leaves: claimed, declared, handed over, settled. The row is the truth throughout.

A worker killed at any point loses nothing: a claim that lapses is due again by itself, and a row
found SENDING then is in doubt. A mail in doubt is sent again under the same Message-ID; a text is
not, because the customer would read it twice.
"""

import logging
import random
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.utils import timezone

from reviews import lifecycle, provider_events, scheduling, suppressions, wakeups
from reviews.channels import Accepted, Channel, ChannelError, Message, available_channels, get_channel
from reviews.models import ChannelHealth, Delivery, FollowUpStep, ReviewRequest, Suppression
from reviews.models.base import Channel as Kind
from reviews.models.suppression import address_hash
from reviews.rendering import RenderError, render

logger = logging.getLogger(__name__)

Status = Delivery.Status
Clock = Callable[[], datetime]

BATCH = 100
LEASE = timedelta(seconds=120)
SEND_FOR = LEASE * 0.75  # what is not begun by then goes back, so that no claim lapses in mid-send
WAITS = [timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240)]
MAX_ATTEMPTS = len(WAITS)
PAUSE_AFTER = 10
PAUSE = timedelta(minutes=1)
CONNECT_PAUSE = timedelta(seconds=15)
DAILY_CAP, CAP_PERIOD = 3, timedelta(hours=24)


# --- Claiming --------------------------------------------------------------------------------


def claim(now: datetime, limit: int = BATCH) -> list[Delivery]:
    """Take up to `limit` due messages for LEASE; nobody else gets them until then.

    Messages in doubt come only when nothing else is due, so that one which kills its worker holds
    up no other.
    """
    for status in (Status.PLANNED, Status.SENDING):
        due = Delivery.objects.due(now).filter(status=status).select_related("account", "request__contact")
        with transaction.atomic():
            batch = list(due.order_by("due_at").select_for_update(skip_locked=True, of=("self",))[:limit])
            token = uuid.uuid4()
            Delivery.objects.filter(pk__in=[delivery.pk for delivery in batch]).update(claim=token, due_at=now + LEASE)
        if batch:
            for delivery in batch:
                delivery.claim = token
            return batch  # with `due_at` as it was: it is written back with the outcome
    return []


def _hand_back(deliveries: Iterable[Delivery]) -> None:
    for delivery in deliveries:
        Delivery.objects.filter(pk=delivery.pk, claim=delivery.claim, status=delivery.status).update(
            claim=None, due_at=delivery.due_at
        )


# --- Draining --------------------------------------------------------------------------------


def drain(clock: Clock = timezone.now) -> int:
    """Send what is due until nothing is, or until SEND_FOR is over. Returns how many were accepted."""
    until = clock() + SEND_FOR
    accepted = 0
    wakeups.beat()
    while clock() < until and not wakeups.stopping() and (batch := claim(clock())):
        accepted += _Batch(batch, clock).send(until)
    return accepted


class _Batch:
    """The claimed messages of one round, with what they share: templates and connections."""

    def __init__(self, deliveries: list[Delivery], clock: Clock) -> None:
        self.deliveries = deliveries
        self.clock = clock
        self.steps: dict[int, list[FollowUpStep]] = defaultdict(list)
        for step in FollowUpStep.objects.filter(
            sequence__in={delivery.request.sequence_id for delivery in deliveries}
        ).order_by("position"):
            self.steps[step.sequence_id].append(step)
        self.failures: dict[str, int] = defaultdict(int)

    def send(self, until: datetime) -> int:
        accepted = 0
        for kind in Kind.values:
            waiting = [delivery for delivery in self.deliveries if delivery.channel == kind]
            if not waiting:
                continue
            if kind not in available_channels():
                self._refuse_all(waiting)
                continue
            channel = get_channel(kind)
            try:
                accepted += self._send_all(kind, channel, waiting, until)
            finally:
                channel.close()
        return accepted

    def _refuse_all(self, waiting: list[Delivery]) -> None:
        """The provider was taken away after these were planned: the other channel may take over."""
        for delivery in waiting:
            steps = self.steps[delivery.request.sequence_id]
            _give_up(delivery, "No provider is set up for this channel.", steps=steps, now=self.clock())

    def _send_all(self, kind: str, channel: Channel, waiting: list[Delivery], until: datetime) -> int:
        accepted = 0
        for position, delivery in enumerate(waiting):
            wakeups.beat()
            if self.clock() >= until or wakeups.stopping() or self.failures[kind] >= PAUSE_AFTER:
                _hand_back(waiting[position:])
                break
            try:
                channel.connect()
            except ChannelError as error:
                logger.warning("%s provider out of reach: %s", kind, error.code)
                _hold(kind, CONNECT_PAUSE, self.clock())
                _hand_back(waiting[position:])
                break
            accepted += self._send_one(kind, channel, delivery)
            if self.failures[kind] >= PAUSE_AFTER:
                logger.warning("%s provider failed %d times in a row: paused", kind, PAUSE_AFTER)
                _hold(kind, PAUSE, self.clock())
        return accepted

    def _send_one(self, kind: str, channel: Channel, delivery: Delivery) -> bool:
        steps = self.steps[delivery.request.sequence_id]
        try:
            message = self._message(delivery, steps)
        except Exception:
            logger.exception("delivery %s: unexpected error before sending", delivery.pk)
            delivery.attempts += 1
            ours = ChannelError("internal", "An error of ours; the log has it.")
            _settle_error(delivery, ours, steps=steps, now=self.clock())
            return False
        if message is None:
            return False
        try:
            outcome = channel.send(message)
        except ChannelError as error:
            self.failures[kind] = 0 if error.permanent else self.failures[kind] + 1
            _settle_error(delivery, error, steps=steps, now=self.clock())
            return False
        except Exception:
            # It may have left: the row stays SENDING, in doubt, until its claim lapses.
            logger.exception("delivery %s: unexpected error while sending", delivery.pk)
            return False
        self.failures[kind] = 0
        _settle_accepted(delivery, message, outcome, steps=steps, now=self.clock())
        return True

    def _message(self, delivery: Delivery, steps: list[FollowUpStep]) -> Message | None:
        """The message, once every gate has let it pass; else None, and the row says why."""
        now = self.clock()
        if delivery.status == Status.SENDING and not _may_repeat(delivery, steps, now):
            return None
        step = next((step for step in steps if step.position == delivery.step), None)
        if step is None:
            _give_up(delivery, "This step was removed from the sequence.", steps=steps, now=now)
            return None
        if (later := _not_now(delivery, now)) is not None:
            _put_off(delivery, later)
            return None
        try:
            message = render(delivery, step)
        except RenderError as error:
            _give_up(delivery, str(error), steps=steps, now=now)
            return None
        if not _declare(delivery):
            _explain_refusal(delivery, steps=steps, now=now)
            return None
        return message


# --- Gates at the moment of sending ------------------------------------------------------------


def _may_repeat(delivery: Delivery, steps: list[FollowUpStep], now: datetime) -> bool:
    """Whether a message in doubt may be sent again; settles it when not."""
    if delivery.attempts >= MAX_ATTEMPTS:
        _give_up(delivery, f"Tried {delivery.attempts} times; each time the worker died.", steps=steps, now=now)
        return False
    if delivery.channel == Kind.SMS:
        _settle_unknown(delivery, "The worker died while sending; it may have left.", steps=steps, now=now)
        return False
    return True


def _not_now(delivery: Delivery, now: datetime) -> scheduling.Slot | None:
    """The later slot that the window or the daily cap moves a message to; None when it may leave."""
    earliest = now
    if delivery.channel == Kind.SMS:
        latest = Delivery.objects.filter(address=delivery.address, sent_at__gt=now - CAP_PERIOD)
        sent = list(latest.order_by("-sent_at").values_list("sent_at", flat=True)[:DAILY_CAP])
        if len(sent) == DAILY_CAP and sent[-1] is not None:
            earliest = sent[-1] + CAP_PERIOD
    slot = scheduling.slot(
        account=delivery.account, contact=delivery.request.contact, channel=delivery.channel, earliest=earliest
    )
    if slot.due_at <= now:
        return None
    if earliest > now and not slot.moved:
        return scheduling.Slot(slot.due_at, slot.zone, f"This number got {DAILY_CAP} messages in 24 hours.")
    return slot


def _put_off(delivery: Delivery, slot: scheduling.Slot) -> None:
    Delivery.objects.filter(pk=delivery.pk, claim=delivery.claim).update(
        status=Status.PLANNED, claim=None, due_at=slot.due_at, reason=slot.moved
    )


def _declare(delivery: Delivery) -> bool:
    """Say that the send begins: one statement that holds every gate which can close at any moment.

    False when the claim is lost, the request has ended, the account is switched off, or the
    address opted out.
    """
    open_request = ReviewRequest.objects.filter(
        pk=OuterRef("request_id"), status__in=ReviewRequest.OPEN, account__is_active=True
    )
    hashed = address_hash(delivery.account_id, delivery.channel, delivery.address)
    blocked = Suppression.objects.active().filter(account=delivery.account_id, address_hash=hashed)
    declared = Delivery.objects.filter(
        Exists(open_request), ~Exists(blocked), pk=delivery.pk, claim=delivery.claim, status__in=Delivery.PENDING
    ).update(status=Status.SENDING, attempts=F("attempts") + 1)
    if declared:
        delivery.status = Status.SENDING
        delivery.attempts += 1
    return bool(declared)


def _explain_refusal(delivery: Delivery, *, steps: list[FollowUpStep], now: datetime) -> None:
    with transaction.atomic():
        requests = ReviewRequest.objects.select_related("account").select_for_update(of=("self",))
        request = requests.get(pk=delivery.request_id)
        blocked = lifecycle.blocked_channels(delivery.request.contact).get(delivery.channel)
        if not request.is_open:
            reason = request.reason or "The request has ended."
        elif blocked:
            reason = f"The address must not be written to: {blocked.lower()}."
        elif not request.account.is_active:
            reason = "The account is switched off."
        else:
            return  # the claim went to another worker
        settled = _settle(delivery, Status.CANCELLED, reason=reason[:200])
        if settled and blocked:
            lifecycle.failed(delivery, steps=steps, now=now)


# --- Settling ----------------------------------------------------------------------------------


def _settle(delivery: Delivery, status: str, **changes: object) -> bool:
    """Write the outcome, if the claim is still ours; the row is then nobody's."""
    changes = {"due_at": delivery.due_at} | changes
    settled = Delivery.objects.filter(pk=delivery.pk, claim=delivery.claim, status__in=Delivery.PENDING).update(
        status=status, claim=None, **changes
    )
    if not settled:
        logger.warning("delivery %s: the claim was lost before it was settled as %s", delivery.pk, status)
        return False
    delivery.status = status
    for name, value in changes.items():
        setattr(delivery, name, value)
    return True


def _lock_request(delivery: Delivery) -> None:
    """Take the request's lock before the delivery's, as every ending does: no deadlock, no stale state."""
    fresh = ReviewRequest.objects.select_for_update().get(pk=delivery.request_id)
    fresh.contact, fresh.account = delivery.request.contact, delivery.account
    delivery.request = fresh


def _settle_accepted(
    delivery: Delivery, message: Message, outcome: Accepted, *, steps: list[FollowUpStep], now: datetime
) -> None:
    with transaction.atomic():
        _lock_request(delivery)
        if _settle(
            delivery,
            Status.SENT,
            sent_at=now,
            provider_id=outcome.provider_id[:255],
            sandbox=outcome.sandbox,
            subject=message.subject[:500],
            text=message.text,
            error_code="",
            error_text="",
        ):
            lifecycle.sent(delivery, steps=steps, now=now)


def _settle_error(delivery: Delivery, error: ChannelError, *, steps: list[FollowUpStep], now: datetime) -> None:
    words = {"error_code": error.code[:50], "error_text": error.text[:500]}
    provider_events.record_refusal(delivery, error, now=now)
    if error.in_doubt and delivery.channel == Kind.SMS:
        _settle_unknown(delivery, "The provider did not answer; it may have left.", steps=steps, now=now, **words)
    elif error.untried:
        _settle(delivery, Status.PLANNED, attempts=delivery.attempts - 1, due_at=now + CONNECT_PAUSE, **words)
    elif error.permanent or delivery.attempts >= MAX_ATTEMPTS:
        _settle_failed(delivery, error, steps=steps, now=now, **words)
    else:
        wait = WAITS[delivery.attempts - 1] * random.uniform(1, 1.2)  # noqa: S311 (spreads load, keeps no secret)
        wait = max(wait, error.retry_after or wait)
        reason = f"Attempt {delivery.attempts} failed; the next one follows."
        _settle(delivery, Status.PLANNED, attempts=delivery.attempts, due_at=now + wait, reason=reason, **words)


def _settle_failed(
    delivery: Delivery, error: ChannelError, *, steps: list[FollowUpStep], now: datetime, **words: str
) -> None:
    with transaction.atomic():
        _lock_request(delivery)
        if not _settle(delivery, Status.BOUNCED if error.address_gone else Status.FAILED, **words):
            return
        evidence = f"{error.code} {error.text}"
        where: dict[str, Any] = {"account": delivery.account, "channel": delivery.channel, "address": delivery.address}
        if error.opted_out:
            lifecycle.opt_out(**where, reason=Suppression.Reason.STOP, evidence=evidence, now=now)
            return
        if error.address_gone:
            suppressions.suppress(**where, reason=Suppression.Reason.BOUNCED, evidence=evidence, now=now)
        lifecycle.failed(delivery, steps=steps, now=now)


def _settle_unknown(delivery: Delivery, reason: str, *, steps: list[FollowUpStep], now: datetime, **words: str) -> None:
    with transaction.atomic():
        _lock_request(delivery)
        if _settle(delivery, Status.UNKNOWN, reason=reason, **words):
            lifecycle.unclear(delivery, steps=steps, now=now)


def _give_up(delivery: Delivery, reason: str, *, steps: list[FollowUpStep], now: datetime) -> None:
    with transaction.atomic():
        _lock_request(delivery)
        if _settle(delivery, Status.FAILED, reason=reason[:200], error_text=reason[:500]):
            lifecycle.failed(delivery, steps=steps, now=now)


def _hold(kind: str, pause: timedelta, now: datetime) -> None:
    """Keep everyone from that provider for a while; what is due stays due."""
    ChannelHealth.objects.update_or_create(
        channel=kind,
        defaults={"paused_until": now + pause, "failures": F("failures") + 1},
        create_defaults={"paused_until": now + pause, "failures": 1},
    )
