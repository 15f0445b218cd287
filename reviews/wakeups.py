"""The queue: the only module that knows django-q2.

Our own table is the queue of messages; django-q2 runs the workers. The broker adds one question to
what it asks anyway: is a delivery due? If so it puts one stateless `drain` task on its way; the
worker that gets it claims rows for itself. So a lost task loses no message, and a message starts
within one poll of its due time.
"""

import logging
import time
import uuid
from datetime import timedelta
from multiprocessing import RawValue
from typing import Any

import redis
from django.db import DatabaseError, OperationalError, connections, transaction
from django.db.utils import InterfaceError
from django.utils import timezone
from django_q.brokers.orm import ORM
from django_q.brokers.redis_broker import Redis
from django_q.cluster import Cluster
from django_q.conf import Conf
from django_q.models import Schedule
from django_q.signing import SignedPackage
from django_q.tasks import async_task

from reviews.models import Delivery

logger = logging.getLogger(__name__)

DRAIN = "reviews.tasks.drain"
SWEEP = "reviews.tasks.sweep"
APPLY_WAITING = "reviews.tasks.apply_waiting_events"
IDLE_LOOK = 20.0  # seconds without a drain after which one is sent anyway: it proves that a worker works
LOST_AFTER = 30.0  # seconds after which a drain that no worker began counts as lost
RECONNECT = 0.5  # seconds between attempts to reach a database that is down

# Shared with every process of the cluster, which inherits them by fork. Raw values have no lock: a
# process that is killed can take none with it.
_beat = RawValue("d", 0.0)
_stopping = RawValue("b", 0)


def beat() -> None:
    """Say that a worker is at work."""
    _beat.value = time.time()


def last_beat() -> float:
    """When a worker of this cluster last said so, in seconds since the epoch; 0 for never."""
    return float(_beat.value)


def stopping() -> bool:
    """Whether the cluster is about to end, so that a batch should be handed back."""
    return bool(_stopping.value)


def set_stopping(value: bool) -> None:
    _stopping.value = int(value)


class DrainBroker:
    """Adds to a broker's `dequeue` the drain task for what is due. Mixed in before the broker."""

    _emitted = 0.0

    def dequeue(self) -> list[tuple[Any, Any]] | None:
        try:
            if self._drain_wanted():
                self._emitted = time.time()
                return [(None, _drain_task())]
            return super().dequeue()  # type: ignore[misc, no-any-return]
        except (OperationalError, InterfaceError, redis.ConnectionError) as error:
            logger.warning("the queue is out of reach: %s", type(error).__name__)
            connections.close_all()
            time.sleep(RECONNECT)
            return None

    def _drain_wanted(self) -> bool:
        """One drain at a time is on its way: the next follows when a worker has begun it."""
        now = time.time()
        on_its_way = self._emitted > last_beat() and now - self._emitted < LOST_AFTER
        if on_its_way:
            return False
        due = Delivery.objects.next_due(timezone.now())
        if due is not None and due <= timezone.now():
            return True
        return now - max(last_beat(), self._emitted) > IDLE_LOOK


class DatabaseBroker(DrainBroker, ORM):
    """Tasks in our own database: the default."""


class _PolledRedis(Redis):
    """Waits for a task no longer than a poll, so that what falls due is not kept waiting."""

    def dequeue(self) -> list[tuple[Any, Any]] | None:
        task = self.connection.blpop(self.list_key, Conf.POLL)
        return [(None, task[1])] if task else None


class RedisBroker(DrainBroker, _PolledRedis):
    """Tasks in Redis; messages stay in our table, so that nothing is lost with it."""


def _drain_task() -> str:
    task = {
        "id": uuid.uuid4().hex,
        "name": "drain",
        "func": DRAIN,
        "args": (),
        "kwargs": {},
        "started": timezone.now(),
        "save": False,
        "ack_failure": True,
    }
    package: str = SignedPackage.dumps(task)
    return package


def enqueue(function: str, *numbers: int) -> None:
    """Let a worker run that function (its path) with those whole numbers, soon.

    Never raises for a queue that is out of reach: what the task would do stands in a row, and a
    sweep finds it. Numbers only: arguments are shown in the back-office, and must say nothing of anybody.
    """
    if any(type(number) is not int for number in numbers):
        raise TypeError("A task takes whole numbers only.")
    try:
        with transaction.atomic():
            async_task(function, *numbers, save=False)
    except (DatabaseError, InterfaceError, redis.RedisError) as error:
        logger.warning("a task for %s could not be put into the queue: %s", function, type(error).__name__)


def ensure_schedules() -> None:
    """The recurring tasks, made or mended."""
    soon = timezone.now() + timedelta(minutes=1)
    for name, function, every in (
        ("sweep", SWEEP, {"schedule_type": Schedule.HOURLY}),
        ("provider events", APPLY_WAITING, {"schedule_type": Schedule.MINUTES, "minutes": 1}),
    ):
        wanted = {"func": function, "repeats": -1, **every}
        Schedule.objects.update_or_create(name=name, defaults=wanted, create_defaults={**wanted, "next_run": soon})


def run_cluster() -> None:
    """Run django-q2's cluster in this process until SIGTERM; returns when all of it has ended."""
    cluster = Cluster()
    cluster.start()
    while cluster.sentinel.is_alive():
        time.sleep(0.1)
