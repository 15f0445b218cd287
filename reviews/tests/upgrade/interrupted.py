"""Update the database, interrupted after each change that stands by itself; begin again each time. Prints how often.

A program for a process of its own, which `test_interrupted_updates.py` starts. Migrations that are one transaction are
left or done as a whole; what is looked for here is in the others.
"""

from importlib import import_module
from typing import Any

import django
from django.db import connection

django.setup()

from reviewhub.management.commands.migrate import Executor  # noqa: E402 (needs the settings)

READS = ("SELECT", "SHOW", "SET", "PRAGMA", "DECLARE", "FETCH", "CLOSE", "SAVEPOINT", "RELEASE")
# Interruptions of one migration before it gets further each time: some change the same again when they are run again.
SAME = 12


class Interrupted(BaseException):
    """Passes every handler of errors, as a kill does."""


class Blow:
    """Lets so many changes stand, and interrupts before the next statement."""

    def __init__(self, changes: int) -> None:
        self.left = changes
        self.is_dirty = False

    def __call__(self, execute: Any, sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
        if self.is_dirty and not context["connection"].in_atomic_block:
            self.left, self.is_dirty = self.left - 1, False
            if self.left == 0:
                raise Interrupted
        result = execute(sql, params, many, context)
        self.is_dirty = self.is_dirty or not str(sql).lstrip().upper().startswith(READS)
        return result


def main() -> None:
    inbox: Any = import_module("reviews.migrations.0018_inbox_of_what_was_there")
    members: Any = import_module("oauth.migrations.0018_memberships_of_credentials")
    forms: Any = import_module("reviews.migrations.0019_one_form_of_addresses")
    inbox.BATCH, members.BATCH = 70, 5
    forms.BATCH, forms.READ = 5, 300
    executor: Any = Executor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    state, interruptions = executor._create_project_state(with_applied_migrations=True), 0
    for migration, _ in plan:
        attempts, is_applied = 0, False
        while not is_applied:
            attempts += 1
            before = state.clone() if not migration.atomic else state
            try:
                with connection.execute_wrapper(Blow(max(1, attempts - SAME))):
                    state = executor.apply_migration(state, migration)
                is_applied = True
            except Interrupted:
                connection.close()
                state, interruptions = before, interruptions + 1
    print(interruptions)  # noqa: T201 (the test reads it)


main()
