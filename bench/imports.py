"""A list of 100,000 customers: seconds from its upload to the page that has looked at the first rows, and memory.

The page is asked for as people do, in a process that has answered one such upload before. Memory is what comes on top
of that process, or of the worker's, and the whole of the process that reads a workbook.
"""

import gc
import io
import tempfile
import time
from pathlib import Path
from typing import Any

from django.test import Client

from bench.common import free_ports, fresh_database, inside, manage, our_environment, weigh
from bench.size import sized
from bench.table import line

ROWS = sized(100_000, 2_000)
SECONDS, MEGABYTES = 2, 100
COLUMNS = ("First name", "Last name", "E-mail", "Mobile", "Visit", "Language", "Company")
READER = "reviews.requests.workbook_reader"
PAGE = "/admin/reviews/importjob/add/"


def main() -> None:
    print(f"\n{f'imports: a list of {ROWS:,} customers':58}{'':>9}")
    with tempfile.TemporaryDirectory() as folder, fresh_database(folder, "imports") as database:
        project = our_environment(database, free_ports(1)[0])
        manage(project, "migrate", "-v0")
        manage(project, "demo", "--json", "--force")
        for kind in ("csv", "xlsx"):
            found = inside(project, "bench.imports", "look", kind=kind, folder=folder)
            line(
                f"{kind.upper()}, {found['size'] / 1e6:.1f} MB: looked at, seconds",
                f"{found['seconds']:.1f}",
                f"{SECONDS}",
            )
            line("… memory of the web process besides, MB", f"{found['besides']:.0f}", f"{MEGABYTES}")
        with Path(folder, "customers.xlsx").open("rb") as workbook:
            _, megabytes = weigh(project, READER, "workbook", stdin=workbook)
        line("… memory of the process that reads it, MB", f"{megabytes:.0f}", f"{MEGABYTES}")
        asked = inside(project, "bench.imports", "work")
        line("asked by the worker, rows a second", f"{asked['rate']:,.0f}")
        line("… memory besides, MB", f"{asked['besides']:.0f}", f"{MEGABYTES}")


# --- Inside the project ------------------------------------------------------------------------------


def look(kind: str, folder: str) -> dict[str, float]:
    """Upload a list after a small one of its kind, which loads what such uploads need, in a process like a web one."""
    from oauth.models import User

    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(User.objects.filter(is_staff=True)[0])
    _upload(client, kind, _list(10, kind))
    raw = _list(ROWS, kind)
    (Path(folder) / f"customers.{kind}").write_bytes(raw)
    gc.freeze()  # as `gunicorn.conf.py` does it
    before = _forget_peak()
    began = time.monotonic()
    page = _upload(client, kind, raw)
    seconds = time.monotonic() - began
    assert f"{ROWS:,}".encode() in page, "the page tells the rows"
    return {"size": len(raw), "seconds": seconds, "besides": _peak() - before}


def work() -> dict[str, float]:
    """Ask the customers of the list that was uploaded last, as the worker does it, slice by slice."""
    from django.utils import timezone

    from reviews.models import ImportJob
    from reviews.requests import imports

    job = ImportJob.objects.order_by("-pk").first()
    assert job is not None
    imports.start(job, check=False, now=timezone.now())
    before = _forget_peak()
    began = time.monotonic()
    while job.status in ImportJob.AT_WORK:
        imports.work(job.pk)
        job.refresh_from_db()
    return {"rate": job.position / (time.monotonic() - began), "besides": _peak() - before}


def _upload(client: Client, kind: str, raw: bytes) -> bytes:
    from oauth.models import Account

    file = io.BytesIO(raw)
    file.name = f"customers.{kind}"
    answer: Any = client.post(PAGE, {"account": str(Account.objects.get().pk), "file": file}, follow=True)
    assert answer.redirect_chain, "the list was taken"
    content: bytes = answer.content
    return content


def _list(rows: int, kind: str) -> bytes:
    from reviews.tests.support.workbooks import xlsx_by_excel

    customers = [
        (
            f"Name{n}",
            f"Family{n}",
            f"customer{n}@example{n % 500}.com",
            12120000000 + n,
            "2026-11-03",
            "en",
            f"Firm {n % 3000}",
        )
        for n in range(rows)
    ]
    if kind == "csv":
        return "".join(",".join(map(str, row)) + "\n" for row in (COLUMNS, *customers)).encode()
    return xlsx_by_excel("Customers", [COLUMNS, *customers])


def _forget_peak() -> float:
    """Let the peak of this process's memory begin anew, and return its memory in MB."""
    Path("/proc/self/clear_refs").write_text("5")
    return _status("VmRSS")


def _peak() -> float:
    return _status("VmHWM")


def _status(name: str) -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:")) / 1024
