"""Looking at the processes of a worker, as Linux shows them."""

import subprocess
from pathlib import Path

import pytest

from reviews.tests.support.waiting import until

on_linux = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="reads the process table of Linux")


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def cluster_of(worker: subprocess.Popen[bytes]) -> int:
    """The cluster's parent, once its workers run: watchdog → cluster → sentinel → workers, monitor, pusher."""

    def found() -> int:
        for cluster in children(worker.pid):
            for sentinel in children(cluster):
                if len(children(sentinel)) >= 3:
                    return cluster
        return 0

    return int(until(found))


def companion_of(worker: subprocess.Popen[bytes], name: str) -> int:
    """The process beside the cluster that shows itself by that name, once it and the cluster run."""
    cluster_of(worker)
    return int(until(lambda: next((child for child in children(worker.pid) if name_of(child) == name), 0)))


def name_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except FileNotFoundError:
        return ""


def notifier_of(worker: subprocess.Popen[bytes]) -> int:
    """The process that tells other programs."""
    return companion_of(worker, "notifier")


def teller_of(worker: subprocess.Popen[bytes]) -> int:
    """The process that tells members."""
    return companion_of(worker, "teller")


def alive(pid: int) -> bool:
    state = Path(f"/proc/{pid}/stat")
    return state.exists() and state.read_text().rsplit(")", 1)[1].split()[0] != "Z"


def busiest(sentinel: int) -> list[int]:
    """The children of a cluster's sentinel, the ones first that have worked most: those that drain."""

    def worked(pid: int) -> int:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        return int(fields[11]) + int(fields[12])

    return sorted(children(sentinel), key=worked, reverse=True)
