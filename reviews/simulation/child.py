"""Child process that simulates: `python -m reviews.simulation.child`, a job in JSON on stdin, JSON lines on stdout.

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

from reviewhub.processes import end_with_parent, limit_memory

MOST_SHARES = 4  # processes among which the customers are divided
WORTH = 100  # customers that are worth a process of their own


def main() -> None:
    """Read the job, run it in as many processes as it is worth, and write the result."""
    job = json.load(sys.stdin)
    os.nice(10)  # web server and worker go first
    _limit_time(job)
    sys.addaudithook(_refuse_network)
    started = time.perf_counter()
    django.setup()
    from django.core import serializers

    from reviews.simulation.counts import count
    from reviews.simulation.plan import Plan
    from reviews.simulation.record import merge

    serializers.get_serializer_formats()  # loads them: what is short of memory while it loads fails in other words
    limit_memory(job["megabytes"])
    if "examples" in job:
        _write(result={"rows": _invent(job)}, timing={"seconds": time.perf_counter() - started})
        return
    plan = Plan.from_json(job["plan"])
    shares = 1 if job["alone"] else max(1, min(os.cpu_count() or 1, MOST_SHARES, plan.contacts // WORTH))
    # Forked before anything is open: the imports are paid for once.
    context = multiprocessing.get_context("fork")
    pipes = []
    for share in range(1, shares):
        receiver, sender = context.Pipe(duplex=False)
        context.Process(target=_run_and_send, args=(job, plan, share, shares, sender), daemon=True).start()
        sender.close()
        pipes.append(receiver)
    world, record = _run(job, plan, 0, shares)
    whole = merge([record, *(pipe.recv() for pipe in pipes)])  # EOFError when a process ended without a record
    result = count(world.account, world.sequence, plan, whole)
    timing = {
        "seconds": time.perf_counter() - started,
        "engine": whole.engine_seconds / shares,
        "own": whole.own_seconds / shares,
    }
    _write(result=result, timing={name: round(value, 3) for name, value in timing.items()} | {"processes": shares})


def _run_and_send(job: dict[str, Any], plan: Any, share: int, shares: int, pipe: Any) -> None:
    _limit_time(job)
    end_with_parent()
    pipe.send(_run(job, plan, share, shares)[1])


def _run(job: dict[str, Any], plan: Any, share: int, shares: int) -> tuple[Any, Any]:
    """Run a share of the customers in tables of this process. Return the world and its record."""
    from reviews.simulation.record import read_record
    from reviews.simulation.world import World

    started = time.perf_counter()
    _make_tables()
    account, sequence = _load(job["configuration"])
    world = World(account, sequence, plan, _write_progress if share == 0 else None, share, shares)
    world.run()
    record = read_record(world)
    record.engine_seconds = world.engine_seconds
    record.own_seconds = time.perf_counter() - started - world.engine_seconds
    return world, record


def _invent(job: dict[str, Any]) -> str:
    """Let an account have a past of invented customers in tables of this process, and return its rows as JSON."""
    from reviews.simulation.history import History

    _make_tables()
    account, sequence = _load(job["configuration"])
    return History.of(account, sequence, job["examples"], _write_progress).rows()


def _write_progress(state: dict[str, Any]) -> None:
    _write(progress=state)


def _write(**line: Any) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def _limit_time(job: dict[str, Any]) -> None:
    """Let the kernel end this process after the job's seconds, even if nobody waits for it any more."""
    signal.alarm(job["seconds"])


def _refuse_network(event: str, args: tuple[Any, ...]) -> None:
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        raise RuntimeError("A simulation reached for the network.")


def _make_tables() -> None:
    """Create the tables of the models. Migrating ends with the same ones, and takes two seconds longer."""
    from django.apps import apps
    from django.db import connection

    if connection.settings_dict["NAME"] != ":memory:":
        raise RuntimeError("A simulation works in memory only.")
    with connection.schema_editor() as editor:
        for app in ("oauth", "reviews"):
            for model in apps.get_app_config(app).get_models():
                editor.create_model(model)


def _load(configuration: str) -> tuple[Any, Any]:
    """Write the account's configuration into the database in memory. Return the account and the sequence."""
    from django.core import serializers

    from oauth.models import Account
    from reviews.models import Sequence

    for row in serializers.deserialize("json", configuration):
        row.save()
    return Account.objects.get(), Sequence.objects.get()


if __name__ == "__main__":
    main()
