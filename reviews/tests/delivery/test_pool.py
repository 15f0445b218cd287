"""Messages handed over: how many at once, on which connections, and what comes back."""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest

from reviews.delivery import pool as pool_module
from reviews.delivery.channels import Accepted, ChannelError, Message
from reviews.delivery.pool import Handover, Pool


class ThreadClock(threading.local):
    """A clock of each thread that goes on only while a provider takes its time, whatever else the machine does."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


clock = ThreadClock()


@pytest.fixture(autouse=True)
def measured(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the pool measure by that clock."""
    with monkeypatch.context() as patch:
        patch.setattr(pool_module, "time", SimpleNamespace(monotonic=clock))
        yield


@dataclass
class Provider:
    """Takes its time for each message, and remembers who was there at the same moment."""

    seconds: float = 0.0
    made: int = 0
    inside: int = 0
    most_inside: int = 0
    threads: set[str] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def channel(self, kind: str) -> "Provider":
        with self.lock:
            self.made += 1
        return self

    def connect(self) -> None:
        """Always there."""

    def close(self) -> None:
        """Nothing to let go of."""

    def send(self, message: Message) -> Accepted:
        with self.lock:
            self.inside += 1
            self.most_inside = max(self.most_inside, self.inside)
            self.threads.add(threading.current_thread().name)
        time.sleep(self.seconds)
        clock.now += self.seconds
        with self.lock:
            self.inside -= 1
        if message.to == "refused":
            raise ChannelError("550", "no")
        if message.to == "broken":
            raise RuntimeError("nobody expects this")
        return Accepted(f"id-{message.to}")


def attempt(key: int, to: str = "") -> Handover:
    return Handover(key, "email", Message(to=to or str(key), sender="s", text="t", key="k"))


def run(pool: Pool, count: int, own: float) -> list[Handover]:
    """Send so many, as the drain does: as many as there is room for, then what came back."""
    waiting, back = list(range(count)), list[Handover]()
    while len(back) < count:
        while waiting and pool.room("email"):
            pool.note_own_time("email", own)
            pool.send(attempt(waiting.pop(0)))
        back += pool.finished(wait=5)
    return back


def test_a_quick_provider_is_served_one_message_after_the_other_in_this_thread() -> None:
    provider = Provider()
    pool = Pool(provider.channel, most=8)
    back = run(pool, 30, own=0.001)
    assert sorted(one.key for one in back) == list(range(30))
    assert (provider.most_inside, provider.threads) == (1, {threading.current_thread().name})
    assert provider.made == 1


def test_a_slow_provider_gets_as_many_at_once_as_may_be_on_connections_that_stay() -> None:
    provider = Provider(seconds=0.02)
    pool = Pool(provider.channel, most=6)
    back = run(pool, 60, own=0.001)
    pool.close()
    assert sorted(one.key for one in back) == list(range(60))
    assert 2 <= provider.most_inside <= 6
    assert provider.made <= 7  # one for each thread, and this one's


def test_half_as_many_are_on_their_way_as_the_provider_takes_of_our_own_times() -> None:
    provider = Provider(seconds=0.02)
    pool = Pool(provider.channel, most=50)
    run(pool, 40, own=0.004)
    pool.close()
    assert 2 <= provider.most_inside <= 4


@pytest.mark.parametrize("most", [1, 4])
def test_errors_come_back_with_their_attempt(most: int) -> None:
    provider = Provider(seconds=0.005)
    pool = Pool(provider.channel, most=most)
    run(pool, 5, own=0.0001)
    pool.send(attempt(100, "refused"))
    pool.send(attempt(101, "broken"))
    back: dict[int, Handover] = {}
    while len(back) < 2:
        back |= {one.key: one for one in pool.finished(wait=5)}
    pool.close()
    assert isinstance(back[100].error, ChannelError)
    assert isinstance(back[101].error, RuntimeError)
    assert back[100].accepted is back[101].accepted is None


def test_nothing_comes_back_when_nothing_was_sent() -> None:
    assert Pool(Provider().channel).finished(wait=0) == []


def test_a_connection_that_was_idle_is_made_anew() -> None:
    provider = Provider()
    pool = Pool(provider.channel)
    run(pool, 2, own=0.001)
    clock.now += pool_module.IDLE + 1
    run(pool, 1, own=0.001)
    assert provider.made == 2
