"""The worker while everything around it breaks: real processes, a mail server, a text provider that counts."""

import os
import signal
import time

import psycopg
import pytest
from django.conf import settings

from reviews.tests.support.faults import (
    distinct,
    fill,
    finish,
    installation,
    site,
    taken,
    twice,
    wait_for_more,
)
from reviews.tests.support.processes import alive, busiest, children, cluster_of, on_linux
from reviews.tests.support.site import Site

__all__ = ["installation", "site"]  # the fixtures

pytestmark = [
    pytest.mark.fault,
    pytest.mark.postgres,
    on_linux,
    pytest.mark.skipif(settings.SQLITE, reason="needs PostgreSQL: SQLite is for one small machine"),
]


def test_two_clusters_at_once_send_everything_once(site: Site) -> None:
    fill(site, mails=400, texts=200)
    with site.worker(), site.worker():
        finish(site)
    assert distinct(site) == (400, 200)
    assert twice(site) == (0, 0)


def test_on_sigterm_in_mid_batch_nothing_is_repeated(site: Site) -> None:
    fill(site, mails=300, texts=150)
    with site.worker() as worker:
        wait_for_more(site, 50)
        asked_at = time.monotonic()
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(10) == 0
        print(f"ended after {time.monotonic() - asked_at:.1f} s")  # noqa: T201
    assert 0 < taken(site) < 450
    with site.worker():
        finish(site)
    assert distinct(site) == (300, 150)
    assert twice(site) == (0, 0)


STAGES = ("claimed", "prepared", "declared", "sending", "settling")


def test_what_kills_its_worker_costs_only_itself_at_whatever_stage(site: Site) -> None:
    fill(site, name="fine", mails=20)
    for stage in STAGES:
        fill(site, name=stage, mails=1)
    fill(site, name="later", mails=20)
    site.inside("prepare_deadly_work()")

    with site.worker(setup="hurry(lease=2.0); die_at_each_stage()"):
        site.inside("see_out_deadly_work()")  # an hour's worth of it within the test
        finish(site)
        work = site.inside("see_out_deadly_work(is_last=True)")
    assert work["imports"] == {"deadly": ("done", 19, 1), "harmless": ("done", 20, 0)}
    assert work["reports"] == {"deadly": False, "harmless": True}
    states = {stage: site.inside(f"state_of('{stage}0@example.com')")[:2] for stage in STAGES}
    # Where a provider may have been asked, it is asked once more, and staff decide; else the message has failed.
    assert states == {
        "claimed": ("failed", 0),
        "prepared": ("failed", 0),
        "declared": ("unknown", 2),
        "sending": ("unknown", 2),
        "settling": ("unknown", 2),
    }
    assert len(site.mails_to("settling0@example.com")) == 2  # the server took both
    assert distinct(site)[0] == 40 + 39 + 1
    assert twice(site)[0] == 1


def test_a_worker_that_sleeps_beyond_its_lease_repeats_nothing(site: Site) -> None:
    fill(site, mails=200, texts=100)
    with site.worker(setup="hurry()") as worker:
        wait_for_more(site, 30)
        [sentinel] = children(cluster_of(worker))
        sleepers = busiest(sentinel)[:2]
        for pid in sleepers:
            os.kill(pid, signal.SIGSTOP)
        with site.worker(setup="hurry()"):
            time.sleep(6)  # the claims lapse, and the others take them
            for pid in sleepers:
                if alive(pid):
                    os.kill(pid, signal.SIGCONT)
            finish(site)
    assert distinct(site) == (200, 100)
    assert twice(site)[1] == 0
    assert twice(site)[0] <= len(sleepers)


@pytest.mark.postgres
@pytest.mark.skipif(settings.SQLITE, reason="needs PostgreSQL: SQLite has no server that could be away")
def test_a_database_that_goes_away_in_mid_drain_costs_nothing(site: Site) -> None:
    fill(site, mails=400, texts=200)
    name = site.environment["DATABASE_URL"].rsplit("/", 1)[1]
    given = settings.DATABASES["default"]
    login = {"host": given["HOST"], "port": given["PORT"], "user": given["USER"], "password": given["PASSWORD"]}
    with site.worker(), psycopg.connect(dbname="postgres", autocommit=True, **login) as server:
        wait_for_more(site, 100)
        server.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        try:
            server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
            time.sleep(3)
        finally:
            server.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
        finish(site)
    assert distinct(site) == (400, 200)
    assert twice(site) == (0, 0)
