"""`manage.py migrate` beside web and workers: a migration of several tables never makes them wait for each other."""

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, connections, models, transaction
from django.db.migrations import AddField, Migration
from django.db.migrations.loader import MigrationLoader
from django.db.utils import OperationalError

from reviewhub.management.commands.migrate import Executor

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.skipif(settings.SQLITE, reason="locks are PostgreSQL's"),
    pytest.mark.django_db(transaction=True),
]
TABLES = ("reviews_event", "reviews_contact")


class Trial(Migration):
    operations = [AddField(table.removeprefix("reviews_"), "trial", models.IntegerField(null=True)) for table in TABLES]


@pytest.fixture
def clean() -> Iterator[None]:
    yield
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} DROP COLUMN IF EXISTS trial")
        cursor.execute("DELETE FROM django_migrations WHERE name = '0999_trial'")


def is_waited_for(cursor: Any, table: str) -> bool:
    cursor.execute("SELECT 1 FROM pg_locks WHERE NOT granted AND relation = %s::regclass", [table])
    return cursor.fetchone() is not None


def test_all_tables_are_locked_before_the_first_change_and_for_these_changes_alone(clean: None) -> None:
    statements: list[str] = []

    def note(execute: Any, sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
        if context["connection"].in_atomic_block:
            statements.append(str(sql))
        return execute(sql, params, many, context)

    loader = MigrationLoader(connection)
    executor, state = Executor(connection), loader.project_state(loader.graph.leaf_nodes())
    executor.recorder.ensure_schema()
    with connection.execute_wrapper(note):
        executor.apply_migration(state, Trial("0999_trial", "reviews"))
    assert statements[1] == "LOCK TABLE reviews_contact, reviews_event IN ACCESS EXCLUSIVE MODE"
    assert [sql.split('"')[0] for sql in statements[2:]] == ["ALTER TABLE ", "ALTER TABLE ", "INSERT INTO "]


@pytest.mark.parametrize(("first", "second"), [TABLES, TABLES[::-1]])
def test_who_uses_the_tables_in_another_order_is_not_ended_for_it(first: str, second: str, clean: None) -> None:
    """PostgreSQL would end it, or the migration, after a second in which everybody waits."""
    has_first, outcome = threading.Event(), list[Any]()

    def use_both() -> None:
        lock = "LOCK TABLE {} IN ROW EXCLUSIVE MODE"  # as a row is written
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(lock.format(first))
                has_first.set()
                while not is_waited_for(cursor, first):
                    time.sleep(0.01)
                began = time.monotonic()
                cursor.execute(lock.format(second))
                outcome.append(time.monotonic() - began)
        except OperationalError as error:
            outcome.append(error)
        finally:
            connections.close_all()

    neighbour = threading.Thread(target=use_both)
    loader = MigrationLoader(connection)
    executor, state = Executor(connection), loader.project_state(loader.graph.leaf_nodes())
    neighbour.start()
    has_first.wait()
    executor.apply_migration(state, Trial("0999_trial", "reviews"))
    neighbour.join()
    [waited] = outcome
    assert isinstance(waited, float), waited
    assert waited < 0.9
