"""The queue: the drain that the broker adds, other tasks, schedules."""

import os
import pydoc
import socket
import subprocess
import sys
import time
from datetime import datetime, timedelta
from typing import Any

import pytest
import redis
from django.conf import settings
from django.db import InterfaceError, InternalError, OperationalError
from django.utils import timezone
from django_q.models import OrmQ, Schedule
from django_q.signing import SignedPackage
from django_q.tasks import async_task

from oauth.models import Account
from reviewhub.cache import ANSWER_WITHIN
from reviews import tasks
from reviews.models import ChannelHealth, Delivery
from reviews.telling import teller
from reviews.tests.support.helpers import asked
from reviews.webhooks import notifier
from reviews.worker import heartbeat, queue, task_paths

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django_q.brokers.orm.sleep", lambda _: None)
    monkeypatch.setattr(queue, "RECONNECT", 0)


@pytest.fixture
def broker() -> queue.DatabaseBroker:
    """A broker whose workers have just been at work, so that it sends no idle look."""
    heartbeat.beat()
    time.sleep(0.002)  # the clock's resolution: what follows is later than this beat
    return queue.DatabaseBroker()


def drains(broker: queue.DatabaseBroker) -> int:
    """Return how many drain tasks the next look brings."""
    return len([package for _, package in broker.dequeue() or [] if SignedPackage.loads(package)["name"] == "drain"])


def test_nothing_due_wakes_nobody(broker: queue.DatabaseBroker, account: Account) -> None:
    asked(account, timezone.now(), delay=timedelta(hours=100))
    assert drains(broker) == 0


def test_a_due_message_brings_one_drain_until_a_worker_began_it(
    broker: queue.DatabaseBroker, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue.Conf, "WORKERS", 1)
    asked(account, timezone.now())
    Delivery.objects.update(due_at=timezone.now())
    assert [drains(broker), drains(broker), drains(broker)] == [1, 0, 0]
    heartbeat.begin_drain()
    assert drains(broker) == 0  # the only worker is at it
    heartbeat.end_drain()
    assert drains(broker) == 1


def test_two_workers_drain_at_the_same_time(
    broker: queue.DatabaseBroker, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked(account, timezone.now())
    Delivery.objects.update(due_at=timezone.now())
    monkeypatch.setattr(queue.Conf, "WORKERS", 2)
    heartbeat.begin_drain()
    try:
        assert drains(broker) == 1
    finally:
        heartbeat.end_drain()


def test_a_drain_that_got_lost_is_sent_again(
    broker: queue.DatabaseBroker, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked(account, timezone.now())
    Delivery.objects.update(due_at=timezone.now())
    assert drains(broker) == 1
    monkeypatch.setattr(heartbeat, "LOST_AFTER", 0.0)
    assert drains(broker) == 1


def test_an_idle_cluster_gets_a_drain_after_a_while(
    broker: queue.DatabaseBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heartbeat, "last_beat", lambda: time.monotonic() - queue.IDLE_LOOK - 1)
    assert drains(broker) == 1
    assert drains(broker) == 0


def test_a_paused_channel_wakes_nobody(broker: queue.DatabaseBroker, account: Account) -> None:
    asked(account, timezone.now())
    Delivery.objects.update(due_at=timezone.now())
    ChannelHealth.objects.create(channel="email", paused_until=timezone.now() + timedelta(minutes=1))
    assert drains(broker) == 0


def test_ordinary_tasks_pass_through(broker: queue.DatabaseBroker) -> None:
    async_task("reviews.tasks.sweep", broker=broker)
    [(_, package)] = broker.dequeue() or []
    assert SignedPackage.loads(package)["func"] == "reviews.tasks.sweep"


def test_a_database_that_is_away_is_asked_again(broker: queue.DatabaseBroker, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: Any) -> None:
        raise OperationalError

    monkeypatch.setattr(broker, "_needs_drain", away)
    assert broker.dequeue() is None


@pytest.mark.parametrize("error", [InternalError, InterfaceError, redis.TimeoutError, redis.OutOfMemoryError])
def test_no_outage_ends_the_process_that_looks_for_tasks(
    broker: queue.DatabaseBroker, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    def away(*_: Any) -> None:
        raise error

    monkeypatch.setattr(broker, "_needs_drain", away)
    assert broker.dequeue() is None


def test_messages_leave_while_the_redis_of_the_queue_is_away(
    account: Account, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"  # where nothing listens
    heartbeat.beat()
    asked(account, timezone.now())
    Delivery.objects.update(due_at=timezone.now())
    broker = queue.RedisBroker()
    assert broker.ping()  # a cluster starts
    broker.set_stat("key", "value", 3)
    assert drains(broker) == 1
    assert broker.dequeue() is None


def test_a_task_that_redis_does_not_take_costs_a_call_neither_error_nor_time(
    settings: Any, monkeypatch: pytest.MonkeyPatch, without_redis: None
) -> None:
    monkeypatch.setattr("django_q.tasks.get_broker", queue.RedisBroker)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        settings.REDIS_URL = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        began = time.monotonic()
        for _ in range(20):
            queue.enqueue(task_paths.APPLY_EVENTS, 1)
        assert time.monotonic() - began < 2 * ANSWER_WITHIN


FUNCTIONS = {
    task_paths.DRAIN: tasks.drain,
    task_paths.TICK: tasks.tick,
    task_paths.SWEEP: tasks.sweep,
    task_paths.APPLY_EVENTS: tasks.apply_events,
    task_paths.IMPORT_ROWS: tasks.import_rows,
    task_paths.RUN_NOTIFIER: notifier.run,
    task_paths.RUN_TELLER: teller.run,
}


def test_every_path_of_a_task_is_that_of_a_function() -> None:
    assert {path: pydoc.locate(path) for path in FUNCTIONS} == FUNCTIONS
    assert FUNCTIONS.keys() == {value for name, value in vars(task_paths).items() if name.isupper()}


def test_the_drain_names_a_function_that_exists_and_nothing_about_anybody() -> None:
    task = SignedPackage.loads(queue._drain_task())
    assert pydoc.locate(task["func"]) is tasks.drain
    assert (task["args"], task["kwargs"]) == ((), {})
    assert task["save"] is False


def test_recurring_tasks_are_made_once_and_can_be_run() -> None:
    for _ in range(2):
        queue.ensure_schedules()
    schedules = {pydoc.locate(schedule.func): schedule.schedule_type for schedule in Schedule.objects.all()}
    assert schedules == {tasks.tick: Schedule.MINUTES, tasks.sweep: Schedule.HOURLY}
    for schedule in Schedule.objects.all():
        assert (schedule.args, schedule.kwargs) in ((None, None), ("()", "{}"), ("", ""))


def test_a_task_that_is_put_into_the_queue_names_a_function_that_exists(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django_q.tasks.get_broker", queue.DatabaseBroker)  # also where tasks go to Redis
    queue.enqueue(task_paths.APPLY_EVENTS, 1, 2)
    task = SignedPackage.loads(OrmQ.objects.get().payload)
    assert pydoc.locate(task["func"]) is tasks.apply_events
    assert (task["args"], task["save"]) == ((1, 2), False)


def test_the_hourly_sweep_ends_and_forgets_what_is_old(account: Account, now: datetime) -> None:
    from reviews.models import IdempotencyKey, ReviewRequest

    request = asked(account, now)
    ReviewRequest.objects.update(status="sent", sent_at=now)
    Delivery.objects.update(status="sent", sent_at=now)
    IdempotencyKey.objects.create(account=account, key="old", fingerprint="", created_at=now)
    IdempotencyKey.objects.create(account=account, key="new", fingerprint="", created_at=timezone.now())
    tasks.sweep()
    request.refresh_from_db()
    assert request.status == "completed"
    assert list(IdempotencyKey.objects.values_list("key", flat=True)) == ["new"]


def test_installations_on_one_redis_have_queues_of_their_own() -> None:
    program = "from django.conf import settings; print(settings.Q_CLUSTER['name'])"
    urls = ["postgres://a:x@db:5432/one", "postgres://b:y@db:5432/one", "postgres://a:x@db:5432/two", "sqlite:///one"]
    names = [
        subprocess.run(
            [sys.executable, "-c", program],
            cwd=settings.BASE_DIR,
            env=os.environ | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "reviewhub.settings"},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for url in urls
    ]
    assert names[0] == names[1]
    assert names[0].strip() == "reviewhub-3732cfcc"  # as since the first release: another name loses what is queued
    assert len(set(names)) == 3


def test_a_task_rolls_back_with_its_transaction(db: None) -> None:
    from django.db import transaction

    with transaction.atomic():
        async_task("reviews.tasks.sweep", broker=queue.DatabaseBroker())
        transaction.set_rollback(True)
    assert not OrmQ.objects.exists()


def test_schedules_that_two_workers_made_at_once_become_one_each() -> None:
    for _ in range(2):
        for name, (path, schedule_type) in queue.SCHEDULES.items():
            Schedule.objects.create(name=name, func=path, schedule_type=schedule_type)
    queue.ensure_schedules()
    assert sorted(Schedule.objects.values_list("name", flat=True)) == sorted(queue.SCHEDULES)
