"""The queue: tasks, schedules and brokers. The only module that imports django-q2.

Our own table is the queue of messages; django-q2 runs the workers. The broker adds one question to
those it asks anyway: is a delivery due? If so it puts one stateless `drain` task on its way; the
worker that gets it claims rows for itself. So a lost task loses no message, and a message starts
within one poll of its due time.
"""

import contextlib
import logging
import time
import uuid
from datetime import datetime, timedelta
from typing import Any

import redis
from django.conf import settings
from django.db import DatabaseError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django_q.brokers.orm import ORM
from django_q.brokers.redis_broker import Redis
from django_q.cluster import Cluster
from django_q.conf import Conf
from django_q.models import Schedule, Task
from django_q.signing import SignedPackage
from django_q.tasks import async_task

from reviewhub.cache import CONNECTION, Outage
from reviewhub.outages import DATABASE_AWAY, Seldom, drop_connection
from reviews.models import Delivery
from reviews.worker import heartbeat, task_paths

logger = logging.getLogger(__name__)
_line = Seldom(logger)

# By name: the rows of a former release are found by it.
SCHEDULES = {
    "tick": (task_paths.TICK, Schedule.MINUTES),
    "sweep": (task_paths.SWEEP, Schedule.HOURLY),
}
IDLE_LOOK = 20.0  # seconds without a drain after which one is sent anyway: it proves that a worker works
RECONNECT = 0.5  # seconds between attempts to reach a database that is down


class DrainBroker:
    """Mixin for a broker, named before it: adds to its `dequeue` the drain task for messages that are due."""

    _emitted = 0.0

    def dequeue(self) -> list[tuple[Any, Any]] | None:
        try:
            if self._needs_drain():
                self._emitted = time.monotonic()
                return [(None, _drain_task())]
            return super().dequeue()  # type: ignore[misc, no-any-return]
        except DATABASE_AWAY as error:
            drop_connection(error)
        except redis.RedisError as error:
            _line.warn("the queue is out of reach: %s", type(error).__name__)
        time.sleep(RECONNECT)
        return None

    def _needs_drain(self) -> bool:
        """Return True if a message is due and a worker is free; only one drain at a time is on its way to a worker."""
        now = time.monotonic()
        is_on_its_way = self._emitted > heartbeat.last_drain() and now - self._emitted < heartbeat.LOST_AFTER
        if is_on_its_way or heartbeat.count_draining() >= Conf.WORKERS:
            return False
        due_at = Delivery.objects.next_due(timezone.now())
        if due_at is not None and due_at <= timezone.now():
            return True
        return now - max(heartbeat.last_beat(), self._emitted) > IDLE_LOOK


class _TakenOnce(ORM):
    """Broker that takes a task off the queue before it runs: one that kills its worker would come back for ever.

    No work is lost with it: that stands in rows, which a sweep finds.
    """

    def dequeue(self) -> list[tuple[Any, Any]] | None:
        taken = super().dequeue() or []
        for key, _ in taken:
            self.acknowledge(key)
        return [(None, package) for _, package in taken]


class DatabaseBroker(DrainBroker, _TakenOnce):
    """Tasks in our own database: the default."""


class _PolledRedis(Redis):
    """Redis broker that waits for a task no longer than a poll: a message that falls due meanwhile waits no longer.

    A cluster starts and goes on without Redis: messages are in our table, and those it sends.
    """

    @staticmethod
    def get_connection(list_key: str | None = None) -> redis.Redis:  # noqa: ARG004 (the library gives it)
        return redis.Redis.from_url(settings.REDIS_URL, **CONNECTION)

    def enqueue(self, task: str) -> int:
        """Raises RedisError, at once while Redis is left alone."""
        if Outage.lasts():
            raise redis.ConnectionError("Redis did not answer a moment ago.")
        try:
            return int(self.connection.rpush(self.list_key, task))
        except redis.RedisError as error:
            Outage.begin(error)
            raise

    def ping(self) -> bool:
        return True

    def set_stat(self, key: str, value: str, timeout: int) -> None:
        """Note how the cluster is. Nobody here reads it, and it is noted twice a second: no error is worth a line."""
        with contextlib.suppress(redis.RedisError):
            self.connection.set(key, value, timeout)

    def dequeue(self) -> list[tuple[Any, Any]] | None:
        task = self.connection.blpop(self.list_key, Conf.POLL)
        return [(None, task[1])] if task else None


class RedisBroker(DrainBroker, _PolledRedis):
    """Tasks in Redis; messages stay in our table, so that a lost Redis loses none."""


def _drain_task() -> str:
    task = {
        "id": uuid.uuid4().hex,
        "name": "drain",
        "func": task_paths.DRAIN,
        "args": (),
        "kwargs": {},
        "started": timezone.now(),
        "save": False,
        "ack_failure": True,
    }
    package: str = SignedPackage.dumps(task)
    return package


def enqueue(path: str, *numbers: int) -> None:
    """Let a worker soon call the function at the path, one of `task_paths`, with the numbers.

    Raises nothing for a queue that is out of reach: the task's work stands in a row, and a sweep finds it.
    Whole numbers only, else TypeError: the back-office shows arguments, and they must identify no person.
    """
    if any(type(number) is not int for number in numbers):
        raise TypeError("A task takes whole numbers only.")
    try:
        with transaction.atomic():
            async_task(path, *numbers, save=False)
    except (DatabaseError, *DATABASE_AWAY, redis.RedisError) as error:
        _line.warn("a task for %s could not be put into the queue: %s", path, type(error).__name__)


def ensure_schedules() -> None:
    """Create the schedules that are missing, mend those that were changed, and keep one of each name.

    Workers that start at once on an empty database may each make one: django-q2 has no constraint on the name.
    """
    for name, (path, schedule_type) in SCHEDULES.items():
        columns = {"func": path, "schedule_type": schedule_type, "repeats": -1, "minutes": 1}
        first = {"next_run": timezone.now() + timedelta(minutes=1)}
        keys = list(Schedule.objects.filter(name=name).order_by("pk").values_list("pk", flat=True))
        Schedule.objects.filter(pk__in=keys[1:]).delete()
        Schedule.objects.update_or_create(name=name, defaults=columns, create_defaults=columns | first)


def tasks_of_before(moment: datetime) -> QuerySet[Task]:
    """Return the tasks that ended before the moment: those that failed, and the last of the others."""
    tasks: QuerySet[Task] = Task.objects.filter(stopped__lt=moment)
    return tasks


def run_cluster() -> None:
    """Run django-q2's cluster in this process until SIGTERM, and return when all of it has ended."""
    cluster = Cluster()
    cluster.start()
    while cluster.sentinel.is_alive():
        time.sleep(0.1)
