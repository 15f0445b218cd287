"""kill -9, again and again in mid-drain: nothing is lost, no text is repeated, hardly a mail is."""

import contextlib
import os
import random
import signal
import subprocess

import pytest
from django.conf import settings

from reviews.tests.support.faults import (
    distinct,
    fill,
    finish,
    installation,
    site,
    twice,
    wait_for_more,
)
from reviews.tests.support.processes import busiest, children, cluster_of, on_linux
from reviews.tests.support.site import Site
from reviews.tests.support.trials import KILLS

__all__ = ["installation", "site"]  # the fixtures

pytestmark = [
    pytest.mark.fault,
    pytest.mark.postgres,
    on_linux,
    pytest.mark.skipif(settings.SQLITE, reason="needs PostgreSQL: SQLite is for one small machine"),
]

MAILS, TEXTS = 60 * KILLS, 30 * KILLS


class TestKilledChildren:
    def test_nothing_is_lost_and_no_text_repeated(self, site: Site) -> None:
        fill(site, mails=MAILS, texts=TEXTS)
        chance = random.Random(4)  # noqa: S311 (repeatable)
        with site.worker(setup="hurry()") as worker:
            for kill in range(KILLS):
                wait_for_more(site, chance.randint(20, 60))
                kill_a_child(worker, kill, chance)
            finish(site)
        judge(site)


class TestKilledClusters:
    """Another class, so that both run at the same time."""

    def test_nothing_is_lost_and_no_text_repeated(self, site: Site) -> None:
        fill(site, mails=MAILS, texts=TEXTS)
        chance = random.Random(4)  # noqa: S311 (repeatable)
        with site.worker(setup="hurry()") as worker:
            for _ in range(KILLS):
                wait_for_more(site, chance.randint(20, 60))
                with contextlib.suppress(OSError):
                    os.killpg(cluster_of(worker), signal.SIGKILL)
            finish(site)
        judge(site, killed=2)


def kill_a_child(worker: subprocess.Popen[bytes], kill: int, chance: random.Random) -> None:
    """Mostly one that drains; now and then any: pusher, monitor, or one that waits and holds the queue's lock."""
    with contextlib.suppress(OSError, IndexError, ValueError):
        [sentinel] = children(cluster_of(worker))
        found = busiest(sentinel)
        os.kill(chance.choice(found) if kill % 5 == 4 else found[0], signal.SIGKILL)


def judge(site: Site, killed: int = 1) -> None:
    """`killed`: how many workers died each time. Each may have had one mail taken and not marked."""
    assert distinct(site) == (MAILS, TEXTS)
    mails, texts = twice(site)
    print(f"{KILLS} kills: {mails} of {MAILS} mails twice, {texts} of {TEXTS} texts twice")  # noqa: T201
    assert texts == 0
    assert mails <= KILLS * killed
