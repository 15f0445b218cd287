"""Back up and restore, between whole databases of the kind that the tests run on."""

import io
import os
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection, connections, transaction
from django.utils import timezone

from oauth.models import Account, User
from reviewhub import testing_database
from reviewhub.backups import backup, file, keys, restore
from reviewhub.backups.progress import Progress
from reviewhub.refused import Refused

QUIET = Progress(io.StringIO())
COLUMNS = ["id", "email", "name", "password"]


class Databases:
    """Whole databases of a test, and which of them is in use."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._names, self._usual = folder, list[str](), connections["default"]

    def make(self, name: str, *, has_tables: bool = True) -> None:
        """Make a database and use it from now on."""
        self._leave()
        fresh: Any = self._usual.copy()
        if connection.vendor == "sqlite":
            path = self._folder / name
            if has_tables:
                path.write_bytes(testing_database.migrated_sqlite())
            fresh.settings_dict["NAME"] = str(path)
        else:
            fresh.settings_dict["NAME"] = full = f"backup_test_{os.getpid()}_{name}"
            template = testing_database.migrated_postgres() if has_tables else "template1"
            with testing_database.server() as postgres:
                postgres.execute(f"CREATE DATABASE {full} TEMPLATE {template}")
            self._names.append(full)
        connections["default"] = fresh

    def end(self) -> None:
        self._leave()
        connections["default"] = self._usual
        with testing_database.server() if self._names else _nothing() as postgres:
            for name in self._names:
                postgres.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def _leave(self) -> None:
        if connections["default"] is not self._usual:
            connections["default"].close()


@contextmanager
def _nothing() -> Iterator[Any]:
    yield None


@pytest.fixture
def databases(tmp_path: Path, django_db_setup: None, django_db_blocker: Any) -> Iterator[Databases]:
    with django_db_blocker.unblock():
        made = Databases(tmp_path)
        made.make("first")
        try:
            yield made
        finally:
            made.end()


def people(count: int, start: int = 0) -> None:
    User.objects.bulk_create(
        User(email=f"p{number}@example.com", name='Zoë "\\N"\t\n|') for number in range(start, start + count)
    )


def saved(folder: Path) -> file.Contents:
    return backup.back_up(folder / "backup", passphrase="", progress=QUIET)


def put_back(folder: Path, *, replace: bool = False) -> list[datetime]:
    """Restore the backup, and return the moments for which was settled what was due since."""
    settled: list[datetime] = []
    contents = restore.read(folder / "backup", QUIET)
    restore.check(contents, replace=replace)
    restore.restore(folder / "backup", contents, settle=settled.append, progress=QUIET)
    return settled


def test_a_restored_database_holds_what_the_other_held(databases: Databases, tmp_path: Path) -> None:
    people(3)
    Account.objects.create(name="Harbour Garage")
    before, rows = timezone.now(), list(User.objects.order_by("pk").values_list(*COLUMNS))
    contents = saved(tmp_path)
    assert contents.rows["oauth_user"] == 3
    databases.make("second")
    [moment] = put_back(tmp_path)
    assert before <= moment <= timezone.now()
    assert list(User.objects.order_by("pk").values_list(*COLUMNS)) == rows
    assert Account.objects.get().name == "Harbour Garage"
    people(1, start=3)  # its key is none that a restored row has
    assert User.objects.count() == 4
    with connection.cursor() as cursor:
        indexes = connection.introspection.get_constraints(cursor, "reviews_contact")
    assert connection.vendor == "sqlite" or "contact_search" in indexes  # which needs an extension
    assert [path.name for path in tmp_path.iterdir() if "restoring" in path.name] == []


def test_what_is_written_meanwhile_is_not_in_it(databases: Databases, tmp_path: Path) -> None:
    people(5)

    class Busy(Progress):
        """Writes as the backup begins to copy: a person to each of two businesses, in one transaction."""

        def begin(self, what: str, total: int) -> None:
            other: Any = connections["default"].copy()
            usual, connections["default"] = connections["default"], other
            with transaction.atomic():
                people(2, start=100)
                Account.objects.create(name="Late")
            other.close()
            connections["default"] = usual

    contents = backup.back_up(tmp_path / "backup", passphrase="", progress=Busy(io.StringIO()))
    assert User.objects.count() == 7
    assert (contents.rows["oauth_user"], contents.rows["oauth_account"]) == (5, 0)
    assert file.read(tmp_path / "backup").rows == contents.rows


def test_a_database_that_is_not_empty_is_replaced_only_if_asked(databases: Databases, tmp_path: Path) -> None:
    people(2)
    saved(tmp_path)
    people(1, start=2)
    with pytest.raises(Refused, match="The database is not empty: 3 people sign in there"):
        put_back(tmp_path)
    assert User.objects.count() == 3
    put_back(tmp_path, replace=True)
    assert User.objects.count() == 2


def test_a_wrong_key_is_refused_by_its_name(databases: Databases, tmp_path: Path, settings: Any) -> None:
    people(1)
    saved(tmp_path)
    settings.ADDRESS_HASH_KEY = "another one"
    with pytest.raises(Refused, match="another ADDRESS_HASH_KEY than"):
        put_back(tmp_path, replace=True)
    assert User.objects.count() == 1


def test_what_a_newer_version_made_is_refused(databases: Databases, tmp_path: Path) -> None:
    people(1)
    saved(tmp_path)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('reviews', '9999_later', %s)", [timezone.now()]
        )
    with pytest.raises(Refused, match=r"newer than this version of ReviewHub \(reviews 9999_later\)"):
        put_back(tmp_path, replace=True)  # into a database that is newer
    with pytest.raises(Refused, match="The database is newer"):
        saved(tmp_path)
    contents = file.read(tmp_path / "backup")
    contents.head["migrations"].append(["reviews", "9999_later"])
    with pytest.raises(Refused, match="The backup is newer than this version"):
        restore.check(contents, replace=True)
    assert User.objects.count() == 1


def test_a_backup_of_the_other_kind_of_database_is_refused(databases: Databases, tmp_path: Path) -> None:
    people(1)
    contents = saved(tmp_path)
    contents.head["database"] = {"sqlite": "postgresql", "postgresql": "sqlite"}[connection.vendor]
    with pytest.raises(Refused, match=r"The backup was made of .*, and the database here is "):
        restore.check(contents, replace=True)


def test_a_restore_that_fails_in_the_middle_leaves_the_database_as_it_was(databases: Databases, tmp_path: Path) -> None:
    people(2)
    saved(tmp_path)
    people(1, start=2)

    def fail(moment: datetime) -> None:
        raise OSError("no space left on device")

    contents = restore.read(tmp_path / "backup", QUIET)
    with pytest.raises(OSError, match="no space"):
        restore.restore(tmp_path / "backup", contents, settle=fail, progress=QUIET)
    assert User.objects.count() == 3
    assert list(User.objects.filter(email="p2@example.com"))
    assert [path.name for path in tmp_path.iterdir() if "restoring" in path.name] == []


def test_of_two_restores_at_once_the_second_is_refused(databases: Databases, tmp_path: Path) -> None:
    people(2)
    saved(tmp_path)
    people(1, start=2)
    another: Any = connection.copy()
    refused: list[str] = []

    def begin_another(moment: datetime) -> None:
        first, connections["default"] = connections["default"], another
        with pytest.raises(Refused) as told:
            put_back(tmp_path, replace=True)
        refused.append(str(told.value))
        another.close()
        connections["default"] = first

    contents = restore.read(tmp_path / "backup", QUIET)
    restore.restore(tmp_path / "backup", contents, settle=begin_another, progress=QUIET)
    assert refused == ["Another restore of this database is at work: wait until it has ended."]
    assert User.objects.count() == 2
    put_back(tmp_path, replace=True)  # it has ended


@pytest.mark.postgres
@pytest.mark.skipif(settings.SQLITE, reason="needs PostgreSQL: options of a connection are its own")
def test_where_options_of_a_connection_are_dropped_nothing_is_written(
    databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    people(2)
    saved(tmp_path)
    people(1, start=2)
    kind = type(connections["default"])
    usual = kind.get_connection_params
    monkeypatch.setattr(kind, "get_connection_params", lambda database: usual(database) | {"options": ""})
    with pytest.raises(Refused, match="keeps no options of a connection: let DATABASE_URL name PostgreSQL itself"):
        put_back(tmp_path, replace=True)
    assert User.objects.count() == 3


@pytest.mark.once
def test_an_older_backup_is_brought_up_to_date_in_a_database_without_tables(
    databases: Databases, tmp_path: Path
) -> None:
    people(2)
    with connection.cursor() as cursor:  # as before that migration
        cursor.execute("DROP TABLE reviews_restore")
        cursor.execute("DELETE FROM django_migrations WHERE app = 'reviews' AND name = '0046_restores'")
    saved(tmp_path)
    databases.make("second", has_tables=False)
    put_back(tmp_path)
    assert User.objects.count() == 2
    with connection.cursor() as cursor:
        assert "reviews_restore" in connection.introspection.table_names(cursor)


def test_memory_stays_the_same_however_many_rows_there_are(databases: Databases, tmp_path: Path) -> None:
    def most_memory(count: int) -> int:
        people(count, start=count)
        tracemalloc.start()
        saved(tmp_path)
        put_back(tmp_path, replace=True)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return peak

    most_memory(10)  # loads modules
    few, many = most_memory(100), most_memory(9_000)
    assert many < few + 4 * file.PIECE


def test_the_commands_say_in_words_what_is_wrong_and_hand_keys_out_for_a_passphrase(
    databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    people(1)
    monkeypatch.setattr(keys, "COST", 2)
    monkeypatch.setattr("sys.stdin", io.StringIO("a long passphrase\na long passphrase\nanother passphrase\n"))
    path, out = tmp_path / "backup", io.StringIO()
    call_command("backup", path, with_keys=True, stdout=out)
    call_command("restore", path, print_keys=True, stdout=out)
    assert f"WEBHOOK_KEY={settings.WEBHOOK_KEY}\n" in out.getvalue()
    with pytest.raises(CommandError, match="The passphrase does not open the keys"):
        call_command("restore", path, print_keys=True)
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(CommandError, match=r"The backup is half written: .* The database was not changed"):
        call_command("restore", path, replace=True)
    with pytest.raises(CommandError, match=r"No such file or directory. The database was not changed"):
        call_command("restore", tmp_path / "none")
    with pytest.raises(CommandError, match=r"No such file or directory. Nothing was changed there"):
        call_command("backup", tmp_path / "none" / "backup")
    assert User.objects.count() == 1


def test_how_far_a_long_command_is_stands_on_standard_error(monkeypatch: pytest.MonkeyPatch) -> None:
    output, times = io.StringIO(), iter([0.0, 0.0, 1.0, 3.0])
    monkeypatch.setattr("reviewhub.backups.progress.time.monotonic", lambda: next(times, 3.0))
    progress = Progress(output)
    progress.begin("rows backed up", 1_000_000)
    progress.add(100)
    progress.add(411_900)
    assert output.getvalue() == "412,000 of 1,000,000 (41 %) rows backed up …"
