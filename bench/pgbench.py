"""The limit: the statements alone, by PostgreSQL's own pgbench."""

import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.load import CLIENTS
from bench.queues import sql
from bench.table import line, number


def pgbench(database: str, script: str, seconds: int, clients: int = CLIENTS) -> float | None:
    """Runs of the script a second by as many clients as elsewhere; None where there is no pgbench."""
    program = shutil.which("pgbench") or next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin/pgbench"))), None)
    if program is None:
        return None
    with TemporaryDirectory() as folder:
        file = Path(folder) / "script.sql"
        file.write_text(script)
        how = [
            "-n",
            "-M",
            "prepared",
            "-c",
            str(clients),
            "-j",
            str(min(clients, 2)),
            "-T",
            str(seconds),
            "-f",
            str(file),
        ]
        done = subprocess.run([program, *how, database], check=True, capture_output=True, text=True)
    return next(float(line.split()[2]) for line in done.stdout.splitlines() if line.startswith("tps"))


def commits(database: str) -> None:
    """Say how fast this machine's disk is: it bounds who commits a mark for each message, one after another."""
    sql(database, "CREATE TABLE commits (number int)")
    for clients in (1, 2, 16):
        if rate := pgbench(database, "INSERT INTO commits VALUES (1);", 2, clients):
            line(f"durable commits a second, {clients} at once", number(rate))
    sql(database, "DROP TABLE commits")
