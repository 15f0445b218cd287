"""The database of the first release (commit a7ba272), to be updated: 2,000 requests with all about them.

The two dumps beside this file were made once, by that release's own code, and are never made anew: a checkout of that
commit with the packages of its lock, `KEYS` in its environment, `manage.py migrate`, `manage.py shell <
rows_of_then.py`; then `pg_dump --inserts --rows-per-insert=500 --no-owner --no-privileges` without comments, or the
`iterdump` of Python's sqlite3; `xz -9e`.
"""

import contextlib
import lzma
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings

from reviewhub import testing_database

FOLDER, ROOT = Path(__file__).parent, Path(settings.BASE_DIR)
NAMES = ("SECRET_KEY", "OAUTH_TOKEN_KEY", "ADDRESS_HASH_KEY", "SECOND_FACTOR_KEY", "WEBHOOK_KEY", "EVIDENCE_KEY")
KEYS = {
    name: f"{name} of the release a7ba272, and of no installation: it opens nothing that anybody has" for name in NAMES
}
REQUESTS = 2_000
# What differs in each copy of a row: keys, and what must be there once. The rest stays as it is.
COPIED = {
    "reviews_contact": {"id": "uuid", "email": "address", "phone": "address"},
    "reviews_reviewrequest": {"id": "uuid", "contact_id": "uuid", "external_id": "word"},
    "reviews_delivery": {
        "id": "number",
        "request_id": "uuid",
        "message_key": "uuid",
        "link_token": "token",
        "address": "address",
        "provider_id": "word",
    },
    "reviews_feedback": {"id": "number", "request_id": "uuid"},
    "reviews_suppression": {"id": "number", "address": "address", "address_hash": "token"},
    "reviews_deliveryevent": {
        "id": "number",
        "delivery_id": "number",
        "key": "word",
        "provider_id": "word",
        "address": "address",
    },
    "reviews_event": {
        "id": "uuid",
        "contact_id": "uuid",
        "delivery_id": "number",
        "feedback_id": "number",
        "request_id": "uuid",
        "suppression_id": "number",
    },
    "reviews_notice": {"id": "number", "event_id": "uuid"},
}
BIG = tuple(COPIED)
# What a request, a message, an opt-out was, in words that both releases have.
MEANINGS = {
    "requests": "SELECT id, status, reason, external_id, ended_at FROM reviews_reviewrequest ORDER BY id",
    "messages": "SELECT id, request_id, step, channel, status, due_at, sent_at, link_token FROM reviews_delivery "
    "ORDER BY id",
    "feedback": "SELECT id, request_id, rating, text FROM reviews_feedback ORDER BY id",
    "events": "SELECT id, type, request_id, delivery_id FROM reviews_event ORDER BY id",
    "notices": "SELECT id, status, due_at FROM reviews_notice ORDER BY id",
    "people": "SELECT user_id, account_id, role FROM oauth_membership ORDER BY id",
    "keys": "SELECT key_hash, revoked_at FROM oauth_apikey ORDER BY id",
    "tokens": "SELECT token, expires, token_family FROM oauth_accesstoken ORDER BY id",
    "steps": "SELECT id, position, email_text, sms_text FROM reviews_followupstep ORDER BY id",
    "opt-outs": "SELECT id, reason, lifted_at IS NULL FROM reviews_suppression ORDER BY id",
}


@dataclass
class Old:
    """A database of the first release. `run` is a process of today's code on it."""

    url: str
    connection: Any  # of sqlite3 or psycopg, which have `execute` in common; commits by itself

    @property
    def environment(self) -> dict[str, str]:
        unset = dict.fromkeys(("REDIS_URL", "EMAIL_URL", "TWILIO_ACCOUNT_SID", "REVIEWHUB_ENV_FILE"), "")
        today = {"DJANGO_SETTINGS_MODULE": "reviewhub.settings", "PYTHONWARNINGS": "ignore"}
        return os.environ | unset | KEYS | today | {"DATABASE_URL": self.url, "DEBUG": "true"}

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in self.connection.execute(statement).fetchall()]

    def count(self, table: str) -> int:
        return int(self.rows(f"SELECT COUNT(*) FROM {table}")[0][0])  # noqa: S608 (a name of ours)

    def columns(self) -> dict[str, list[str]]:
        """Return the names of the big tables' columns."""
        empty = {table: self.connection.execute(f"SELECT * FROM {table} LIMIT 0") for table in BIG}  # noqa: S608
        return {table: [column[0] for column in cursor.description] for table, cursor in empty.items()}

    def start(self, *command: str) -> subprocess.Popen[str]:
        line = [sys.executable, "manage.py", *command]
        pipe = subprocess.PIPE
        return subprocess.Popen(line, cwd=ROOT, env=self.environment, stdout=pipe, stderr=pipe, text=True)

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        line = [sys.executable, "manage.py", *command]
        return subprocess.run(line, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False)

    def migrate(self) -> str:
        """Update it as an operator does, and return what the command said on standard error."""
        done = self.run("migrate", "--verbosity=1")
        assert done.returncode == 0, done.stderr
        return done.stderr


@contextlib.contextmanager
def released(folder: Path, requests: int = REQUESTS, name: str = "released") -> Iterator[Old]:
    """Make a database of the first release, of the kind that the tests have, with so many requests."""
    with sqlite_of_then(folder, name) if settings.SQLITE else postgres_of_then(name) as old:
        if requests > REQUESTS:
            multiply(old, requests // REQUESTS - 1)
        yield old


@contextlib.contextmanager
def sqlite_of_then(folder: Path, name: str) -> Iterator[Old]:
    file = folder / f"{name}.sqlite3"
    with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.executescript(read_dump("sqlite"))
        connection.execute("PRAGMA journal_mode = wal")
        yield Old(f"sqlite:///{file}", connection)


@contextlib.contextmanager
def postgres_of_then(name: str) -> Iterator[Old]:
    database = f"{name}_{os.getpid()}"
    url = testing_database.postgres_url(database)
    with testing_database.server() as postgres:
        postgres.execute(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")
        postgres.execute(f"CREATE DATABASE {database}")
        try:
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute(read_dump("postgresql"))
            with psycopg.connect(url, autocommit=True) as connection:
                yield Old(url, connection)
        finally:
            postgres.execute(f"DROP DATABASE {database} WITH (FORCE)")


def read(old: Old) -> dict[str, list[tuple[Any, ...]]]:
    """Return what its rows mean."""
    return {name: old.rows(statement) for name, statement in MEANINGS.items()}


def read_dump(vendor: str) -> str:
    return lzma.decompress((FOLDER / f"a7ba272-{vendor}.sql.xz").read_bytes()).decode()


def multiply(old: Old, copies: int) -> None:
    """Add so many copies of all rows of the big tables, each with keys and addresses of its own."""
    copy_rows(old, old.columns(), first=1, last=copies)
    if not settings.SQLITE:
        old.connection.execute("VACUUM ANALYZE")


def copy_rows(old: Old, columns: dict[str, list[str]], *, first: int, last: int) -> None:
    """Add the copies of these numbers, naming these columns of each big table alone."""
    postgres = not settings.SQLITE
    prefix = "lpad(to_hex(copy.number), 4, '0')" if postgres else "printf('%04x', copy.number)"
    number = "CAST(substr({0}, 2) AS bigint) + copy.number * 10000"
    kinds = {
        "uuid": f"CAST({prefix} || substr(CAST({{0}} AS text), 5) AS {'uuid' if postgres else 'text'})",
        "number": "{0} + copy.number * 10000000",
        "token": f"{prefix} || substr({{0}}, 5)",
        "word": f"CASE {{0}} WHEN '' THEN '' ELSE {prefix} || '-' || {{0}} END",
        "address": f"CASE WHEN {{0}} LIKE '%@%' THEN {prefix} || {{0}} "
        f"WHEN {{0}} = '' THEN '' ELSE '+' || ({number}) END",
    }
    for table, changed in COPIED.items():
        named = {column: f'source."{column}"' for column in columns[table]}
        values = ", ".join(
            kinds[changed[column]].format(name) if column in changed else name for column, name in named.items()
        )
        quoted = ", ".join(f'"{column}"' for column in named)
        old.connection.execute(
            "WITH RECURSIVE copy(number) AS "  # noqa: S608
            f"(SELECT {first} UNION ALL SELECT number + 1 FROM copy WHERE number < {last}) "
            f"INSERT INTO {table} ({quoted}) SELECT {values} FROM {table} source, copy"
        )
        if postgres and changed["id"] == "number":
            key = f"pg_get_serial_sequence('{table}', 'id')"
            old.connection.execute(f"SELECT setval({key}, (SELECT MAX(id) FROM {table}))")  # noqa: S608
