"""Restore: a backup is checked, restored beside the database in use, and put into its place in one moment at the end.

So whatever ends the work before, a wrong key, a full disk or a kill, leaves the database as it was.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Protocol

from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connection

from reviewhub import schema
from reviewhub.backups import file, keys, postgres, sqlite
from reviewhub.backups.backup import check_not_newer
from reviewhub.backups.progress import Progress
from reviewhub.refused import Refused

NAMES = {"postgresql": "PostgreSQL", "sqlite": "SQLite"}


class Aside(Protocol):
    """A place beside the database in use."""

    def copy_tables(self) -> bool: ...
    def fill(self, tables: Iterable[file.Table], note: file.Noter) -> None: ...
    def take_over(self) -> None: ...


def read(path: Path, progress: Progress) -> file.Contents:
    """Read the whole backup, and return what it holds. Raises Damaged or OSError."""
    progress.begin("bytes of the backup checked", path.stat().st_size)
    return file.read(path, progress.add)


def check(contents: file.Contents, *, replace: bool) -> None:
    """Raise Refused unless the backup can be restored here; writes nothing. `replace`: over what the database holds."""
    head = contents.head
    if head["database"] != connection.vendor:
        made, here = NAMES[head["database"]], NAMES[connection.vendor]
        raise Refused(
            "file", f"The backup was made of {made}, and the database here is {here}: restore it into {made}."
        )
    if unknown := schema.unknown(_migrations(contents)):
        name = " ".join(unknown[0])
        reason = f"The backup is newer than this version of ReviewHub ({name}): install the version that made it."
        raise Refused("file", reason)
    if names := keys.differing(head["keys"]):
        reason = f"The settings here have another {', '.join(names)} than those of the backup: set the keys of then."
        raise Refused("keys", reason)
    applied = schema.applied()
    check_not_newer(applied)
    if applied and not replace and (people := get_user_model().objects.count()):
        people_sign_in = "1 person signs in there" if people == 1 else f"{people} people sign in there"
        raise Refused(
            "database", f"The database is not empty: {people_sign_in}. With --replace, all of it is replaced."
        )


def restore(path: Path, contents: file.Contents, *, settle: Callable[[datetime], None], progress: Progress) -> None:
    """Restore a backup that `check` did not refuse. Raises Refused while another restore is at work.

    `settle` is called with the moment of the backup, before anybody sees what was restored: to see to what has happened
    since.
    """
    is_same = set(schema.applied()) == set(_migrations(contents))
    with _aside(is_same=is_same) as aside:
        progress.say("Making the tables as they were")
        if not aside.copy_tables():
            schema.migrate_to(_migrations(contents))
        progress.begin("rows restored", sum(contents.rows.values()))
        aside.fill(file.tables(path), progress.add)
        if schema.is_behind():
            progress.say("Bringing the tables up to date")
            call_command("migrate", verbosity=0, interactive=False)
        ContentType.objects.clear_cache()
        progress.say("Settling what was due since the backup")
        settle(datetime.fromisoformat(contents.head["made_at"]))
        progress.say("Taking the place of the database")
        aside.take_over()


def _migrations(contents: file.Contents) -> list[schema.Key]:
    return [(app, name) for app, name in contents.head["migrations"]]


@contextmanager
def _aside(*, is_same: bool) -> Iterator[Aside]:
    is_postgres = connection.vendor == "postgresql"
    with postgres.alone() if is_postgres else sqlite.alone() as is_alone:
        if not is_alone:
            raise Refused("database", "Another restore of this database is at work: wait until it has ended.")
        with postgres.aside(is_same=is_same) if is_postgres else sqlite.aside(is_same=is_same) as aside:
            yield aside
