"""A pool of connections to providers, and of threads: as many messages in flight as keep this process busy.

A quick provider is served from the caller's own thread, since we spend more time on a message than the provider: each
accepted message is then recorded before the next one leaves. A slow provider gets threads that wait for its answers;
so does a single message of a quick one that takes longer, since the caller's thread has more to do than to wait.

Threads share the connections of a channel: a provider that takes few at once is served over those.
"""

import logging
import math
import threading
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue

from reviews.delivery.channels import Accepted, Channel, ChannelError, Message, Unfinished

logger = logging.getLogger(__name__)

Factory = Callable[[str], Channel]

IDLE = 30.0  # seconds after which a connection that nobody uses is closed
FEWER_FOR = 60.0  # seconds for which a provider that refused one more connection is left at those it has
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
    is_late: bool = False  # it has a thread of its own, which waits for the provider's answer


@dataclass
class _Pace:
    """Seconds that a message takes, on average and lately: the provider's part and our own."""

    provider: float = 0.0
    own: float = 0.0

    def note(self, name: str, seconds: float) -> None:
        average = getattr(self, name)
        setattr(self, name, average + WEIGHT * (seconds - average) if average else seconds)


class _Connection:
    """A connection to the provider of a channel, used by one thread at a time."""

    def __init__(self, factory: Factory, name: str) -> None:
        self._factory, self._name = factory, name
        self._channel: Channel | None = None
        self.used_at = time.monotonic()

    def connect(self) -> Channel:
        """Open the connection, unless it is open; once more when the provider hung up. Raises ChannelError."""
        if self._channel is not None and time.monotonic() - self.used_at > IDLE:
            self.close()  # the other side may have hung up meanwhile
        if self._channel is None:
            self._channel = self._factory(self._name)
        self.used_at = time.monotonic()
        try:
            self._channel.connect()
        except ChannelError as error:
            if not error.lost:
                raise
            self._channel.connect()
        return self._channel

    def close(self) -> None:
        if self._channel is not None:
            self._channel.close()
            self._channel = None


class _Connections:
    """The connections to one provider. A thread takes one for a message, and gives it back after it."""

    def __init__(self, factory: Factory, name: str) -> None:
        self._factory, self._name = factory, name
        self._idle: list[_Connection] = []  # the one used last at the end
        self._count = 0  # idle, and taken
        self._changed = threading.Condition()
        self._limit, self._limited_until = 0, 0.0
        self._error: ChannelError | None = None  # why the last connection could not be made

    def most(self, wanted: int) -> int:
        """Return how many of the wanted connections the provider takes."""
        is_limited = self._limit and time.monotonic() < self._limited_until
        return min(wanted, self._limit) if is_limited else wanted

    def take(self) -> _Connection:
        """Return a connection, the last used first. Wait for one while the provider takes no more.

        Raises ChannelError when the last of those that were waited for broke as well.
        """
        with self._changed:
            while not self._idle and self._count >= self.most(self._count + 1):
                self._error = None
                self._changed.wait()
                if self._error is not None:
                    raise self._error
            if self._idle:
                return self._idle.pop()
            self._count += 1
        return _Connection(self._factory, self._name)

    def give_back(self, connection: _Connection) -> None:
        with self._changed:
            self._idle.append(connection)
            self._changed.notify()

    def drop(self, connection: _Connection, error: ChannelError) -> bool:
        """Forget a connection that could not be made; return True if there are others to go on with."""
        connection.close()
        with self._changed:
            self._count -= 1
            if self._count:
                self._limit, self._limited_until = self._count, time.monotonic() + FEWER_FOR
                return True
            self._error = error
            self._changed.notify_all()
            return False

    def close_idle(self, *, unused_for: float = 0.0) -> None:
        """Close the connections that nobody has used for so many seconds."""
        with self._changed:
            until = time.monotonic() - unused_for
            old = [connection for connection in self._idle if connection.used_at <= until]
            self._idle = [connection for connection in self._idle if connection not in old]
            self._count -= len(old)
            self._changed.notify_all()
        for connection in old:
            connection.close()


@dataclass
class _Crew:
    """The connections of one channel, its threads, and the messages that wait for one; None ends a thread."""

    connections: _Connections
    jobs: SimpleQueue[Handover | None] = field(default_factory=SimpleQueue)
    threads: int = 0
    in_flight: int = 0
    late: int = 0  # of those in flight
    pace: _Pace = field(default_factory=_Pace)


class Pool:
    """Takes messages by `send` and returns them by `finished`, with the provider's answer. One thread uses it."""

    def __init__(self, factory: Factory, *, most: int = 1) -> None:
        """`most`: how many messages of a channel may be in flight at once."""
        self._factory = factory
        self._most = most
        self._crews: dict[str, _Crew] = {}
        self._done: SimpleQueue[Handover] = SimpleQueue()

    def room(self, channel: str) -> int:
        """Return how many more messages of the channel may be sent now."""
        crew = self._crew(channel)
        at_once = min(self._window(crew) + crew.late, crew.connections.most(self._most))
        return max(at_once - crew.in_flight, 0)

    def connect(self, channel: str) -> None:
        """Reach the provider before a channel's first message. Raises ChannelError (untried)."""
        crew = self._crew(channel)
        if not self.room(channel):
            return  # all connections are in use
        connection = crew.connections.take()
        try:
            connection.connect()
        except ChannelError as error:
            if not crew.connections.drop(connection, error):
                raise
        else:
            crew.connections.give_back(connection)

    def note_own_time(self, channel: str, seconds: float) -> None:
        """Take note of how long we took for a message of the channel, without the provider's part."""
        self._crew(channel).pace.note("own", seconds)

    def send(self, handover: Handover) -> None:
        """Send the message: in this thread, or in one of the channel's threads when that is worth it."""
        crew = self._crew(handover.channel)
        crew.in_flight += 1
        if self._window(crew) == 1:
            carriage = _carry(handover, crew)
            if _goes_on(carriage):
                crew.late += 1
                handover.is_late = True
                threading.Thread(target=self._see_through, args=(handover, carriage), daemon=True).start()
            else:
                self._done.put(handover)
            return
        if crew.threads < crew.in_flight:
            crew.threads += 1
            name = f"{handover.channel}-{crew.threads}"
            threading.Thread(target=self._work, args=(crew,), name=name, daemon=True).start()
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
            crew = self._crews[handover.channel]
            crew.in_flight -= 1
            crew.late -= handover.is_late
        return back

    def close(self) -> None:
        """Close the connections and end the threads; messages in flight still come back."""
        for crew in self._crews.values():
            crew.connections.close_idle()
            for _ in range(crew.threads):
                crew.jobs.put(None)
            crew.threads = 0

    def _crew(self, channel: str) -> _Crew:
        if channel not in self._crews:
            self._crews[channel] = _Crew(_Connections(self._factory, channel))
        return self._crews[channel]

    def _window(self, crew: _Crew) -> int:
        """Return the most messages in flight: half of (the provider's time / our own time for a message).

        With more we could not record acceptances as fast as they arrive, and a crash would send those mails again.
        """
        most = crew.connections.most(self._most)
        if most == 1 or not crew.pace.own:
            return 1
        times = int(crew.pace.provider / crew.pace.own)
        return 1 if times < WORTH_THREADS else min(times // 2, most)

    def _work(self, crew: _Crew) -> None:
        while True:
            try:
                handover = crew.jobs.get(timeout=IDLE)
            except Empty:
                crew.connections.close_idle(unused_for=IDLE)
                handover = crew.jobs.get()
            if handover is None:
                crew.connections.close_idle()
                return
            self._see_through(handover, _carry(handover, crew))

    def _see_through(self, handover: Handover, carriage: Iterator[None]) -> None:
        for _ in carriage:
            pass
        self._done.put(handover)


def _goes_on(carriage: Iterator[None]) -> bool:
    """Carry a message as far as that is quick; return True if it is still on its way."""
    return next(carriage, carriage) is None


def _carry(handover: Handover, crew: _Crew) -> Iterator[None]:
    """Bring one message to its provider; yield before what may take long, so that another thread can do that."""
    try:
        handover.accepted = yield from _deliver(handover.message, crew)
    except ChannelError as error:
        handover.error = error
    except Exception as error:
        # The message may have left: nothing is recorded, so that it is in doubt once its claim lapses.
        logger.exception("unexpected error while sending", extra={"delivery": handover.key})
        handover.error = error


def _deliver(message: Message, crew: _Crew) -> Generator[None, None, Accepted]:
    """Send the message on a connection, on another one when the provider refuses that beside those it has."""
    while True:
        connection = crew.connections.take()
        try:
            accepted = yield from _send(message, connection, crew.pace)
        except _Unconnected as refusal:
            if not crew.connections.drop(connection, refusal.error):
                raise refusal.error from refusal
            yield  # before the wait for one of the others
            continue
        except BaseException:
            crew.connections.give_back(connection)
            raise
        crew.connections.give_back(connection)
        return accepted


def _send(message: Message, connection: _Connection, pace: _Pace) -> Generator[None, None, Accepted]:
    """Send the message, once more on a new connection when the first was lost before the message was handed over."""
    try:
        return (yield from _send_once(message, connection, pace))
    except ChannelError as error:
        if not error.lost:
            raise
    return (yield from _send_once(message, connection, pace))


def _send_once(message: Message, connection: _Connection, pace: _Pace) -> Generator[None, None, Accepted]:
    try:
        channel = connection.connect()
    except ChannelError as error:
        raise _Unconnected(error) from error
    begun = time.monotonic()
    try:
        accepted = channel.send(message)
    except Unfinished as unfinished:
        yield
        accepted = unfinished.finish(math.inf)
    pace.note("provider", time.monotonic() - begun)
    return accepted


class _Unconnected(Exception):
    """The provider did not take the connection, for that reason."""

    def __init__(self, error: ChannelError) -> None:
        super().__init__()
        self.error = error
