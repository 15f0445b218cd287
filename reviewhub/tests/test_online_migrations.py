"""Migrations since the first release: none reads a big table under its lock, and each goes on after a kill."""

import re
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.db.migrations import RunPython
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState

from reviews.tests.upgrade.released import BIG

pytestmark = [pytest.mark.postgres, pytest.mark.skipif(settings.SQLITE, reason="locks are PostgreSQL's")]

RELEASED = [("oauth", "0011_calls_per_minute"), ("reviews", "0015_events_and_endpoints")]
BIG_TABLES = {*BIG, "reviews_inboxitem", "oauth_accesstoken", "oauth_refreshtoken"}
# What an atomic migration may do in Python: it changes tables of a few rows, or adds to a new one.
SMALL = {
    ("oauth", "0016_sessions_of_then"),
    ("reviews", "0021_past_withdrawals"),
    ("reviews", "0023_sites_that_forbid_asking"),
    ("reviews", "0037_language_of_sequences"),
    ("reviews", "0048_feedback_without_handling"),  # what came since 0018
}
# Under the lock of these statements PostgreSQL reads or writes the whole table.
HOLDS = re.compile(
    r"CREATE (UNIQUE )?INDEX (?!CONCURRENTLY)"
    r"|ADD CONSTRAINT (?!.*NOT VALID)"
    r"|ADD COLUMN .* CHECK "
    r"|ADD COLUMN .* REFERENCES .* DEFAULT"
    r"|ALTER COLUMN \S+ (TYPE|SET NOT NULL)"
    r"|VALIDATE CONSTRAINT"
    r"|^UPDATE "
)


def since_the_release() -> list[Any]:
    loader = MigrationLoader(connection)
    done = {key for node in RELEASED for key in loader.graph.forwards_plan(node)}
    leaves = [node for node in loader.graph.leaf_nodes() if node[0] in ("oauth", "reviews")]
    keys = dict.fromkeys(key for leaf in leaves for key in loader.graph.forwards_plan(leaf))
    return [loader.graph.nodes[key] for key in keys if key not in done and key[0] in ("oauth", "reviews")]


@pytest.mark.django_db(transaction=True)
def test_no_statement_holds_a_big_table_while_it_reads_it() -> None:
    loader, made, faults = MigrationLoader(connection), {"reviews_inboxitem"}, []
    others = [node for node in loader.graph.leaf_nodes() if node[0] not in ("oauth", "reviews")]
    state: ProjectState = loader.project_state([*others, *RELEASED])
    migrations = since_the_release()
    assert len(migrations) > 40
    for migration in migrations:
        with connection.schema_editor(collect_sql=True, atomic=migration.atomic) as editor:
            state = migration.apply(state, editor, collect_sql=True)
        for statement in editor.collected_sql:
            table = re.search(r'(?:TABLE|ON|UPDATE) "(\w+)"', statement)
            is_new = str(migration.name).startswith("0017") and table and table[1] in made
            if table and table[1] in BIG_TABLES and not is_new and HOLDS.search(statement):
                faults.append(f"{migration}: {statement}")
    assert faults == []


@pytest.mark.parametrize(
    "statement",
    [
        'CREATE INDEX "i" ON "reviews_event" ("id");',
        'ALTER TABLE "reviews_delivery" ADD CONSTRAINT "c" CHECK ("step" > 0);',
        'ALTER TABLE "reviews_delivery" ADD COLUMN "lapses" smallint DEFAULT 0 NOT NULL CHECK ("lapses" >= 0);',
        'ALTER TABLE "reviews_delivery" ALTER COLUMN "step" SET NOT NULL;',
    ],
)
def test_such_a_statement_would_be_seen(statement: str) -> None:
    assert HOLDS.search(statement)


@pytest.mark.django_db
def test_python_in_one_transaction_touches_few_rows() -> None:
    atomic = [migration for migration in since_the_release() if migration.atomic]
    in_python = {
        (each.app_label, each.name) for each in atomic if any(isinstance(o, RunPython) for o in each.operations)
    }
    assert in_python == SMALL


@pytest.mark.django_db(transaction=True)
def test_an_index_that_was_interrupted_is_made_anew() -> None:
    """PostgreSQL keeps what it has of it, marked as not valid: no query uses it, and its name is taken."""
    valid = "SELECT indisvalid FROM pg_index WHERE indexrelid = 'delivery_answers'::regclass"
    with connection.cursor() as cursor:
        cursor.execute("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'delivery_answers'::regclass")
        again("0041_answers_found")
        cursor.execute(valid)
        assert cursor.fetchone() == (True,)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", ["0029", "0033", "0041", "0042", "0043", "0045", "0047"])
def test_what_is_done_is_left_when_it_runs_again(name: str) -> None:
    [migration] = [each for each in since_the_release() if each.app_label == "reviews" and each.name.startswith(name)]
    again(migration.name)


@pytest.mark.django_db(transaction=True)
def test_a_check_that_was_not_read_to_the_end_is_read() -> None:
    unread = "SELECT conname FROM pg_constraint WHERE NOT convalidated"
    with connection.cursor() as cursor:
        check = "CHECK (lapses >= 0)"
        cursor.execute("ALTER TABLE reviews_notice DROP CONSTRAINT reviews_notice_lapses_check")
        cursor.execute(f"ALTER TABLE reviews_notice ADD CONSTRAINT reviews_notice_lapses_check {check} NOT VALID")
        again("0047_big_tables_found")
        cursor.execute(unread)
        assert cursor.fetchall() == []


def again(name: str) -> None:
    """Apply a migration of `reviews` to tables that have it already, as after a kill before it was recorded."""
    loader = MigrationLoader(connection)
    key = ("reviews", name)
    state = loader.project_state(key, at_end=False)
    with connection.schema_editor(atomic=False) as editor:
        loader.graph.nodes[key].apply(state, editor)
