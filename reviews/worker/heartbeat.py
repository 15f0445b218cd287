"""Heartbeats of the worker's processes, in memory that they share. Knows no row; WorkerBeat is the watchdog's.

The processes inherit the memory by fork. Raw values have no lock: a process that is killed can take none with it.
Times are of the monotonic clock, which all processes of a machine share and which nobody sets back.
"""

import os
import time
from multiprocessing import RawArray, RawValue

LOST_AFTER = 30.0  # seconds after which a drain that no worker began, or that none was heard of, counts as lost
PLACES = 256  # of draining processes, by process id

_last_beat = RawValue("d", 0.0)
_last_drain = RawValue("d", 0.0)
_last_notifier_beat = RawValue("d", 0.0)
_last_teller_beat = RawValue("d", 0.0)
_is_stopping = RawValue("b", 0)
_drains = RawArray("d", PLACES)  # last beat of each draining process; 0 for a place where nobody drains


def beat() -> None:
    """Record that a worker is at work now."""
    _last_beat.value = time.monotonic()
    place = os.getpid() % PLACES
    if _drains[place]:
        _drains[place] = _last_beat.value


def begin_drain() -> None:
    """Record that this process drains from now on."""
    _last_drain.value = _drains[os.getpid() % PLACES] = time.monotonic()
    beat()


def end_drain() -> None:
    """Record that this process drains no more."""
    beat()
    _drains[os.getpid() % PLACES] = 0.0


def beat_notifier() -> None:
    """Record that the notifier is at work now."""
    _last_notifier_beat.value = time.monotonic()


def beat_teller() -> None:
    """Record that the teller is at work now."""
    _last_teller_beat.value = time.monotonic()


def last_beat() -> float:
    """Return the time of the last beat of any worker of this cluster; 0 for none."""
    return float(_last_beat.value)


def last_drain() -> float:
    """Return the time at which a worker of this cluster last began to drain; 0 for none."""
    return float(_last_drain.value)


def last_notifier_beat() -> float:
    """Return the time of the notifier's last beat; 0 for none."""
    return float(_last_notifier_beat.value)


def last_teller_beat() -> float:
    """Return the time of the teller's last beat; 0 for none."""
    return float(_last_teller_beat.value)


def count_draining() -> int:
    """Return the number of workers that are draining; one not heard of for LOST_AFTER counts no more."""
    since = time.monotonic() - LOST_AFTER
    return sum(1 for at in _drains if at > since)


def is_stopping() -> bool:
    """Return True once the cluster is about to end: a batch should then be handed back."""
    return bool(_is_stopping.value)


def set_stopping(value: bool) -> None:
    """Announce to all processes that the cluster is about to end, or that a new one begins."""
    _is_stopping.value = int(value)
