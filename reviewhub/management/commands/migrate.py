"""`manage.py migrate`: bring the database to this release while the processes of the one before go on."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import OperationalError, transaction
from django.db.migrations.executor import MigrationExecutor

from reviewhub.online_migrations import limit_waiting, lock_tables, tables_in
from reviewhub.schema import find_newer

AGAIN_AFTER, TRIES = 1.0, 100  # seconds, and how often
QUICK_TRIES = 10  # before it is said that somebody is in the way: each lets the others go on for a moment
BUSY = {"55P03", "40P01"}  # PostgreSQL's lock_not_available and deadlock_detected


class Executor(MigrationExecutor):
    """Applies a migration and records it in one transaction: when it is interrupted, both are there or none."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        # A new database has no tables that others may use.
        self._is_in_use = self.connection.vendor == "postgresql" and bool(self.loader.applied_migrations)

    def apply_migration(self, state: Any, migration: Any, fake: bool = False, fake_initial: bool = False) -> Any:
        if not migration.atomic:
            return super().apply_migration(state, migration, fake=fake, fake_initial=fake_initial)
        is_sql = all(each.reduces_to_sql for each in migration.operations)
        if self._is_in_use and is_sql and not (fake or fake_initial):
            self._tell("apply_start", migration)
            changed, statements = self._write_out(state, migration)
            self._run_at_once(migration, statements, tables_in(statements, self.connection))
            self._tell("apply_success", migration)
            return changed
        with _without_foreign_keys(self.connection), transaction.atomic(self.connection.alias):
            limit_waiting(self.connection)
            return super().apply_migration(state, migration, fake=fake, fake_initial=fake_initial)

    def _write_out(self, state: Any, migration: Any) -> tuple[Any, list[str]]:
        """Return the state after the migration, and its statements, which Django may take seconds to find."""
        with self.connection.schema_editor(collect_sql=True, atomic=True) as editor:
            changed = migration.apply(state, editor, collect_sql=True)
        return changed, [statement for statement in editor.collected_sql if not statement.startswith("--")]

    def _run_at_once(self, migration: Any, statements: Sequence[str], tables: Sequence[str]) -> None:
        """Run the statements once all tables are locked that others may use: these wait for milliseconds."""
        for attempt in range(QUICK_TRIES):
            try:
                with transaction.atomic(self.connection.alias), self.connection.cursor() as cursor:
                    if tables:
                        lock_tables(tables, self.connection)
                    for statement in statements:
                        cursor.execute(statement)
                    self.record_migration(migration)  # type: ignore[call-arg]  # the stubs are of an older Django
                return
            except OperationalError as error:
                if not _is_busy(error) or attempt == QUICK_TRIES - 1:
                    raise
            time.sleep(AGAIN_AFTER / QUICK_TRIES * attempt)

    def _tell(self, what: str, migration: Any) -> None:
        callback: Any = self.progress_callback
        if callback:
            callback(what, migration, False)


def _is_busy(error: OperationalError) -> bool:
    return getattr(error.__cause__, "sqlstate", "") in BUSY


@contextmanager
def _without_foreign_keys(connection: Any) -> Iterator[None]:
    """Let SQLite make tables anew, which it cannot while it looks at foreign keys; Django looks at them at the end."""
    if connection.vendor != "sqlite":
        yield
        return
    connection.disable_constraint_checking()
    try:
        yield
    finally:
        connection.enable_constraint_checking()


class Command(migrate.Command):
    help = "Bring the database to this release. Web and workers may go on; when it is interrupted, run it again."

    def handle(self, *args: Any, **options: Any) -> None:
        alias = options["database"]
        if reason := find_newer(alias):
            raise CommandError(reason)
        module: Any = migrate
        module.MigrationExecutor = Executor
        for attempt in range(TRIES):
            try:
                super().handle(*args, **options)
                return
            except OperationalError as error:
                if not _is_busy(error) or attempt == TRIES - 1:
                    raise
            self.stderr.write(f"Another process uses the table for long: again in {AGAIN_AFTER:.0f} s.")
            time.sleep(AGAIN_AFTER)
