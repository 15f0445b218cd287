"""Simulations of the back-office: started by a page, followed by a thread, told by a row.

A run takes longer than a page may, so a thread of the web server waits for the child process: it sleeps most of
the time. If the server ends, so does the child, and the row is found lost.
"""

import logging
import threading
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, connections, transaction
from django.utils import timezone

from oauth.models import Account, User
from reviews.models import Sequence, Simulation
from reviews.simulation.plan import Plan
from reviews.simulation.runner import SimulationFailed, simulate

logger = logging.getLogger(__name__)

Status = Simulation.Status

MOST_RUNNING = 2  # of all people together: each takes whole processors
NOTE_EVERY = timedelta(seconds=1)


class Busy(Exception):
    """It cannot be started now; the text says why."""


class _Stopped(Exception):
    """The row is about another run by now, or gone."""


def start(
    *, user: User, account: Account, sequence: Sequence, plan: Plan, asked: dict[str, Any], now: datetime
) -> None:
    """Begin to simulate, in place of what the person simulated before. Raises Busy."""
    run = uuid.uuid4()
    _take_row(user, now, account=account, run=run, asked=asked)
    _in_background(lambda: follow(run=run, account=account, sequence=sequence, plan=plan))


def _take_row(user: User, now: datetime, **values: Any) -> None:
    values |= {"status": Status.RUNNING, "percent": 0, "result": {}, "error": "", "started_at": now, "beat_at": now}
    running = Simulation.objects.running(now)
    if running.exclude(user=user).count() >= MOST_RUNNING:
        raise Busy("Other people's simulations are running. Try again in a minute.")
    own = Simulation.objects.filter(user=user)
    try:
        with transaction.atomic():
            if own.exclude(pk__in=running).update(**values):
                return
            Simulation.objects.create(user=user, **values)
    except IntegrityError as error:  # the person's row is there, and running
        raise Busy("Your last simulation is still running. Stop it, or wait for it.") from error


def stop(*, user: User) -> None:
    """Forget the person's simulation; whoever follows it finds its row gone, and ends it."""
    Simulation.objects.filter(user=user).delete()


def _in_background(work: Callable[[], None]) -> None:
    threading.Thread(target=work, name="simulation", daemon=True).start()


def follow(*, run: uuid.UUID, account: Account, sequence: Sequence, plan: Plan) -> None:
    """Simulate, and write progress and outcome into the run's row."""
    try:
        result = simulate(account=account, sequence=sequence, plan=plan, progress=_Notes(run))
        _write(run, status=Status.DONE, result=result, percent=100)
    except _Stopped:
        return
    except SimulationFailed as failure:
        _write(run, status=Status.FAILED, error=str(failure)[:500])
    except Exception:
        logger.exception("a simulation could not be followed")
        _write(run, status=Status.FAILED, error="An error of ours; the log has it.")
    finally:
        if threading.current_thread() is not threading.main_thread():
            connections.close_all()


class _Notes:
    """Writes progress down, not oftener than somebody would look."""

    def __init__(self, run: uuid.UUID) -> None:
        self._run = run
        self._noted_at: datetime | None = None

    def __call__(self, state: dict[str, Any]) -> None:
        now = timezone.now()
        if self._noted_at is not None and now - self._noted_at < NOTE_EVERY:
            return
        self._noted_at = now
        if not _write(self._run, percent=state["percent"]):
            raise _Stopped


def _write(run: uuid.UUID, **values: Any) -> bool:
    """False when the row is about another run by now."""
    return bool(Simulation.objects.filter(run=run, status=Status.RUNNING).update(beat_at=timezone.now(), **values))
