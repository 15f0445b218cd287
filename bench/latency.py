"""From due to start: how late the sink gets a message, with few and with very many that are not due yet."""

import random
import sys
import tempfile
import time
from contextlib import ExitStack
from statistics import quantiles

from bench.common import free_ports, fresh_database, inside, is_postgres, manage, our_environment
from bench.mail import sending_to, worker
from bench.oauth import stock_environment
from bench.running import running
from bench.sink import Sink, sink
from bench.size import sized
from bench.table import number

PENDING = sized((10_000, 100_000, 1_000_000), (10_000,))
MESSAGES = sized(100, 20)
APART = (0.15, 0.35)  # seconds: no multiple of how often somebody may look
AHEAD = 4.0  # seconds until the first is due, in which the rows are made
GOAL = 0.3
STOCK_MESSAGES = sized(12, 2)
STOCK_APART = 7.3


def main() -> None:
    if not is_postgres():
        print("latency: left out, DATABASE_URL names no PostgreSQL server")
        return
    with ExitStack() as until_done:
        folder = until_done.enter_context(tempfile.TemporaryDirectory())
        taking = until_done.enter_context(sink("smtp"))
        (port,) = free_ports(1)
        project = our_environment(until_done.enter_context(fresh_database(folder, "latency")), port)
        manage(project, "migrate", "-v0")
        manage(project, "demo", "--json", "--force")
        print(f"\n{'from due to accepted by the mail server, seconds':58}{'median':>8}{'p99':>8}{'longest':>8}")
        for pending in PENDING:
            inside(project, "bench.rows", "grow", total=pending)
            report(f"ReviewHub, {pending:,} messages pending", ours(project, taking, f"due{pending}"), GOAL)
        queue = stock_environment(until_done.enter_context(fresh_database(folder, "schedule")))
        queue |= {"DJANGO_SETTINGS_MODULE": "bench.stock.queue_settings", "BENCH_SMTP_PORT": str(taking.port)}
        manage(queue, "migrate", "-v0")
        report(f"django-q2, Schedule(ONCE), {STOCK_MESSAGES} pending", stock(queue, taking))


def ours(project: dict[str, str], taking: Sink, tag: str) -> list[float]:
    taking.forget()
    with worker(sending_to(taking, project)):
        inside(project, "bench.ours", "ask_many", count=1, tag=f"up-{tag}")
        taking.collect(1, 0)  # the worker is up
        moment, times = time.time() + AHEAD, []
        for _ in range(MESSAGES):
            times.append(moment)
            moment += random.uniform(*APART)  # noqa: S311 (keeps no secret)
        addresses = inside(project, "bench.rows", "due_from", times=times, tag=tag)
        return lateness(taking, dict(zip(addresses, times, strict=True)))


def stock(project: dict[str, str], taking: Sink) -> list[float]:
    taking.forget()
    with running([sys.executable, "-m", "django", "qcluster"], project):
        times = [time.time() + AHEAD + number * STOCK_APART for number in range(STOCK_MESSAGES)]
        addresses = inside(project, "bench.stock.schedules", "plan", times=times)
        return lateness(taking, dict(zip(addresses, times, strict=True)))


def lateness(taking: Sink, due: dict[str, float]) -> list[float]:
    """Wait until all have come; how many seconds after its time each came."""
    end = max(due.values()) + 60
    while not due.keys() <= (times := taking.tally().times).keys():
        if time.time() > end:
            raise TimeoutError("A message is a minute late.")
        time.sleep(0.5)
    return [times[address] - moment for address, moment in due.items()]


def report(name: str, late: list[float], goal: float | None = None) -> None:
    cuts = quantiles(late, n=100, method="inclusive")
    line = f"  {name:56}{number(cuts[49]):>8}{number(cuts[98]):>8}{number(max(late)):>8}"
    if goal is not None:
        line += f"  goal p99 {goal:g}{'' if cuts[98] <= goal else ': MISSED'}"
    print(line, flush=True)
