"""A purge of requests of four years ago: seconds, memory, how long a neighbour waits, and the sizes of the tables."""

import tempfile
import threading
import time
from typing import Any

from bench.common import free_ports, fresh_database, inside, is_postgres, manage, our_environment, weigh
from bench.size import sized
from bench.table import line
from reviews.tests.support.waiting import beside

REQUESTS = sized(1_000_000, 10_000)
TABLES = ("reviews_contact", "reviews_reviewrequest", "reviews_delivery", "reviews_event")


def main() -> None:
    if not is_postgres():
        print("purges: left out, DATABASE_URL names no PostgreSQL server")
        return
    print(f"\npurges: {REQUESTS:,} requests")
    with tempfile.TemporaryDirectory() as folder, fresh_database(folder, "purges") as database:
        ours = our_environment(database, free_ports(1)[0])
        manage(ours, "migrate", "-v0")
        manage(ours, "demo", "--json", "--force")
        inside(ours, "bench.rows", "grow", total=REQUESTS, sent=True)
        before = inside(ours, "bench.purges", "age")
        neighbour = Neighbour(database)
        with beside(neighbour.write):
            seconds, megabytes = weigh(ours, "django", "purge")
        after, emptied = inside(ours, "bench.purges", "sizes"), inside(ours, "bench.purges", "sizes", full=True)
    line("seconds", f"{seconds:,.0f}")
    line("… memory at its most, MB", f"{megabytes:,.0f}")
    line("… longest write of a neighbour to a row of each table, seconds", f"{neighbour.longest:.2f}", "2")
    for name in TABLES:
        words = f"{name.removeprefix('reviews_')}, MB: before, after, after VACUUM FULL"
        line(words, ", ".join(f"{size[name] / 1e6:,.0f}" for size in (before, after, emptied)))


class Neighbour:
    """Somebody who writes to the newest row of each table meanwhile."""

    def __init__(self, database: str) -> None:
        self.database, self.longest = database, 0.0

    def write(self, over: threading.Event) -> None:
        import psycopg

        with psycopg.connect(self.database, autocommit=True) as connection:
            while not over.wait(0.05):
                for name in TABLES[:3]:
                    began = time.monotonic()
                    newest = f"SELECT id FROM {name} ORDER BY created_at LIMIT 1"
                    connection.execute(f"UPDATE {name} SET created_at = created_at WHERE id = ({newest})".encode())
                    self.longest = max(self.longest, time.monotonic() - began)


# --- Inside the project ------------------------------------------------------------------------------


def age() -> dict[str, int]:
    """Let all be sent, answered and over four years ago; return the sizes of the tables, packed."""
    from django.db import connection

    moved = "now() - interval '4 years' - id % 1000 * interval '1 minute'"
    words = "repeat(md5(id::text), 6)"
    with connection.cursor() as cursor:
        for statement in (
            f"UPDATE reviews_delivery SET status = 'sent', subject = 'How was it?', text = {words}, due_at = {moved},"
            f" sent_at = {moved}, created_at = {moved}",
            "UPDATE reviews_reviewrequest SET status = 'completed', created_at = created_at - interval '4 years',"
            " sent_at = now() - interval '4 years', ended_at = now() - interval '4 years'",
            "UPDATE reviews_contact SET created_at = created_at - interval '4 years',"
            " updated_at = now() - interval '4 years'",
        ):
            cursor.execute(statement)
    return sizes(full=True)


def sizes(full: bool = False) -> dict[str, Any]:
    """Return the bytes of each table with its indexes; `full`: packed before."""
    from django.db import connection

    with connection.cursor() as cursor:
        for name in TABLES if full else ():
            cursor.execute(f"VACUUM FULL ANALYZE {name}")
        sizes_of = "SELECT name, pg_total_relation_size(name::regclass) FROM unnest(%s::text[]) name"
        cursor.execute(sizes_of, [list(TABLES)])
        return dict(cursor.fetchall())
