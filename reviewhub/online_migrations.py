"""Operations of migrations that change a big table while web and workers use it.

PostgreSQL makes everybody wait for a table while it reads all of it under the lock of an ALTER TABLE. These operations
hold such a lock for a moment alone, and read without it; most need `atomic = False` in their migration. On SQLite,
where one process writes at a time, they are the plain ones. A second run goes on where the first one broke off.
"""

import re
import sys
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connections, models, transaction
from django.db.migrations import operations


class _Online:
    """Base of operations in a migration that is no transaction, where what is done already is left as it is."""

    atomic = False
    model_name: str

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        if self._is_done(model, schema_editor):
            return
        if schema_editor.connection.vendor == "postgresql":
            self._change(model, schema_editor)
        else:
            with transaction.atomic(schema_editor.connection.alias):
                super().database_forwards(app_label, schema_editor, from_state, to_state)  # type: ignore[misc]

    def _is_done(self, model: Any, schema_editor: Any) -> bool:
        raise NotImplementedError

    def _change(self, model: Any, schema_editor: Any) -> None:
        raise NotImplementedError


class AddIndexOnline(_Online, operations.AddIndex):
    """Add an index while its table is written to."""

    def _is_done(self, model: Any, schema_editor: Any) -> bool:
        return _has_valid_index(model, self.index.name, schema_editor)

    def _change(self, model: Any, schema_editor: Any) -> None:
        schema_editor.add_index(model, self.index, concurrently=True)


class AddUniqueOnline(_Online, operations.AddConstraint):
    """Add a unique constraint with a condition, which is an index, while its table is written to."""

    constraint: models.UniqueConstraint

    def _is_done(self, model: Any, schema_editor: Any) -> bool:
        return _has_valid_index(model, self.constraint.name, schema_editor)

    def _change(self, model: Any, schema_editor: Any) -> None:
        statement = str(self.constraint.create_sql(model, schema_editor))
        schema_editor.execute(statement.replace("CREATE UNIQUE INDEX", "CREATE UNIQUE INDEX CONCURRENTLY", 1), None)


class RemoveUniqueOnline(_Online, operations.RemoveConstraint):
    """Remove a unique constraint with a condition, which is an index, while its table is written to."""

    def _is_done(self, model: Any, schema_editor: Any) -> bool:
        return self.name not in _constraints(model, schema_editor)

    def _change(self, model: Any, schema_editor: Any) -> None:
        schema_editor.execute(f"DROP INDEX CONCURRENTLY {schema_editor.quote_name(self.name)}")


class AddCheckOnline(_Online, operations.AddConstraint):
    """Add a check in two steps: it holds for new rows at once, then the others are read without a lock."""

    constraint: models.CheckConstraint

    def _is_done(self, model: Any, schema_editor: Any) -> bool:
        return self.constraint.name in _constraints(model, schema_editor) and not _is_unread(
            self.constraint.name, model, schema_editor
        )

    def _change(self, model: Any, schema_editor: Any) -> None:
        if self.constraint.name not in _constraints(model, schema_editor):
            with transaction.atomic(schema_editor.connection.alias):
                limit_waiting(schema_editor.connection)
                schema_editor.execute(f"{self.constraint.create_sql(model, schema_editor)} NOT VALID", None)
        _validate(self.constraint.name, model, schema_editor)


class AddFieldUnread(operations.AddField):
    """Add a field of positive numbers, whose check holds for new rows; `ReadCheck` reads the others, later.

    A field with a constant database default costs PostgreSQL nothing, its check in the same statement a look at each
    row.
    """

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        if schema_editor.connection.vendor != "postgresql":
            super().database_forwards(app_label, schema_editor, from_state, to_state)
            return
        model = to_state.apps.get_model(app_label, self.model_name)
        field = model._meta.get_field(self.name)
        check = field.db_check(schema_editor.connection)
        field.db_check = lambda _: None
        try:
            schema_editor.add_field(model, field)
        finally:
            del field.db_check
        table, name = model._meta.db_table, _check_of(model, field)
        schema_editor.execute(f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" CHECK ({check}) NOT VALID')


class ReadCheck(_Online, operations.base.Operation):
    """Read the rows that were there before `AddFieldUnread`; from then on the database takes the check as true."""

    reversible = True

    def __init__(self, model_name: str, name: str) -> None:
        self.model_name, self.name = model_name, name

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Change nothing: the field has its check since it was added."""

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Change nothing: a check that was read stays read."""

    def describe(self) -> str:
        return f"Read the check of {self.name} on model {self.model_name}"

    def _is_done(self, model: Any, schema_editor: Any) -> bool:
        name = _check_of(model, model._meta.get_field(self.name))
        return schema_editor.connection.vendor != "postgresql" or not _is_unread(name, model, schema_editor)

    def _change(self, model: Any, schema_editor: Any) -> None:
        _validate(_check_of(model, model._meta.get_field(self.name)), model, schema_editor)


class AllowNull(operations.AlterField):
    """Let a foreign key be empty. Django would remove its constraint and add it anew, which reads both tables."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        self._alter(app_label, schema_editor, from_state, to_state, "DROP")

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        self._alter(app_label, schema_editor, from_state, to_state, "SET")

    def _alter(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any, deed: str) -> None:
        if schema_editor.connection.vendor != "postgresql":
            super().database_forwards(app_label, schema_editor, from_state, to_state)
            return
        model = to_state.apps.get_model(app_label, self.model_name)
        table, column = model._meta.db_table, model._meta.get_field(self.name).column
        schema_editor.execute(f'ALTER TABLE "{table}" ALTER COLUMN "{column}" {deed} NOT NULL')


# Milliseconds for which a transaction of ours waits for its tables: others queue up behind it. Less than the second
# (`deadlock_timeout`) after which PostgreSQL ends somebody's transaction where two wait for each other: never theirs.
LONGEST_WAIT = 500
# The tables that are there of those which statements name, and those of the indexes that they name.
NAMED = """
    SELECT oid::regclass::text FROM pg_class
    WHERE relkind = 'r' AND relname = ANY(%(names)s) AND pg_table_is_visible(oid)
    UNION SELECT indrelid::regclass::text FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
    WHERE relname = ANY(%(names)s) AND pg_table_is_visible(indexrelid) ORDER BY 1
"""


def limit_waiting(connection: Any) -> None:
    """Let this transaction wait for a table for half a second at most."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = {LONGEST_WAIT}")


def tables_in(statements: Iterable[str], connection: Any) -> list[str]:
    """Return the tables that these statements of Django's change or refer to, and that others may use by now."""
    names = {name for statement in statements for name in re.findall(r'"(\w+)"', statement)}
    with connection.cursor() as cursor:
        cursor.execute(NAMED, {"names": sorted(names)})
        return [table for (table,) in cursor.fetchall()]


def lock_tables(tables: Sequence[str], connection: Any) -> None:
    """Lock them all before the first is changed, within half a second, or raise OperationalError.

    Who locked one after the other would hold the first while it waits for the next, and web and workers, which use them
    in other orders, would wait for each other and for it.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = {max(LONGEST_WAIT // len(tables), 1)}")
        cursor.execute(f"LOCK TABLE {', '.join(tables)} IN ACCESS EXCLUSIVE MODE")


def report_progress(words: str, done: int, total: int) -> None:
    """Say on standard error how far a long step is."""
    print(f"    {words}: {done:,} of {total:,}", file=sys.stderr, flush=True)  # noqa: T201 (the operator reads it)


def _check_of(model: Any, field: Any) -> str:
    """Return the name that PostgreSQL gives to the check of a column."""
    return f"{model._meta.db_table}_{field.column}_check"


def _constraints(model: Any, schema_editor: Any) -> Any:
    """Return the constraints and indexes of the model's table by name."""
    connection = connections[schema_editor.connection.alias]
    with connection.cursor() as cursor:
        return connection.introspection.get_constraints(cursor, model._meta.db_table)


def _is_unread(name: str, model: Any, schema_editor: Any) -> bool:
    """Return True for a check that PostgreSQL has not held against all rows yet."""
    if schema_editor.connection.vendor != "postgresql":
        return False
    with schema_editor.connection.cursor() as cursor:
        statement = "SELECT 1 FROM pg_constraint WHERE conname = %s AND conrelid = %s::regclass AND NOT convalidated"
        cursor.execute(statement, [name, f'"{model._meta.db_table}"'])
        return bool(cursor.fetchone())


def _validate(name: str, model: Any, schema_editor: Any) -> None:
    schema_editor.execute(f'ALTER TABLE "{model._meta.db_table}" VALIDATE CONSTRAINT "{name}"')


def _has_valid_index(model: Any, name: str, schema_editor: Any) -> bool:
    """Return True if the index is whole. What an interrupted run left of it is removed."""
    if schema_editor.connection.vendor != "postgresql":
        return name in _constraints(model, schema_editor)
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)", [f'"{name}"'])
        row = cursor.fetchone()
    if row and not row[0]:
        schema_editor.execute(f"DROP INDEX CONCURRENTLY {schema_editor.quote_name(name)}")
    return bool(row and row[0])
