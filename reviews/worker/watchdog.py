"""The watchdog: keeps a worker cluster at work, and two processes beside it. Runs no task itself.

A worker process that is killed while it waits for a task takes the queue's lock with it, and the
cluster never works again; only a new one helps. So the watchdog runs the cluster as a child, in a
process group of its own, checks that it still does what is due, and replaces it if not.

Webhooks have a process of their own, the notifier, and so has mail to members, the teller: an
endpoint that answers late keeps no message waiting, and a large campaign neither a webhook nor a member.
"""

import contextlib
import gc
import logging
import multiprocessing
import os
import signal
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module
from multiprocessing.process import BaseProcess as Process
from types import FrameType

from django.conf import settings
from django.db import connections
from django.utils import timezone
from django.utils.module_loading import import_string
from gunicorn.systemd import sd_notify

from reviewhub.outages import DATABASE_AWAY, drop_connection
from reviewhub.processes import end_with_parent, limit_memory, show_as
from reviews.models import Delivery, WorkerBeat
from reviews.models.base import Channel
from reviews.worker import heartbeat, queue, task_paths

logger = logging.getLogger(__name__)

HUNG_AFTER = 60.0  # seconds without a beat while work is due
LOOK_EVERY = 0.5  # seconds
WRITE_EVERY = 5.0  # seconds
STOP_WITHIN = 9.0  # seconds; then the processes that are left are killed
AT_WORK = "WATCHDOG=1"  # what systemd waits for, where it runs the worker and named a socket: else nobody is told
FORGET_AFTER = timedelta(minutes=5)  # about another cluster that was killed: the alarm has rung for four of them


@dataclass(frozen=True)
class Companion:
    """A process beside the cluster: `path` leads to the function that it runs, which calls `beat` all the while."""

    name: str
    path: str
    beat: Callable[[], None]
    last_beat: Callable[[], float]


COMPANIONS = (
    Companion("notifier", task_paths.RUN_NOTIFIER, heartbeat.beat_notifier, heartbeat.last_notifier_beat),
    Companion("teller", task_paths.RUN_TELLER, heartbeat.beat_teller, heartbeat.last_teller_beat),
)


class Watchdog:
    """Keeper of one cluster and its companions until SIGTERM or SIGINT; `restarts` counts the clusters it replaced."""

    def __init__(self) -> None:
        self.restarts = 0
        self.started_at = timezone.now()
        self.name = f"{socket.gethostname()}:{os.getpid()}"
        self._stop = False
        self._beat_written_at = 0.0

    def run(self) -> None:
        """Start the processes, replace one that hangs or ended, and stop them on the signal."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)
        sd_notify("READY=1", logger)
        while not self._prepare():
            sd_notify(AT_WORK, logger)
            time.sleep(LOOK_EVERY)
            if self._stop:
                return
        cluster = _start_cluster()
        companions = {companion: _start(companion) for companion in COMPANIONS}
        while not self._stop:
            time.sleep(LOOK_EVERY)
            if not self._is_working(cluster):
                _kill(cluster)
                self.restarts += 1
                cluster = _start_cluster()
            for companion, process in companions.items():
                if not _is_at_work(companion, process):
                    _kill(process)
                    companions[companion] = _start(companion)
            if time.monotonic() - self._beat_written_at >= WRITE_EVERY:
                self._write_beat()
        _stop(cluster, *companions.values())
        self._delete_beat()

    def _prepare(self) -> bool:
        """Bring the rows that the cluster needs into order; return False while the database is away."""
        try:
            queue.ensure_schedules()
        except DATABASE_AWAY as error:
            drop_connection(error)
            return False
        return True

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._stop = True

    def _is_working(self, cluster: Process) -> bool:
        if not cluster.is_alive():
            logger.error("the cluster ended by itself; starting another")
            return False
        silent = time.monotonic() - heartbeat.last_beat()
        if silent > HUNG_AFTER and _work_is_due():
            logger.error("work is due and no worker began any for %d s; replacing the cluster", silent)
            return False
        return True

    def _write_beat(self) -> None:
        """Tell that this cluster works, and forget those that have not for a while: the last one is never forgotten.

        systemd is told as well that the watchdog itself does not hang, which nothing else here would notice.
        """
        sd_notify(AT_WORK, logger)
        self._beat_written_at = time.monotonic()
        silent = timedelta(seconds=time.monotonic() - heartbeat.last_beat())
        try:
            WorkerBeat.objects.update_or_create(
                worker=self.name,
                defaults={
                    "started_at": self.started_at,
                    "beat_at": timezone.now() - silent,
                    "restarts": self.restarts,
                },
            )
            others = WorkerBeat.objects.exclude(worker=self.name)
            others.filter(beat_at__lt=timezone.now() - FORGET_AFTER).delete()
        except DATABASE_AWAY as error:
            drop_connection(error)

    def _delete_beat(self) -> None:
        try:
            WorkerBeat.objects.filter(worker=self.name).delete()
        except DATABASE_AWAY:
            logger.warning("the last beat could not be taken back")


def _work_is_due() -> bool:
    try:
        due_at = Delivery.objects.next_due(timezone.now())
    except DATABASE_AWAY as error:
        drop_connection(error)
        return False  # a database that is down is no fault of the cluster
    return due_at is not None and due_at <= timezone.now()


def _start_cluster() -> Process:
    connections.close_all()  # a connection must not be shared with a forked child
    heartbeat.set_stopping(False)
    heartbeat.beat()
    _share_memory()
    cluster = multiprocessing.get_context("fork").Process(target=_cluster_main, name="cluster")
    cluster.start()
    return cluster


def _share_memory() -> None:
    """Load the workers' modules before the fork, and keep the collector from touching, and so copying, their memory."""
    import_string(task_paths.DRAIN)
    for companion in COMPANIONS:
        import_string(companion.path)
    import_module("reviews.urls")
    gc.collect()
    gc.freeze()


def _stop(*processes: Process) -> None:
    """SIGTERM to each, of the cluster to its parent alone: sent to all of its processes at once, it hangs."""
    heartbeat.set_stopping(True)
    ends_at = time.monotonic() + STOP_WITHIN
    for process in processes:
        if process.is_alive() and process.pid:
            os.kill(process.pid, signal.SIGTERM)
    for process in processes:
        process.join(max(ends_at - time.monotonic(), 0))
        _kill(process)


def _kill(child: Process) -> None:
    """Kill the processes that are left of the child's process group."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid or 0, signal.SIGKILL)
    child.join()


def _cluster_main() -> None:
    os.setpgid(0, 0)
    end_with_parent()
    _limit_memory()
    queue.run_cluster()


def _limit_memory() -> None:
    limit_memory(settings.WORKER_MEMORY_MB, threads=len(Channel.values) * settings.SEND_THREADS)


# --- Beside the cluster ------------------------------------------------------------------------------


def _start(companion: Companion) -> Process:
    connections.close_all()
    companion.beat()
    fork = multiprocessing.get_context("fork")
    process = fork.Process(target=_companion_main, args=(companion,), name=companion.name)
    process.start()
    return process


def _is_at_work(companion: Companion, process: Process) -> bool:
    if not process.is_alive():
        logger.error("the %s ended by itself; starting another", companion.name)
        return False
    if time.monotonic() - companion.last_beat() > HUNG_AFTER:
        logger.error("the %s has not been heard of for a while; replacing it", companion.name)
        return False
    return True


def _companion_main(companion: Companion) -> None:
    """Run the companion until the watchdog stops it, or ends itself: the kernel sends the SIGTERM then."""
    os.setpgid(0, 0)
    signals: list[int] = []
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the watchdog, which says when to end
    signal.signal(signal.SIGTERM, lambda number, _: signals.append(number))
    end_with_parent()
    show_as(companion.name)
    _limit_memory()
    run = import_string(companion.path)
    run(lambda: bool(signals) or heartbeat.is_stopping(), companion.beat)
