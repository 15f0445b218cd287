"""Heartbeats: what one process of the cluster records, the others read."""

import multiprocessing
import time
from collections.abc import Callable, Iterator

import pytest

from reviews.worker import heartbeat


@pytest.fixture(autouse=True)
def nobody_drains() -> Iterator[None]:
    nobody = [0.0] * heartbeat.PLACES
    heartbeat._drains[:] = nobody
    yield
    heartbeat._drains[:] = nobody


def in_a_child(function: Callable[[], None]) -> None:
    child = multiprocessing.get_context("fork").Process(target=function)
    child.start()
    child.join()
    assert child.exitcode == 0


@pytest.mark.parametrize(
    ("record", "read"),
    [
        (heartbeat.beat, heartbeat.last_beat),
        (heartbeat.begin_drain, heartbeat.last_beat),
        (heartbeat.begin_drain, heartbeat.last_drain),
        (heartbeat.end_drain, heartbeat.last_beat),
        (heartbeat.beat_notifier, heartbeat.last_notifier_beat),
        (heartbeat.beat_teller, heartbeat.last_teller_beat),
    ],
)
def test_what_a_child_records_its_parent_reads(record: Callable[[], None], read: Callable[[], float]) -> None:
    before = time.monotonic()
    in_a_child(record)
    assert before <= read() <= time.monotonic()


def test_a_drain_counts_until_it_ends_or_is_not_heard_of(monkeypatch: pytest.MonkeyPatch) -> None:
    assert heartbeat.count_draining() == 0
    heartbeat.begin_drain()
    assert heartbeat.count_draining() == 1
    with monkeypatch.context() as patch:
        patch.setattr(heartbeat, "LOST_AFTER", 0.0)
        assert heartbeat.count_draining() == 0
    heartbeat.end_drain()
    assert heartbeat.count_draining() == 0


def test_all_processes_learn_that_the_cluster_is_about_to_end() -> None:
    assert not heartbeat.is_stopping()
    in_a_child(lambda: heartbeat.set_stopping(True))
    try:
        assert heartbeat.is_stopping()
    finally:
        heartbeat.set_stopping(False)
