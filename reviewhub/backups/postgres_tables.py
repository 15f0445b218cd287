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
# Names of an extension's things stand with their schema, since this is asked where that is not looked at by itself.
_INDEXES = """
    SELECT replace(pg_get_indexdef(i.indexrelid), format(' ON %%I.', n.nspname), ' ON ')
    FROM pg_index AS i JOIN pg_class AS t ON t.oid = i.indrelid JOIN pg_namespace AS n ON n.oid = t.relnamespace
    WHERE n.nspname = %s AND t.relkind = 'r'
        AND NOT EXISTS (SELECT FROM pg_constraint AS c WHERE c.conindid = i.indexrelid AND c.contype IN ('p', 'u', 'x'))
    ORDER BY i.indexrelid"""


@dataclass(frozen=True)
class Definitions:
    """Statements that make tables in the current schema, those for when the rows are there, and some of these.

    `tables` is empty where tables cannot be made like those in use. `of_extensions`: indexes that need an extension,
    which migrations make only where they find it.
    """

    schema: str
    tables: list[sql.Composable]
    keys: list[sql.Composable]
    of_extensions: list[sql.Composable]


def read(cursor: Any) -> Definitions:
    """Return the definitions of the tables in use, their names without a schema: they mean the one they are run in."""
    cursor.execute("SELECT current_schema()")
    [schema] = cursor.fetchone()
    cursor.execute(_TABLES, [])
    tables = cursor.fetchall()
    like = sql.SQL("CREATE TABLE {} (LIKE {} INCLUDING DEFAULTS INCLUDING IDENTITY INCLUDING GENERATED)")
    made: list[sql.Composable] = [like.format(sql.Identifier(name), sql.Identifier(schema, name)) for name, _ in tables]
    if any(has_sequence for _, has_sequence in tables):  # one that would go on counting in the schema in use
        made = []
    cursor.execute(_CONSTRAINTS, [])
    add = sql.SQL("ALTER TABLE {} ADD CONSTRAINT {} {}")
    keys: list[sql.Composable] = [
        add.format(sql.Identifier(table), sql.Identifier(name), sql.SQL(definition))
        for table, name, definition in cursor.fetchall()
    ]
    cursor.execute("SET LOCAL search_path TO pg_catalog")
    cursor.execute(_INDEXES, [schema])
    indexes = [definition for (definition,) in cursor.fetchall()]
    again = [
        sql.SQL(index.replace(" INDEX ", " INDEX IF NOT EXISTS ", 1)) for index in indexes if f" {schema}." in index
    ]
    return Definitions(schema, made, [sql.SQL(index) for index in indexes] + keys, list(again))
