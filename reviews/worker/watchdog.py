"""Keeps a worker cluster at work, and beside it the process that tells other programs what happened.

A worker process that is killed while it waits for a task takes the queue's lock with it, and the
cluster never works again; only a new one helps. So the watchdog runs the cluster as a child, in a
process group of its own, looks whether it still does what is due, and replaces it if not.

Webhooks have a process of their own: an endpoint that answers late keeps no message waiting, and a
large campaign no webhook.
"""

import contextlib
import gc
import logging
import multiprocessing
import os
import signal
import socket
import time
from datetime import timedelta
from importlib import import_module
from multiprocessing.process import BaseProcess as Process
from multiprocessing.sharedctypes import RawValue
from types import FrameType

from django.db import DatabaseError, connections
from django.utils import timezone

from reviewhub.processes import end_with_parent
from reviews.models import Delivery, WorkerBeat
from reviews.worker import queue

logger = logging.getLogger(__name__)

HUNG_AFTER = 60.0  # seconds without a beat while work is due
LOOK_EVERY = 0.5
WRITE_EVERY = 5.0
STOP_WITHIN = 9.0  # seconds; then what is left is killed
NOTIFIER = "reviews.webhooks.notifier"  # by name: only the processes that work need it
FORGET_AFTER = timedelta(days=1)


class Watchdog:
    """Runs one cluster until SIGTERM or SIGINT; `restarts` counts the clusters it had to replace."""

    def __init__(self) -> None:
        self.restarts = 0
        self.started_at = timezone.now()
        self.name = f"{socket.gethostname()}:{os.getpid()}"
        self._stop = False
        self._written = 0.0

    def run(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)
        queue.ensure_schedules()
        WorkerBeat.objects.filter(beat_at__lt=timezone.now() - FORGET_AFTER).delete()
        cluster, notifier = _start_cluster(), _start_notifier()
        while not self._stop:
            time.sleep(LOOK_EVERY)
            if not self._is_working(cluster):
                _kill(cluster)
                self.restarts += 1
                cluster = _start_cluster()
            if not _is_telling(notifier):
                _kill(notifier)
                notifier = _start_notifier()
            if time.monotonic() - self._written >= WRITE_EVERY:
                self._write_beat()
        _stop(cluster, notifier)
        self._forget_beat()

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._stop = True

    def _is_working(self, cluster: Process) -> bool:
        if not cluster.is_alive():
            logger.error("the cluster ended by itself; starting another")
            return False
        silent = time.monotonic() - queue.last_beat()
        if silent > HUNG_AFTER and _work_is_due():
            logger.error("work is due and no worker began any for %d s; replacing the cluster", silent)
            return False
        return True

    def _write_beat(self) -> None:
        self._written = time.monotonic()
        silent = timedelta(seconds=time.monotonic() - queue.last_beat())
        try:
            WorkerBeat.objects.update_or_create(
                worker=self.name,
                defaults={
                    "started_at": self.started_at,
                    "beat_at": timezone.now() - silent,
                    "restarts": self.restarts,
                },
            )
        except DatabaseError:
            connections.close_all()

    def _forget_beat(self) -> None:
        try:
            WorkerBeat.objects.filter(worker=self.name).delete()
        except DatabaseError:
            logger.warning("the last beat could not be taken back")


def _work_is_due() -> bool:
    try:
        due = Delivery.objects.next_due(timezone.now())
    except DatabaseError:
        connections.close_all()
        return False  # a database that is down is no fault of the cluster
    return due is not None and due <= timezone.now()


def _start_cluster() -> Process:
    connections.close_all()  # a connection must not be shared with a forked child
    queue.set_stopping(False)
    queue.beat()
    _share_memory()
    cluster = multiprocessing.get_context("fork").Process(target=_cluster_main, name="cluster")
    cluster.start()
    return cluster


def _share_memory() -> None:
    """Load what the workers will need before they are forked, and keep the collector from touching, so copying, it."""
    for module in (queue.DRAIN.rpartition(".")[0], "reviews.urls", NOTIFIER):
        import_module(module)
    gc.collect()
    gc.freeze()


def _stop(cluster: Process, notifier: Process) -> None:
    """SIGTERM to the cluster's parent alone: sent to all of its processes at once, it hangs."""
    queue.set_stopping(True)
    ends_at = time.monotonic() + STOP_WITHIN
    for process in (cluster, notifier):
        if process.is_alive() and process.pid:
            os.kill(process.pid, signal.SIGTERM)
    for process in (cluster, notifier):
        process.join(max(ends_at - time.monotonic(), 0))
        _kill(process)


def _kill(child: Process) -> None:
    """End whatever is left of the child's process group."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid or 0, signal.SIGKILL)
    child.join()


def _cluster_main() -> None:
    os.setpgid(0, 0)
    end_with_parent()
    queue.run_cluster()


# --- The notifier ------------------------------------------------------------------------------------

# Shared with it by fork; of the monotonic clock.
_told = RawValue("d", 0.0)


def _start_notifier() -> Process:
    connections.close_all()
    _tell_beat()
    notifier = multiprocessing.get_context("fork").Process(target=_notifier_main, name="notifier")
    notifier.start()
    return notifier


def _is_telling(notifier: Process) -> bool:
    if not notifier.is_alive():
        logger.error("the notifier ended by itself; starting another")
        return False
    if time.monotonic() - _told.value > HUNG_AFTER:
        logger.error("the notifier has not been heard of for a while; replacing it")
        return False
    return True


def _tell_beat() -> None:
    _told.value = time.monotonic()


def _notifier_main() -> None:
    """Until the watchdog says so, or is there no more: then the kernel sends the SIGTERM."""
    os.setpgid(0, 0)
    ended: list[int] = []
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the watchdog, which says when to end
    signal.signal(signal.SIGTERM, lambda number, _: ended.append(number))
    end_with_parent()
    import_module(NOTIFIER).run(lambda: bool(ended) or queue.stopping(), _tell_beat)
