"""What the processes weigh: web server and worker together, and whether the worker grows.

The weight is the proportional set size of a process and all its children: pages that several share count once.
"""

import json
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from bench.common import free_ports, fresh_database, inside, is_postgres, manage, our_environment, web
from bench.load import call, request
from bench.mail import example, sending_to, worker
from bench.mail_peers import Peer, in_python, installed, missing, prepare
from bench.queues import Redis
from bench.running import all_running
from bench.sink import Sink, sink
from bench.size import sized
from bench.table import line

MESSAGES = sized(100_000, 300)
SETTLED = sized(10_000, 100)  # messages after which nothing should grow any more
PATIENCE = sized(1200.0, 30.0)  # seconds for all of them
WARM = 50
GOAL, GROWTH = 200, 5  # MB


def main() -> None:
    if not is_postgres():
        print("memory: left out, DATABASE_URL names no PostgreSQL server")
        return
    with ExitStack() as until_done:
        folder = Path(until_done.enter_context(tempfile.TemporaryDirectory()))
        taking = until_done.enter_context(sink("smtp"))
        (port,) = free_ports(1)
        project = our_environment(until_done.enter_context(fresh_database(str(folder), "memory")), port)
        project = sending_to(taking, project, WORKERS="2")
        manage(project, "migrate", "-v0")
        manage(project, "demo", "--json", "--force")
        print(f"\n{'memory':58}{'MB (PSS)':>9}")
        words = json.dumps(example(project))
        ours(project, port, taking)
        if not installed():
            print(*missing(), sep="\n")
            return
        redis = until_done.enter_context(Redis.held())
        theirs = until_done.enter_context(fresh_database(str(folder), "peers"))
        message = folder / "message.json"
        message.write_text(words)
        given = {"BENCH_MESSAGE": str(message), "BENCH_REDIS_URL": redis.url, "DATABASE_URL": theirs}
        prepare(given)
        for peer in in_python(2, 8, slow=False):
            if peer.name.startswith(("Celery, Redis, default", "Dramatiq")):
                line(f"{peer.name}: worker alone, two processes", str(round(weigh_peer(peer, given, redis, taking))))


def ours(project: dict[str, str], port: int, taking: Sink) -> None:
    """Idle, and while and after many messages."""
    with web(project, "reviewhub.wsgi", port) as server, worker(project) as sender:
        for _ in range(WARM):
            call(port, request("GET", "/healthz", {}))
        taking.forget()  # before: a quick worker has sent them when this process hears that they are asked
        inside(project, "bench.ours", "ask_many", count=WARM, tag="warm-up")
        taking.collect(WARM, 20)
        time.sleep(2)
        served, sent = weigh(server), weigh(sender)
        line("web server, two processes", f"{served:.0f}")
        line("worker, two processes", f"{sent:.0f}")
        together = served + sent
        missed = "" if together <= GOAL else ": MISSED"
        line("together", f"{together:.0f}", f"{GOAL}{missed}")

        taking.forget()
        had = inside(project, "bench.rows", "grow", total=MESSAGES, tag="many", days=-30)
        taking.collect(SETTLED, PATIENCE)
        settled = weigh(sender)
        tally = taking.collect(MESSAGES - had, PATIENCE)
        time.sleep(2)
        after = weigh(sender)
        missed = "" if after - settled <= GROWTH else ": MISSED"
        line(f"the worker after {tally.accepted:,} messages", f"{after:.0f}")
        line(f"… more than after {SETTLED:,}", f"{after - settled:+.1f}", f"{GROWTH}{missed}")


def weigh_peer(peer: Peer, given: dict[str, str], redis: Redis, taking: Sink) -> float:
    settings = {"DJANGO_SETTINGS_MODULE": "bench.peers.django_settings"}  # as a Django project has it
    environment = peer.environment(given, taking.port) | settings
    redis.empty()
    peer.put(environment, WARM, "weigh")
    taking.forget()
    with all_running(peer.commands, environment) as pids:
        taking.collect(WARM, 20)
        time.sleep(2)
        return sum(weigh(pid) for pid in pids)


def weigh(pid: int) -> float:
    """MB of a process and its children."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        own = next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
        children = [
            child for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()
        ]
    except FileNotFoundError:  # it ended just now
        return 0.0
    return own / 1024 + sum(weigh(int(child)) for child in children)
