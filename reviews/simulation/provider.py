"""An invented provider and the people behind it: what comes of each message, the same for the same seed.

Each fate hangs on the seed, the address and how many messages it got before: in whatever order the
engine sends, and whatever else is sent, it stays the same.
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

# Minutes until half of the readers who react have done so, and the longest that anybody takes.
HALF = {Channel.EMAIL.value: 180, Channel.SMS.value: 15}
SPREAD = 1.2
LONGEST = 2 * 24 * 60

GONE = {Channel.EMAIL.value: ("550", "No such mailbox."), Channel.SMS.value: ("30005", "Unknown destination.")}


@dataclass(frozen=True, order=True)
class Reaction:
    """What a customer does about a message, named by its key. `draw`: a random number for what is left to decide."""

    at: datetime
    key: str
    what: str
    draw: float


class Provider:
    """Takes messages, and tells `react` what their readers will do."""

    def __init__(self, plan: Plan, clock: Callable[[], datetime], react: Callable[[Reaction], None]) -> None:
        self._seed, self._rates = plan.seed, plan.rates
        self._clock, self._react = clock, react
        self._received: Counter[str] = Counter()
        self.seen: set[str] = set()  # the keys of messages that reached a person

    def channel(self, kind: str) -> "_Line":
        return _Line(self, kind)

    def take(self, kind: str, message: Message) -> Accepted:
        if self._random(message.to).random() < self._rates.bounce:
            code, text = GONE[kind]
            raise ChannelError(code, text, address_gone=True)
        self._received[message.to] += 1
        random = self._random(f"{message.to}/{self._received[message.to]}")
        if random.random() < self._rates.delivery:
            self.seen.add(message.key)
            for what, rate in ((CLICK, self._rates.click), (REPLY, self._rates.reply), (OPT_OUT, self._rates.opt_out)):
                # Drawn for everybody, so that one rate changes nothing about the others.
                does, minutes, draw = random.random(), random.lognormvariate(0, SPREAD) * HALF[kind], random.random()
                if does < rate:
                    at = self._clock() + timedelta(minutes=max(1, min(round(minutes), LONGEST)))
                    self._react(Reaction(at, message.key, what, draw))
        return Accepted(f"simulated-{message.key}")

    def _random(self, what: str) -> Random:
        return Random(f"{self._seed}/{what}")  # noqa: S311 (repeatable, keeps no secret)


class _Line:
    """One channel, as the engine knows it."""

    def __init__(self, provider: Provider, kind: str) -> None:
        self._provider, self._kind = provider, kind

    def connect(self) -> None:
        """Always there."""

    def send(self, message: Message) -> Accepted:
        return self._provider.take(self._kind, message)

    def close(self) -> None:
        """Nothing to let go of."""
