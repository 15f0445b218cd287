"""Handing messages to providers, as many at once as keeps this process busy, on connections that stay open.

A quick provider is served from the caller's own thread: then the time of the messages is our own, and a message
that was taken is marked before the next one leaves. A slow one gets threads, for it is the provider's round trip
that takes the time.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue

from reviews.delivery.channels import Accepted, Channel, ChannelError, Message

logger = logging.getLogger(__name__)

Factory = Callable[[str], Channel]

IDLE = 30.0  # seconds after which a connection that nobody uses is let go
WEIGHT = 0.2  # of the newest measurement in an average
WORTH_THREADS = 4  # how many of our own times a provider has to take


@dataclass
class Attempt:
    """One message on its way: what it is, and what came of it (exactly one of `outcome` and `error`, once done)."""

    key: int
    channel: str
    message: Message
    outcome: Accepted | None = None
    error: Exception | None = None


@dataclass
class _Pace:
    """How long things take, in seconds, on average and lately."""

    provider: float = 0.0
    own: float = 0.0

    def note(self, name: str, seconds: float) -> None:
        known = getattr(self, name)
        setattr(self, name, seconds if not known else known + WEIGHT * (seconds - known))


@dataclass
class _Crew:
    """The threads of one channel."""

    jobs: SimpleQueue[Attempt | None] = field(default_factory=SimpleQueue)
    threads: int = 0
    in_flight: int = 0
    pace: _Pace = field(default_factory=_Pace)


class Senders:
    """`send` attempts and get them back from `finished`. For the use of one thread."""

    def __init__(self, factory: Factory, *, most: int = 1) -> None:
        """`most`: how many messages of a channel may be on their way at once."""
        self._factory = factory
        self._most = most
        self._crews: dict[str, _Crew] = {}
        self._done: SimpleQueue[Attempt] = SimpleQueue()
        self._own: dict[str, _Kept] = {}

    def room(self, channel: str) -> int:
        """How many more messages of the channel may be sent now."""
        crew = self._crew(channel)
        return max(self._window(crew) - crew.in_flight, 0)

    def connect(self, channel: str) -> None:
        """Reach the provider before the first message of a line. Raises ChannelError (untried)."""
        self._kept(channel).connect()

    def note_own_time(self, channel: str, seconds: float) -> None:
        """How long we took for a message of the channel, without the provider's part."""
        self._crew(channel).pace.note("own", seconds)

    def send(self, attempt: Attempt) -> None:
        """Hand over; in this thread, or to one of the channel's own when that is worth it."""
        crew = self._crew(attempt.channel)
        crew.in_flight += 1
        if self._window(crew) == 1:
            _perform(attempt, self._kept(attempt.channel), crew.pace)
            self._done.put(attempt)
            return
        if crew.threads < crew.in_flight:
            crew.threads += 1
            name = f"{attempt.channel}-{crew.threads}"
            threading.Thread(target=self._work, args=(attempt.channel, crew), name=name, daemon=True).start()
        crew.jobs.put(attempt)

    def finished(self, *, wait: float) -> list[Attempt]:
        """What came back: at least one attempt, unless none did within so many seconds."""
        found: list[Attempt] = []
        try:
            found.append(self._done.get(timeout=wait) if wait else self._done.get_nowait())
            while True:
                found.append(self._done.get_nowait())
        except Empty:
            pass
        for attempt in found:
            self._crews[attempt.channel].in_flight -= 1
        return found

    def close(self) -> None:
        """Let go of connections and threads; what is on its way still comes back."""
        for kept in self._own.values():
            kept.close()
        for crew in self._crews.values():
            for _ in range(crew.threads):
                crew.jobs.put(None)
            crew.threads = 0

    def _crew(self, channel: str) -> _Crew:
        return self._crews.setdefault(channel, _Crew())

    def _kept(self, channel: str) -> "_Kept":
        if channel not in self._own:
            self._own[channel] = _Kept(self._factory, channel)
        return self._own[channel]

    def _window(self, crew: _Crew) -> int:
        """Half as many as the provider takes of our own times: with more, what was taken would wait for its mark."""
        if self._most == 1 or not crew.pace.own:
            return 1
        times = int(crew.pace.provider / crew.pace.own)
        return 1 if times < WORTH_THREADS else min(times // 2, self._most)

    def _work(self, channel: str, crew: _Crew) -> None:
        kept = _Kept(self._factory, channel)
        while True:
            try:
                attempt = crew.jobs.get(timeout=IDLE)
            except Empty:
                kept.close()
                attempt = crew.jobs.get()
            if attempt is None:
                kept.close()
                return
            _perform(attempt, kept, crew.pace)
            self._done.put(attempt)


class _Kept:
    """A channel that one thread keeps, connected while it is used."""

    def __init__(self, factory: Factory, channel: str) -> None:
        self._factory, self._kind = factory, channel
        self._channel: Channel | None = None
        self._used_at = 0.0

    def connect(self) -> Channel:
        if self._channel is not None and time.monotonic() - self._used_at > IDLE:
            self.close()  # the other side may have hung up meanwhile
        if self._channel is None:
            self._channel = self._factory(self._kind)
        self._used_at = time.monotonic()
        self._channel.connect()
        return self._channel

    def close(self) -> None:
        if self._channel is not None:
            self._channel.close()
            self._channel = None


def _perform(attempt: Attempt, kept: _Kept, pace: _Pace) -> None:
    try:
        channel = kept.connect()
        begun = time.monotonic()
        attempt.outcome = channel.send(attempt.message)
        pace.note("provider", time.monotonic() - begun)
    except ChannelError as error:
        attempt.error = error
    except Exception as error:
        # It may have left: whoever asked for it finds it in doubt.
        logger.exception("unexpected error while sending", extra={"delivery": attempt.key})
        attempt.error = error
