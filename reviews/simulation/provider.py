"""Invented provider, and the reactions of its recipients: the same for the same seed.

A message's outcome depends on the seed, its address and the number of messages that went there before. So it is the
same in any order of sending, and whatever else is sent.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from reviews.delivery.channels import Accepted, ChannelError, Message
from reviews.models.base import Channel
from reviews.simulation.plan import Plan

CLICK, REPLY, OPT_OUT = "click", "reply", "opt_out"

# Minutes until half of the readers who react have done so.
HALF = {Channel.EMAIL.value: 180, Channel.SMS.value: 15}
SPREAD = 1.2  # of the logarithm of these minutes
LONGEST = 2 * 24 * 60  # minutes

# Error code and text for an address that does not exist.
GONE = {Channel.EMAIL.value: ("550", "No such mailbox."), Channel.SMS.value: ("30005", "Unknown destination.")}


@dataclass(frozen=True, order=True)
class Reaction:
    """Act of a customer on a message, which is named by its key."""

    at: datetime
    key: str
    what: str  # CLICK, REPLY or OPT_OUT
    draw: float  # a random number from 0 to 1, for the site or the rating


class Provider:
    """Provider of both channels: takes messages, and calls `react` with what their readers will do."""

    def __init__(self, plan: Plan, clock: Callable[[], datetime], react: Callable[[Reaction], None]) -> None:
        self._seed, self._rates = plan.seed, plan.rates
        self._clock, self._react = clock, react
        self._received: Counter[str] = Counter()
        self.seen: set[str] = set()  # the keys of messages that reached a person

    def channel(self, name: str) -> "_SimulatedChannel":
        return _SimulatedChannel(self, name)

    def take(self, channel: str, message: Message) -> Accepted:
        """Accept the message, and draw its reader's reactions. Raises ChannelError for an address that is gone."""
        if self._random(message.to).random() < self._rates.bounce:
            code, text = GONE[channel]
            raise ChannelError(code, text, address_gone=True)
        self._received[message.to] += 1
        random = self._random(f"{message.to}/{self._received[message.to]}")
        if random.random() < self._rates.delivery:
            self.seen.add(message.key)
            for what, rate in ((CLICK, self._rates.click), (REPLY, self._rates.reply), (OPT_OUT, self._rates.opt_out)):
                # Drawn for everybody, so that one rate changes nothing about the others.
                chance = random.random()
                minutes = random.lognormvariate(0, SPREAD) * HALF[channel]
                draw = random.random()
                if chance < rate:
                    at = self._clock() + timedelta(minutes=max(1, min(round(minutes), LONGEST)))
                    self._react(Reaction(at, message.key, what, draw))
        return Accepted(f"simulated-{message.key}")

    def _random(self, name: str) -> Random:
        return Random(f"{self._seed}/{name}")  # noqa: S311 (repeatable, keeps no secret)


class _SimulatedChannel:
    """Channel of the engine that hands messages to the provider."""

    def __init__(self, provider: Provider, name: str) -> None:
        self._provider, self._name = provider, name

    def connect(self) -> None:
        """Do nothing: the provider is always within reach."""

    def send(self, message: Message) -> Accepted:
        return self._provider.take(self._name, message)

    def close(self) -> None:
        """Do nothing: no connection is open."""
