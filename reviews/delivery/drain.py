"""The drain: a worker claims due messages, declares each, hands it to its provider and settles it.

To declare a message is to commit it as SENDING, past every gate, before the provider is called; to mark it is to commit
it as SENT afterwards.

The row is the truth throughout, and a worker that is killed at any point loses nothing: a claim that lapses makes
its message due again, and a message that is found SENDING then is in doubt. So the claim of a mail whose server takes
minutes to answer is renewed, beside the drains that follow. A mail in doubt is sent again under the
same Message-ID; a text message is not, because the customer would read it twice.
"""

import logging
import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar, cast

from django.conf import settings
from django.db import connection, connections
from django.utils import timezone

from reviewhub.outages import DATABASE_AWAY, drop_connection
from reviews.delivery import advance, claims, pauses, prepare, rate_limit, unsent
from reviews.delivery.advance import Sent
from reviews.delivery.channels import Accepted, ChannelError, Message, get_channel
from reviews.delivery.claims import LEASE
from reviews.delivery.lines import Line, Work
from reviews.delivery.pool import Factory, Handover, Pool
from reviews.delivery.turns import Turns
from reviews.delivery.unsent import CONNECT_PAUSE, about
from reviews.models import Delivery
from reviews.models.base import Channel
from reviews.requests import plan
from reviews.worker import heartbeat, queue

logger = logging.getLogger(__name__)

Clock = Callable[[], datetime]
T = TypeVar("T")

SEND_FOR = 20.0  # seconds; then other tasks of the queue have their turn, long before a claim lapses
ANSWERS_WITHIN = 10.0  # seconds; a drain does not wait for a message that has been on its way for longer
DATABASE_WITHIN = LEASE.total_seconds()  # from the start of a drain: then its claims have lapsed
RENEW_AFTER = LEASE.total_seconds() / 4  # seconds since a mail was declared, or its claim renewed
LAPSED_FOR = 4.0  # seconds of a drain, under load, for messages whose claims lapsed
LOOK = 1.0  # seconds between two looks at the clock while messages are in flight
ASK_AGAIN = 0.2  # seconds: how soon a channel that had nothing due is asked again while others send
PAUSE_AFTER, PAUSE = 10, timedelta(minutes=1)  # temporary failures in a row, and for how long they pause a provider


class Worker:
    """A process that sends: its connections to providers, which stay open between drains, and its turns of accounts."""

    def __init__(self, channels: Factory, *, most: int = 1) -> None:
        """`most`: how many messages of a channel may be in flight at once."""
        self.pool = Pool(channels, most=most)
        self.turns = {channel: Turns(channel) for channel in Channel.values}
        self.is_busy = False  # the last drain ended although more was due
        self.in_flight: dict[int, Work] = {}
        self.left_until = dict.fromkeys(Channel.values, -math.inf)  # to other workers, by the monotonic clock
        self._waiting: threading.Thread | None = None
        self._is_wanted = threading.Event()  # by a drain, so that `_waiting` lets go of the pool

    def send_due(self, clock: Clock = timezone.now) -> int:
        """Send what is due until nothing is, or until SEND_FOR is over; return how many messages were accepted.

        What is still on its way then is settled by a thread, until the next drain: a mail server may take ten minutes.
        """
        self._stop_waiting()
        heartbeat.begin_drain()
        drain = _Drain(self, clock)
        try:
            return drain.run()
        finally:
            self.is_busy = time.monotonic() - drain.began > SEND_FOR
            heartbeat.end_drain()
            if self.in_flight:
                # No daemon: a process that the queue recycles stays until its messages are settled.
                self._waiting = threading.Thread(target=drain.see_out, args=(self._is_wanted,), name="late answers")
                self._waiting.start()

    def close(self) -> None:
        """Close the connections; the next drain opens them again."""
        self._stop_waiting()
        self.pool.close()

    def _stop_waiting(self) -> None:
        if self._waiting is not None:
            self._is_wanted.set()
            self._waiting.join()
            self._is_wanted.clear()
            self._waiting = None


@dataclass
class _Process:
    """Holder of this process's worker, which is made when it first sends: after the fork, and by the settings then."""

    worker: Worker | None = None


_process = _Process()


def send_due(clock: Clock = timezone.now) -> int:
    """Send what is due with the worker of this process."""
    if _process.worker is None:
        _process.worker = Worker(get_channel, most=settings.SEND_THREADS)
    return _process.worker.send_due(clock)


@contextmanager
def working_as(worker: Worker) -> Iterator[Worker]:
    """Make that the worker of this process for a while, as a test does with providers of its own; then close it."""
    before, _process.worker = _process.worker, worker
    try:
        yield worker
    finally:
        _process.worker = before
        worker.close()


class _Drain:
    """One run of a worker. This thread alone speaks with the database, the pool with the providers."""

    def __init__(self, worker: Worker, clock: Clock) -> None:
        self.pool, self.turns, self.clock = worker.pool, worker.turns, clock
        self.is_busy = worker.is_busy
        self.in_flight, self.left_until = worker.in_flight, worker.left_until
        self.began = time.monotonic()
        self.lines = {name: Line(name, is_held=self.began < self.left_until[name]) for name in Channel.values}
        self.unmarked: list[Sent] = []  # accepted, and not marked yet
        self.accepted_count = 0

    def run(self) -> int:
        while True:
            heartbeat.beat()
            is_over = self._is_over()
            if is_over:
                for line in self.lines.values():
                    self._release(line)
            has_work = bool(self.unmarked)
            if self.unmarked and not self._has_more():
                self._mark_and_send()  # nothing to send: mark before claiming, which takes its time
            if not is_over:
                has_work |= self._refill()
            self._mark_and_send()
            if self.in_flight:
                self._renew_claims()
                self._collect(wait=LOOK)
            if not (has_work or self.unmarked or self._has_more() or self._is_awaiting()):
                return self.accepted_count

    def see_out(self, is_wanted: threading.Event) -> None:
        """Settle what is on its way as its answers come, beside other tasks, and hold it until a drain wants it."""
        try:
            while self.in_flight and not is_wanted.is_set() and not heartbeat.is_stopping():
                self.began = time.monotonic()
                self._renew_claims()
                self._collect(wait=ASK_AGAIN)
                self._mark_and_send()
        except Exception:
            logger.exception("late answers could not be recorded")
        finally:
            connections.close_all()  # this thread's own

    def _is_awaiting(self) -> bool:
        """Tell whether a message is on its way whose answer may come soon."""
        return any(time.monotonic() - work.sent_at < ANSWERS_WITHIN for work in self.in_flight.values())

    def _renew_claims(self) -> None:
        """Renew the claims of mails that are on their way for long. A text is not: its due time says when it left."""
        now = time.monotonic()
        held = [work for work in self.in_flight.values() if now - work.held_at > RENEW_AFTER]
        mails = [work.delivery for work in held if work.delivery.channel == Channel.EMAIL]
        if mails:
            self._keep_trying(lambda: claims.renew(mails, self.clock()))
        for work in held:
            work.held_at = now

    def _has_more(self) -> bool:
        return any(line.has_more for line in self.lines.values())

    def _is_over(self) -> bool:
        return heartbeat.is_stopping() or time.monotonic() - self.began > SEND_FOR

    # --- Claiming ---

    def _refill(self) -> bool:
        """Claim for every line that could send more; return whether there is anything to send."""
        is_idle = not self.in_flight and not self._has_more()
        if is_idle and self._is_time_for_lapsed():
            self._claim_lapsed()
            if self._has_more():
                return True
        for line in self.lines.values():
            if line.is_held or not self.pool.room(line.channel):
                continue
            if line.has_more:
                self._claim(line, self.turns[line.channel].claim_guests)
            elif is_idle or time.monotonic() - line.empty_at > ASK_AGAIN:
                self._claim(line, self.turns[line.channel].claim)
        if not self.in_flight and not self._has_more():
            self._claim_lapsed()
        return self._has_more()

    def _is_time_for_lapsed(self) -> bool:
        """Tell whether to take lapsed messages before fresh ones: while more is always due, their turn never comes."""
        return self.is_busy and time.monotonic() - self.began < LAPSED_FOR

    def _claim_lapsed(self) -> None:
        """Claim one message whose claim lapsed, when nothing else is under way: it may have killed its worker."""
        for line in self.lines.values():
            if not line.is_held:
                self._claim(line, partial(claims.claim_lapsed, line.channel))
            if line.waiting:
                return

    def _claim(self, line: Line, claim: claims.Claim) -> None:
        attempt = claims.repeatable(line.channel, claim)
        claimed = self._keep_trying(lambda: attempt(self.clock()))
        if not claimed:
            line.note_nothing_due()
            return
        if line.channel == Channel.SMS:
            claimed = self._keep_trying(lambda: rate_limit.admit(claimed, self.clock()))
        line.put_first(self._keep_trying(lambda: prepare.take_up(claimed, self.clock())))

    def _release(self, line: Line) -> None:
        """Let other workers have the messages of the line whose send has not begun."""
        self._give_back(line.take_all())

    def _give_back(self, rows: list[Delivery]) -> None:
        if rows:
            self._keep_trying(lambda: claims.release(rows))
        for row in rows:
            self._pass_on(row)

    # --- Sending ---

    def _mark_and_send(self) -> None:
        """Mark what has left and begin to send the next: one trip to the database, then one message a free thread."""
        began = time.monotonic()
        ready = [work for line in self.lines.values() for work in self._ready(line)]
        if not ready and not self.unmarked:
            return
        sent, self.unmarked = self.unmarked, []
        rows = [work.delivery for work in ready]
        marked, declared = self._keep_trying(lambda: advance.mark_and_declare(sent=sent, ready=rows, now=self.clock()))
        for each in sent:
            if each.delivery.pk not in marked:
                logger.warning("the claim was lost before the message was marked as sent", extra=about(each.delivery))
        for line in self.lines.values():
            self._prepare_ahead(line)
        own_time = (time.monotonic() - began) / max(len(ready), 1)
        for work in ready:
            self.pool.note_own_time(work.delivery.channel, own_time)
            if work.delivery.pk in declared:
                self._send(work)
            else:
                self._keep_trying(partial(unsent.explain_refusal, work.delivery, steps=work.steps, now=self.clock()))
                self._pass_on(work.delivery)
        if len(declared) < len(ready):
            self._hold_paused()

    def _hold_paused(self) -> None:
        """Leave to a later drain the channels that are paused, and let go of messages whose sender is."""
        paused = self._keep_trying(lambda: claims.paused_channels(self.clock()))
        for line in self.lines.values():
            senders = self._keep_trying(partial(pauses.paused_senders, line.channel))
            if line.channel in paused or "" in senders:
                line.is_held = True
                self._release(line)
            else:
                self._give_back(line.take_from(senders))

    def _pass_on(self, delivery: Delivery) -> None:
        """Let another message be tried in place of a probe that does not leave."""
        if delivery.is_probe:
            self._keep_trying(lambda: pauses.pass_on(delivery, now=self.clock()))

    def _send(self, work: Work) -> None:
        work.sent_at = work.held_at = time.monotonic()
        self.in_flight[work.delivery.pk] = work
        self.pool.send(Handover(work.delivery.pk, work.delivery.channel, cast(Message, work.message)))

    def _ready(self, line: Line) -> list[Work]:
        """Take as many prepared messages of the line as the pool has room for."""
        room = self.pool.room(line.channel)
        if not room or not line.has_more or not self._is_reachable(line):
            return []
        self._prepare_ahead(line)
        return [line.prepared.popleft() for _ in range(min(room, len(line.prepared)))]

    def _prepare_ahead(self, line: Line) -> None:
        """Prepare the next messages before the ones before them leave: then only the mark follows on an acceptance.

        The shorter a message is accepted and not marked, the fewer are sent twice when this worker is killed.
        """
        wanted = max(self.pool.room(line.channel), 1)
        while line.waiting and len(line.prepared) < wanted:
            work = line.waiting.popleft()
            if self._keep_trying(partial(prepare.prepare, work, self.clock)):
                line.prepared.append(work)
            else:
                self._pass_on(work.delivery)

    def _is_reachable(self, line: Line) -> bool:
        """Connect before a line's first message: a provider that is down costs no attempt."""
        if line.is_begun:
            return True
        try:
            self.pool.connect(line.channel)
        except ChannelError as error:
            self._hold_out_of_reach(line, error)
            return False
        line.is_begun = True
        return True

    # --- Answers of providers ---

    def _collect(self, *, wait: float) -> None:
        for handover in self.pool.finished(wait=wait):
            work = self.in_flight.pop(handover.key)
            line = self.lines[handover.channel]
            if handover.accepted is not None:
                line.failures = 0
                self._note_accepted(work, handover.message, handover.accepted)
            elif isinstance(handover.error, ChannelError):
                self._note_error(line, work, handover.error)

    def _note_accepted(self, work: Work, message: Message, accepted: Accepted) -> None:
        now = self.clock()
        follow_up = plan.following_delivery(work.delivery, steps=work.steps, blocked=work.blocked, now=now)
        self.unmarked.append(Sent(work.delivery, message, accepted, now, follow_up))
        self.accepted_count += 1
        if work.delivery.is_probe:
            self._keep_trying(lambda: pauses.note_accepted(work.delivery, now=now))

    def _note_error(self, line: Line, work: Work, error: ChannelError) -> None:
        now = self.clock()
        error = unsent.judge_break(work.delivery, error)
        self._keep_trying(lambda: unsent.record_error(work.delivery, error, steps=work.steps, now=now))
        if work.delivery.is_probe:
            self._keep_trying(lambda: pauses.note_refused(work.delivery, error, now=now))
        line.failures = 0 if error.permanent or error.stops else line.failures + 1
        if error.stops:
            self._hold_paused()
        elif error.untried:
            self._hold_out_of_reach(line, error)
        elif line.failures >= PAUSE_AFTER:
            logger.warning("%s provider failed %d times in a row: paused", line.channel, PAUSE_AFTER)
            self._hold(line, PAUSE)

    def _hold_out_of_reach(self, line: Line, error: ChannelError) -> None:
        """Leave the line to a later drain; a refused login pauses it for our account's fault."""
        if error.stops:
            beginning = partial(pauses.begin, channel=line.channel, account=None, error=error)
            self._keep_trying(lambda: beginning(now=self.clock()))
            line.is_held = True
            self._release(line)
            return
        here = [*self.in_flight, *(each.delivery.pk for each in self.unmarked)]
        if error.lost and self._keep_trying(lambda: claims.are_sent_elsewhere(line.channel, self.clock(), here=here)):
            # A provider that takes few connections at once: whoever has them goes on.
            self.left_until[line.channel] = time.monotonic() + CONNECT_PAUSE.total_seconds()
            line.is_held = True
            self._release(line)
            return
        logger.warning("%s provider out of reach: %s", line.channel, error.code)
        self._hold(line, CONNECT_PAUSE)

    def _hold(self, line: Line, period: timedelta) -> None:
        """Pause the line's provider, for all workers, and release its messages."""
        line.is_held = True
        self._keep_trying(lambda: claims.pause(line.channel, period=period, now=self.clock()))
        self._release(line)

    # --- A database that comes and goes ---

    def _keep_trying(self, statement: Callable[[], T]) -> T:
        """Run it until the database answers. What has left must be marked, so giving up is the last resort.

        A statement whose answer got lost may run twice: the claim and the states make that harmless.
        """
        while True:
            try:
                return statement()
            except DATABASE_AWAY as error:
                if connection.in_atomic_block or time.monotonic() - self.began > DATABASE_WITHIN:
                    raise
                drop_connection(error)
                time.sleep(queue.RECONNECT)
                heartbeat.beat()
