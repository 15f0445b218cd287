"""The queues of the other side: emptied between rounds, and gone afterwards."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
import redis

MARK = "reviewhub-bench"


def sql(database: str, *statements: str) -> None:
    """Run statements one by one; a table that does not exist yet holds nothing either."""
    with psycopg.connect(database, autocommit=True) as connection:
        for statement in statements:
            try:
                connection.execute(statement.encode())
            except psycopg.errors.UndefinedTable:
                continue


@dataclass(frozen=True)
class Redis:
    """A Redis database that nobody else uses."""

    url: str

    @classmethod
    @contextmanager
    def held(cls) -> Iterator["Redis"]:
        """BENCH_REDIS_URL, or the database 5 of this machine. Refuses one that holds somebody's keys."""
        here = cls(os.environ.get("BENCH_REDIS_URL") or "redis://127.0.0.1:6379/5")
        with redis.Redis.from_url(here.url) as connection:
            if connection.dbsize() and not connection.exists(MARK):
                raise RuntimeError("The Redis database is not empty: name another one in BENCH_REDIS_URL.")
        here.empty()
        try:
            yield here
        finally:
            with redis.Redis.from_url(here.url) as connection:
                connection.flushdb()

    def empty(self) -> None:
        """Throw everything away, but stay its owner, so that a run that was killed does not lock out the next."""
        with redis.Redis.from_url(self.url) as connection:
            connection.flushdb()
            connection.set(MARK, os.getpid())
