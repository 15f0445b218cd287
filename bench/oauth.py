"""Our OAuth server against stock django-oauth-toolkit with its defaults: same web and database server, one run.

The sides take turns, so that whatever else the machine does meets both; the median of the rounds counts. A call that
is answered with anything but 200 ends the measurement.
"""

import json
import os
import tempfile
from base64 import b64encode
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from itertools import islice
from statistics import median

from bench import oauth_calls
from bench.common import free_ports, fresh_database, inside, manage, our_environment, web
from bench.load import CLIENTS, Calls, call, form, rate, request, send
from bench.size import sized
from bench.table import turns

ROUNDS = sized(7, 1)  # short ones: a machine's other work comes and goes
SECONDS = 1.0
SECONDS_HASHED = 2.0  # with its default for secrets, the stock server hashes for 200 ms and more in each call
ROUNDS_REVOKING = sized(3, 1)  # in processes of their own, which take seconds to start and to fill
CODES = 100 * CLIENTS  # more than can be exchanged in a round
CHECKS = 4000  # requests for a round, more than can be answered
PAIRS = sized(5000, 500)  # of an access and a refresh token
PAIRS_TIMED = sized(100, 20)  # of them, one by one, a round

OURS, STOCK = "bench.ours", "bench.stock.inside"  # what happens inside each project's processes
Project = dict[str, str]  # the environment of a project's processes
# Django's own settings of a database, where the other sides have ours.
DEFAULTS = {"CONN_MAX_AGE": "0", "PREPARED_STATEMENTS": "false"}
AS_IT_COMES = "… with Django's default, a connection for each request"


@dataclass(frozen=True)
class Client:
    """A registered client of a server, with codes to exchange and an access token for each process of the load."""

    port: int
    token_path: str
    introspection_path: str
    client_id: str
    client_secret: str
    codes: Iterator[str]
    tokens: list[str]


def main() -> None:
    with ExitStack() as until_done:
        folder = until_done.enter_context(tempfile.TemporaryDirectory())
        our_port, stock_port = free_ports(2)
        ours = our_environment(until_done.enter_context(fresh_database(folder, "ours")), our_port)
        stock = stock_environment(until_done.enter_context(fresh_database(folder, "stock")))
        for project in (ours, stock):
            manage(project, "migrate", "-v0", "--run-syncdb")
        until_done.enter_context(web(ours, "reviewhub.wsgi", our_port))
        until_done.enter_context(web(stock, "bench.stock.wsgi", stock_port))

        print("OAuth server: ours against stock django-oauth-toolkit")
        measure_calls(ours, our_port, stock, stock_port)
        measure_revoking_and_statements(ours, stock)


def stock_environment(database: str) -> Project:
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "bench.stock.settings",
        "REVIEWHUB_ENV_FILE": "",
        "DATABASE_URL": database,
        "PYTHONWARNINGS": "ignore",
    }


# --- Calls a second --------------------------------------------------------------------------


def measure_calls(ours: Project, our_port: int, stock: Project, stock_port: int) -> None:
    our_client = client(our_port, ours, OURS)
    plain = client(stock_port, stock, STOCK, hashed=False)
    hashed = client(stock_port, stock, STOCK, hashed=True)

    for each in (our_client, plain):  # warm up
        exchange_and_refresh(each, SECONDS)
    head("calls a second")
    found = turns(
        {
            "ours": partial(exchange_and_refresh, our_client, SECONDS),
            "plain": partial(exchange_and_refresh, plain, SECONDS),
            "hashed": partial(exchange_and_refresh, hashed, SECONDS_HASHED),
        },
        rounds=ROUNDS,
    )
    compare("exchange + refresh; stock secret in plain text", found["ours"], found["plain"], 1.3)
    compare("exchange + refresh; stock secret hashed (default)", found["ours"], found["hashed"], 100)

    checks = {
        "our status": (our_port, [bearer(token) for token in our_client.tokens]),
        "stock view": (stock_port, [bearer(token) for token in plain.tokens]),
        "our introspection": (our_port, [introspection(our_client, token) for token in our_client.tokens]),
        "stock introspection": (stock_port, [introspection(plain, token) for token in plain.tokens]),
    }
    for port, messages in checks.values():  # warm up; introspection says 200 of a dead token, too
        assert all(json.loads(call(port, message))["active"] is True for message in messages * 2)
    found = turns(
        {
            name: partial(send, port, messages * (CHECKS // CLIENTS), seconds=SECONDS)
            for name, (port, messages) in checks.items()
        },
        rounds=ROUNDS,
    )
    compare("bearer check; stock: a REST view", found["our status"], found["stock view"], 1)
    compare("verify; stock: introspection", found["our status"], found["stock introspection"], 1.5)
    compare("introspection on both sides", found["our introspection"], found["stock introspection"])


def client(port: int, project: Project, module: str, **how: bool) -> Client:
    """Register a client, with the codes of all rounds and of the warm-up."""
    made = inside(project, module, "prepare", codes=CODES * (ROUNDS + 1), tokens=CLIENTS, **how)
    return Client(**made | {"port": port, "codes": iter(made["codes"])})


def exchange_and_refresh(by: Client, seconds: float) -> float:
    """Calls a second: each code becomes a pair of tokens, and its refresh token the next one."""
    exchanges = [
        form(by.token_path, oauth_calls.exchange(by.client_id, by.client_secret, code))
        for code in islice(by.codes, CODES)
    ]

    def calls(own: list[bytes]) -> Calls:
        for message in own:
            yield (answer := call(by.port, message))
            token = json.loads(answer)["refresh_token"]
            yield call(by.port, form(by.token_path, oauth_calls.refresh(by.client_id, by.client_secret, token)))

    return rate([calls(exchanges[number::CLIENTS]) for number in range(CLIENTS)], seconds)


def bearer(token: str) -> bytes:
    return request("GET", "/api/v1/status", {"Authorization": f"Bearer {token}"})


def introspection(by: Client, token: str) -> bytes:
    """By the client that the token was issued to; the cheapest way that the stock server has, with a plain secret."""
    credentials = b64encode(f"{by.client_id}:{by.client_secret}".encode()).decode()
    return form(by.introspection_path, {"token": token}, {"Authorization": f"Basic {credentials}"})


# --- Revoking, and statements ----------------------------------------------------------------


def measure_revoking_and_statements(ours: Project, stock: Project) -> None:
    """All tokens of one user. Ours: the whole call. Stock: the model's `revoke()`, pair by pair and without a call."""
    found = turns(
        {
            "ours": partial(inside, ours, OURS, "revoke", pairs=PAIRS),
            "stock": partial(inside, stock, STOCK, "revoke", pairs=PAIRS, timed=PAIRS_TIMED),
        },
        rounds=ROUNDS_REVOKING,
    )
    our_seconds = [run["seconds"] for run in found["ours"]]
    stock_seconds = [run["seconds"] / PAIRS_TIMED * PAIRS for run in found["stock"]]
    head("seconds")
    ratios = [theirs / mine for mine, theirs in zip(our_seconds, stock_seconds, strict=True)]
    row(
        f"revoke {2 * PAIRS:,} tokens of a user*",
        f"{median(our_seconds):.2f}",
        f"{median(stock_seconds):.1f}",
        ratios,
        50,
    )
    print(f"* stock: {2 * PAIRS_TIMED} of them were revoked and timed, and the time multiplied")

    few = inside(ours, OURS, "revoke", pairs=50)
    our_count, stock_count = inside(ours, OURS, "count"), inside(stock, STOCK, "count")
    our_count |= {"revoke few": few["statements"], "revoke many": found["ours"][0]["statements"]}
    a_pair = found["stock"][0]["statements"]
    stock_count |= {"revoke few": 50 * a_pair, "revoke many": PAIRS * a_pair}
    head("SQL statements, with BEGIN, COMMIT and savepoints")
    for name, key in {
        "exchange": "exchange",
        "refresh": "refresh",
        "bearer check": "check",
        "introspection": "introspection",
        "revoke 100 tokens": "revoke few",
        f"revoke {2 * PAIRS:,} tokens": "revoke many",
    }.items():
        row(name, f"{our_count[key]:,}", f"{stock_count[key]:,}")


# --- The table -------------------------------------------------------------------------------


def head(unit: str) -> None:
    print(f"\n{unit:50}{'ours':>8}{'stock':>9}{'ratio':>8}  rounds")


def compare(name: str, ours: list[float], stock: list[float], goal: float | None = None) -> None:
    """A row of rates: the more, the better."""
    ratios = [mine / theirs for mine, theirs in zip(ours, stock, strict=True)]
    row(name, f"{median(ours):.0f}", f"{median(stock):.3g}", ratios, goal)


def row(name: str, ours: str, stock: str, ratios: list[float] | None = None, goal: float | None = None) -> None:
    line = f"{name:50}{ours:>8}{stock:>9}"
    if ratios:
        line += f"{median(ratios):8.3g}  {min(ratios):.3g}–{max(ratios):.3g}"
    if goal is not None:
        line += f", goal {goal:g}"
    print(line, flush=True)
