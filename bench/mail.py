"""Mails drained from a queue into SMTP: our worker against what would be used instead, with the same sink and mail.

Each side fills its queue, then starts its worker, and the sink tells how fast the messages came. A side that needs
longer than SECONDS is stopped there: its rate is known. What is left in its queue is thrown away.
"""

import email
import json
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path
from statistics import mean
from typing import Any

from bench.common import free_ports, fresh_database, inside, is_postgres, manage, our_environment
from bench.mail_peers import Peer, missing, peers, prepare
from bench.pgbench import commits
from bench.queues import Redis, sql
from bench.running import all_running, running
from bench.sink import Sink, Tally, sink
from bench.size import MAILS, sized
from bench.table import line, rates, turns

ROUNDS = sized(3, 1)
SECONDS = sized(8.0, 2.0)
SLOW = 0.05  # seconds that the far provider takes
MORE = 48  # connections, where 16 are what bounds everybody
MARK = "BENCHBENCHBENCH1"  # see peers/message.py
LINK = re.compile(r"(?<=/r/)[A-Za-z0-9_-]{16,22}")

NEAR_GOALS = {"django-post_office, batches of 1,000": 2.0}
SLOW_GOALS = {"BullMQ, nodemailer": 2.0}


@dataclass
class Round:
    rate: float
    size: float  # bytes of a message, with the conversation around it
    twice: int


def main() -> None:
    if not is_postgres():
        print("mail: left out, DATABASE_URL names no PostgreSQL server")
        return
    with ExitStack() as until_done:
        folder = Path(until_done.enter_context(tempfile.TemporaryDirectory()))
        ours = until_done.enter_context(fresh_database(str(folder), "mail"))
        theirs = until_done.enter_context(fresh_database(str(folder), "peers"))
        redis = until_done.enter_context(Redis.held())
        (port,) = free_ports(1)
        project = our_environment(ours, port)
        manage(project, "migrate", "-v0")
        manage(project, "demo", "--json", "--force")
        message = folder / "message.json"
        message.write_text(json.dumps(example(project)))
        environment = {"BENCH_MESSAGE": str(message), "DATABASE_URL": theirs, "BENCH_REDIS_URL": redis.url}
        prepare(environment)
        commits(theirs)
        measure("no provider delay, two processes a side", 0.0, project, environment, redis)
        measure("provider answers after 50 ms, one process", SLOW, project, environment, redis)
        title = f"the same over {MORE} connections"
        measure(title, SLOW, project, environment, redis, connections=MORE, among=("limit", "BullMQ"))


def example(project: dict[str, str]) -> dict[str, str]:
    """What a mail of ours says, so that everybody sends the same: from one that our worker sent."""
    with sink("smtp") as taking:
        tally = drain_ours(sending_to(taking, project), taking, 20, tag="warm")
    found = email.message_from_bytes(tally.sample)
    words = {"subject": "How did we do, Ada?"}
    for part in found.walk():
        if part.get_content_maintype() == "text":
            name = {"plain": "text", "html": "html"}[part.get_content_subtype()]
            words[name] = LINK.sub(MARK, part.get_payload(decode=True).decode())  # type: ignore[union-attr]
    return words


def measure(
    title: str,
    delay: float,
    project: dict[str, str],
    environment: dict[str, str],
    redis: Redis,
    connections: int = 16,
    among: tuple[str, ...] = ("",),
) -> None:
    """A table. `connections`: a side's, in one process for a slow provider, else in two. `among`: parts of names."""
    processes, threads = (1, connections) if delay else (2, connections // 2)
    with sink("smtp", delay) as taking:
        project = sending_to(taking, project, WORKERS=str(processes), SEND_THREADS=str(threads))
        sides: dict[str, Callable[[], Round | None]] = {}
        tags = (f"{'far' if delay else 'near'}{connections}x{number}" for number in count())
        failed: set[str] = set()

        def ours() -> Round:
            return seen(drain_ours(project, taking, MAILS, tag=next(tags)), MAILS)

        def other(peer: Peer) -> Round | None:
            mails = min(MAILS, peer.most)
            if peer.name in failed:
                return None
            try:
                return seen(drain_peer(peer, environment, redis, taking, mails, next(tags)), mails)
            except (RuntimeError, TimeoutError) as error:  # theirs to fail; the others are measured all the same
                failed.add(peer.name)
                print(f"  left out: {peer.name}: {error}")
                return None

        sides["ReviewHub"] = ours
        for peer in peers(processes=processes, threads=threads, slow=bool(delay)):
            if any(part in peer.name for part in among):
                sides[peer.name] = partial(other, peer)
        found = {
            name: [each for each in rounds if each]
            for name, rounds in turns(sides, rounds=ROUNDS).items()
            if all(rounds)
        }
    rates(
        f"mail into SMTP, {title}",
        {name: [each.rate for each in rounds] for name, rounds in found.items()},
        SLOW_GOALS if delay else NEAR_GOALS,
    )
    for name, rounds in found.items():
        if any(each.twice for each in rounds):
            line(f"{name}: sent twice", str(sum(each.twice for each in rounds)))
    sizes = {name: mean(each.size for each in rounds) for name, rounds in found.items()}
    line("bytes a mail with its conversation: ours", f"{sizes['ReviewHub']:,.0f}")
    line("… the least and the most of the others", f"{min(sizes.values()):,.0f}–{max(sizes.values()):,.0f}")
    for reason in missing():
        print(f"  left out: {reason}")


def seen(tally: Tally, mails: int) -> Round:
    if tally.accepted > mails + tally.twice:
        raise RuntimeError(f"{tally.accepted} mails came of {mails}: the queue was not empty before.")
    return Round(tally.rate, tally.size / tally.accepted, tally.twice)


def drain_ours(project: dict[str, str], taking: Sink, mails: int, put: str = "ask_many", **options: Any) -> Tally:
    """Ask that many contacts, start the worker, and wait until it has sent everything, or SECONDS."""
    inside(project, "bench.ours", put, count=mails, **options)
    sql(project["DATABASE_URL"], "ANALYZE")  # as the database does by itself in time, on either side
    taking.forget()
    with worker(project):
        tally = taking.collect(mails, SECONDS)
    sql(project["DATABASE_URL"], "TRUNCATE reviews_contact CASCADE")
    return tally


@contextmanager
def worker(project: dict[str, str]) -> Iterator[int]:
    """`manage.py worker` as it runs in production; yields its process id."""
    with running([sys.executable, "manage.py", "worker"], project) as pid:
        yield pid


def sending_to(taking: Sink, project: dict[str, str], **settings: str) -> dict[str, str]:
    """The project with its mail going to the sink."""
    return project | {"EMAIL_URL": f"smtp://127.0.0.1:{taking.port}"} | settings


def drain_peer(peer: Peer, environment: dict[str, str], redis: Redis, taking: Sink, mails: int, tag: str) -> Tally:
    environment = peer.environment(environment, taking.port)
    peer.put(environment, mails, tag)
    sql(environment["DATABASE_URL"], "ANALYZE")
    taking.forget()
    these = {"count": mails, "tag": tag, "url": redis.url, "folder": Path(environment["BENCH_MESSAGE"]).parent}
    commands = [[part.format(**these) for part in command] for command in peer.commands]
    with all_running(commands, environment):
        tally = taking.collect(mails, SECONDS)
    redis.empty()
    sql(environment["DATABASE_URL"], *peer.clear)
    return tally
