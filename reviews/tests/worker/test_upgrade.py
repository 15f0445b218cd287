"""Upgrade from the release before the rooms: its queued tasks and its schedules are run by today's code.

The rows stand here as that release wrote them (commit a7ba272): signed, pickled, each naming its function by path.
"""

import multiprocessing
from datetime import UTC, datetime, timedelta
from queue import Queue
from threading import Event
from typing import Any

import pytest
from django.utils import timezone
from django_q.models import OrmQ, Schedule
from django_q.pusher import pusher
from django_q.scheduler import scheduler
from django_q.worker import worker

from oauth.models import Account, User
from reviews.models import Delivery, DeliveryEvent, IdempotencyKey, ImportJob
from reviews.requests import import_files
from reviews.requests.matching import Person
from reviews.tests.support.helpers import FakeProvider, asked
from reviews.tests.support.site import zone_where_it_is_noon
from reviews.worker import queue

pytestmark = pytest.mark.django_db

FORMER_KEY = "of-the-former-release-" + "x" * 40
FORMER_QUEUE = "reviewhub-db347adc"  # of the database that the rows were written in
BEFORE = datetime(2026, 1, 1, tzinfo=UTC)

# They call apply_events(41, 42), import_rows(7), tick(), sweep() and drain().
FORMER_TASKS = {
    "apply_events": (
        "gAWVAAEAAAAAAAB9lCiMAmlklIwgOTU5ZmUxMGVlZWY1NDc0YWIwNzA3ZTg1ZDE4YTlmYWOUjARuYW1llIwWdW5jbGUtYmxhY2stZWlnaHQt"
        "aXRlbZSMBGZ1bmOUjBpyZXZpZXdzLnRhc2tzLmFwcGx5X2V2ZW50c5SMBGFyZ3OUSylLKoaUjARzYXZllImMC2Fja19mYWlsdXJllIiMBmt3"
        "YXJnc5R9lIwHc3RhcnRlZJSMCGRhdGV0aW1llIwIZGF0ZXRpbWWUk5RDCgfqCxwQOjAHwMiUaA6MCHRpbWV6b25llJOUaA6MCXRpbWVkZWx0"
        "YZSTlEsASwBLAIeUUpSFlFKUhpRSlHUu:1xXLlA:ex-9Ucs2FiBPt9yP4lmhC33Qev-iynOD0MV3j5Y-4hQ"
    ),
    "import_rows": (
        "gAWVBQEAAAAAAAB9lCiMAmlklIwgYTQ4NTNkOWM2Y2Y4NDY4ZWJjYjU2MTczNWE3YjViYTWUjARuYW1llIwebWFnbmVzaXVtLWhlbGl1bS1i"
        "dWxsZG9nLXRocmVllIwEZnVuY5SMGXJldmlld3MudGFza3MuaW1wb3J0X3Jvd3OUjARhcmdzlEsHhZSMBHNhdmWUiYwLYWNrX2ZhaWx1cmWU"
        "iIwGa3dhcmdzlH2UjAdzdGFydGVklIwIZGF0ZXRpbWWUjAhkYXRldGltZZSTlEMKB-oLHBA6MAfke5RoDowIdGltZXpvbmWUk5RoDowJdGlt"
        "ZWRlbHRhlJOUSwBLAEsAh5RSlIWUUpSGlFKUdS4:1xXLlA:lfHCIUqyEViHsSfC3nSE-H5W3NgkaWVxEGANAZk6HjM"
    ),
    "tick": (
        "gAWVCgEAAAAAAAB9lCiMAmlklIwgMzllODZiOGMzMWU5NDQ2YmI5MjQ0MWNlMjBkNjRlZjaUjARuYW1llIwbZWFybHktd2ludGVyLWJhdG1h"
        "bi1mb3h0cm90lIwEZnVuY5SMEnJldmlld3MudGFza3MudGlja5SMBGFyZ3OUKYwFZ3JvdXCUjAR0aWNrlIwHY2x1c3RlcpROjAthY2tfZmFp"
        "bHVyZZSIjAZrd2FyZ3OUfZSMB3N0YXJ0ZWSUjAhkYXRldGltZZSMCGRhdGV0aW1llJOUQwoH6gscEDo1AR_zlGgPjAh0aW1lem9uZZSTlGgP"
        "jAl0aW1lZGVsdGGUk5RLAEsASwCHlFKUhZRSlIaUUpR1Lg:1xXLlF:bIxpr-CFEOml3e9NKa1zuXmpFlQRgKa4RTH8-4XV6K4"
    ),
    "sweep": (
        "gAWVEQEAAAAAAAB9lCiMAmlklIwgYzJmZDU1MGFmOGY3NGI5NzhlOGRmY2RmNDBhOWFjYjGUjARuYW1llIwgaHlkcm9nZW4tc3RhaXJ3YXkt"
        "Y2FyZGluYWwtd2hpdGWUjARmdW5jlIwTcmV2aWV3cy50YXNrcy5zd2VlcJSMBGFyZ3OUKYwFZ3JvdXCUjAVzd2VlcJSMB2NsdXN0ZXKUTowL"
        "YWNrX2ZhaWx1cmWUiIwGa3dhcmdzlH2UjAdzdGFydGVklIwIZGF0ZXRpbWWUjAhkYXRldGltZZSTlEMKB-oLHBA6NQH-8JRoD4wIdGltZXpv"
        "bmWUk5RoD4wJdGltZWRlbHRhlJOUSwBLAEsAh5RSlIWUUpSGlFKUdS4:1xXLlF:pUYIyGpCWpHEAmKBphYKUo-45jGjrwdx1sc9CwS2BzA"
    ),
    "drain": (
        "gAWV4wAAAAAAAAB9lCiMAmlklIwgZWFhNzYxY2NlNDg3NGFmY2IzZDg1MzQ0NGY0ZDY4N2WUjARuYW1llIwFZHJhaW6UjARmdW5jlIwTcmV2"
        "aWV3cy50YXNrcy5kcmFpbpSMBGFyZ3OUKYwGa3dhcmdzlH2UjAdzdGFydGVklIwIZGF0ZXRpbWWUjAhkYXRldGltZZSTlEMKB-oLHBA6NQIm"
        "opRoC4wIdGltZXpvbmWUk5RoC4wJdGltZWRlbHRhlJOUSwBLAEsAh5RSlIWUUpSGlFKUjARzYXZllImMC2Fja19mYWlsdXJllIh1Lg"
        ":1xXLlF:ORr-LsQy9LZCCxsjf_TyudgE0JeLfr0w0oCyUAWp_u4"
    ),
}
COLUMNS = {"hook": None, "args": None, "kwargs": None, "minutes": 1, "repeats": -1, "cron": None, "cluster": None}
FORMER_SCHEDULES = [
    COLUMNS | {"name": "tick", "func": "reviews.tasks.tick", "schedule_type": "I"},
    COLUMNS | {"name": "sweep", "func": "reviews.tasks.sweep", "schedule_type": "H"},
]


@pytest.fixture(autouse=True)
def same_installation(monkeypatch: pytest.MonkeyPatch) -> None:
    """The key and the name of the queue that the rows were signed with: an upgrade keeps both."""
    monkeypatch.setattr(queue.Conf, "SECRET_KEY", FORMER_KEY)
    monkeypatch.setattr(queue.Conf, "PREFIX", FORMER_QUEUE)
    monkeypatch.setattr(queue.Conf, "CLUSTER_NAME", FORMER_QUEUE)
    monkeypatch.setattr(queue.DrainBroker, "_needs_drain", lambda _: False)  # only what the rows say
    monkeypatch.setattr("django_q.tasks.get_broker", queue.DatabaseBroker)  # also where tasks go to Redis
    monkeypatch.setattr("django.db.close_old_connections", lambda: None)  # the test's transaction is open on one


class RedisOfBefore:
    """A Redis that holds the lists of the former release."""

    def __init__(self, **lists: list[str]) -> None:
        self.lists = lists

    def blpop(self, key: str, timeout: float) -> tuple[bytes, bytes] | None:
        return (key.encode(), self.lists[key].pop(0).encode()) if self.lists.get(key) else None


def run_queued(broker: Any, count: int) -> dict[str, Any]:
    """Take that many tasks and run them by django-q2's own functions; return their results by the path of each."""
    taken, done = Queue[Any](), Queue[Any]()
    once = Event()
    once.set()
    for _ in range(count):
        pusher(taken, once, broker)
    assert taken.qsize() == count
    taken.put("STOP")
    worker(taken, done, multiprocessing.Value("f", -1))
    results = [done.get_nowait() for _ in range(count)]
    assert [task["result"] for task in results if not task["success"]] == []
    return {task["func"]: task["result"] for task in results}


@pytest.fixture
def waiting(account: Account, owner: User, provider: FakeProvider) -> None:
    """Work for each of the tasks: the rows that they name or look for."""
    now = timezone.now()
    account.time_zone = zone_where_it_is_noon()
    account.save()
    asked(account, now, person=Person(email="sent@example.com"))
    Delivery.objects.update(status="sent", sent_at=now, provider_id="former")
    for key, kind in ((41, "sent"), (42, "delivered")):
        columns = {"provider": "postmark", "provider_id": "former", "occurred_at": now, "received_at": now}
        DeliveryEvent.objects.create(pk=key, key=str(key), kind=kind, **columns)
    asked(account, now, person=Person(email="due@example.com"))
    Delivery.objects.filter(address="due@example.com").update(due_at=now)
    for key, at in ((7, now), (8, BEFORE)):  # the second stalled
        job = import_files.receive(
            account=account, user=owner, name="list.csv", raw=b"email\nada@example.com\n", now=now
        )
        ImportJob.objects.filter(pk=job.pk).update(id=key, status="running", stirred_at=at)
    IdempotencyKey.objects.create(account=account, key="old", fingerprint="", created_at=BEFORE)


def check_that_all_is_done() -> None:
    assert Delivery.objects.get(address="sent@example.com").status == "delivered"
    assert Delivery.objects.get(address="due@example.com", step=0).status == "sent"
    assert not DeliveryEvent.objects.filter(applied_at=None).exists()
    assert ImportJob.objects.get(pk=7).status == "done"
    assert not IdempotencyKey.objects.exists()


PATHS = {f"reviews.tasks.{name}" for name in FORMER_TASKS}


def test_tasks_in_the_queues_table_are_run_and_none_is_lost(waiting: None) -> None:
    for payload in FORMER_TASKS.values():
        OrmQ.objects.create(key=FORMER_QUEUE, payload=payload, lock=BEFORE)
    results = run_queued(queue.DatabaseBroker(), len(FORMER_TASKS))
    assert results.keys() == PATHS
    assert results["reviews.tasks.apply_events"] == 2
    check_that_all_is_done()
    fresh = OrmQ.objects.exclude(payload__in=FORMER_TASKS.values()).get()  # made by the tick, for what stalled
    assert (fresh.func(), fresh.args()) == ("reviews.tasks.import_rows", (8,))


def test_tasks_in_redis_are_run_and_none_is_lost(waiting: None, monkeypatch: pytest.MonkeyPatch) -> None:
    redis = RedisOfBefore(**{f"django_q:{FORMER_QUEUE}:q": list(FORMER_TASKS.values())})
    monkeypatch.setattr(queue.RedisBroker, "get_connection", staticmethod(lambda _=None: redis))
    assert run_queued(queue.RedisBroker(), len(FORMER_TASKS)).keys() == PATHS
    check_that_all_is_done()


def test_schedules_go_on_as_they_are(waiting: None) -> None:
    due_at = timezone.now() - timedelta(minutes=2)
    kept = [Schedule.objects.create(**columns, next_run=due_at).pk for columns in FORMER_SCHEDULES]
    queue.ensure_schedules()
    assert list(Schedule.objects.order_by("pk").values_list("pk", "next_run")) == [(pk, due_at) for pk in kept]
    broker = queue.DatabaseBroker()
    scheduler(broker)
    assert run_queued(broker, 2).keys() == {"reviews.tasks.tick", "reviews.tasks.sweep"}
    assert not IdempotencyKey.objects.exists()
    in_an_hour = timezone.now() + timedelta(hours=1)
    assert all(due_at < at <= in_an_hour for at in Schedule.objects.values_list("next_run", flat=True))
