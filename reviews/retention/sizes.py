"""Sizes of tables, without counting their rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Model

_POSTGRES = """
    SELECT relname, greatest(reltuples, 0)::bigint, pg_total_relation_size(oid) FROM pg_class
    WHERE relname = ANY(%s) AND relnamespace = current_schema()::regnamespace
"""


@dataclass(frozen=True)
class Size:
    """Rows of a table, estimated, and its bytes with its indexes; None where the database does not tell."""

    rows: int
    octets: int | None


def sizes_of(models: Sequence[type[Model]]) -> dict[str, Size]:
    """Return the size of each model's table, by the table's name."""
    tables = sorted({model._meta.db_table for model in models})
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_POSTGRES, [tables])
            return {name: Size(rows, octets) for name, rows, octets in cursor.fetchall()}
        return {name: Size(_last_row(cursor, name), None) for name in tables}


def _last_row(cursor: Any, table: str) -> int:
    """Return the number of SQLite's last row: there were never more."""
    cursor.execute(f"SELECT max(_rowid_) FROM {connection.ops.quote_name(table)}")  # noqa: S608 (a name of ours)
    (last,) = cursor.fetchone()
    return last or 0
