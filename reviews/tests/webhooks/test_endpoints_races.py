"""An endpoint that is deleted while notices are written for it, or calls are under way: nobody's work fails for it."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler
from ipaddress import ip_network
from threading import Event as Signal
from typing import Any

import pytest
from django.conf import settings as given
from django.db import connection, connections, transaction
from django.utils import timezone

from oauth.models import Account
from reviewhub.refused import Refused
from reviews.models import Attempt, Endpoint, Event, Notice, ReviewRequest
from reviews.tests.support.helpers import asked
from reviews.tests.support.receiver import answering, receiving, tell_due
from reviews.tests.support.waiting import until
from reviews.webhooks import endpoints, events

pytestmark = pytest.mark.django_db(transaction=True)

with_two_writers = pytest.mark.skipif(given.SQLITE, reason="needs PostgreSQL: SQLite lets one writer in at a time")


@pytest.fixture
def endpoint(account: Account) -> Endpoint:
    return endpoints.subscribe(account=account, url="https://hooks.example.com/", names=[])[0]


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor() as made:
        yield made


def run_and_hold(call: Callable[[], Any], may_commit: Signal, has_run: Signal) -> None:
    """Make the call in a transaction that stays open until `may_commit`."""
    try:
        with transaction.atomic():
            call()
            has_run.set()
            assert may_commit.wait(60)
    finally:
        has_run.set()
        connections.close_all()


def run_alone(call: Callable[[], Any]) -> Any:
    """Make the call with a connection of its own."""
    try:
        return call()
    finally:
        connections.close_all()


def waits_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = %s",
            [connection.settings_dict["NAME"]],
        )
        return bool(cursor.fetchone()[0])


def run_in_order(threads: ThreadPoolExecutor, first: Callable[[], Any], second: Callable[[], Any]) -> None:
    """Begin the second call when the first one has run and not committed yet, so that it may have to wait."""
    may_commit, has_run = Signal(), Signal()
    first_run: Future[Any] = threads.submit(run_and_hold, first, may_commit, has_run)
    assert has_run.wait(60)
    second_run = threads.submit(run_alone, second)
    until(lambda: waits_for_a_lock() or second_run.done())
    may_commit.set()
    first_run.result(60)
    second_run.result(60)


@pytest.mark.postgres
@with_two_writers
def test_notices_that_are_being_written_are_deleted_with_their_endpoint(
    account: Account, endpoint: Endpoint, threads: ThreadPoolExecutor
) -> None:
    run_in_order(threads, lambda: asked(account, timezone.now()), lambda: endpoints.delete(endpoint))
    assert ReviewRequest.objects.count() == 1
    assert not Endpoint.objects.exists()
    assert not Notice.objects.exists()


@pytest.mark.postgres
@with_two_writers
@pytest.mark.parametrize(
    "deed",
    [
        lambda endpoint: asked(endpoint.account, timezone.now()),
        lambda endpoint: events.record(
            Event(account=endpoint.account, type=Event.Type.MESSAGE_SENT, occurred_at=timezone.now())
        ),
        lambda endpoint: refused(endpoints.test, endpoint, timezone.now()),
        lambda endpoint: refused(
            endpoints.replay_between, endpoint, since=timezone.now(), until=timezone.now(), now=timezone.now()
        ),
    ],
)
def test_no_change_writes_a_notice_for_an_endpoint_that_is_being_deleted(
    endpoint: Endpoint, threads: ThreadPoolExecutor, deed: Callable[[Endpoint], Any]
) -> None:
    run_in_order(threads, lambda: endpoints.delete(endpoint), lambda: deed(endpoint))
    assert not Endpoint.objects.exists()
    assert not Notice.objects.exists()


@pytest.mark.postgres
@with_two_writers
def test_an_event_that_is_deleted_during_a_replay_is_left_out(
    account: Account, endpoint: Endpoint, threads: ThreadPoolExecutor
) -> None:
    now = timezone.now()
    kept, forgotten = (
        Event.objects.create(account=account, type=Event.Type.LINK_CLICKED, occurred_at=now) for _ in range(2)
    )
    run_in_order(
        threads,
        lambda: Event.objects.filter(pk=forgotten.pk).delete(),
        lambda: endpoints.replay_between(endpoint, since=now, until=timezone.now(), now=now),
    )
    assert Notice.objects.get().event == kept


@pytest.mark.postgres
@with_two_writers
def test_two_calls_at_once_do_not_pass_the_limit(
    account: Account, threads: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(endpoints, "MOST", 1)

    def subscribe(number: int) -> Endpoint:
        return endpoints.subscribe(account=account, url=f"https://hooks.example.com/{number}", names=[])[0]

    run_in_order(threads, lambda: subscribe(1), lambda: refused(subscribe, 2))
    assert Endpoint.objects.get().url == "https://hooks.example.com/1"


def refused(call: Callable[..., Any], *args: Any, **named: Any) -> None:
    with pytest.raises(Refused):
        call(*args, **named)


@pytest.mark.parametrize("status", [204, 500, 410])
def test_a_call_that_ends_after_the_deletion_records_nothing(account: Account, settings: Any, status: int) -> None:
    settings.WEBHOOK_NETWORKS = [ip_network("127.0.0.0/8")]
    with receiving() as program:
        gone = endpoints.subscribe(account=account, url=f"{program.url}/gone", names=[])[0]

        def deleted_meanwhile(handler: BaseHTTPRequestHandler) -> None:
            run_alone(lambda: endpoints.delete(gone))
            answering(status)(handler)

        program.behave["/gone"] = deleted_meanwhile
        asked(account, timezone.now())
        kept = endpoints.subscribe(account=account, url=f"{program.url}/kept", names=[])[0]
        assert tell_due() == 1
        assert not Attempt.objects.exists()
        endpoints.test(kept, timezone.now())
        assert tell_due() == 1
    assert Attempt.objects.get().notice.endpoint == kept
