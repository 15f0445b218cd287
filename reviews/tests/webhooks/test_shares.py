"""No account takes what others need: shares of the notifier's threads, and endpoints that fall behind."""

import uuid
from datetime import timedelta
from ipaddress import ip_network

import pytest
from django.utils import timezone

from oauth.models import Account
from reviewhub import outbound
from reviews import tasks
from reviews.models import Endpoint, Event, Notice
from reviews.tests.support.helpers import Clock
from reviews.tests.support.receiver import (
    Receiver,
    answering,
    clock,
    loopback,
    receiver,
    silent,
    subscribed,
    tell_due,
)
from reviews.tests.support.waiting import until
from reviews.webhooks import endpoints, events, notifier
from reviews.webhooks.shares import CALLS_PER_ENDPOINT, MOST_CALLS, MOST_FAILING, Shares

__all__ = ["clock", "loopback", "receiver"]  # the fixtures

pytestmark = pytest.mark.django_db(transaction=True)


def happen(account: Account, clock: Clock, count: int = 1) -> list[Event]:
    made = [Event(account=account, type="link.clicked", occurred_at=clock()) for _ in range(count)]
    events.record(*made)
    return made


def told(receiver: Receiver, path: str = "/hook") -> list[str]:
    return [call.headers["webhook-id"] for call in receiver.on(path)]


# --- Threads -------------------------------------------------------------------------------------------


def take_all(shares: Shares, account: uuid.UUID, *, failures: int = 0) -> int:
    """Begin as many calls for an account of 50 endpoints as may begin; return their number."""
    rows = [Endpoint(account_id=account, failures=failures) for _ in range(50)]
    return sum(shares.take(row) for row in rows for _ in range(CALLS_PER_ENDPOINT))


def test_an_account_leaves_to_others_as_many_threads_as_it_takes() -> None:
    shares = Shares([])
    taken = [take_all(shares, uuid.uuid4()) for _ in range(MOST_CALLS)]
    assert taken[:5] == [16, 8, 4, 2, 1]
    assert sum(taken) == MOST_CALLS


def test_failing_endpoints_have_half_of_the_threads_together() -> None:
    shares = Shares([])
    taken = [take_all(shares, uuid.uuid4(), failures=1) for _ in range(50)]
    assert taken[:3] == [8, 4, 2]
    assert sum(taken) == MOST_FAILING
    assert take_all(shares, uuid.uuid4()) == (MOST_CALLS - MOST_FAILING) // 2


def test_an_endpoint_that_fails_has_one_call_and_a_healthy_one_four() -> None:
    for failures, most in ((0, 4), (3, 1)):
        endpoint = Endpoint(account_id=uuid.uuid4(), failures=failures)
        shares = Shares([])
        assert [shares.take(endpoint) for _ in range(6)] == [True] * most + [False] * (6 - most)


def test_fifty_silent_endpoints_of_one_account_keep_nobody_waiting(
    account: Account, other_account: Account, receiver: Receiver, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbound, "TIMEOUT", 600)
    monkeypatch.setattr(notifier, "LEAVE_WITHIN", 0.1)
    monkeypatch.setattr(notifier, "LOOK_WHILE_BUSY", 0)
    for number in range(endpoints.MOST):
        receiver.behave[f"/silent/{number}"] = silent
        subscribed(account, f"{receiver.url}/silent/{number}")
    subscribed(other_account, f"{receiver.url}/hook")
    loop = notifier.Notifier(outbound.Caller([ip_network("127.0.0.0/8")]), clock)
    happen(account, clock, 20)
    loop.work()
    for number in range(1, 6):  # while no call of the greedy account ends
        happen(other_account, clock)
        loop.work()
        until(lambda: len(told(receiver)) == number)  # noqa: B023 (called at once)
    until(lambda: len(receiver.told) - 5 >= MOST_CALLS // 2)  # the threads take them there when they come to it
    assert len(receiver.told) - 5 == MOST_CALLS // 2
    loop.close()


# --- Behind ----------------------------------------------------------------------------------------------


def test_an_endpoint_that_failed_for_an_hour_gets_notices_only_once_it_answers(
    account: Account, receiver: Receiver, clock: Clock
) -> None:
    clock.forward(hours=-4)  # keys of events are of the real time
    receiver.behave["/hook"] = answering(500)
    endpoint = subscribed(account, f"{receiver.url}/hook")
    occurred = happen(account, clock)
    tell_due(clock)
    clock.forward(minutes=59)
    occurred += happen(account, clock, 3)
    assert Notice.objects.count() == 4  # it may be back in a moment
    tell_due(clock)
    clock.forward(minutes=2)
    tell_due(clock)
    Notice.objects.update(due_at=clock() + timedelta(hours=8))
    clock.forward(minutes=2)
    occurred += happen(account, clock, 200)
    assert Notice.objects.count() == 5  # the one that tries the endpoint: without it, that would wait for eight hours
    tell_due(clock)
    assert endpoints.catch_up(clock()) == 0
    assert Notice.objects.count() == 5

    receiver.behave["/hook"] = answering(204)
    receiver.told.clear()
    clock.forward(minutes=2)
    occurred += happen(account, clock)
    assert tell_due(clock) == 1
    assert Endpoint.objects.get().failing_since is None
    occurred += happen(account, clock)
    assert Notice.objects.count() == 6  # from now on at once, again
    assert endpoints.catch_up(clock()) == 200
    assert endpoints.catch_up(clock()) == 0
    endpoint.refresh_from_db()
    assert endpoint.behind_since is None
    clock.forward(hours=8)
    tell_due(clock)
    assert sorted(told(receiver)) == sorted(str(event.pk) for event in occurred)
    assert set(Notice.objects.values_list("status", flat=True)) == {"delivered"}


def test_an_endpoint_with_many_notices_waiting_is_behind_as_soon_as_it_fails(
    account: Account, receiver: Receiver, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notifier, "BEHIND_WITH", 20)
    receiver.behave["/hook"] = answering(500)
    subscribed(account, f"{receiver.url}/hook")
    happen(account, clock, 30)
    tell_due(clock)
    happen(account, clock, 100)
    assert Notice.objects.count() == 30
    receiver.behave["/hook"] = answering(204)
    clock.forward(minutes=2)
    tell_due(clock)
    tasks.tick()
    clock.forward(minutes=2)
    tell_due(clock)
    assert len(set(told(receiver))) == 130


def test_catching_up_takes_what_began_while_the_endpoint_failed(
    account: Account, other_account: Account, receiver: Receiver, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A transaction that began then may commit later: the round in which nothing is left looks for it."""
    monkeypatch.setattr(endpoints, "CATCH_UP_AT_ONCE", 10)
    endpoint, other = (subscribed(one, f"{receiver.url}/hook") for one in (account, other_account))
    Endpoint.objects.update(behind_since=clock())
    Event.objects.bulk_create(Event(account=account, type="link.clicked", occurred_at=clock()) for _ in range(15))
    assert [endpoints.catch_up(clock()) for _ in range(2)] == [10, 5]
    late = Event.objects.create(account=account, type="link.clicked", occurred_at=clock() - timedelta(hours=1))
    assert [endpoints.catch_up(clock()) for _ in range(2)] == [1, 0]
    assert Notice.objects.filter(endpoint=endpoint, event=late).exists()
    assert not Notice.objects.filter(endpoint=other).exists()


def test_an_endpoint_that_is_switched_on_again_is_not_behind(account: Account, receiver: Receiver) -> None:
    """What it missed while it was off is sent only on request."""
    endpoint = subscribed(account, receiver.url)
    Endpoint.objects.update(behind_since=timezone.now())
    endpoints.switch_off(endpoint, "")
    Event.objects.create(account=account, type="link.clicked", occurred_at=timezone.now())
    assert endpoints.catch_up(timezone.now()) == 0
    endpoints.switch_on(endpoint)
    assert endpoints.catch_up(timezone.now()) == 0
    until = timezone.now()
    assert endpoints.replay_between(endpoint, since=until - timedelta(hours=1), until=until, now=until) == 1
