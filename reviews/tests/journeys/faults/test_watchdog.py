"""The worker as production runs it: killed, hung, stopped. Real processes, real signals."""

import contextlib
import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from reviews.tests.support.processes import alive, children, cluster_of, notifier_of, on_linux, teller_of
from reviews.tests.support.site import Site, running_site
from reviews.tests.support.waiting import until
from reviews.worker.watchdog import WRITE_EVERY

pytestmark = [pytest.mark.fault, pytest.mark.once, on_linux]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("site")) as site:
        yield site


def sent(site: Site, address: str) -> bool:
    site.wait_for_status(site.ask(email=address), "sent")
    return True


def test_a_cluster_that_dies_is_replaced(site: Site) -> None:
    with site.worker() as worker:
        cluster = cluster_of(worker)
        os.kill(cluster, signal.SIGKILL)
        until(lambda: cluster_of(worker) != cluster)
        assert sent(site, "died@example.com")


def test_a_cluster_whose_workers_were_killed_while_idle_works_again(site: Site) -> None:
    with site.worker(setup="notice_a_hang_after(2)") as worker:
        cluster = cluster_of(worker)
        [sentinel] = children(cluster)
        for child in children(sentinel):
            os.kill(child, signal.SIGKILL)
        assert sent(site, "idle@example.com")


def test_on_sigterm_everything_ends_within_ten_seconds(site: Site) -> None:
    with site.worker() as worker:
        cluster = cluster_of(worker)
        [sentinel] = children(cluster)
        everything = [worker.pid, cluster, sentinel, *children(sentinel)]
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(10) == 0
        assert not [pid for pid in everything if alive(pid)]


def test_a_watchdog_that_is_killed_takes_its_children_along(site: Site) -> None:
    with site.worker(ends_with=-signal.SIGKILL) as worker:
        processes = [cluster_of(worker), notifier_of(worker), teller_of(worker)]
        worker.kill()
        until(lambda: not any(map(alive, processes)))


def test_the_beat_can_be_seen_from_outside(site: Site) -> None:
    with site.worker() as worker:
        cluster_of(worker)
        until(lambda: site.call("GET", "/readyz").status_code == 200)
    assert "No worker runs" in site.call("GET", "/readyz").json()["reason"]


def heard(systemd: socket.socket) -> str:
    """What the worker says next; nothing where it says nothing for longer than it writes its beat."""
    systemd.settimeout(WRITE_EVERY * 3)
    with contextlib.suppress(TimeoutError):
        return systemd.recv(1024).decode()
    return ""


def test_systemd_hears_of_a_worker_until_its_watchdog_hangs(site: Site, tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        site.environment["NOTIFY_SOCKET"] = str(tmp_path / "notify")
        systemd.settimeout(60)
        try:
            with site.worker() as worker:
                assert systemd.recv(1024) == b"READY=1"
                cluster_of(worker)
                assert heard(systemd) == heard(systemd) == "WATCHDOG=1"
                worker.send_signal(signal.SIGSTOP)
                until(lambda: not heard(systemd))
                worker.send_signal(signal.SIGCONT)
                assert heard(systemd) == "WATCHDOG=1"
        finally:
            del site.environment["NOTIFY_SOCKET"]
