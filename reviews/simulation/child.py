"""The process that simulates: `python -m reviews.simulation.child`, a job in JSON on stdin, JSON lines on stdout.

Its environment names no database but one in memory and no provider's key; a socket that connects ends it.
"""

import json
import multiprocessing
import os
import signal
import sys
import time
from typing import Any

import django

from reviewhub.processes import end_with_parent

SHARES = 4  # at most: processes among which the customers are shared out
WORTH = 100  # customers that are worth a process


def main() -> None:
    job = json.load(sys.stdin)
    os.nice(10)  # web server and worker go first
    _limit(job)
    sys.addaudithook(_refuse_network)
    begun = time.perf_counter()
    django.setup()
    from reviews.simulation.counts import tally
    from reviews.simulation.plan import Plan
    from reviews.simulation.record import together

    plan = Plan.from_json(job["plan"])
    shares = 1 if job["alone"] else max(1, min(os.cpu_count() or 1, SHARES, plan.contacts // WORTH))
    # Forked before anything is open: the imports are paid for once.
    context = multiprocessing.get_context("fork")
    lines = []
    for share in range(1, shares):
        mine, theirs = context.Pipe(duplex=False)
        context.Process(target=_live_for, args=(job, plan, share, shares, theirs), daemon=True).start()
        theirs.close()
        lines.append(mine)
    world, own = _live(job, plan, 0, shares)
    record = together([own, *(line.recv() for line in lines)])  # EOFError when a process ended without a word
    result = tally(world.account, world.sequence, plan, record)
    took = {
        "seconds": time.perf_counter() - begun,
        "engine": record.engine_seconds / shares,
        "own": record.own_seconds / shares,
    }
    _say(result=result, timing={name: round(value, 3) for name, value in took.items()} | {"processes": shares})


def _live_for(job: dict[str, Any], plan: Any, share: int, shares: int, line: Any) -> None:
    _limit(job)
    end_with_parent()
    line.send(_live(job, plan, share, shares)[1])


def _live(job: dict[str, Any], plan: Any, share: int, shares: int) -> tuple[Any, Any]:
    """Live through a share of the customers in tables of its own; the world, and its record."""
    from reviews.simulation.record import record
    from reviews.simulation.world import World

    begun = time.perf_counter()
    _make_tables()
    account, sequence = _load(job["configuration"])
    world = World(account, sequence, plan, _tell if share == 0 else None, share, shares)
    world.run()
    found = record(world)
    found.engine_seconds = world.engine_seconds
    found.own_seconds = time.perf_counter() - begun - world.engine_seconds
    return world, found


def _tell(state: dict[str, Any]) -> None:
    _say(progress=state)


def _say(**line: Any) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def _limit(job: dict[str, Any]) -> None:
    """End this process after so many seconds, whatever it does then and whether or not anybody waits for it."""
    signal.alarm(job["seconds"])


def _refuse_network(event: str, args: tuple[Any, ...]) -> None:
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        raise RuntimeError("A simulation reached for the network.")


def _make_tables() -> None:
    """The tables as the models say. Migrating takes two seconds longer, and ends with the same ones."""
    from django.apps import apps
    from django.db import connection

    if connection.settings_dict["NAME"] != ":memory:":
        raise RuntimeError("A simulation works in memory only.")
    with connection.schema_editor() as editor:
        for app in ("oauth", "reviews"):
            for model in apps.get_app_config(app).get_models():
                editor.create_model(model)


def _load(configuration: str) -> tuple[Any, Any]:
    """The account and the sequence, written into the memory of this process."""
    from django.core import serializers

    from oauth.models import Account
    from reviews.models import Sequence

    for row in serializers.deserialize("json", configuration):
        row.save()
    return Account.objects.get(), Sequence.objects.get()


if __name__ == "__main__":
    main()
