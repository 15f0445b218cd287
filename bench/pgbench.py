"""The limit: the statements alone, by PostgreSQL's own pgbench."""

import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.load import CLIENTS


def pgbench(database: str, script: str, seconds: int) -> float | None:
    """Runs of the script a second by as many clients as elsewhere; None where there is no pgbench."""
    program = shutil.which("pgbench") or next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin/pgbench"))), None)
    if program is None:
        return None
    with TemporaryDirectory() as folder:
        file = Path(folder) / "script.sql"
        file.write_text(script)
        how = ["-n", "-M", "prepared", "-c", str(CLIENTS), "-j", "2", "-T", str(seconds), "-f", str(file)]
        done = subprocess.run([program, *how, database], check=True, capture_output=True, text=True)
    return next(float(line.split()[2]) for line in done.stdout.splitlines() if line.startswith("tps"))
