"""An installation behind a PgBouncer in transaction mode, where each transaction may run on another connection."""

import csv
import re
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest
import requests
from django.conf import settings

from reviews.tests.support.faults import distinct, fill, finish, twice
from reviews.tests.support.processes import on_linux
from reviews.tests.support.services import pgbouncer, with_pgbouncer
from reviews.tests.support.site import Site, database, manage, running_site

pytestmark = [
    pytest.mark.fault,
    pytest.mark.postgres,
    on_linux,
    with_pgbouncer,
    pytest.mark.skipif(settings.SQLITE, reason="needs PostgreSQL: a pooler is for nothing else"),
]

ROWS = 9000


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("pooler")
    with (
        database(folder) as url,
        pgbouncer(url) as pooled,
        running_site(folder, DATABASE_URL=pooled, PREPARED_STATEMENTS="false") as site,
    ):
        yield site


def test_a_long_list_of_problems_arrives_whole_under_traffic(site: Site) -> None:
    job = site.inside(f"have_problems({ROWS})")
    with requests.Session() as browser:
        page = browser.get(f"{site.url}/sign-in", timeout=60).text
        token = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[0]
        user = site.demo["user"]
        form = {"username": user["email"], "password": user["password"], "csrfmiddlewaretoken": token}
        assert browser.post(f"{site.url}/sign-in", form, timeout=60).url.endswith("/admin/")
        is_over = Event()

        def ask_on(name: int) -> list[int]:
            answers: list[int] = []
            while not is_over.is_set():
                body = {"email": f"t{name}-{len(answers)}@example.com", "delay_hours": 5}
                answers.append(site.call("POST", "/api/v1/review-requests", body).status_code)
            return answers

        with ThreadPoolExecutor(3) as threads:
            traffic = [threads.submit(ask_on, name) for name in range(3)]
            try:
                for _ in range(3):
                    file = browser.get(f"{site.url}/admin/reviews/importjob/{job}/problems.csv", timeout=60)
                    rows = list(csv.reader(file.text.splitlines()))
                    assert (file.status_code, len(rows)) == (200, ROWS + 1)
                    assert rows[-1][0] == f"{ROWS - 1}"
                    exported = browser.get(f"{site.url}/admin/reviews/reviewrequest/export.csv", timeout=60)
                    asked = list(csv.reader(exported.text.splitlines()))
                    assert exported.status_code == 200
                    assert {len(row) for row in asked} == {len(asked[0])}
            finally:
                is_over.set()
    answers = [status for thread in traffic for status in thread.result()]
    assert len(answers) > 10
    assert set(answers) == {201}


def test_messages_leave_once_each(site: Site) -> None:
    site.inside("forget_everybody()")
    fill(site, mails=60, texts=30)
    with site.worker():
        finish(site)
    assert distinct(site) == (60, 30)
    assert twice(site) == (0, 0)


def test_a_backup_is_made_through_it_and_a_restore_refused(site: Site, tmp_path: Path) -> None:
    file = str(tmp_path / "backup")
    site.inside("forget_everybody()")
    fill(site, mails=3, texts=0)
    assert "rows of" in manage(site.environment, "backup", file)
    fill(site, mails=5, texts=0)
    with pytest.raises(subprocess.CalledProcessError) as refused:
        manage(site.environment, "restore", "--replace", file)
    assert "options" in refused.value.stderr
    assert "The database was not changed" in refused.value.stderr
    assert site.inside("Delivery.objects.count()") == 5
