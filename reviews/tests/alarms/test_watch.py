"""The watch: what it tells when the database fails, and that one process of a machine watches."""

import os
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError

from reviews.alarms import watch
from reviews.insights import health
from reviews.models import Trouble, WorkerBeat
from reviews.tests.alarms.test_telling import LONG, texts
from reviews.tests.support.helpers import Clock
from reviews.tests.support.receiver import Receiver, answering

pytestmark = pytest.mark.django_db

FAILING = "The database is away or takes no writes since 2026-03-03 15:00 UTC: is its disk full?"
WELL = "The database takes writes again."


@pytest.fixture(autouse=True)
def working(now: datetime) -> WorkerBeat:
    return WorkerBeat.objects.create(worker="a:1", started_at=now, beat_at=now + LONG)


def away(*args: Any) -> bool:
    raise OperationalError("connection refused")


def read_only(*args: Any) -> bool:
    return False


@pytest.mark.parametrize("fault", [away, read_only])
def test_a_database_that_fails_is_told_once_and_its_return_once(
    chat: Receiver, clock: Clock, monkeypatch: pytest.MonkeyPatch, fault: Any
) -> None:
    watching = watch.Watch()
    with monkeypatch.context() as patch:
        patch.setattr(health, "takes_writes", fault)
        for _ in range(20):
            watching.look(clock.now)
            clock.forward(seconds=10)
        assert texts(chat) == [FAILING]
    for _ in range(3):
        watching.look(clock.now)
        clock.forward(seconds=10)
    assert texts(chat) == [FAILING, WELL]
    assert not Trouble.objects.exists()


def test_an_outage_of_seconds_is_told_to_nobody(chat: Receiver, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    watching = watch.Watch()
    with monkeypatch.context() as patch:
        patch.setattr(health, "takes_writes", away)
        watching.look(clock.now)
        clock.forward(seconds=watch.OUTAGE_PATIENCE.total_seconds() - 1)
        watching.look(clock.now)
    watching.look(clock.now)
    assert watching.failing_since is None
    assert chat.told == []


def test_an_outage_that_could_not_be_told_is_told_a_minute_later(
    chat: Receiver, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "takes_writes", away)
    chat.behave["/hooks/alarms-of-the-operator"] = answering(500)
    watching = watch.Watch()
    watching.look(clock.now)
    clock.now += watch.OUTAGE_PATIENCE
    watching.look(clock.now)
    chat.behave.clear()
    watching.look(clock.now + watch.TELL_AGAIN_AFTER - timedelta(seconds=1))
    assert len(chat.told) == 1
    watching.look(clock.now + watch.TELL_AGAIN_AFTER)
    watching.look(clock.now + LONG)
    assert texts(chat) == [FAILING, FAILING]


def test_an_error_of_the_watch_itself_does_not_end_it(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken(watch.Watch):
        def look(self, now: datetime) -> None:
            raise ZeroDivisionError

    monkeypatch.setattr(watch, "close_old_connections", lambda: None)
    watch._look(Broken())
    assert "the watch failed" in caplog.text


def test_of_two_processes_one_watches_and_the_other_when_that_one_has_ended() -> None:
    ready, ends = os.pipe(), os.pipe()
    first = os.fork()
    if not first:
        os.write(ready[1], b"y" if watch._has_turn() else b"n")
        os.read(ends[0], 1)
        os._exit(0)
    assert os.read(ready[0], 1) == b"y"
    assert not watch._has_turn()
    os.write(ends[1], b"x")
    os.waitpid(first, 0)
    assert watch._has_turn()
