"""An installation of the first release becomes one of today while its processes go on, and nothing is lost."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from django.conf import settings

from reviewhub import testing_database
from reviews.tests.support.waiting import beside
from reviews.tests.upgrade.released import BIG, Old, read, released
from reviews.tests.upgrade.schema import schema

REQUESTS = int(os.environ.get("UPGRADE_REQUESTS", "10000"))  # `make trials` asks for more
on_postgres = pytest.mark.skipif(settings.SQLITE, reason="needs PostgreSQL: on SQLite, processes of before are stopped")


@dataclass
class Neighbour:
    """A process of the first release that goes on: it reads and writes the big tables every few milliseconds."""

    old: Old
    columns: dict[str, list[str]]
    longest: float = 0.0  # seconds that a statement waited
    rounds: int = 0
    faults: list[str] = field(default_factory=list)

    def at_work(self) -> AbstractContextManager[None]:
        return beside(self._work)

    def _work(self, over: threading.Event) -> None:
        with psycopg.connect(self.old.url, autocommit=True) as connection:
            while not over.wait(0.005):
                for table in BIG:
                    names = ", ".join(f'"{name}"' for name in self.columns[table])
                    began = time.monotonic()
                    try:
                        connection.execute(f"SELECT {names} FROM {table} ORDER BY id LIMIT 1 FOR UPDATE")  # noqa: S608
                    except psycopg.Error as error:
                        self.faults.append(f"{table}: {error}")
                    self.longest = max(self.longest, time.monotonic() - began)
                self.rounds += 1


@dataclass
class Update:
    """A database before and after the update, with what was seen meanwhile."""

    old: Old
    columns: dict[str, list[str]]  # of the big tables, as the first release knows them
    before: dict[str, list[tuple[Any, ...]]]
    after: dict[str, list[tuple[Any, ...]]]
    said: str
    neighbour: Neighbour | None


@pytest.fixture(scope="module")
def update(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Update]:
    """Update once; on PostgreSQL beside a process that goes on, and killed in the middle."""
    with released(tmp_path_factory.mktemp("upgrade"), REQUESTS) as old:
        columns, before = old.columns(), read(old)
        if settings.SQLITE:
            yield Update(old, columns, before, said=old.migrate(), after=read(old), neighbour=None)
            return
        neighbour = Neighbour(old, columns)
        with neighbour.at_work():
            kill_in_the_middle(old)
            said = old.migrate()
        yield Update(old, columns, before, said=said, after=read(old), neighbour=neighbour)


def kill_in_the_middle(old: Old) -> None:
    """Kill the command once it brings addresses into their form."""
    process = old.start("migrate", "--verbosity=1")
    assert process.stdout
    for line in process.stdout:
        if "reviews.0018" in line:
            break
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert not old.rows("SELECT 1 FROM django_migrations WHERE app = 'reviews' AND name LIKE '0045%'")


def test_all_is_there_and_means_what_it_meant(update: Update) -> None:
    for name, before in update.before.items():
        assert before
        assert update.after[name] == before, name


def test_what_customers_said_waits_in_the_inbox_once(update: Update) -> None:
    rows = update.old.rows
    handled = "SELECT COUNT(*) FROM reviews_inboxitem WHERE kind = 'feedback' AND handled_at IS {} NULL"
    assert rows("SELECT COUNT(*) FROM reviews_inboxitem WHERE kind = 'feedback'") == [(len(update.before["feedback"]),)]
    assert rows(handled.format("")) == rows(handled.format("NOT")) == [(len(update.before["feedback"]) // 2,)]
    assert rows("SELECT COUNT(DISTINCT event_id), COUNT(event_id) FROM reviews_inboxitem WHERE kind = 'reply'")[0][0]
    assert not rows("SELECT event_id FROM reviews_inboxitem WHERE kind = 'reply' GROUP BY 1 HAVING COUNT(*) > 1")


def test_it_says_how_far_it_is(update: Update) -> None:
    assert f"customers' addresses: {REQUESTS:,} of {REQUESTS:,}" in update.said


@on_postgres
def test_nobody_waited_for_long(update: Update) -> None:
    neighbour = update.neighbour
    assert neighbour
    assert neighbour.faults == []
    assert neighbour.rounds > 10
    print(f"{neighbour.rounds} rounds, the longest wait {neighbour.longest:.3f} s")  # noqa: T201


@on_postgres
def test_the_tables_are_those_of_a_new_installation(update: Update) -> None:
    new = testing_database.postgres_url(testing_database.migrated_postgres())
    with psycopg.connect(new) as connection:
        expected = schema(connection)
    assert schema(update.old.connection) == expected


NOON = datetime(
    2036, 12, 2, 17, 0, tzinfo=UTC
)  # after what the first release planned; in New York, where its customers live
SEND = f"""
from datetime import datetime
from reviews.delivery import drain
print(drain.send_due(lambda: datetime.fromisoformat("{NOON.isoformat()}")))
"""


def test_what_was_planned_leaves_once(update: Update) -> None:
    last = (
        "SELECT id FROM reviews_delivery WHERE status = 'planned' AND channel = 'email' ORDER BY id LIMIT 1 OFFSET 500"
    )
    update.old.connection.execute(
        f"UPDATE reviews_delivery SET status = 'cancelled' WHERE status = 'planned' AND id > ({last})"  # noqa: S608
    )
    sent = "SELECT COUNT(*) FROM reviews_delivery WHERE status = 'sent' AND channel = 'email'"
    [(before,)] = update.old.rows(sent)
    [(planned,)] = update.old.rows(
        "SELECT COUNT(*) FROM reviews_delivery WHERE status = 'planned' AND channel = 'email'"
    )
    for _ in range(2):
        done = update.old.run("shell", "-v0", "-c", SEND)
        assert done.returncode == 0, done.stderr
        assert update.old.rows(sent) == [(before + planned,)]
