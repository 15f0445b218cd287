"""Waits for a lock of PostgreSQL: whose, for how long, and because of whom."""

import threading
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

import psycopg

from reviews.tests.support.waiting import beside

LOOK_EVERY = 0.02  # seconds
# Who waits for whom now, and how long already; `migrate` itself may wait.
WAITING = """
    SELECT a.application_name, extract(epoch FROM clock_timestamp() - l.waitstart), l.locktype,
        coalesce(l.relation::regclass::text, ''), left(a.query, 120),
        (SELECT string_agg(application_name || ': ' || left(query, 120), ' | ') FROM pg_stat_activity
         WHERE pid = ANY(pg_blocking_pids(l.pid)))
    FROM pg_locks AS l JOIN pg_stat_activity AS a USING (pid)
    WHERE NOT l.granted AND l.waitstart IS NOT NULL AND a.datname = current_database()
"""


@dataclass
class Waits:
    """Looks every few milliseconds who waits for a lock."""

    url: str
    longest: dict[str, tuple[float, str]] = field(default_factory=dict)  # by who waits: seconds, and for what

    def noted(self) -> AbstractContextManager[None]:
        return beside(self._look)

    def _look(self, over: threading.Event) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            while not over.wait(LOOK_EVERY):
                for who, seconds, kind, table, query, by in connection.execute(WAITING):
                    if seconds and float(seconds) > self.longest.get(who, (0.0, ""))[0]:
                        self.longest[who] = float(seconds), f"{kind} {table}, {query!r}, held by {by!r}"
