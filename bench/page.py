"""The page that a recipient opens, and the press that leads to a review site.

kutt, a link shortener that would do the second, is no package that can be installed: npm's `kutt` is a client of it.
"""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count

from bench.common import free_ports, fresh_database, inside, is_postgres, manage, our_environment, web
from bench.load import request, send
from bench.oauth import AS_IT_COMES, DEFAULTS, STOCK, stock_environment
from bench.pgbench import pgbench
from bench.size import sized
from bench.table import line, number, rates, turns

ROUNDS = sized(7, 1)
SECONDS = 1.0
CALLS = sized(3000, 1000)  # for a round, more than can be answered
BARE = "a bare Django view: finds the link, updates it, redirects"
ONE_STATEMENT = """
\\set n random(1, {links})
UPDATE stock_link SET pressed_at = now() WHERE token = left(md5('firstrow' || :n), 22) RETURNING url;
"""


def main() -> None:
    if not is_postgres():
        print("page: left out, DATABASE_URL names no PostgreSQL server")
        return
    with ExitStack() as until_done:
        folder = until_done.enter_context(tempfile.TemporaryDirectory())
        our_port, stock_port, default_port = free_ports(3)
        ours = our_environment(until_done.enter_context(fresh_database(folder, "page")), our_port)
        ours |= {"BEHIND_PROXY": "true"}  # so that each call has an address of its own, as recipients have
        stock = stock_environment(until_done.enter_context(fresh_database(folder, "links")))
        for project in (ours, stock):
            manage(project, "migrate", "-v0", "--run-syncdb")
        manage(ours, "demo", "--json", "--force")
        links = CALLS * (ROUNDS + 1)
        inside(ours, "bench.rows", "grow", total=links + 1, sent=True)
        tokens = inside(ours, "bench.rows", "link_tokens", start=2, count=links)
        site = inside(ours, "bench.ours", "first_site")
        for start in range(0, links, 1000):
            inside(stock, STOCK, "links", tokens=tokens[start : start + 1000])
        until_done.enter_context(web(ours, "reviewhub.wsgi", our_port))
        until_done.enter_context(web(stock, "bench.stock.wsgi", stock_port))
        until_done.enter_context(web(stock | DEFAULTS, "bench.stock.wsgi", default_port))

        pressed = calls(our_port, "POST", "/r/{token}/go/" + str(site), tokens, 303)
        opened = calls(our_port, "GET", "/r/{token}", tokens, 200)
        followed = calls(stock_port, "POST", "/go/{token}", tokens, 302)
        sides = {"press": pressed, "open": opened, BARE: followed}
        sides[AS_IT_COMES] = calls(default_port, "POST", "/go/{token}", tokens, 302)
        for measure in sides.values():
            measure()  # warm up
        found = turns(sides, rounds=ROUNDS)
        theirs = {name: found[name] for name in (BARE, AS_IT_COMES)}
        rates("press: on to a review site", {"ReviewHub": found["press"]} | theirs, {BARE: 0.8})
        rates("the page with its form", {"ReviewHub": found["open"]} | theirs)
        script = ONE_STATEMENT.format(links=links)
        if limit := pgbench(stock["DATABASE_URL"], script, sized(5, 1)):
            line("the limit: the statement alone, pgbench", number(limit))
        print("  left out: kutt, which is no package (npm's `kutt` is a client of it)")


def calls(port: int, method: str, path: str, tokens: list[str], status: int) -> Callable[[], float]:
    """A round of calls, each by somebody else and with a link that was not called before."""
    rounds = batches(tokens)

    def measure() -> float:
        own = [
            request(method, path.format(token=token), {"X-Forwarded-For": f"2001:db8::{place:x}"})
            for place, token in next(rounds)
        ]
        return send(port, own, status, SECONDS)

    return measure


def batches(tokens: list[str]) -> Iterator[list[tuple[int, str]]]:
    for start in count(0, CALLS):
        yield list(enumerate(tokens[start : start + CALLS], start))
