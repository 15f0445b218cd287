"""The back-office's list of requests and its search, against Django's plain admin on the same rows."""

import tempfile
import time
from contextlib import ExitStack
from functools import partial
from statistics import median

from bench.common import free_ports, fresh_database, inside, is_postgres, manage, our_environment, web
from bench.load import call, request
from bench.size import sized
from bench.table import number, turns

REQUESTS = sized(1_000_000, 10_000)
ROUNDS = sized(15, 5)
LIST = "/admin/reviews/reviewrequest/"
# (what, query, goal in milliseconds); the words are in no index's beginning, and few rows have them
PAGES = (
    ("list of requests", "", 60),
    ("search for an address", f"?q=row{REQUESTS // 2 + 11}", 100),
    ("search for somebody unknown", "?q=nobody-has-this", 100),
    ("list of one status", "?status__exact=scheduled", 60),
)


def main() -> None:
    if not is_postgres():
        print("admin: left out, DATABASE_URL names no PostgreSQL server")
        return
    with ExitStack() as until_done:
        folder = until_done.enter_context(tempfile.TemporaryDirectory())
        our_port, plain_port = free_ports(2)
        ours = our_environment(until_done.enter_context(fresh_database(folder, "admin")), our_port)
        plain = ours | {"DJANGO_SETTINGS_MODULE": "bench.plain.settings"}
        manage(ours, "migrate", "-v0")
        manage(ours, "demo", "--json", "--force")
        inside(ours, "bench.rows", "grow", total=REQUESTS)
        cookie = {"Cookie": f"sessionid={inside(ours, 'bench.ours', 'operator_cookie')}"}
        until_done.enter_context(web(ours, "reviewhub.wsgi", our_port))
        until_done.enter_context(web(plain, "django.core.wsgi:get_wsgi_application()", plain_port))

        title = f"back-office with {REQUESTS:,} requests, milliseconds"
        print(f"\n{title:58}{'ours':>8}{'plain':>8}{'ratio':>8}")
        for name, query, goal in PAGES:
            message = request("GET", LIST + query, cookie)
            sides = {"ours": partial(seconds, our_port, message), "plain": partial(seconds, plain_port, message)}
            turns(sides, rounds=4)  # warm up: two processes a side
            found = turns(sides, rounds=ROUNDS)
            mine, theirs = (1000 * median(found[side]) for side in ("ours", "plain"))
            missed = "" if mine <= goal else ": MISSED"
            line = f"  {name:56}{number(mine):>8}{number(theirs):>8}{theirs / mine:>7.2g}×  goal {goal}{missed}"
            print(line, flush=True)


def seconds(port: int, message: bytes) -> float:
    began = time.perf_counter()
    assert b"</html>" in call(port, message)
    return time.perf_counter() - began
