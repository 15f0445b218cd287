"""Definitions of the tables in use, so that empty ones like them are made beside: migrating would take far longer."""

from dataclasses import dataclass
from typing import Any

from psycopg import sql

_TABLES = """
    SELECT c.relname, EXISTS (
        SELECT FROM pg_attrdef AS d WHERE d.adrelid = c.oid AND pg_get_expr(d.adbin, d.adrelid) LIKE '%%nextval(%%'
    )
    FROM pg_class AS c WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' ORDER BY c.relname"""
# Foreign keys come last: each needs the key that it points to.
_CONSTRAINTS = """
    SELECT t.relname, c.conname, pg_get_constraintdef(c.oid)
    FROM pg_constraint AS c JOIN pg_class AS t ON t.oid = c.conrelid
    WHERE t.relnamespace = current_schema()::regnamespace AND c.contype IN ('p', 'u', 'x', 'c', 'f')
    ORDER BY c.contype = 'f', t.relname, c.conname"""
_INDEXES = """
    SELECT replace(pg_get_indexdef(i.indexrelid), format(' ON %%I.', current_schema()), ' ON ')
    FROM pg_index AS i JOIN pg_class AS t ON t.oid = i.indrelid
    WHERE t.relnamespace = current_schema()::regnamespace AND t.relkind = 'r'
        AND NOT EXISTS (SELECT FROM pg_constraint AS c WHERE c.conindid = i.indexrelid AND c.contype IN ('p', 'u', 'x'))
    ORDER BY i.indexrelid"""


@dataclass(frozen=True)
class Definitions:
    """Statements that make tables in the current schema, and those that are run once the rows are there."""

    tables: list[sql.Composable]
    keys: list[sql.Composable]


def read(cursor: Any) -> Definitions | None:
    """Return the definitions of the tables in use; None where a sequence is not its column's own.

    Names without a schema, so that they mean the tables of the schema in which they are run.
    """
    cursor.execute("SELECT current_schema()")
    [schema] = cursor.fetchone()
    cursor.execute(_TABLES, [])
    tables = cursor.fetchall()
    if any(has_sequence for _, has_sequence in tables):
        return None
    like = sql.SQL("CREATE TABLE {} (LIKE {} INCLUDING DEFAULTS INCLUDING IDENTITY INCLUDING GENERATED)")
    made: list[sql.Composable] = [like.format(sql.Identifier(name), sql.Identifier(schema, name)) for name, _ in tables]
    cursor.execute(_CONSTRAINTS, [])
    add = sql.SQL("ALTER TABLE {} ADD CONSTRAINT {} {}")
    keys: list[sql.Composable] = [
        add.format(sql.Identifier(table), sql.Identifier(name), sql.SQL(definition))
        for table, name, definition in cursor.fetchall()
    ]
    cursor.execute(_INDEXES, [])
    return Definitions(made, [sql.SQL(definition) for (definition,) in cursor.fetchall()] + keys)
