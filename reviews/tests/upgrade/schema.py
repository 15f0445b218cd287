"""Tables as PostgreSQL describes them, to be compared."""

import re
from typing import Any

CASTS = re.compile(r"::[a-z ]+(\[\])?|[()\s]")  # which PostgreSQL writes in other places after a dump
STATEMENTS = {
    "columns": "SELECT table_name, column_name, data_type, is_nullable, column_default "
    "FROM information_schema.columns WHERE table_schema = 'public'",
    "indexes": "SELECT indexrelid::regclass::text, indisvalid, pg_get_indexdef(indexrelid) FROM pg_index "
    "JOIN pg_class ON oid = indrelid WHERE relnamespace = 'public'::regnamespace",
    "constraints": "SELECT conrelid::regclass::text, conname, convalidated, pg_get_constraintdef(oid) "
    "FROM pg_constraint WHERE connamespace = 'public'::regnamespace",
}


def schema(connection: Any) -> dict[str, set[tuple[Any, ...]]]:
    """Return columns, indexes and constraints, with those that are not valid for all rows marked."""
    rows = {name: connection.execute(statement).fetchall() for name, statement in STATEMENTS.items()}
    return {name: {(*row[:-1], CASTS.sub("", row[-1] or "")) for row in found} for name, found in rows.items()}
