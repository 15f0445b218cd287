"""A backup and a restore beside 10,000 and 1,000,000 requests: seconds, and the memory of the process."""

import tempfile
from contextlib import ExitStack
from pathlib import Path

from bench.common import free_ports, fresh_database, inside, is_postgres, manage, our_environment, weigh
from bench.size import sized
from bench.table import line

REQUESTS = sized((10_000, 1_000_000), (1_000, 10_000))
SECONDS = 300  # for the backup of the most


def main() -> None:
    if not is_postgres():
        print("backups: left out, DATABASE_URL names no PostgreSQL server")
        return
    print("\nbackups")
    for requests in REQUESTS:
        with ExitStack() as until_done:
            folder = until_done.enter_context(tempfile.TemporaryDirectory())
            file = Path(folder, "backup")
            [port] = free_ports(1)
            ours = our_environment(until_done.enter_context(fresh_database(folder, "backups")), port)
            manage(ours, "migrate", "-v0")
            manage(ours, "demo", "--json", "--force")
            inside(ours, "bench.rows", "grow", total=requests, sent=True)
            _show(f"{requests:,} requests: backup", *weigh(ours, "django", "backup", str(file)), goal=f"{SECONDS} s")
            line("… the file, MB", f"{file.stat().st_size / 1e6:,.0f}")
            empty = ours | {"DATABASE_URL": until_done.enter_context(fresh_database(folder, "restored"))}
            _show(f"{requests:,} requests: restore", *weigh(empty, "django", "restore", str(file)))


def _show(name: str, seconds: float, megabytes: float, goal: str = "") -> None:
    line(f"{name}, seconds", f"{seconds:,.1f}", goal)
    line("… memory at its most, MB", f"{megabytes:,.0f}")
