"""What the main path can take on this machine: requests in, against the least that one would write instead."""

import json
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count
from statistics import median
from typing import Any

from bench.common import free_ports, fresh_database, inside, is_postgres, manage, our_environment, web
from bench.load import CLIENTS, call, request, send
from bench.oauth import AS_IT_COMES, DEFAULTS, STOCK, stock_environment
from bench.pgbench import pgbench
from bench.queues import sql
from bench.size import sized
from bench.table import line, number, rates, turns

ROUNDS = sized(7, 1)
SECONDS = 1.0
CALLS = 1500  # requests for a round, more than can be answered
BULK_ROUNDS = sized(3, 1)
BULK_CALLS = sized(CLIENTS + 1, 2)  # the first one is looked at
EXISTING = sized((1_000, 100_000, 1_000_000), (1_000, 10_000))

LISTS = ("review-requests?", "review-requests?status=scheduled&", "contacts?", "events?", "suppressions?")
LIST_CALLS = sized(15, 3)
LIST_GOAL = 150  # milliseconds

OAUTH = "django-oauth-toolkit, a view, two inserts"
# What any answer needs at least, on the stock project's tables.
FOUR_STATEMENTS = """
\\set n random(1, 1000000000)
BEGIN;
SELECT key, user_id FROM authtoken_token WHERE key = 'none';
SELECT id FROM stock_customer WHERE email = 'pgbench' || :n || '@example.com';
INSERT INTO stock_customer (first_name, email) VALUES ('Ada', 'pgbench' || :n || '@example.com') RETURNING id \\gset
INSERT INTO stock_request (customer_id, status, scheduled_for, created_at) VALUES (:id, 'scheduled', now(), now());
COMMIT;
"""

Messages = Callable[[int], list[bytes]]


def main() -> None:
    with ExitStack() as until_done:
        folder = until_done.enter_context(tempfile.TemporaryDirectory())
        our_port, stock_port, default_port = free_ports(3)
        ours = our_environment(until_done.enter_context(fresh_database(folder, "reviews")), our_port)
        stock = stock_environment(until_done.enter_context(fresh_database(folder, "plain")))
        for project in (ours, stock):
            manage(project, "migrate", "-v0", "--run-syncdb")
        demo = json.loads(manage(ours, "demo", "--json", "--force"))
        tokens = inside(stock, STOCK, "tokens")
        until_done.enter_context(web(ours, "reviewhub.wsgi", our_port))
        until_done.enter_context(web(stock, "bench.stock.wsgi", stock_port))
        until_done.enter_context(web(stock | DEFAULTS, "bench.stock.wsgi", default_port))

        numbers = count()
        our_headers = headers(f"Bearer {demo['api_key']}")
        sides = {
            "ReviewHub": one_by_one(our_port, "/api/v1/review-requests", our_headers, numbers),
            "a bare REST view, its framework's token, two inserts": one_by_one(
                stock_port, "/ask", headers(f"Token {tokens['framework']}"), numbers
            ),
            OAUTH: one_by_one(stock_port, "/ask-with-oauth", headers(f"Bearer {tokens['bearer']}"), numbers),
            AS_IT_COMES: one_by_one(default_port, "/ask-with-oauth", headers(f"Bearer {tokens['bearer']}"), numbers),
        }
        for measure in sides.values():
            measure()  # warm up
        if is_postgres():
            for project in (ours, stock):
                sql(project["DATABASE_URL"], "ANALYZE")  # as the database does by itself in time
        rates("POST one request, a new contact", turns(sides, rounds=ROUNDS), {OAUTH: 1.2})
        if is_postgres() and (limit := pgbench(stock["DATABASE_URL"], FOUR_STATEMENTS, sized(5, 1))):
            line("the limit: four statements in a transaction, pgbench", number(limit))
        bulk(our_port, our_headers, numbers)
        if is_postgres():
            flat(ours, sides["ReviewHub"])
            lists(our_port, our_headers)


def headers(authorization: str) -> dict[str, str]:
    return {"Authorization": authorization, "Content-Type": "application/json"}


def person(number: int) -> dict[str, Any]:
    return {"email": f"one{number}@example.com", "first_name": "Ada"}


def one_by_one(port: int, path: str, given: dict[str, str], numbers: Iterator[int]) -> Callable[[], float]:
    """A round of calls, each about somebody new."""

    def measure() -> float:
        bodies = [json.dumps(person(next(numbers))).encode() for _ in range(CALLS)]
        return send(port, [request("POST", path, given, body) for body in bodies], 201, SECONDS)

    return measure


def bulk(port: int, given: dict[str, str], numbers: Iterator[int]) -> None:
    found = []
    for _ in range(BULK_ROUNDS):
        bodies = [{"requests": [person(next(numbers)) for _ in range(500)]} for _ in range(BULK_CALLS)]
        path = "/api/v1/review-requests/bulk"
        calls = [request("POST", path, given, json.dumps(body).encode()) for body in bodies]
        first = json.loads(call(port, calls.pop(0)))
        assert all(row["status"] == 201 for row in first["results"])
        found.append(500 * send(port, calls, 200))
    line("bulk, 500 a call, requests a second", number(median(found)), "3,000")


def flat(project: dict[str, str], measure: Callable[[], float]) -> None:
    """Whether a request costs the same when there are very many."""
    print(f"\n{'POST one request, beside those that exist':58}{'a second':>9}  {'of first':>8}")
    sql(project["DATABASE_URL"], "TRUNCATE reviews_contact CASCADE")
    first = 0.0
    for existing in EXISTING:
        inside(project, "bench.rows", "grow", total=existing)
        rate = median(measure() for _ in range(ROUNDS))
        first = first or rate
        print(f"  {f'{existing:,} requests':56}{number(rate):>9}  {rate / first:>8.2f}", flush=True)


def lists(port: int, given: dict[str, str]) -> None:
    """The longest pages of lists, beside all those that exist."""
    print(f"\n{f'a page of 200, beside {EXISTING[-1]:,} requests, milliseconds':58}")
    for name in LISTS:
        message = request("GET", f"/api/v1/{name}page_size=200", given)
        rows = len(json.loads(call(port, message))["results"])
        milliseconds = 1000 * median(_seconds(port, message) for _ in range(LIST_CALLS))
        missed = "" if milliseconds <= LIST_GOAL else ": MISSED"
        print(f"  {f'{name[:-1]}, {rows} rows':56}{number(milliseconds):>9}  goal {LIST_GOAL}{missed}", flush=True)


def _seconds(port: int, message: bytes) -> float:
    began = time.perf_counter()
    call(port, message)
    return time.perf_counter() - began
