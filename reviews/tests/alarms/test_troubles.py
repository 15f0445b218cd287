"""Troubles: what counts as one, from when on, and what it is in words."""

from datetime import datetime, timedelta

import pytest

from oauth.models import User
from reviews.alarms import troubles
from reviews.models import DeliveryEvent, Pause, Trouble, WorkerBeat
from reviews.tests.support.helpers import Clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def working(now: datetime) -> WorkerBeat:
    return WorkerBeat.objects.create(worker="a:1", started_at=now, beat_at=now)


def test_a_worker_that_was_killed_is_missed_from_its_last_beat_on(working: WorkerBeat, clock: Clock) -> None:
    began = clock.now
    clock.forward(seconds=60)
    troubles.look(now=clock.now)
    assert not Trouble.objects.exists()
    clock.forward(seconds=1)
    troubles.look(now=clock.now)
    row = Trouble.objects.get()
    assert (row.kind, row.since) == ("worker", began)
    assert Trouble.objects.to_tell(clock.now).exists()
    assert troubles.worker_missing_since(clock.now) == began
    assert troubles.in_words(row) == "No worker since 2026-03-03 15:00 UTC: nothing is sent until one runs."


def test_a_worker_that_is_stopped_and_started_again_is_no_trouble_to_tell(working: WorkerBeat, clock: Clock) -> None:
    working.delete()
    troubles.look(now=clock.now)
    clock.forward(seconds=59)
    assert not Trouble.objects.to_tell(clock.now).exists()
    assert troubles.worker_missing_since(clock.now) == clock.now - timedelta(seconds=59)
    WorkerBeat.objects.create(worker="a:2", started_at=clock.now, beat_at=clock.now)
    clock.forward(seconds=1)
    troubles.look(now=clock.now)
    assert not Trouble.objects.to_tell(clock.now).exists()
    assert troubles.worker_missing_since(clock.now) is None


def test_a_worker_that_was_stopped_for_good_is_told_within_a_minute(clock: Clock) -> None:
    troubles.look(now=clock.now)
    clock.forward(seconds=60)
    assert Trouble.objects.to_tell(clock.now).get().kind == "worker"


def test_one_worker_of_several_that_is_left_is_no_trouble(working: WorkerBeat, clock: Clock) -> None:
    clock.forward(minutes=10)
    WorkerBeat.objects.create(worker="b:1", started_at=clock.now, beat_at=clock.now)
    troubles.look(now=clock.now)
    assert not Trouble.objects.exists()


def test_a_text_that_fits_no_account_is_one_until_it_is_decided(
    working: WorkerBeat, operator: User, clock: Clock
) -> None:
    for number in (1, 2):
        event = DeliveryEvent.objects.create(
            provider="twilio",
            key=f"SM{number}:received",
            kind="replied",
            meaning="stop",
            address="+12125551234",
            occurred_at=clock.now,
            received_at=clock.now,
        )
        troubles.look(now=clock.now)
    row = Trouble.objects.get()
    assert troubles.in_words(row) == ("A customer's text fits no business since 2026-03-03 15:00 UTC. Decide about it.")
    assert "5551234" not in troubles.in_words(row)
    DeliveryEvent.objects.filter(pk=event.pk).update(applied_at=clock.now)
    troubles.look(now=clock.now)
    assert Trouble.objects.lasting().exists()
    DeliveryEvent.objects.update(applied_at=clock.now)
    troubles.look(now=clock.now)
    row.refresh_from_db()
    assert troubles.in_words(row) == "Somebody has decided about every text that fitted no business."


def test_two_processes_that_find_the_same_trouble_keep_one_row(working: WorkerBeat, clock: Clock) -> None:
    Pause.objects.create(channel="email", code="535", since=clock.now, retry_at=clock.now)
    troubles.look(now=clock.now)
    row = Trouble.objects.get()
    Trouble.objects.bulk_create(list(troubles._find(clock.now)), ignore_conflicts=True)  # by one that looked before
    assert Trouble.objects.get() == row


def test_troubles_are_forgotten_long_after_their_end(clock: Clock) -> None:
    for ended_at in (None, clock.now - troubles.KEPT, clock.now - troubles.KEPT - timedelta(seconds=1)):
        Trouble.objects.create(kind="worker", since=clock.now, due_at=clock.now, ended_at=ended_at)
    troubles.forget(clock.now)
    assert Trouble.objects.count() == 2
