"""upgrade_load.py: update the first release to this one while both are at work, as real processes, under load.

The old web server and worker run from a checkout and an environment of their own; `migrate` of today is killed in the
middle and begun again; then old and new work side by side, then the new ones alone. Meanwhile programs ask, and
customers open links and opt out. Needs the PostgreSQL of DATABASE_URL, in which it makes a database of its own; takes
the Redis of REDIS_URL where there is one. Ends with 0, or with sentences and 1.
"""

import contextlib
import json
import logging
import os
import signal
import subprocess
import sys
import tarfile
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ["DJANGO_SETTINGS_MODULE"] = "reviewhub.test_settings"

import django  # noqa: E402

django.setup()

import requests  # noqa: E402

from reviews.tests.support.mail import free_port  # noqa: E402
from reviews.tests.support.site import providers, reachable  # noqa: E402
from reviews.tests.support.waiting import until  # noqa: E402
from reviews.tests.upgrade.load import Load, Post  # noqa: E402
from reviews.tests.upgrade.released import KEYS, Old, read, released  # noqa: E402
from reviews.tests.upgrade.waits import Waits  # noqa: E402

RELEASE = "a7ba272"
REQUESTS = int(os.environ.get("UPGRADE_REQUESTS", "10000"))
ALONE, AFTER, BESIDE = 10.0, 20.0, 30.0  # seconds of: the old ones before; the old ones on the new tables; both
GOAL = 2.0  # seconds that anybody may wait for a table
PATIENCE = 240.0
# What the hourly work does with it that customers said to an old web server after the inbox was made.
TAKE_IN = "from django.utils.timezone import now; from reviews.delivery.late import take_in_late; take_in_late(now())"
NOT_IN_INBOX = """
    SELECT count(*) FILTER (WHERE (SELECT count(*) FROM reviews_inboxitem AS i WHERE i.feedback_id = f.id) <> 1),
        count(*) FILTER (WHERE c.email LIKE '%@load.example')
    FROM reviews_feedback AS f JOIN reviews_reviewrequest AS r ON r.id = f.request_id
    JOIN reviews_contact AS c ON c.id = r.contact_id
"""
DEADLOCKS = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
LINKS = "SELECT link_token FROM reviews_delivery WHERE status IN ('sent', 'delivered') ORDER BY id LIMIT 200"
UNDER_WAY = (
    "SELECT 1 FROM reviews_delivery WHERE status IN ('planned', 'sending') AND due_at < now() + interval '5 min'"
)
# The hourly work ends old requests, as it should: rows of before are looked at without it.
NO_SWEEP = "UPDATE django_q_schedule SET next_run = now() + interval '1 day' WHERE name = 'sweep' RETURNING id"


@dataclass
class Release:
    """Web server and worker of one release, run from its folder by its Python."""

    name: str
    folder: Path
    programs: Path  # of its virtual environment
    environment: dict[str, str]
    logs: Path
    port: int = field(default_factory=free_port)
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def manage(self, *words: str) -> list[str]:
        return [str(self.programs / "python"), "manage.py", *words]

    def start(self, what: str, *command: str) -> subprocess.Popen[bytes]:
        environment = self.environment | {"PGAPPNAME": f"{self.name} {what}", "PORT": str(self.port)}
        with self.log(what).open("ab") as log:
            process = subprocess.Popen(command, cwd=self.folder, env=environment, stdout=log, stderr=log)
        self.processes[what] = process
        return process

    def begin(self) -> None:
        self.start("web", str(self.programs / "gunicorn"), "reviewhub.wsgi")
        self.start("worker", *self.manage("worker"))
        until(lambda: reachable(self.url), PATIENCE)

    def end(self) -> None:
        """Stop them as an operator does; each must end well."""
        for process in self.processes.values():
            process.send_signal(signal.SIGTERM)
        codes = {what: process.wait(60) for what, process in self.processes.items()}
        print(f"{self.name}: ended with {codes}")
        self.processes.clear()

    def log(self, what: str) -> Path:
        return self.logs / f"{self.name}-{what}.log"

    def complaints(self) -> Counter[str]:
        """Return what its processes logged as a warning or worse, and how often."""
        said = Counter[str]()
        for log in sorted(self.logs.glob(f"{self.name}-*.log")):
            for line in log.read_text().splitlines():
                try:
                    row = json.loads(line)
                except ValueError:
                    row = {"level": "error", "event": line} if line.startswith("Traceback") else {}
                if isinstance(row, dict) and row.get("level") in ("warning", "error", "critical"):
                    where = f"{row.get('method', '')} {row.get('route', '')} {row.get('status', '')}".strip()
                    said[f"{log.stem}, {row['level']}: {row.get('event', '')} {where}"] += 1
        return said


def old_release(folder: Path) -> tuple[Path, Path]:
    """Check the first release out, and install what its lock names; return its folder and that of its programs."""
    archive, checkout, environment = folder / "old.tar", folder / "old", folder / "environment"
    subprocess.run(["git", "archive", "-o", archive, RELEASE], cwd=ROOT, check=True)
    with tarfile.open(archive) as packed:
        packed.extractall(checkout, filter="data")
    uv = ROOT / ".venv" / "bin" / "uv"
    subprocess.run([uv, "venv", "-q", "--python", sys.executable, environment], check=True)
    lock = ["--require-hashes", "-r", str(checkout / "requirements.lock")]
    subprocess.run([uv, "pip", "install", "-q", "--python", environment / "bin" / "python", *lock], check=True)
    return checkout, environment / "bin"


def prepare(old: Old) -> None:
    """Leave out what a worker would ask the text provider about, and what would call others."""
    in_doubt = "status IN ('sending', 'unknown')"
    old.connection.execute(f"UPDATE reviews_delivery SET status = 'sent', claim = NULL WHERE {in_doubt}")  # noqa: S608
    old.connection.execute("UPDATE reviews_endpoint SET is_active = false")
    old.connection.execute("UPDATE oauth_account SET cooldown_days = 0")  # an opt-out alone holds a second ask back


def update(new: Release, old: Old) -> None:
    """Run `migrate`, kill it in the middle, and run it again."""
    process = new.start("migrate", *new.manage("migrate"))
    until(lambda: b"reviews.0018" in new.log("migrate").read_bytes() or process.poll() is not None, PATIENCE)
    process.kill()
    process.wait()
    is_whole = old.rows("SELECT 1 FROM django_migrations WHERE app = 'reviews' AND name LIKE '0048%'")
    print(f"migrate was killed {'too late' if is_whole else 'in the middle'}, and is run again")
    began = time.monotonic()
    code = new.start("migrate", *new.manage("migrate")).wait(PATIENCE * 5)
    print(f"the second run of migrate took {time.monotonic() - began:.1f} s")
    del new.processes["migrate"]
    if code:
        raise SystemExit(f"migrate ended with {code}: {new.log('migrate').read_text()[-2000:]}")


def verdict(load: Load, old: Old, texts: list[dict[str, str]], before: dict[str, Any], waits: Waits) -> list[str]:
    """Print what came of it, and return what should not be, as sentences."""
    for line in load.table():
        print(line)
    wrong = load.faults_seen([text["To"] for text in texts])
    for who, (seconds, what) in sorted(waits.longest.items()):
        print(f"longest wait for a lock, {who}: {seconds:.2f} s ({what})")
        if seconds > GOAL and "migrate" not in who:
            wrong.append(f"{who} waited {seconds:.2f} s for a lock")
    print(f"deadlocks: {old.rows(DEADLOCKS)[0][0]}")

    rows = {str(row[0]) for row in old.rows("SELECT id FROM reviews_reviewrequest")}
    sent = Counter(str(row[0]) for row in old.rows("SELECT request_id FROM reviews_delivery WHERE status = 'sent'"))
    for name, ask in load.asks.items():
        wrong += [f"the ask {name} is in no row"] if ask.id not in rows else []
        wrong += [f"{sent[ask.id]} messages of the ask {name} are noted as sent"] if sent[ask.id] != 1 else []
    left = old.rows("SELECT COUNT(*) FROM reviews_delivery WHERE status = 'sending' OR claim IS NOT NULL")[0][0]
    wrong += [f"{left} messages are stuck"] if left else []
    now = {name: set(rows_now) for name, rows_now in read(old).items()}
    for name, was in before.items():
        changed = [row for row in was if row not in now[name]]
        wrong += [f"{len(changed)} of {len(was)} {name} changed, such as {changed[0]}"] if changed else []
    [(missing, kept)] = old.rows(NOT_IN_INBOX)
    wrong += [f"{missing} customers' feedback is not in the inbox once"] if missing else []
    wrong += [f"{kept} of {len(load.spoken)} customers' feedback is kept"] if kept != len(load.spoken) else []
    print(f"{load.counts()}; {len(texts):,} texts came; {sum(len(was) for was in before.values()):,} rows of before")
    return wrong


def try_out(folder: Path) -> list[str]:
    logging.getLogger("werkzeug").setLevel(logging.WARNING)  # a line for each text
    post, texts = Post(), list[dict[str, str]]()
    checkout, programs = old_release(folder)
    with contextlib.ExitStack() as stack:
        old = stack.enter_context(released(folder, REQUESTS, "upgrade_load"))
        prepare(old)
        settings = stack.enter_context(providers(post, texts)) | KEYS
        settings |= {
            "DATABASE_URL": old.url,
            "REDIS_URL": os.environ.get("REDIS_URL", ""),
            "DEBUG": "false",
            "PUBLIC_URL": "http://127.0.0.1",
            "BEHIND_PROXY": "true",
            "REVIEWHUB_ENV_FILE": "",
            "DJANGO_SETTINGS_MODULE": "reviewhub.settings",
            "WEB_CONCURRENCY": "2",
            "API_RATE_PER_MINUTE": "0",
            "API_ACCOUNT_RATE_PER_MINUTE": "0",
        }
        before = read(old)
        former = Release("old", checkout, programs, os.environ | settings, folder)
        today = Release("new", ROOT, Path(sys.executable).parent, os.environ | settings, folder)
        for release in (today, former):
            stack.callback(kill, release)
        links = [f"/r/{row[0]}" for row in old.rows(LINKS)]
        waits = Waits(old.url)
        load = Load([("old", former.url)], [f"rh_then-live-{number}" for number in range(4)], post, links)
        former.begin()
        until(lambda: old.rows(NO_SWEEP), PATIENCE)
        with waits.noted():
            load.phase = "old alone"
            load.start()
            stack.callback(load.stop)
            time.sleep(ALONE)
            load.phase = "migrate beside them"
            update(today, old)
            load.phase = "old on the new tables"
            time.sleep(AFTER)
            print(f"/readyz of the old web server says: {requests.get(former.url + '/readyz', timeout=60).text}")
            load.phase = "the new ones start"
            today.begin()
            load.phase = "old and new"
            load.servers = [("old", former.url), ("new", today.url)]
            time.sleep(BESIDE)
            load.phase, load.servers = "new alone", [("new", today.url)]
            time.sleep(1)  # as a proxy that sends nothing there any more
            former.end()
            time.sleep(ALONE)
            load.stop()
            until(lambda: not old.rows(UNDER_WAY), PATIENCE)
            print(f"/readyz of the new web server says: {requests.get(today.url + '/readyz', timeout=60).text}")
            today.end()
        if today.start("shell", *today.manage("shell", "-v0", "-c", TAKE_IN)).wait(PATIENCE):
            raise SystemExit(today.log("shell").read_text())
        wrong = verdict(load, old, texts, before, waits)
        for release in (former, today):
            for words, number in release.complaints().most_common(20):
                print(f"{number} times {words}")
        if wrong:
            for log in sorted(folder.glob("*.log")):
                kept = Path(tempfile.gettempdir(), f"upgrade_load-{log.name}")
                kept.write_bytes(log.read_bytes())
                print(f"The log of {log.stem} is kept as {kept}.", file=sys.stderr)
        return wrong


def kill(release: Release) -> None:
    """End what a failure left running."""
    for process in release.processes.values():
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(30)
        process.kill()
        process.wait()


if __name__ == "__main__":
    try:
        subprocess.run(["git", "cat-file", "-e", f"{RELEASE}^{{commit}}"], cwd=ROOT, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        print(f"The first release ({RELEASE}) is not in the history here: an update under load is left out.")
        sys.exit()
    with tempfile.TemporaryDirectory() as scratch:
        problems = try_out(Path(scratch))
    for problem in problems[:40]:
        print(f"WRONG: {problem}")
    if problems:
        sys.exit(f"The update under load did not go as it should: {len(problems)} faults.")
    print("The update under load lost nothing.")
