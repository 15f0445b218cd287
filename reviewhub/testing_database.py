"""A migrated database, made once and kept: the processes of a test run start from copies, and so do installations.

Migrating takes seven seconds of processor time; a copy takes none. What is kept is named after the migrations as their
files stand, so a changed one makes it anew. Every copy is migrated all the same, which then finds nothing to do.
"""

import contextlib
import fcntl
import functools
import hashlib
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import django
import psycopg
from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader

ROOT = Path(settings.BASE_DIR)
FOLDER = ROOT / ".pytest_cache" / "migrated"
PREFIX = "reviewhub_migrated_"


@functools.cache
def fingerprint() -> str:
    """Return a word that changes with any migration, with Django and with SQLite."""
    digest = hashlib.sha256(f"{django.VERSION} {sqlite3.sqlite_version}".encode())
    for _, migration in sorted(MigrationLoader(None).disk_migrations.items()):
        digest.update(Path(sys.modules[migration.__module__].__file__ or "").read_bytes())
    return digest.hexdigest()[:16]


def migrated_sqlite() -> bytes:
    """Return the content of a migrated SQLite file."""
    with _alone():
        file = FOLDER / f"{fingerprint()}.sqlite3"
        if not file.exists():
            for old in FOLDER.glob("*.sqlite3"):
                old.unlink()
            unfinished = file.with_suffix(".unfinished")
            unfinished.unlink(missing_ok=True)
            _migrate(f"sqlite:///{unfinished}")
            with contextlib.closing(sqlite3.connect(unfinished)) as made:
                made.execute("PRAGMA journal_mode=DELETE")  # with a log beside it, no copy in memory can be opened
            unfinished.rename(file)
        return file.read_bytes()


def migrated_postgres() -> str:
    """Return the name of a migrated database on the server of the tests, to be given as a template."""
    name = PREFIX + fingerprint()
    with _alone(), server() as postgres:
        databases = postgres.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [PREFIX])
        found = {row[0] for row in databases}
        if name not in found:
            for old in found:
                with contextlib.suppress(psycopg.errors.ObjectInUse):
                    postgres.execute(f"DROP DATABASE IF EXISTS {old}")
            unfinished = f"unfinished_{name}"
            postgres.execute(f"DROP DATABASE IF EXISTS {unfinished} WITH (FORCE)")
            postgres.execute(f"CREATE DATABASE {unfinished}")
            _migrate(postgres_url(unfinished))
            postgres.execute(f"ALTER DATABASE {unfinished} RENAME TO {name}")
    return name


def make() -> None:
    """Make the migrated database, unless it is there."""
    if settings.SQLITE:
        migrated_sqlite()
    else:
        migrated_postgres()


def begin_with_a_copy() -> None:
    """Let Django make its test database as a copy."""
    if not settings.SQLITE:
        connection.settings_dict["TEST"]["TEMPLATE"] = migrated_postgres()
        return
    creation: Any = connection.creation
    create = creation._create_test_db

    def create_copy(verbosity: int, autoclobber: bool, keepdb: bool = False) -> str:
        name: str = create(verbosity, autoclobber, keepdb)
        copy = sqlite3.connect(name, uri=True)
        with contextlib.closing(sqlite3.connect(":memory:")) as kept:
            kept.deserialize(migrated_sqlite())
            kept.backup(copy)
        creation.copy = copy  # open to the end, for a database in memory ends with its last connection
        return name

    creation._create_test_db = create_copy


@contextlib.contextmanager
def server() -> Iterator[psycopg.Connection[tuple[str, ...]]]:
    """A connection to the database server of the tests, for whole databases."""
    given = settings.DATABASES["default"]
    login = {"host": given["HOST"], "port": given["PORT"], "user": given["USER"], "password": given["PASSWORD"]}
    with psycopg.connect(dbname="postgres", autocommit=True, **login) as postgres:
        yield postgres


def postgres_url(name: str) -> str:
    given = settings.DATABASES["default"]
    user = f"{given['USER']}:{given['PASSWORD']}" if given["PASSWORD"] else given["USER"]
    return f"postgres://{user}@{given['HOST']}:{given['PORT'] or 5432}/{name}"


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Let one process at a time look and make."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _migrate(url: str) -> None:
    environment = os.environ | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "reviewhub.test_settings"}
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, env=environment, check=True)
