"""World of a run: virtual time that goes from one event to the next, each by the functions of the real engine."""

import heapq
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from oauth.models import Account
from reviews.contacts import opt_outs
from reviews.delivery.content.render import text_sender
from reviews.delivery.drain import Worker
from reviews.delivery.provider_events import apply, parse, store
from reviews.models import Delivery, ReviewSite, Sequence, Suppression
from reviews.models.base import Channel
from reviews.pages import actions
from reviews.requests import lifecycle
from reviews.requests.ask import Ask, ask
from reviews.simulation.people import invent_people, schedule_asks
from reviews.simulation.plan import Plan
from reviews.simulation.provider import CLICK, OPT_OUT, Provider, Reaction

STOP, THANKS = "STOP", "Thank you, it went well."
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
NEXT_DUE = "SELECT min(due_at) FROM reviews_delivery WHERE status IN ('planned', 'sending')"
REPORT_EVERY = 0.25  # seconds between two lines of progress


@dataclass
class World:
    """One share of a run's customers, in the only database of this process.

    Unless the sender has a rate, customers do not affect each other: no rule looks from one contact to another, and a
    message's outcome depends on its own address. So processes may share them out: each takes every `shares`th customer,
    from number `share` on.
    """

    account: Account
    sequence: Sequence
    plan: Plan
    progress: Callable[[dict[str, Any]], None] | None = None
    share: int = 0
    shares: int = 1
    joined: int = 0  # asks that were answered with an open request
    engine_seconds: float = 0.0
    _reactions: list[Reaction] = field(default_factory=list)
    _reported_at: float = 0.0

    def __post_init__(self) -> None:
        self.now = self.plan.start
        self.provider = Provider(self.plan, self.clock, self.expect)
        self.worker = Worker(self.provider.channel)
        self.people = invent_people(self.account, self.plan)
        self.sites = list(ReviewSite.objects.for_account(self.account).filter(is_active=True))

    def clock(self) -> datetime:
        return self.now

    @property
    def end(self) -> datetime:
        """The moment at which the run is over."""
        return self.plan.end(ZoneInfo(self.account.time_zone))

    def run(self) -> None:
        """Run the whole period: go to the next time at which anything happens, until the plan's end."""
        end = self.end
        asks = ((at, who) for at, who in schedule_asks(self.account, self.plan) if who % self.shares == self.share)
        next_ask = next(asks, None)
        sweep_at = self.plan.start + DAY
        while True:
            if (due_at := self._next_due()) and due_at <= self.now:
                due_at = self.now + MINUTE  # the engine held it back: it may be free then
            moments = [sweep_at, *(moment for moment in (due_at, next_ask and next_ask[0]) if moment)]
            if self._reactions:
                moments.append(self._reactions[0].at)
            if (moment := min(moments)) >= end:
                break
            self.now = max(self.now, moment)
            while self._reactions and self._reactions[0].at <= self.now:
                self._react(heapq.heappop(self._reactions))
            while next_ask and next_ask[0] <= self.now:
                self._ask(next_ask[1])
                next_ask = next(asks, None)
            if sweep_at <= self.now:
                self._sweep()
                sweep_at += DAY
            if (due_at := self._next_due()) and due_at <= self.now:
                self._drain()
            self._report_progress(end)
        self.now = end
        self._sweep()

    # --- The engine ------------------------------------------------------------------------------

    def _next_due(self) -> datetime | None:
        """Return the time at which a message is due next; the drain decides whether it may leave then."""
        with connection.cursor() as cursor:
            cursor.execute(NEXT_DUE)
            due_at: str | None = cursor.fetchone()[0]
        return datetime.fromisoformat(due_at).replace(tzinfo=UTC) if due_at else None

    def expect(self, reaction: Reaction) -> None:
        """Let the reaction happen at its time."""
        heapq.heappush(self._reactions, reaction)

    def _drain(self) -> None:
        self._timed(lambda: self.worker.send_due(self.clock))

    def _ask(self, who: int) -> None:
        wanted = Ask(person=self.people[who], sequence=str(self.sequence.pk))
        answer = self._timed(lambda: ask(account=self.account, wanted=wanted, now=self.now))
        self.joined += not answer.created

    def _sweep(self) -> None:
        """End requests without an answer. A real installation does so hourly; daily, they end at most a day later."""
        self._timed(lambda: lifecycle.complete_unanswered(now=self.now))

    def _react(self, reaction: Reaction) -> None:
        self._timed(lambda: self._apply(reaction))

    def _apply(self, reaction: Reaction) -> None:
        """Do what the customer does, by the functions that the pages and the provider's calls use."""
        message = Delivery.objects.select_related("account", "request__contact").get(
            message_key=uuid.UUID(reaction.key)
        )
        if reaction.what == CLICK:
            actions.record_seen(delivery=message, now=self.now)
            if self.sites:
                site = self.sites[int(reaction.draw * len(self.sites))]
                actions.record_press(delivery=message, site=site, now=self.now)
        elif message.channel == Channel.SMS:
            self._text_back(message, STOP if reaction.what == OPT_OUT else THANKS)
        elif reaction.what == OPT_OUT:
            opt_outs.opt_out(
                account=message.account,
                channel=message.channel,
                address=message.address,
                reason=Suppression.Reason.UNSUBSCRIBED,
                evidence="Simulated.",
                now=self.now,
            )
        else:
            rating = 1 + int(reaction.draw * 5)
            actions.record_feedback(delivery=message, rating=rating, text=THANKS, now=self.now)

    def _text_back(self, message: Delivery, text: str) -> None:
        """Let the customer's text arrive from the provider."""
        form = {
            "From": message.address,
            "To": text_sender(message.account),
            "Body": text,
            "MessageSid": f"SM{message.message_key.hex}{text[:1]}",
        }
        for event in store.store([parse.read_reply(form, now=self.now)], apply_later=False):
            apply.apply(event_id=event.pk, now=self.now)

    def _timed(self, call: Callable[[], Any]) -> Any:
        """Call, and count the seconds as the engine's."""
        started = time.perf_counter()
        try:
            return call()
        finally:
            self.engine_seconds += time.perf_counter() - started

    # --- Progress --------------------------------------------------------------------------------

    def _report_progress(self, end: datetime) -> None:
        if self.progress is None or time.monotonic() - self._reported_at < REPORT_EVERY:
            return
        self._reported_at = time.monotonic()
        done = (self.now - self.plan.start) / (end - self.plan.start)
        day = min((self.now - self.plan.start) // DAY + 1, self.plan.days)
        self.progress({"day": day, "days": self.plan.days, "percent": min(int(done * 100), 99)})
