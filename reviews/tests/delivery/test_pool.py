"""Messages handed over: how many at once, on which connections, and what comes back."""

import threading
from dataclasses import dataclass, field

import pytest

from reviews.delivery import pool
from reviews.delivery.channels import Accepted, ChannelError, Message
from reviews.delivery.pool import Handover, Pool

PATIENCE = 60.0  # seconds until something that should happen counts as not happening


class Clock(threading.local):
    """Stands in for `time`: each thread has its own clock, which goes on only when it is told to."""

    now = 0.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(pool, "time", clock)
    return clock


@dataclass
class Provider:
    """Takes its time for each message by the clock; what threads send is kept until `let_go`, all of it at once."""

    clock: Clock
    seconds: float = 0.0
    made: int = 0
    inside: int = 0
    most_inside: int = 0
    threads: set[str] = field(default_factory=set)
    sent_here: int = 0  # in the caller's own thread
    left: int = 0
    rounds: int = 0
    caller: threading.Thread = field(default_factory=threading.current_thread)
    changed: threading.Condition = field(default_factory=threading.Condition)

    def channel(self, kind: str) -> "Provider":
        with self.changed:
            self.made += 1
        return self

    def connect(self) -> None:
        """Always there."""

    def close(self) -> None:
        """Nothing to let go of."""

    def send(self, message: Message) -> Accepted:
        self.clock.now += self.seconds
        with self.changed:
            self.threads.add(threading.current_thread().name)
            if threading.current_thread() is self.caller:
                self.sent_here += 1
            else:
                self._stay()
        if message.to == "refused":
            raise ChannelError("550", "no")
        if message.to == "broken":
            raise RuntimeError("nobody expects this")
        return Accepted(f"id-{message.to}")

    def _stay(self) -> None:
        self.inside += 1
        self.most_inside = max(self.most_inside, self.inside)
        self.changed.notify_all()
        arrived_in = self.rounds
        assert self.changed.wait_for(lambda: self.rounds > arrived_in, PATIENCE)
        self.inside -= 1
        self.left += 1

    def let_go(self, handed: int) -> None:
        """Wait until all that was handed to threads is here, and let go of it."""
        with self.changed:
            assert self.changed.wait_for(lambda: self.sent_here + self.inside + self.left == handed, PATIENCE)
            self.rounds += 1
            self.changed.notify_all()


def attempt(key: int, to: str = "") -> Handover:
    return Handover(key, "email", Message(to=to or str(key), sender="s", text="t", key="k"))


def run(senders: Pool, provider: Provider, count: int, own: float) -> list[Handover]:
    """Send so many, as the drain does: as many as there is room for, then what came back."""
    waiting, back = list(range(count)), list[Handover]()
    before = provider.sent_here + provider.left
    while len(back) < count:
        while waiting and senders.room("email"):
            senders.note_own_time("email", own)
            senders.send(attempt(waiting.pop(0)))
        back += collect(senders, provider, count - len(waiting) - len(back), handed=before + count - len(waiting))
    return back


def collect(senders: Pool, provider: Provider, count: int, *, handed: int) -> list[Handover]:
    """Let the provider answer, and fetch what comes back: that many attempts of all that it was ever handed."""
    provider.let_go(handed)
    back: list[Handover] = []
    while len(back) < count:
        back += senders.finished(wait=PATIENCE)
    return back


def test_a_quick_provider_is_served_one_message_after_the_other_in_this_thread(clock: Clock) -> None:
    provider = Provider(clock)
    back = run(Pool(provider.channel, most=8), provider, 30, own=0.25)
    assert sorted(one.key for one in back) == list(range(30))
    assert provider.threads == {threading.current_thread().name}
    assert provider.made == 1


def test_a_slow_provider_gets_as_many_at_once_as_may_be_on_connections_that_stay(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "IDLE", 1e6)  # each thread has a clock of its own, and all share the connections
    provider = Provider(clock, seconds=16)
    senders = Pool(provider.channel, most=6)
    back = run(senders, provider, 60, own=0.25)
    senders.close()
    assert sorted(one.key for one in back) == list(range(60))
    assert provider.most_inside == 6
    assert provider.made == 6


@pytest.mark.parametrize(("seconds", "at_once"), [(1.0, 2), (2.0, 4), (3.0, 6)])
def test_half_as_many_are_on_their_way_as_the_provider_takes_of_our_own_times(
    clock: Clock, seconds: float, at_once: int
) -> None:
    provider = Provider(clock, seconds=seconds)
    senders = Pool(provider.channel, most=50)
    run(senders, provider, 40, own=0.25)
    senders.close()
    assert provider.most_inside == at_once


def test_a_provider_that_takes_less_than_four_of_our_own_times_gets_no_threads(clock: Clock) -> None:
    provider = Provider(clock, seconds=0.75)
    run(Pool(provider.channel, most=50), provider, 40, own=0.25)
    assert provider.threads == {threading.current_thread().name}


@pytest.mark.parametrize("most", [1, 4])
def test_errors_come_back_with_their_attempt(clock: Clock, most: int) -> None:
    provider = Provider(clock, seconds=8)
    senders = Pool(provider.channel, most=most)
    run(senders, provider, 5, own=0.25)
    senders.send(attempt(100, "refused"))
    senders.send(attempt(101, "broken"))
    back = {one.key: one for one in collect(senders, provider, 2, handed=7)}
    senders.close()
    assert isinstance(back[100].error, ChannelError)
    assert isinstance(back[101].error, RuntimeError)
    assert back[100].accepted is back[101].accepted is None


def test_nothing_comes_back_when_nothing_was_sent(clock: Clock) -> None:
    assert Pool(Provider(clock).channel).finished(wait=0) == []


def test_a_connection_that_was_idle_is_made_anew(clock: Clock) -> None:
    provider = Provider(clock)
    senders = Pool(provider.channel)
    run(senders, provider, 2, own=0.25)
    clock.now += pool.IDLE
    run(senders, provider, 1, own=0.25)
    assert provider.made == 1
    clock.now += pool.IDLE + 1
    run(senders, provider, 1, own=0.25)
    assert provider.made == 2


@pytest.mark.parametrize("most", [1, 8])
def test_each_message_comes_to_what_a_plain_loop_makes_of_it(clock: Clock, most: int) -> None:
    handovers = [attempt(key, to) for key, to in enumerate(["jane", "refused", "broken", "joe"] * 5)]
    channel = Provider(clock).channel("email")  # takes no time, so that it lets everybody go
    expected = {each.key: result(channel, each.message) for each in handovers}
    provider = Provider(clock, seconds=8)
    senders, waiting, results = Pool(provider.channel, most=most), list(handovers), dict[int, str]()
    while len(results) < len(expected):
        while waiting and senders.room("email"):
            senders.note_own_time("email", 0.25)
            senders.send(waiting.pop(0))
        handed = len(expected) - len(waiting)
        for back in collect(senders, provider, handed - len(results), handed=handed):
            results[back.key] = back.accepted.provider_id if back.accepted else repr(back.error)
    senders.close()
    assert results == expected


def result(channel: Provider, message: Message) -> str:
    try:
        return channel.send(message).provider_id
    except Exception as error:
        return repr(error)
