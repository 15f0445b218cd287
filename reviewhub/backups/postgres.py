"""Backups of PostgreSQL: by COPY, which any version of the server reads again, inside one transaction."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction
from psycopg import sql

from reviewhub.backups import postgres_tables
from reviewhub.backups.file import Noter, Table, Writer
from reviewhub.backups.postgres_tables import Definitions
from reviewhub.refused import Refused

SCHEMA = "reviewhub_restoring"
LOCK = "SELECT pg_try_advisory_xact_lock(hashtextextended('reviewhub.restore', 0))"
POOLED = (
    "What stands between here and PostgreSQL, such as PgBouncer, keeps no options of a connection:"
    " let DATABASE_URL name PostgreSQL itself for this command."
)


class Snapshot:
    """The database at one moment, whatever is written meanwhile."""

    def __init__(self, cursor: Any) -> None:
        self._cursor = cursor

    def tables(self) -> list[str]:
        return sorted(
            table.name for table in connection.introspection.get_table_list(self._cursor) if table.type == "t"
        )

    def count(self, table: str) -> int:
        self._cursor.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table)))
        return int(self._cursor.fetchone()[0])

    def copy(self, table: str, writer: Writer, note: Noter) -> None:
        """Write the table's rows as COPY gives them; within a row, a line's end is escaped."""
        columns = _columns(self._cursor, table)
        writer.begin_table(table, columns)
        with self._cursor.copy(
            sql.SQL("COPY {} ({}) TO STDOUT").format(sql.Identifier(table), _names(columns))
        ) as rows:
            for data in rows:
                note(bytes(data).count(b"\n"))
                writer.add(data)
        writer.end_table(self._cursor.rowcount)


@contextmanager
def snapshot() -> Iterator[Snapshot]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        # A big table takes its time, which is no reason to give up.
        cursor.execute("SET LOCAL statement_timeout = 0")
        yield Snapshot(cursor)


class Aside:
    """A schema beside the tables in use, where a backup is restored until it may take their place."""

    def __init__(self, definitions: Definitions, *, is_same: bool) -> None:
        self._schema, self._definitions, self._is_copied = definitions.schema, definitions, False
        self._may_copy = is_same and bool(definitions.tables)

    def copy_tables(self) -> bool:
        """Make empty tables like those in use, their migrations noted; False where they have to be migrated."""
        if not self._may_copy:
            return False
        with transaction.atomic(), connection.cursor() as cursor:
            for statement in self._definitions.tables:
                cursor.execute(statement)
            former = sql.SQL("INSERT INTO django_migrations OVERRIDING SYSTEM VALUE SELECT * FROM {}")
            cursor.execute(former.format(sql.Identifier(self._schema, "django_migrations")))
            _set_sequences(cursor, "django_migrations")
        self._is_copied = True
        return True

    def fill(self, tables: Iterable[Table], note: Noter) -> None:
        """Fill the tables with the rows of the backup alone. Raises IntegrityError where a row names a missing one."""
        with transaction.atomic(), connection.cursor() as cursor:
            _check_place(cursor)
            for table in tables:
                _load(cursor, table, note)
            for statement in self._definitions.keys if self._is_copied else ():
                cursor.execute(statement)

    def take_over(self) -> None:
        """Put the restored tables into the place of those in use, all in one moment."""
        with transaction.atomic(), connection.cursor() as cursor:
            _check_place(cursor)
            for statement in self._definitions.of_extensions:
                cursor.execute(statement)
            tables = [table.name for table in connection.introspection.get_table_list(cursor)]
            place = sql.Identifier(self._schema)
            for table in tables:
                former = sql.SQL("{}.{}").format(place, sql.Identifier(table))
                cursor.execute(sql.SQL("DROP TABLE IF EXISTS {} CASCADE").format(former))
            for table in tables:
                restored = sql.SQL("{}.{}").format(sql.Identifier(SCHEMA), sql.Identifier(table))
                cursor.execute(sql.SQL("ALTER TABLE {} SET SCHEMA {}").format(restored, place))
            cursor.execute(
                "SELECT extname FROM pg_extension WHERE extnamespace = %s::regnamespace",
                [SCHEMA],
            )
            for (extension,) in cursor.fetchall():  # made by a migration in a database without tables
                moved = sql.SQL("ALTER EXTENSION {} SET SCHEMA {}").format(sql.Identifier(extension), place)
                cursor.execute(moved)
            cursor.execute(sql.SQL("ANALYZE"))


@contextmanager
def alone() -> Iterator[bool]:
    """Tell whether no other restore of this database is at work, and let none begin until this ends.

    A transaction on a connection of its own holds the lock: those of a restore come and go.
    """
    other = connection.copy()
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
            cursor.execute(LOCK)
            [is_alone] = cursor.fetchone()
        yield is_alone
    finally:
        other.close()


@contextmanager
def aside(*, is_same: bool) -> Iterator[Aside]:
    """Let the connection see an empty schema, and nothing of the tables in use, until this ends.

    `is_same`: the tables in use are of the backup's form.
    """
    options = connection.settings_dict["OPTIONS"]
    before = options.get("options", "")
    with transaction.atomic(), connection.cursor() as cursor:
        definitions = postgres_tables.read(cursor)
    with connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")  # of a restore that was killed
        cursor.execute(f"CREATE SCHEMA {SCHEMA}")
    try:
        # In the options, so that a connection that breaks does not come back with the tables in use before it.
        options["options"] = f"{before} -c search_path={SCHEMA} -c statement_timeout=0".strip()
        connection.close()
        with connection.cursor() as cursor:
            _check_place(cursor)
        yield Aside(definitions, is_same=is_same)
    finally:
        connection.close()
        if before:
            options["options"] = before
        else:
            del options["options"]
        with connection.cursor() as cursor:
            cursor.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")


def _check_place(cursor: Any) -> None:
    """Raise Refused where the connection would write into the tables in use."""
    cursor.execute("SELECT current_schema()")
    if cursor.fetchone() != (SCHEMA,):
        raise Refused("database", POOLED)


def _load(cursor: Any, table: Table, note: Noter) -> None:
    name = sql.Identifier(table.name)
    cursor.execute(sql.SQL("DELETE FROM {}").format(name))  # what a migration put there
    with cursor.copy(sql.SQL("COPY {} ({}) FROM STDIN").format(name, _names(table.columns))) as rows:
        for piece in table.pieces:
            rows.write(piece)
            note(piece.count(b"\n"))
    _set_sequences(cursor, table.name)


def _set_sequences(cursor: Any, table: str) -> None:
    """Let the next row get a key that no row has."""
    for sequence in connection.introspection.get_sequences(cursor, table):
        column = sql.Identifier(sequence["column"])
        newest = sql.SQL("SELECT setval({}, coalesce(max({}), 1), max({}) IS NOT NULL) FROM {}")
        cursor.execute(newest.format(sql.Literal(sequence["name"]), column, column, sql.Identifier(table)))


def _columns(cursor: Any, table: str) -> list[str]:
    return [column.name for column in connection.introspection.get_table_description(cursor, table)]


def _names(columns: Iterable[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, columns))
