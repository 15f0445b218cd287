"""How a message leaves: claimed, declared, handed over, settled. The row is the truth throughout.

A worker killed at any point loses nothing: a claim that lapses is due again by itself, and a row
found SENDING then is in doubt. A mail in doubt is sent again under the same Message-ID; a text is
not, because the customer would read it twice.
"""

import logging
import math
import time
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar, cast

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone

from reviews.delivery import advance, claims, rate_limit, unsent
from reviews.delivery.advance import Sent
from reviews.delivery.channels import Accepted, ChannelError, Message, get_channel
from reviews.delivery.claims import LEASE, Turns
from reviews.delivery.content.render import RenderError, render
from reviews.delivery.pool import Attempt, Factory, Senders
from reviews.delivery.unsent import CONNECT_PAUSE, about
from reviews.models import Delivery, FollowUpStep, suppression
from reviews.models.base import Channel as Kind
from reviews.models.base import available_channels
from reviews.requests import plan
from reviews.worker import heartbeat, queue

logger = logging.getLogger(__name__)

Status = Delivery.Status
Clock = Callable[[], datetime]
T = TypeVar("T")

SEND_FOR = 20.0  # seconds; then other tasks of the queue have their turn, long before a claim lapses
ANSWERS_WITHIN = LEASE.total_seconds()  # from the start; a task may take a little more
LOOK = 1.0  # seconds between two looks at the clock while messages are on their way
ASK_AGAIN = 0.2  # seconds: how soon a channel that had nothing due is asked again while others send
PAUSE_AFTER, PAUSE = 10, timedelta(minutes=1)

_kept: dict[str, Senders] = {}  # this process's, once it has any
_turns = {kind: Turns(kind) for kind in Kind.values}


def send_due(clock: Clock = timezone.now, channels: Factory | None = None) -> int:
    """Send what is due until nothing is, or until SEND_FOR is over. Returns how many were accepted.

    With `channels`, through those, one message after the other; else through the installation's own, whose
    connections stay open for the next drain.
    """
    heartbeat.begin_drain()
    senders = Senders(channels) if channels else _kept_senders()
    try:
        return _Drain(senders, clock).run()
    finally:
        heartbeat.end_drain()
        if channels:
            senders.close()


def _kept_senders() -> Senders:
    if "all" not in _kept:
        _kept["all"] = Senders(lambda kind: get_channel(kind), most=settings.SEND_THREADS)
    return _kept["all"]


@dataclass
class _Work:
    """A claimed message, and what is known of its surroundings since the claim."""

    delivery: Delivery
    steps: list[FollowUpStep]
    blocked: dict[str, str]
    message: Message | None = None


@dataclass
class _Line:
    """The messages of one channel that this worker has claimed."""

    kind: str
    waiting: deque[_Work] = field(default_factory=deque)
    prepared: deque[_Work] = field(default_factory=deque)  # past their gates and written out
    failures: int = 0
    empty_at: float = -math.inf  # when a claim last found nothing
    is_begun: bool = False
    is_held: bool = False

    @property
    def has_more(self) -> bool:
        return bool(self.waiting or self.prepared)


class _Drain:
    """One run of a worker: it alone speaks with the database, the senders with the providers."""

    def __init__(self, senders: Senders, clock: Clock) -> None:
        self.senders, self.clock = senders, clock
        self.lines = {kind: _Line(kind) for kind in Kind.values}
        self.on_their_way: dict[int, _Work] = {}
        self.sent: list[Sent] = []
        self.accepted = 0
        self.began = time.monotonic()

    def run(self) -> int:
        while True:
            heartbeat.beat()
            is_over = self._is_over()
            if is_over:
                for line in self.lines.values():
                    self._hand_back(line)
            has_work = bool(self.sent)
            if self.sent and not self._has_more():
                self._advance()  # what has left is marked before claiming takes its time
            if not is_over:
                has_work |= self._refill()
            self._advance()
            if self.on_their_way:
                self._collect()
            elif not has_work and not self._has_more():
                return self.accepted
            if time.monotonic() - self.began > ANSWERS_WITHIN:
                return self.accepted  # what comes later is in doubt

    def _has_more(self) -> bool:
        return any(line.has_more for line in self.lines.values())

    def _is_over(self) -> bool:
        return heartbeat.is_stopping() or time.monotonic() - self.began > SEND_FOR

    # --- Claiming ---

    def _refill(self) -> bool:
        """Claim for every line that could send more; whether there was anything."""
        is_idle = not self.on_their_way and not self._has_more()
        for line in self.lines.values():
            if line.is_held or line.has_more or not self.senders.room(line.kind):
                continue
            if is_idle or time.monotonic() - line.empty_at > ASK_AGAIN:
                self._take(line, _turns[line.kind].claim)
        if not self.on_their_way and not self._has_more():
            self._take_in_doubt()
        return self._has_more()

    def _take_in_doubt(self) -> None:
        """Only when nothing else is under way, and one at a time: it may kill this worker."""
        for line in self.lines.values():
            if not line.is_held:
                self._take(line, partial(claims.claim_in_doubt, line.kind))
            if line.waiting:
                return

    def _take(self, line: _Line, claim: Callable[[datetime], list[Delivery]]) -> None:
        claimed = self._patiently(lambda: claim(self.clock()))
        if not claimed:
            line.empty_at = time.monotonic()
        if line.kind == Kind.SMS:
            claimed = self._patiently(lambda: rate_limit.admit(claimed, self.clock()))
        line.waiting.extend(self._surround(claimed))

    def _surround(self, claimed: list[Delivery]) -> list[_Work]:
        """Read once for all of them what each needs: the steps of its sequence, the blocked channels of its contact."""
        if not claimed:
            return []
        steps: dict[int, list[FollowUpStep]] = defaultdict(list)
        sequences = {delivery.request.sequence_id for delivery in claimed}
        for step in FollowUpStep.objects.filter(sequence__in=sequences).order_by("position"):
            steps[step.sequence_id].append(step)
        blocked = suppression.blocked_channels_of([delivery.request.contact for delivery in claimed])
        return [
            _Work(delivery, steps[delivery.request.sequence_id], blocked[delivery.request.contact_id])
            for delivery in claimed
        ]

    def _hand_back(self, line: _Line) -> None:
        rows = [work.delivery for work in (*line.prepared, *line.waiting)]
        line.prepared.clear()
        line.waiting.clear()
        if rows:
            self._patiently(lambda: claims.hand_back(rows))

    # --- Sending ---

    def _advance(self) -> None:
        """Mark what has left and begin to send the next: one trip to the database, then one message a free sender."""
        began = time.monotonic()
        ready = [work for line in self.lines.values() for work in self._ready(line)]
        if not ready and not self.sent:
            return
        sent, self.sent = self.sent, []
        following = [work.delivery for work in ready]
        marked, declared = self._patiently(lambda: advance.advance(sent=sent, following=following, now=self.clock()))
        for one in sent:
            if one.delivery.pk not in marked:
                logger.warning("the claim was lost before the message was marked as sent", extra=about(one.delivery))
        for line in self.lines.values():
            self._prepare_ahead(line)
        own = (time.monotonic() - began) / max(len(ready), 1)
        for work in ready:
            self.senders.note_own_time(work.delivery.channel, own)
            if work.delivery.pk in declared:
                self._send(work)
            else:
                self._patiently(partial(unsent.explain_refusal, work.delivery, steps=work.steps, now=self.clock()))
        if len(declared) < len(ready):
            self._stop_paused()

    def _stop_paused(self) -> None:
        """Leave to a later drain what another worker's failures have paused."""
        paused = self._patiently(lambda: claims.paused_channels(self.clock()))
        for line in self.lines.values():
            if line.kind in paused:
                line.is_held = True
                self._hand_back(line)

    def _send(self, work: _Work) -> None:
        work.delivery.status = Status.SENDING
        work.delivery.attempts += 1
        self.on_their_way[work.delivery.pk] = work
        self.senders.send(Attempt(work.delivery.pk, work.delivery.channel, cast(Message, work.message)))

    def _ready(self, line: _Line) -> list[_Work]:
        """As many messages of the line as there are free senders, each past its gates and written out."""
        room = self.senders.room(line.kind)
        if not room or not line.has_more or not self._is_reachable(line):
            return []
        self._prepare_ahead(line)
        return [line.prepared.popleft() for _ in range(min(room, len(line.prepared)))]

    def _prepare_ahead(self, line: _Line) -> None:
        """Write the next messages out before the ones before them leave: then only the mark follows on an acceptance.

        The shorter a message is taken and not marked, the fewer are sent twice when this worker is killed.
        """
        wanted = max(self.senders.room(line.kind), 1)
        while line.waiting and len(line.prepared) < wanted:
            work = line.waiting.popleft()
            if self._patiently(partial(self._prepare, work)):
                line.prepared.append(work)

    def _is_reachable(self, line: _Line) -> bool:
        """Before a line's first message: a provider that is down costs no attempt."""
        if line.is_begun:
            return True
        try:
            self.senders.connect(line.kind)
        except ChannelError as error:
            logger.warning("%s provider out of reach: %s", line.kind, error.code)
            self._hold(line, CONNECT_PAUSE)
            return False
        line.is_begun = True
        return True

    def _prepare(self, work: _Work) -> bool:
        """Whether the message may leave now, as far as we know; written out then, settled otherwise."""
        delivery, now = work.delivery, self.clock()
        if delivery.status == Status.SENDING and not unsent.may_repeat(delivery, steps=work.steps, now=now):
            return False
        step = next((step for step in work.steps if step.position == delivery.step), None)
        reason = ""
        if step is None:
            reason = "This step was removed from the sequence."
        elif delivery.channel not in available_channels():
            reason = "No provider is set up for this channel."
        elif unsent.put_off(delivery, now=now):
            return False
        else:
            try:
                work.message = render(delivery, step)
            except RenderError as error:
                reason = str(error)
            except Exception:
                logger.exception("unexpected error before sending", extra=about(delivery))
                delivery.attempts += 1
                ours = ChannelError("internal", "An error of ours; the log has it.")
                unsent.record_error(delivery, ours, steps=work.steps, now=now)
                return False
        if reason:
            unsent.give_up(delivery, reason, steps=work.steps, now=now)
        return not reason

    # --- What came of it ---

    def _collect(self) -> None:
        for attempt in self.senders.finished(wait=LOOK):
            work = self.on_their_way.pop(attempt.key, None)
            line = self.lines[attempt.channel]
            if work is None:
                continue  # of an earlier drain, which could wait no longer: in doubt, and treated so
            if attempt.outcome is not None:
                line.failures = 0
                self._note_accepted(work, attempt.message, attempt.outcome)
            elif isinstance(attempt.error, ChannelError):
                self._note_error(line, work, attempt.error)

    def _note_accepted(self, work: _Work, message: Message, outcome: Accepted) -> None:
        now = self.clock()
        following = plan.following_delivery(work.delivery, steps=work.steps, blocked=work.blocked, now=now)
        self.sent.append(Sent(work.delivery, message, outcome, now, following))
        self.accepted += 1

    def _note_error(self, line: _Line, work: _Work, error: ChannelError) -> None:
        now = self.clock()
        self._patiently(lambda: unsent.record_error(work.delivery, error, steps=work.steps, now=now))
        line.failures = 0 if error.permanent else line.failures + 1
        if error.untried:
            logger.warning("%s provider out of reach: %s", line.kind, error.code)
            self._hold(line, CONNECT_PAUSE)
        elif line.failures >= PAUSE_AFTER:
            logger.warning("%s provider failed %d times in a row: paused", line.kind, PAUSE_AFTER)
            self._hold(line, PAUSE)

    def _hold(self, line: _Line, period: timedelta) -> None:
        line.is_held = True
        self._patiently(lambda: claims.pause(line.kind, period=period, now=self.clock()))
        self._hand_back(line)

    # --- A database that comes and goes ---

    def _patiently(self, statement: Callable[[], T]) -> T:
        """Run it until the database takes it. What has left must be marked, so giving up is the last resort.

        A statement whose answer got lost may run twice: the claim and the states make that harmless.
        """
        while True:
            try:
                return statement()
            except (OperationalError, InterfaceError) as error:
                if connection.in_atomic_block or time.monotonic() - self.began > ANSWERS_WITHIN:
                    raise
                logger.warning("the database does not answer: %s", type(error).__name__)
                connection.close()
                time.sleep(queue.RECONNECT)
                heartbeat.beat()
