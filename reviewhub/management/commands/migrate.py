"""`manage.py migrate`: bring the database to this release while the processes of the one before go on."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import OperationalError, transaction
from django.db.migrations.executor import MigrationExecutor

from reviewhub.online_migrations import limit_waiting
from reviewhub.schema import find_newer

AGAIN_AFTER, TRIES = 1.0, 100  # seconds, and how often
BUSY = {"55P03", "40P01"}  # PostgreSQL's lock_not_available and deadlock_detected


class Executor(MigrationExecutor):
    """Applies a migration and records it in one transaction: when it is interrupted, both are there or none."""

    def apply_migration(self, state: Any, migration: Any, fake: bool = False, fake_initial: bool = False) -> Any:
        if not migration.atomic:
            return super().apply_migration(state, migration, fake=fake, fake_initial=fake_initial)
        with _without_foreign_keys(self.connection), transaction.atomic(self.connection.alias):
            limit_waiting(self.connection)
            return super().apply_migration(state, migration, fake=fake, fake_initial=fake_initial)


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
                if getattr(error.__cause__, "sqlstate", "") not in BUSY or attempt == TRIES - 1:
                    raise
            self.stderr.write(f"Another process uses the table for long: again in {AGAIN_AFTER:.0f} s.")
            time.sleep(AGAIN_AFTER)
