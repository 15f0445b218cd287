"""Notices over which the notifier dies, or ends in an error of ours: each costs only itself."""

from datetime import timedelta
from typing import Any

import pytest

from oauth.models import Account
from reviews.models import Attempt, Endpoint, Event, Notice
from reviews.tests.support.helpers import Clock
from reviews.tests.support.receiver import Receiver, clock, loopback, receiver, subscribed, tell_due
from reviews.webhooks import endpoints, events, notifier

__all__ = ["clock", "loopback", "receiver"]  # the fixtures

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def endpoint(account: Account, receiver: Receiver, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Endpoint:
    """One that is to be told of twenty clicks; the notifier dies of the seventh."""
    made = subscribed(account, receiver.url, "link.clicked")
    events.record(*[Event(account=account, type="link.clicked", occurred_at=clock()) for _ in range(20)])
    represent, deadly = notifier.represent_events, Event.objects.order_by("pk")[6].pk

    def die(rows: list[Event]) -> Any:
        if any(event.pk == deadly for event in rows):
            raise ZeroDivisionError
        return represent(rows)

    monkeypatch.setattr(notifier, "represent_events", die)
    return made


def test_it_fails_after_five_deaths_and_all_others_are_told(endpoint: Endpoint, clock: Clock) -> None:
    for _ in range(2 * notifier.MAX_LAPSES):
        tell_due(clock)
        clock.forward(seconds=61)
    assert Notice.objects.filter(status="delivered").count() == 19
    failed = Notice.objects.get(status="failed")
    assert (failed.lapses, failed.claim, failed.tries) == (notifier.MAX_LAPSES, None, 0)
    assert failed.event == Event.objects.order_by("pk")[6]
    assert Attempt.objects.get(notice=failed).error == "Our own process died of it, five times."
    assert not Notice.objects.exclude(pk=failed.pk).filter(lapses__gt=1).exists()


def test_a_replay_begins_anew(endpoint: Endpoint, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(2 * notifier.MAX_LAPSES):
        tell_due(clock)
        clock.forward(seconds=61)
    monkeypatch.undo()
    assert endpoints.replay(endpoint, Notice.objects.filter(status="failed"), clock()) == 1
    assert Notice.objects.get(status="waiting").lapses == 0


def test_those_that_a_death_cut_off_together_are_not_taken_up_together(endpoint: Endpoint, clock: Clock) -> None:
    assert len(notifier.claim(endpoint, limit=20, now=clock())) == 20
    clock.forward(seconds=61)
    assert notifier.claim(endpoint, limit=20, now=clock()) == []  # all of them rest
    rests = {row.due_at - clock() for row in Notice.objects.all()}
    assert len(rests) == 20
    assert all(timedelta() <= rest <= notifier.LEASE for rest in rests)
    clock.forward(seconds=60)
    assert len(notifier.claim(endpoint, limit=20, now=clock())) == 1
