"""Back up: everything that the database holds at one moment, while everything runs."""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from django.db import connection
from django.utils import timezone

from reviewhub import schema
from reviewhub.backups import file, keys, postgres, sqlite
from reviewhub.backups.progress import Progress
from reviewhub.refused import Refused

# Tables that a restored installation begins without. Who is signed in signs in again: a session may have been ended
# since. Tasks of the queue are wake-ups: the rows that they are about say what is to be done. The workers of then are
# gone. Migrations make their own table.
LEFT_OUT = {"django_migrations", "django_session", "django_q_ormq", "django_q_task", "reviews_workerbeat"}


class Snapshot(Protocol):
    """The database at one moment."""

    def tables(self) -> list[str]: ...
    def count(self, table: str) -> int: ...
    def copy(self, table: str, writer: file.Writer, note: file.Noter) -> None: ...


def back_up(path: Path, *, passphrase: str, progress: Progress) -> file.Contents:
    """Write a backup into the file, and return what it holds.

    With a passphrase, the keys are in it, encrypted. Raises Refused, or OSError when the file cannot be written; an
    older one of that name then stays as it was.
    """
    applied = schema.applied()
    check_not_newer(applied)
    if not applied:
        raise Refused("database", "The database has no tables: there is nothing to back up.")
    facts = {
        "made_at": timezone.now().isoformat(),  # before the snapshot: what is sent from now on may not be in it
        "database": connection.vendor,
        "migrations": applied,
        "keys": keys.fingerprints(),
        "encrypted_keys": keys.encrypt(passphrase) if passphrase else None,
    }
    with _snapshot() as database, file.Writer(path) as writer:
        writer.head(facts)
        tables = [table for table in database.tables() if table not in LEFT_OUT]
        counts = {table: database.count(table) for table in tables}
        progress.begin("rows backed up", sum(counts.values()))
        for table in tables:
            database.copy(table, writer, progress.add)
        progress.say("Checking the file")
    return file.Contents(facts, counts)


def check_not_newer(applied: list[schema.Key]) -> None:
    """Raise Refused if a newer version of ReviewHub made the database."""
    if unknown := schema.unknown(applied):
        name = " ".join(unknown[0])
        raise Refused("database", f"The database is newer than this version of ReviewHub ({name}): update first.")


def _snapshot() -> AbstractContextManager[Snapshot]:
    return postgres.snapshot() if connection.vendor == "postgresql" else sqlite.snapshot()
