"""A pool of connections to providers, and of threads: as many messages in flight as keep this process busy.

A quick provider is served from the caller's own thread, since we spend more time on a message than the provider: each
accepted message is then recorded before the next one leaves. A slow provider gets threads that wait for its answers.
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

IDLE = 30.0  # seconds after which a connection that nobody uses is closed
WEIGHT = 0.2  # of the newest measurement in an average
WORTH_THREADS = 4  # times our own time for a message: from there on a provider gets threads


@dataclass
class Handover:
    """One message on its way to a provider; once it is back, exactly one of `accepted` and `error` is set."""

    key: int
    channel: str
    message: Message
    accepted: Accepted | None = None
    error: Exception | None = None


@dataclass
class _Pace:
    """Seconds that a message takes, on average and lately: the provider's part and our own."""

    provider: float = 0.0
    own: float = 0.0

    def note(self, name: str, seconds: float) -> None:
        average = getattr(self, name)
        setattr(self, name, average + WEIGHT * (seconds - average) if average else seconds)


@dataclass
class _Crew:
    """The threads of one channel, and the messages that wait for one; None ends a thread."""

    jobs: SimpleQueue[Handover | None] = field(default_factory=SimpleQueue)
    threads: int = 0
    in_flight: int = 0
    pace: _Pace = field(default_factory=_Pace)


class Pool:
    """Takes messages by `send` and returns them by `finished`, with the provider's answer. One thread uses it."""

    def __init__(self, factory: Factory, *, most: int = 1) -> None:
        """`most`: how many messages of a channel may be in flight at once."""
        self._factory = factory
        self._most = most
        self._crews: dict[str, _Crew] = {}
        self._done: SimpleQueue[Handover] = SimpleQueue()
        self._connections: dict[str, _Connection] = {}  # of the caller's own thread

    def room(self, channel: str) -> int:
        """Return how many more messages of the channel may be sent now."""
        crew = self._crew(channel)
        return max(self._window(crew) - crew.in_flight, 0)

    def connect(self, channel: str) -> None:
        """Reach the provider before a channel's first message. Raises ChannelError (untried)."""
        self._connection(channel).connect()

    def note_own_time(self, channel: str, seconds: float) -> None:
        """Take note of how long we took for a message of the channel, without the provider's part."""
        self._crew(channel).pace.note("own", seconds)

    def send(self, handover: Handover) -> None:
        """Send the message: in this thread, or in one of the channel's threads when that is worth it."""
        crew = self._crew(handover.channel)
        crew.in_flight += 1
        if self._window(crew) == 1:
            _perform(handover, self._connection(handover.channel), crew.pace)
            self._done.put(handover)
            return
        if crew.threads < crew.in_flight:
            crew.threads += 1
            name = f"{handover.channel}-{crew.threads}"
            threading.Thread(target=self._work, args=(handover.channel, crew), name=name, daemon=True).start()
        crew.jobs.put(handover)

    def finished(self, *, wait: float) -> list[Handover]:
        """Return the messages that came back: at least one, unless none did within so many seconds."""
        back: list[Handover] = []
        try:
            back.append(self._done.get(timeout=wait) if wait else self._done.get_nowait())
            while True:
                back.append(self._done.get_nowait())
        except Empty:
            pass
        for handover in back:
            self._crews[handover.channel].in_flight -= 1
        return back

    def close(self) -> None:
        """Close the connections and end the threads; messages in flight still come back."""
        for connection in self._connections.values():
            connection.close()
        for crew in self._crews.values():
            for _ in range(crew.threads):
                crew.jobs.put(None)
            crew.threads = 0

    def _crew(self, channel: str) -> _Crew:
        return self._crews.setdefault(channel, _Crew())

    def _connection(self, channel: str) -> "_Connection":
        if channel not in self._connections:
            self._connections[channel] = _Connection(self._factory, channel)
        return self._connections[channel]

    def _window(self, crew: _Crew) -> int:
        """Return the most messages in flight: half of (the provider's time / our own time for a message).

        With more we could not record acceptances as fast as they arrive, and a crash would send those mails again.
        """
        if self._most == 1 or not crew.pace.own:
            return 1
        times = int(crew.pace.provider / crew.pace.own)
        return 1 if times < WORTH_THREADS else min(times // 2, self._most)

    def _work(self, channel: str, crew: _Crew) -> None:
        connection = _Connection(self._factory, channel)
        while True:
            try:
                handover = crew.jobs.get(timeout=IDLE)
            except Empty:
                connection.close()
                handover = crew.jobs.get()
            if handover is None:
                connection.close()
                return
            _perform(handover, connection, crew.pace)
            self._done.put(handover)


class _Connection:
    """One thread's connection to the provider of a channel, open while it is used."""

    def __init__(self, factory: Factory, name: str) -> None:
        self._factory, self._name = factory, name
        self._channel: Channel | None = None
        self._used_at = 0.0

    def connect(self) -> Channel:
        if self._channel is not None and time.monotonic() - self._used_at > IDLE:
            self.close()  # the other side may have hung up meanwhile
        if self._channel is None:
            self._channel = self._factory(self._name)
        self._used_at = time.monotonic()
        self._channel.connect()
        return self._channel

    def close(self) -> None:
        if self._channel is not None:
            self._channel.close()
            self._channel = None


def _perform(handover: Handover, connection: _Connection, pace: _Pace) -> None:
    try:
        channel = connection.connect()
        begun = time.monotonic()
        handover.accepted = channel.send(handover.message)
        pace.note("provider", time.monotonic() - begun)
    except ChannelError as error:
        handover.error = error
    except Exception as error:
        # The message may have left: nothing is recorded, so that it is in doubt once its claim lapses.
        logger.exception("unexpected error while sending", extra={"delivery": handover.key})
        handover.error = error
