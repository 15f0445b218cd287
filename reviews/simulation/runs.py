"""Runs of the back-office's simulations: started by a page, followed by a thread, with progress and result in a row.

A run takes longer than a page may, so a thread of the web server waits for the child process: it sleeps most of
the time. If the server ends, so does the child, and the row counts as lost after a while.
"""

import logging
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, connections, transaction
from django.utils import timezone
from django.utils.translation import gettext

from oauth.models import Account, User
from reviewhub.refused import Refused
from reviews.models import Sequence, Simulation
from reviews.simulation import examples
from reviews.simulation.plan import Plan
from reviews.simulation.runner import SimulationFailed, simulate

logger = logging.getLogger(__name__)

MOST_RUNNING = 2  # for all accounts together, one for each: a run takes whole processors
EXAMPLES = "examples"  # in `asked` of a row that is about no simulation, but fills an account with examples
WRITE_EVERY = timedelta(seconds=1)


class Busy(Exception):
    """Refusal to start a run now; the text says why."""


class _Stopped(Exception):
    """End of a run whose row was deleted, or is about another run by now."""


def start(
    *, user: User, account: Account, sequence: Sequence, plan: Plan, asked: dict[str, Any], now: datetime
) -> None:
    """Start a run in the background, in place of the user's last one. `asked`: the form's values. Raises Busy."""
    run = uuid.uuid4()
    _take_row(user, now, account=account, run=run, asked=asked)
    _start_thread(lambda: follow(run=run, account=account, sequence=sequence, plan=plan))


def start_examples(*, user: User, account: Account, now: datetime) -> None:
    """Start to fill the account with examples in the background, in place of the user's last run. Raises Busy."""
    run = uuid.uuid4()
    _take_row(user, now, account=account, run=run, asked={EXAMPLES: True})
    _start_thread(lambda: follow_examples(run=run, account=account, now=now))


def follow_examples(*, run: uuid.UUID, account: Account, now: datetime) -> None:
    """Fill the account with examples; the row has the progress, and goes when they are there."""
    with _ending(run):
        examples.fill(account=account, now=now, progress=_ProgressWriter(run))
        Simulation.objects.filter(run=run).delete()


def _take_row(user: User, now: datetime, **columns: Any) -> None:
    columns |= {"status": Simulation.Status.RUNNING, "percent": 0, "result": {}, "error": ""}
    columns |= {"started_at": now, "beat_at": now}
    running = Simulation.objects.running(now)
    others = running.exclude(user=user)
    if others.filter(account=columns["account"]).exists():
        raise Busy(gettext("A colleague's simulation of this account is running. Try again in a minute."))
    if others.count() >= MOST_RUNNING:
        raise Busy(gettext("Other people's simulations are running. Try again in a minute."))
    own = Simulation.objects.filter(user=user)
    try:
        with transaction.atomic():
            if own.exclude(pk__in=running).update(**columns):
                return
            Simulation.objects.create(user=user, **columns)
    except IntegrityError as error:  # the user's row exists, and is running
        raise Busy(gettext("Your last simulation is still running. Stop it, or wait for it.")) from error


def stop(*, user: User) -> None:
    """Delete the user's simulation; the thread that follows it misses its row, and ends it."""
    Simulation.objects.filter(user=user).delete()


def _start_thread(work: Callable[[], None]) -> None:
    threading.Thread(target=work, name="simulation", daemon=True).start()


def follow(*, run: uuid.UUID, account: Account, sequence: Sequence, plan: Plan) -> None:
    """Simulate, and write progress and result into the run's row."""
    with _ending(run):
        result = simulate(account=account, sequence=sequence, plan=plan, progress=_ProgressWriter(run))
        _write(run, status=Simulation.Status.DONE, result=result, percent=100)


@contextmanager
def _ending(run: uuid.UUID) -> Iterator[None]:
    """Context of a run's work: what ends it early is written into its row."""
    try:
        yield
    except _Stopped:
        return
    except (SimulationFailed, Refused) as failure:
        _write(run, status=Simulation.Status.FAILED, error=str(failure)[:500])
    except Exception:
        logger.exception("a simulation could not be followed")
        _write(run, status=Simulation.Status.FAILED, error="An error of ours; the log has it.")
    finally:
        if threading.current_thread() is not threading.main_thread():
            connections.close_all()


class _ProgressWriter:
    """Callback that writes progress into the row, at most once in WRITE_EVERY. Raises _Stopped."""

    def __init__(self, run: uuid.UUID) -> None:
        self._run = run
        self._written_at: datetime | None = None

    def __call__(self, state: dict[str, Any]) -> None:
        now = timezone.now()
        if self._written_at is not None and now - self._written_at < WRITE_EVERY:
            return
        self._written_at = now
        if not _write(self._run, percent=state["percent"]):
            raise _Stopped


def _write(run: uuid.UUID, **columns: Any) -> bool:
    """Write into the run's row. Return False if it was deleted, or is about another run by now."""
    rows = Simulation.objects.filter(run=run, status=Simulation.Status.RUNNING)
    return bool(rows.update(beat_at=timezone.now(), **columns))
