"""A modest account, alone and beside a greedy one: how long its calls, pages, mails and webhook calls take.

The greedy account has thousands of mails due, a big import at work, 50 webhooks that never answer, and clients that
call without a pause. Both are measured in one run, on the same processes.
"""

import json
import multiprocessing
import os
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from statistics import median
from typing import Any

from bench.common import free_ports, fresh_database, inside, manage, our_environment, web
from bench.load import call, request
from bench.mail import sending_to, worker
from bench.sink import Sink, sink
from bench.size import sized
from bench.table import number
from reviewhub.processes import end_with_parent

MAILS, ROWS = sized(5_000, 500), sized(20_000, 2_000)
ENDPOINTS, CLIENTS = 50, 4
PROBES = sized(20, 4)
APART = 0.3  # seconds
PATIENCE = 120.0  # seconds
GOAL = 2.0


def main() -> None:
    with ExitStack() as until_done:
        folder = until_done.enter_context(tempfile.TemporaryDirectory())
        taking = until_done.enter_context(sink("smtp"))
        receiver = until_done.enter_context(receiving())
        (port,) = free_ports(1)
        database = until_done.enter_context(fresh_database(folder, "neighbours"))
        project = sending_to(taking, our_environment(database, port), WEBHOOK_NETWORKS="127.0.0.0/8")
        project |= {"API_RATE_PER_MINUTE": "1200", "API_ACCOUNT_RATE_PER_MINUTE": "6000"}
        manage(project, "migrate", "-v0")
        greedy = json.loads(manage(project, "demo", "--json", "--force"))["api_key"]
        modest = inside(project, "bench.ours", "move_in", url=receiver.url)
        until_done.enter_context(web(project, "reviewhub.wsgi", port))
        until_done.enter_context(worker(project))
        probe(port, modest, taking, receiver, "warm", probes=2)
        alone = probe(port, modest, taking, receiver, "alone")
        inside(project, "bench.ours", "be_greedy", url=receiver.url, mails=MAILS, rows=ROWS, endpoint_count=ENDPOINTS)
        with hammering(port, greedy):
            beside = probe(port, modest, taking, receiver, "beside")
        print(f"\n{'seconds, median (longest)':34}{'alone':>18}{'beside a greedy one':>22}{'ratio':>8}")
        for name, seconds in alone.items():
            report(name, seconds, beside[name])


def probe(
    port: int, key: str, taking: Sink, receiver: "Receiver", tag: str, *, probes: int = PROBES
) -> dict[str, list[float]]:
    """Do now and then what a modest account does, and measure each."""
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    found: dict[str, list[float]] = {"call that asks": [], "page": []}
    asked_at: dict[str, float] = {}
    for count in range(probes):
        address = f"{tag}{count}@example.net"
        body = json.dumps({"email": address}).encode()
        began = time.time()
        call(port, request("POST", "/api/v1/review-requests", headers, body), 201)
        asked_at[address] = time.time()
        call(port, request("GET", "/sign-in", {}))
        found["call that asks"].append(asked_at[address] - began)
        found["page"].append(time.time() - asked_at[address])
        time.sleep(APART)
    wait(lambda: asked_at.keys() <= taking.tally().times.keys() and asked_at.keys() <= receiver.told.keys())
    left_at = taking.tally().times
    found["mail, from the call"] = [left_at[address] - moment for address, moment in asked_at.items()]
    found["webhook, from the call"] = [receiver.told[address] - moment for address, moment in asked_at.items()]
    return found


def report(name: str, alone: list[float], beside: list[float]) -> None:
    figures = [f"{median(seconds):.3f} ({max(seconds):.3f})" for seconds in (alone, beside)]
    ratio = median(beside) / median(alone)
    verdict = f", goal {GOAL:g}{'' if ratio <= GOAL else ': MISSED'}"
    print(f"  {name:32}{figures[0]:>18}{figures[1]:>22}{number(ratio):>7}×{verdict}", flush=True)


def wait(is_done: Any) -> None:
    end = time.monotonic() + PATIENCE
    while not is_done():
        if time.monotonic() > end:
            raise TimeoutError(f"The modest account still waits after {PATIENCE:.0f} seconds.")
        time.sleep(0.05)


# --- The other sides ---------------------------------------------------------------------------------


class Receiver:
    """What webhooks call: `told` has when each address was first told of; paths of the greedy one get no answer."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.told: dict[str, float] = {}
        self.ended = threading.Event()


@contextmanager
def receiving() -> Iterator[Receiver]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.path != "/modest":
                receiver.ended.wait()
                return
            receiver.told.setdefault(json.loads(body)["data"]["review_request"]["contact_email"], time.time())
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    receiver = Receiver(server.server_address[1])
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield receiver
    finally:
        receiver.ended.set()
        server.shutdown()


@contextmanager
def hammering(port: int, key: str) -> Iterator[None]:
    """Clients that call without a pause, also when they are refused."""
    message = request("GET", "/api/v1/review-requests?page_size=100", {"Authorization": f"Bearer {key}"})
    processes = [multiprocessing.Process(target=_hammer, args=(port, message), daemon=True) for _ in range(CLIENTS)]
    for process in processes:
        process.start()
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.join()


def _hammer(port: int, message: bytes) -> None:
    end_with_parent()
    os.nice(19)  # it has a machine of its own
    while True:
        with suppress(RuntimeError):  # 429
            call(port, message)
