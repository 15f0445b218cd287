"""Backups of SQLite: the rows as JSON, read inside one transaction."""

import base64
import fcntl
import json
import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from django.db import IntegrityError, connection

from reviewhub.backups.file import Noter, Table, Writer

AT_ONCE = 500  # rows


class Snapshot:
    """The database at one moment, whatever is written meanwhile."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def tables(self) -> list[str]:
        named = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!'"
        return sorted(name for (name,) in self._database.execute(named))

    def count(self, table: str) -> int:
        [(count,)] = self._database.execute(f"SELECT count(*) FROM {_quote(table)}")  # noqa: S608
        return int(count)

    def copy(self, table: str, writer: Writer, note: Noter) -> None:
        """Write each row of the table as a line."""
        cursor = self._database.execute(f"SELECT * FROM {_quote(table)}")  # noqa: S608
        writer.begin_table(table, [column[0] for column in cursor.description])
        total = 0
        while rows := cursor.fetchmany(AT_ONCE):
            for row in rows:
                writer.add(json.dumps(row, default=_pack).encode() + b"\n")
            total += len(rows)
            note(len(rows))
        writer.end_table(total)


@contextmanager
def snapshot() -> Iterator[Snapshot]:
    # A connection of its own: Django's makes moments and truths of what is stored as words and numbers.
    with closing(_open(connection.settings_dict["NAME"])) as database:
        database.execute("BEGIN")
        yield Snapshot(database)


class Aside:
    """A file beside the one in use, in which a backup is restored until it may take its place."""

    def __init__(self, path: Path, in_use: Path, *, is_same: bool) -> None:
        self._path, self._in_use, self._is_same = path, in_use, is_same

    def copy_tables(self) -> bool:
        """Make empty tables like those in use, their migrations noted; False where they have to be migrated."""
        if not self._is_same:
            return False
        connection.close()
        named = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite!_%' ESCAPE '!'"
        with closing(_open(self._in_use)) as in_use, closing(_open(self._path)) as restored:
            for (statement,) in in_use.execute(f"{named} ORDER BY type = 'index'"):
                restored.execute(statement)
            for row in in_use.execute("SELECT * FROM django_migrations"):
                marks = ", ".join("?" * len(row))
                restored.execute(f"INSERT INTO django_migrations VALUES ({marks})", row)  # noqa: S608
        return True

    def fill(self, tables: Iterable[Table], note: Noter) -> None:
        """Fill the tables with the rows of the backup alone. Raises IntegrityError where a row names a missing one."""
        connection.close()
        with closing(_open(self._path)) as database:
            database.execute("PRAGMA synchronous=OFF")  # of a file that is thrown away when the machine fails
            database.execute("BEGIN")
            for table in tables:
                _load(database, table, note)
            if broken := database.execute("PRAGMA foreign_key_check").fetchone():
                raise IntegrityError(f"A row of {broken[0]} names one of {broken[2]} that is not there.")
            database.execute("COMMIT")

    def take_over(self) -> None:
        """Put what was restored into the file in use, in one transaction; who has it open sees it from then on."""
        connection.close()
        with closing(_open(self._path)) as restored, closing(_open(self._in_use)) as in_use:
            restored.backup(in_use)


@contextmanager
def alone() -> Iterator[bool]:
    """Tell whether no other restore is at work in the database's folder, and let none begin until this ends."""
    folder = os.open(Path(connection.settings_dict["NAME"]).parent, os.O_RDONLY)
    try:
        yield _lock(folder)
    finally:
        os.close(folder)


def _lock(folder: int) -> bool:
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def aside(*, is_same: bool) -> Iterator[Aside]:
    """Let the connection use an empty file, and nothing of the one in use, until this ends.

    `is_same`: the tables in use are of the backup's form.
    """
    in_use = connection.settings_dict["NAME"]
    path = Path(f"{in_use}.restoring")
    _remove(path)  # of a restore that was killed
    connection.close()
    connection.settings_dict["NAME"] = str(path)
    try:
        yield Aside(path, Path(in_use), is_same=is_same)
    finally:
        connection.close()
        connection.settings_dict["NAME"] = in_use
        _remove(path)


def _load(database: sqlite3.Connection, table: Table, note: Noter) -> None:
    name, columns = _quote(table.name), ", ".join(map(_quote, table.columns))
    marks = ", ".join("?" * len(table.columns))
    database.execute(f"DELETE FROM {name}")  # noqa: S608 (what a migration put there)
    for rows in _rows(table.pieces):
        database.executemany(f"INSERT INTO {name} ({columns}) VALUES ({marks})", rows)  # noqa: S608
        note(len(rows))


def _open(path: Any) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=60, isolation_level=None)


def _remove(path: Path) -> None:
    for end in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + end).unlink(missing_ok=True)


def _rows(pieces: Iterator[bytes]) -> Iterator[list[Any]]:
    """Yield rows, many at once; a line may begin in one piece and end in the next."""
    rest = b""
    for piece in pieces:
        *lines, rest = (rest + piece).split(b"\n")
        for start in range(0, len(lines), AT_ONCE):
            yield [json.loads(line, object_hook=_unpack) for line in lines[start : start + AT_ONCE]]


def _pack(value: bytes) -> dict[str, str]:
    return {"bytes": base64.b64encode(value).decode()}


def _unpack(packed: dict[str, str]) -> bytes:
    return base64.b64decode(packed["bytes"])


def _quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
