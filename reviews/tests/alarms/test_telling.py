"""Telling the operator: once of the beginning and once of the end, by several processes, whatever dies between."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reviews.alarms import telling, troubles, ways
from reviews.models import Pause, Trouble, WorkerBeat
from reviews.tests.support.helpers import Clock
from reviews.tests.support.receiver import Receiver, answering

pytestmark = pytest.mark.django_db

LONG = timedelta(days=400)


@pytest.fixture(autouse=True)
def working(now: datetime) -> WorkerBeat:
    """A worker that is at work throughout: its beat lies ahead."""
    return WorkerBeat.objects.create(worker="a:1", started_at=now, beat_at=now + LONG)


def paused(now: datetime, **more: Any) -> Pause:
    values: dict[str, Any] = {"channel": "sms", "code": "20003", "since": now, "retry_at": now} | more
    return Pause.objects.create(**values)


def texts(chat: Receiver) -> list[str]:
    """What the chat was told, without the name of the installation."""
    found = [json.loads(told.body) for told in chat.told]
    assert all(list(body) == ["text"] for body in found)
    return [body["text"].removeprefix("ReviewHub http://testserver: ") for body in found]


PAUSED = (
    "All texts wait since 2026-03-03 15:00 UTC: "
    "Twilio refused the login: check TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN."
)


def test_a_trouble_is_told_once_and_its_end_once(chat: Receiver, clock: Clock) -> None:
    pause = paused(clock.now)
    assert telling.look_and_tell(clock) == 1
    for _ in range(3):
        clock.forward(hours=1)
        assert telling.look_and_tell(clock) == 0
    assert texts(chat) == [PAUSED]
    pause.delete()
    assert telling.look_and_tell(clock) == 1
    assert telling.look_and_tell(clock) == 0
    assert texts(chat) == [PAUSED, "Texts leave again."]


def test_it_is_told_again_only_after_it_was_well(chat: Receiver, clock: Clock) -> None:
    paused(clock.now)
    telling.look_and_tell(clock)
    Pause.objects.update(code="20005")  # another answer to the same pause
    telling.look_and_tell(clock)
    Pause.objects.all().delete()
    telling.look_and_tell(clock)
    paused(clock.now)
    telling.look_and_tell(clock)
    assert texts(chat) == [PAUSED, "Texts leave again.", PAUSED]


def test_each_trouble_is_told_by_itself(chat: Receiver, clock: Clock) -> None:
    paused(clock.now)
    paused(clock.now, channel="email", code="535")
    paused(clock.now, sender="+12125550100", code="30034")
    assert telling.look_and_tell(clock) == 3
    assert sorted(text.partition(" wait")[0] for text in texts(chat)) == [
        "All mails",
        "All texts",
        "Messages from +12125550100",
    ]


def test_what_reached_nobody_is_told_later_and_ever_more_seldom(chat: Receiver, clock: Clock) -> None:
    chat.behave["/hooks/alarms-of-the-operator"] = answering(500)
    paused(clock.now)
    for wait in telling.WAITS:
        assert telling.look_and_tell(clock) == 0
        clock.forward(seconds=wait.total_seconds() - 1)
        assert telling.look_and_tell(clock) == 0
        clock.forward(seconds=1)
    assert len(chat.told) == len(telling.WAITS)
    chat.behave.clear()
    assert telling.look_and_tell(clock) == 1
    assert telling.look_and_tell(clock) == 0


def test_what_nobody_was_told_of_ends_in_silence(chat: Receiver, clock: Clock) -> None:
    chat.behave["/hooks/alarms-of-the-operator"] = answering(500)
    pause = paused(clock.now)
    telling.look_and_tell(clock)
    pause.delete()
    chat.behave.clear()
    clock.forward(hours=2)
    assert telling.look_and_tell(clock) == 0
    assert len(chat.told) == 1


def test_a_process_that_dies_between_telling_and_settling_has_it_told_twice_at_most(
    chat: Receiver, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    paused(clock.now)
    with monkeypatch.context() as patch:
        patch.setattr(telling, "_settle", die)
        with pytest.raises(KeyboardInterrupt):
            telling.look_and_tell(clock)
    assert telling.look_and_tell(clock) == 0  # the claim may be a living process's
    clock.forward(seconds=Trouble.LEASE.total_seconds())
    assert telling.look_and_tell(clock) == 1
    clock.forward(hours=2)
    assert telling.look_and_tell(clock) == 0
    assert texts(chat) == [PAUSED, PAUSED]


def test_a_process_that_dies_before_it_has_told_loses_nothing(
    chat: Receiver, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    paused(clock.now)
    with monkeypatch.context() as patch:
        patch.setattr(ways, "tell", die)
        with pytest.raises(KeyboardInterrupt):
            telling.look_and_tell(clock)
    clock.forward(seconds=Trouble.LEASE.total_seconds())
    assert telling.look_and_tell(clock) == 1
    assert texts(chat) == [PAUSED]


def test_the_end_is_told_of_what_somebody_died_over(
    chat: Receiver, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    pause = paused(clock.now)
    with monkeypatch.context() as patch:
        patch.setattr(telling, "_settle", die)
        with pytest.raises(KeyboardInterrupt):
            telling.look_and_tell(clock)
    pause.delete()
    assert telling.look_and_tell(clock) == 1
    assert texts(chat) == [PAUSED, "Texts leave again."]


def die(*args: Any, **values: Any) -> None:
    raise KeyboardInterrupt


def test_what_ends_while_it_is_told_has_its_end_told(
    chat: Receiver, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    pause, tell = paused(clock.now), ways.tell

    def tell_slowly(*args: Any, **values: Any) -> bool:
        is_told = tell(*args, **values)
        if Pause.objects.all().delete()[0]:
            troubles.look(now=clock.now)  # by another process
        return is_told

    monkeypatch.setattr(ways, "tell", tell_slowly)
    assert telling.look_and_tell(clock) == 1
    assert telling.look_and_tell(clock) == 1
    assert telling.look_and_tell(clock) == 0
    assert texts(chat) == [PAUSED, "Texts leave again."]
    assert not Pause.objects.filter(pk=pause.pk).exists()


def test_of_two_processes_that_found_it_one_tells(chat: Receiver, clock: Clock) -> None:
    paused(clock.now)
    troubles.look(now=clock.now)
    trouble = Trouble.objects.get()
    other = Trouble.objects.get()
    assert trouble.take(clock.now)
    assert not other.take(clock.now)
    assert telling.tell(clock) == 0
    assert chat.told == []


def test_without_any_way_nothing_counts_as_told(clock: Clock, settings: Any) -> None:
    paused(clock.now)
    assert telling.look_and_tell(clock) == 0
    row = Trouble.objects.get()
    assert (row.told_at, row.tries) == (None, 0)


def test_a_look_at_an_installation_that_is_well_costs_a_few_statements(chat: Receiver, clock: Clock) -> None:
    with CaptureQueriesContext(connection) as captured:
        telling.look_and_tell(clock)
    assert len(captured) <= 5
