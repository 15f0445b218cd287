"""The queue: the only module that knows django-q2.

Our own table is the queue of messages; django-q2 runs the workers. The broker adds one question to
what it asks anyway: is a delivery due? If so it puts one stateless `drain` task on its way; the
worker that gets it claims rows for itself. So a lost task loses no message, and a message starts
within one poll of its due time.
"""

import logging
import os
import time
import uuid
from datetime import timedelta
from multiprocessing import RawArray, RawValue
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
SCHEDULES = {
    "tick": ("reviews.tasks.tick", Schedule.MINUTES),
    "sweep": ("reviews.tasks.sweep", Schedule.HOURLY),
}
IDLE_LOOK = 20.0  # seconds without a drain after which one is sent anyway: it proves that a worker works
LOST_AFTER = 30.0  # seconds after which a drain that no worker began counts as lost
RECONNECT = 0.5  # seconds between attempts to reach a database that is down

# Shared with every process of the cluster, which inherits them by fork. Raw values have no lock: a
# process that is killed can take none with it. Times are of the monotonic clock, which all processes
# of a machine share and which nobody sets back.
_beat = RawValue("d", 0.0)
_begun = RawValue("d", 0.0)
_stopping = RawValue("b", 0)
PLACES = 256  # of draining processes, by process id
_draining = RawArray("d", PLACES)


def beat() -> None:
    """Say that a worker is at work."""
    _beat.value = time.monotonic()
    place = os.getpid() % PLACES
    if _draining[place]:
        _draining[place] = _beat.value


def begin_drain() -> None:
    _begun.value = _draining[os.getpid() % PLACES] = time.monotonic()
    beat()


def end_drain() -> None:
    beat()
    _draining[os.getpid() % PLACES] = 0.0


def last_beat() -> float:
    """When a worker of this cluster last said so, by the monotonic clock; 0 for never."""
    return float(_beat.value)


def draining() -> int:
    """How many workers are draining now; one that has not been heard of for LOST_AFTER counts no more."""
    since = time.monotonic() - LOST_AFTER
    return sum(1 for at in _draining if at > since)


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
                self._emitted = time.monotonic()
                return [(None, _drain_task())]
            return super().dequeue()  # type: ignore[misc, no-any-return]
        except (OperationalError, InterfaceError, redis.ConnectionError) as error:
            logger.warning("the queue is out of reach: %s", type(error).__name__)
            connections.close_all()
            time.sleep(RECONNECT)
            return None

    def _drain_wanted(self) -> bool:
        """Whether something is due and a worker is free: one drain at a time is on its way to one."""
        now = time.monotonic()
        is_on_its_way = self._emitted > _begun.value and now - self._emitted < LOST_AFTER
        if is_on_its_way or draining() >= Conf.WORKERS:
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
    for name, (function, how_often) in SCHEDULES.items():
        wanted = {"func": function, "schedule_type": how_often, "repeats": -1, "minutes": 1}
        first = {"next_run": timezone.now() + timedelta(minutes=1)}
        Schedule.objects.update_or_create(name=name, defaults=wanted, create_defaults=wanted | first)


def run_cluster() -> None:
    """Run django-q2's cluster in this process until SIGTERM; returns when all of it has ended."""
    cluster = Cluster()
    cluster.start()
    while cluster.sentinel.is_alive():
        time.sleep(0.1)
