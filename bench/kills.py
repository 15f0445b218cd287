"""Deaths and what they cost: processes killed twenty times in mid-work, what was lost, and what came twice.

The claims of a killed worker lapse after 4 seconds here, where production waits for two minutes; nothing else differs.
"""

import contextlib
import json
import os
import random
import signal
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial

import psycopg
import requests

from bench.common import free_ports, fresh_database, inside, is_postgres, manage, our_environment, web
from bench.mail import sending_to
from bench.queues import sql
from bench.running import running
from bench.sink import Sink, sink
from bench.size import sized
from bench.texts import texting_to, zone_of_afternoon
from reviews.tests.support.processes import busiest, children

KILLS = sized(20, 2)
MESSAGES = sized(1500, 200)
SLOW, THREADS = 0.15, 32
PATIENCE = 180.0  # seconds for all to be settled after the last kill
WORKER = (
    "import sys, django; django.setup(); from reviews.tests.support.inside import hurry; hurry()\n"
    "sys.argv = ['manage.py', 'worker']; import manage; manage.main()"
)
UNSETTLED = "SELECT count(*) FROM reviews_delivery WHERE step = 0 AND status NOT IN ('sent', 'failed', 'unknown')"
# Of a text, until it is looked up in the provider's list, which the sink does not have; of a mail, until staff decide.
IN_DOUBT = "SELECT address FROM reviews_delivery WHERE step = 0 AND status = 'unknown'"

Kill = Callable[[int], None]  # of something of the worker with that process id; OSError or LookupError: not there


def main() -> None:
    if not is_postgres():
        print("kills: left out, DATABASE_URL names no PostgreSQL server")
        return
    with ExitStack() as until_done:
        folder = until_done.enter_context(tempfile.TemporaryDirectory())
        database = until_done.enter_context(fresh_database(folder, "kills"))
        (port,) = free_ports(1)
        project = our_environment(database, port) | {"WORKERS": "2", "SEND_THREADS": str(THREADS)}
        manage(project, "migrate", "-v0")
        demo = manage(project, "demo", "--json", "--force")
        print(f"{f'what dies, {KILLS} times in mid-work':64}{'of':>7}{'lost':>7}{'twice':>7}{'in doubt':>10}")
        drains = (
            ("a process that sends mails to a quick server", "smtp", 0.0, kill_a_drain),
            (f"the same, a server that answers after {SLOW * 1000:.0f} ms, 32 at once", "smtp", SLOW, kill_a_drain),
            ("the whole worker, mails to a quick server", "smtp", 0.0, kill_the_cluster),
            ("a process that sends texts", "twilio", 0.0, kill_a_drain),
            ("the whole worker, texts", "twilio", 0.0, kill_the_cluster),
            ("all connections to PostgreSQL, mails to a quick server", "smtp", 0.0, partial(end_sessions, database)),
            ("all connections to PostgreSQL, texts", "twilio", 0.0, partial(end_sessions, database)),
        )
        for number, (title, kind, delay, kill) in enumerate(drains):
            with sink(kind, delay) as taking:
                sending = sending_to(taking, project) if kind == "smtp" else texting_to(taking, project)
                row(title, drain(sending, taking, kind, kill, number))
        row("a web process, callers repeat under their key", calls(project, port, demo, database))


@dataclass
class Found:
    """Numbers of messages or calls: made, never seen to arrive nor in doubt, seen twice, and in doubt."""

    of: int
    lost: int
    twice: int
    in_doubt: int = 0


def row(title: str, found: Found) -> None:
    print(f"  {title:62}{found.of:>7,}{found.lost:>7}{found.twice:>7}{found.in_doubt:>10}", flush=True)


# --- Deaths in mid-drain ----------------------------------------------------------------------


def drain(project: dict[str, str], taking: Sink, kind: str, kill: Kill, number: int) -> Found:
    database = project["DATABASE_URL"]
    if kind == "smtp":
        inside(project, "bench.ours", "ask_many", count=MESSAGES, tag=f"k{number}")
    else:
        texts = {"count": MESSAGES, "start": number * MESSAGES, "zone": zone_of_afternoon()}
        inside(project, "bench.ours", "ask_by_text", **texts)
    sql(database, "ANALYZE")
    chance = random.Random(number)  # noqa: S311 (repeatable)
    with running([sys.executable, "-c", WORKER], project) as worker:
        for _ in range(KILLS):
            wait_for_more(taking, chance.randint(20, 60))
            until_done(partial(kill, worker))
        until_settled(database)
    tally = taking.tally()
    with psycopg.connect(database) as connection:
        in_doubt = {address for (address,) in connection.execute(IN_DOUBT)}
    sql(database, "TRUNCATE reviews_contact CASCADE")
    return Found(MESSAGES, MESSAGES - len(in_doubt | set(tally.times)), tally.twice, len(in_doubt))


def wait_for_more(taking: Sink, more: int) -> None:
    goal, end = taking.progress().accepted + more, time.monotonic() + 15
    while taking.progress().accepted < goal and time.monotonic() < end:
        time.sleep(0.005)


def until_settled(database: str) -> None:
    end = time.monotonic() + PATIENCE
    with psycopg.connect(database, autocommit=True) as connection:
        while time.monotonic() < end:
            found = connection.execute(UNSETTLED).fetchone()
            if found == (0,):
                return
            time.sleep(0.5)
    raise TimeoutError(f"Not everything was settled within {PATIENCE:.0f} seconds.")


def until_done(kill: Callable[[], None]) -> None:
    """Kill as soon as there is something to kill: one that was killed just now is being replaced."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        with contextlib.suppress(OSError, LookupError):
            return kill()
        time.sleep(0.05)
    raise TimeoutError("There was nothing to kill.")


def kill_a_drain(worker: int) -> None:
    os.kill(busiest(sentinel_of(worker))[0], signal.SIGKILL)


def kill_the_cluster(worker: int) -> None:
    os.killpg(os.getpgid(sentinel_of(worker)), signal.SIGKILL)


def sentinel_of(worker: int) -> int:
    """The parent of the processes that send: worker → cluster → sentinel. Raises LookupError while there is none."""
    for cluster in children(worker):
        for sentinel in children(cluster):
            if len(children(sentinel)) >= 3:
                return sentinel
    raise LookupError("The cluster is not at work.")


def end_sessions(database: str, worker: int) -> None:
    name = database.rsplit("/", 1)[1]
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
        query = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
        server.execute(query, [name])


# --- Deaths in mid-call -----------------------------------------------------------------------


def calls(project: dict[str, str], port: int, demo: str, database: str) -> Found:
    """Ask under a key each, and again under it where no answer came."""
    key = json.loads(demo)["api_key"]
    left, asked = deque(range(MESSAGES)), list[int]()

    def client() -> None:
        while left:
            with contextlib.suppress(IndexError):
                asked.append(ask_until_answered(port, key, left.popleft()))

    with web(project, "reviewhub.wsgi", port) as server, at_once([client] * 4) as threads:
        for kill in range(KILLS):
            while len(asked) < kill * MESSAGES // (KILLS + 1) and any(thread.is_alive() for thread in threads):
                time.sleep(0.005)
            with contextlib.suppress(OSError, IndexError):
                os.kill(random.choice(children(server)), signal.SIGKILL)  # noqa: S311 (any)
    with psycopg.connect(database) as connection:
        found = connection.execute("SELECT count(*), count(DISTINCT contact_id) FROM reviews_reviewrequest").fetchone()
    made, contacts = found or (0, 0)
    return Found(MESSAGES, MESSAGES - contacts, made - contacts)


def ask_until_answered(port: int, key: str, number: int) -> int:
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": f"job-{number}"}
    body = {"email": f"called-{number}@example.com"}
    url = f"http://127.0.0.1:{port}/api/v1/review-requests"
    while True:
        with contextlib.suppress(requests.RequestException):
            answer = requests.post(url, json=body, headers=headers, timeout=10)
            if answer.status_code in (200, 201):
                return number
        time.sleep(0.05)


@contextmanager
def at_once(calls: list[Callable[[], None]]) -> Iterator[list[threading.Thread]]:
    threads = [threading.Thread(target=call) for call in calls]
    for thread in threads:
        thread.start()
    yield threads
    for thread in threads:
        thread.join()
