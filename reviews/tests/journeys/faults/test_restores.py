"""A backup in mid-drain, a fire, a restore: nothing is sent twice, and what had not left can still be sent."""

import contextlib
import json
import os
import signal
import time
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from reviews.tests.support.faults import distinct, fill, finish, installation, site, taken, twice, wait_for_more
from reviews.tests.support.processes import cluster_of, on_linux
from reviews.tests.support.site import Site, manage
from reviews.tests.support.waiting import until

__all__ = ["installation", "site"]  # the fixtures

pytestmark = [
    pytest.mark.fault,
    pytest.mark.postgres,
    on_linux,
    pytest.mark.skipif(settings.SQLITE, reason="needs PostgreSQL: SQLite is for one small machine"),
]

MAILS, TEXTS = 50, 6


def held(site: Site, *decision: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(manage(site.environment, "held", *decision, "--json"))
    return found


def test_after_a_restore_nothing_is_sent_twice(site: Site, tmp_path: Path) -> None:
    backup = str(tmp_path / "backup")
    fill(site, mails=MAILS, texts=TEXTS)
    with site.worker(setup="hurry()", ends_with=-signal.SIGKILL) as worker:
        cluster = cluster_of(worker)
        wait_for_more(site, 20)
        with contextlib.suppress(OSError):
            os.killpg(cluster, signal.SIGKILL)
        worker.kill()
    manage(site.environment, "backup", backup)

    # The fire, at once: what had not left is sent, as the operator decides.
    manage(site.environment, "restore", backup, "--replace")
    before, waiting = taken(site), held(site)  # by now all has come that was on its way
    assert 0 < before < MAILS + TEXTS
    assert MAILS + TEXTS - before <= waiting["held"] + waiting["texts_asked_for"] <= MAILS + TEXTS
    with site.worker(setup="hurry()"):
        fresh = site.ask(email="new@example.com")  # by a web server that has run all the time
        until(lambda: site.mails_to("new@example.com"))
        assert taken(site) == before + 1
        assert held(site, "--send")["held"] == 0
        site.inside("[count_unsettled(), tasks.tick()]")
        finish(site)
    assert distinct(site) == (MAILS + 1, TEXTS)
    mails, texts = twice(site)
    assert texts == 0
    assert mails <= settings.WORKERS  # what was handed over as they died
    assert site.read(fresh)["status"] == "sent"

    # The fire after all had left: not one leaves again.
    after = taken(site)
    manage(site.environment, "restore", backup, "--replace")
    assert held(site)["held"] == waiting["held"]
    with site.worker(setup="hurry()"):
        time.sleep(3)
        assert held(site, "--drop")["dropped"] == waiting["held"]
        site.inside("[count_unsettled(), tasks.tick()]")
        finish(site)
    assert taken(site) == after
