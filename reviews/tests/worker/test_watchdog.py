"""The watchdog's rows: its own, and those of others. What it does to processes: `journeys/faults/test_watchdog.py`."""

import socket
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from reviews.models import WorkerBeat
from reviews.worker import heartbeat
from reviews.worker.watchdog import FORGET_AFTER, Watchdog

pytestmark = pytest.mark.django_db


def test_a_worker_at_work_forgets_those_that_were_killed_minutes_ago() -> None:
    heartbeat.beat()
    now = timezone.now()
    killed = {"started_at": now, "beat_at": now - FORGET_AFTER - timedelta(seconds=1)}
    WorkerBeat.objects.create(worker="killed", **killed)
    WorkerBeat.objects.create(worker="silent", started_at=now, beat_at=now - FORGET_AFTER + timedelta(seconds=30))
    watchdog = Watchdog()
    watchdog._prepare()
    assert WorkerBeat.objects.count() == 2  # nobody else is at work yet: the alarm goes on
    watchdog._write_beat()
    assert set(WorkerBeat.objects.values_list("worker", flat=True)) == {"silent", watchdog.name}


def test_a_cluster_that_hangs_keeps_its_own_row(monkeypatch: pytest.MonkeyPatch) -> None:
    watchdog = Watchdog()
    monkeypatch.setattr(heartbeat, "last_beat", lambda: -FORGET_AFTER.total_seconds() * 2)
    watchdog._write_beat()
    (beat,) = WorkerBeat.objects.all()
    assert timezone.now() - beat.beat_at > FORGET_AFTER


def test_systemd_is_told_with_each_beat_by_the_socket_that_it_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(5)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        Watchdog()._write_beat()
        assert systemd.recv(1024) == b"WATCHDOG=1"
