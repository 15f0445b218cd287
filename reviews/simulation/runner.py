"""Runner of a simulation: the account's configuration goes into a child process, progress and result come out."""

import contextlib
import json
import logging
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from typing import IO, Any, cast

from django.conf import settings
from django.core import serializers

from oauth.models import Account
from reviews.delivery import rate_limit
from reviews.models import Delivery, FollowUpStep, ReviewSite, Sequence
from reviews.simulation.plan import InvalidPlan, Plan

logger = logging.getLogger(__name__)

# Variables of the environment that a Python process needs; none of our settings is among them.
INHERITED = {"PATH", "PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH", "LANG", "LC_ALL", "TMPDIR"}
COMMAND = ["-m", "reviews.simulation.child"]
SECONDS = 300  # a run may take
MEGABYTES = 1024  # each process of it may take

Progress = Callable[[dict[str, Any]], None]


class SimulationFailed(Exception):
    """End of the child process without a result; the text says why, as far as that is known."""


def sequence_of(account: Account, slug: str = "") -> Sequence:
    """Return the account's sequence with that slug, or its default one. Raises InvalidPlan if there is none."""
    rows = Sequence.objects.for_account(account)
    sequence = (rows.filter(slug=slug) if slug else rows.filter(is_default=True)).first()
    if sequence is None:
        reason = f"{account} has no sequence {slug!r}." if slug else f"{account} has no default sequence."
        raise InvalidPlan("sequence", reason)
    return sequence


def simulate(
    *, account: Account, sequence: Sequence, plan: Plan, progress: Progress | None = None, seconds: int = SECONDS
) -> dict[str, Any]:
    """Run the plan, and return its result with `timing` added. Reads the account's configuration, writes nothing.

    `progress` is called with {"day", "days", "percent"} several times a second; what it raises ends the run.
    Raises InvalidPlan, and SimulationFailed if the child process crashes or takes more than `seconds` or MEGABYTES.
    """
    job = {
        "plan": plan.check().to_json(),
        "configuration": configuration(account, sequence),
        # Only the rate of a sender makes one customer wait for another; with it, one process simulates all of them.
        "alone": rate_limit.rate(Delivery(account=account)) > 0,
    }
    return run_child(job, progress, seconds)


def run_child(job: dict[str, Any], progress: Progress | None = None, seconds: int = SECONDS) -> dict[str, Any]:
    """Run a job in a child process, and return its result. Raises SimulationFailed as `simulate` does."""
    job = job | {"seconds": seconds, "megabytes": MEGABYTES}
    with tempfile.TemporaryFile() as errors:
        child = subprocess.Popen(  # noqa: S603 (our own module)
            [sys.executable, *COMMAND],
            cwd=settings.BASE_DIR,
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
        try:
            result = _follow(child, job, progress)
        finally:
            child.kill()  # it has ended already, unless an error ends us first
            child.wait()
            for pipe in (child.stdin, child.stdout):
                with contextlib.suppress(BrokenPipeError):
                    cast("IO[str]", pipe).close()
        if result is None:
            errors.seek(0)
            raise _failure(child.returncode, errors.read().decode(errors="replace"), seconds)
        return result


def _follow(child: "subprocess.Popen[str]", job: dict[str, Any], progress: Progress | None) -> dict[str, Any] | None:
    """Hand the job over and read until the child closes its output. Return the result; None if there is none."""
    stdin, stdout = cast("IO[str]", child.stdin), cast("IO[str]", child.stdout)  # both are pipes
    try:
        stdin.write(json.dumps(job))
        stdin.close()
    except BrokenPipeError:  # it crashed at once: its last words say why
        return None
    result = None
    for line in stdout:
        message = json.loads(line)
        if "result" in message:
            result = message["result"] | {"timing": message["timing"]}
        elif progress is not None:
            progress(message["progress"])
    child.wait()
    return result if child.returncode == 0 else None


def _failure(status: int, errors: str, seconds: int) -> SimulationFailed:
    if status == -signal.SIGALRM:
        return SimulationFailed(f"It took more than {seconds} seconds: simulate fewer days or contacts.")
    if "MemoryError" in errors:
        return SimulationFailed(f"It took more than {MEGABYTES:,} MB of memory: simulate fewer days or contacts.")
    logger.error("a simulation ended with status %s: %s", status, errors)
    last_line = errors.strip().rpartition("\n")[2]
    return SimulationFailed(f"The process ended with status {status}: {last_line or 'it said nothing'}")


def configuration(account: Account, sequence: Sequence) -> str:
    """Return as JSON the rows that make up the account's rules, and no row about a person."""
    steps = FollowUpStep.objects.filter(sequence=sequence)
    sites = ReviewSite.objects.for_account(account)
    rows: str = serializers.serialize("json", [account, sequence, *steps, *sites])
    return rows


def environment() -> dict[str, str]:
    """Return the child's environment: our channels and senders, and none of our keys, passwords or databases."""
    env = {name: value for name, value in os.environ.items() if name in INHERITED}
    env |= {
        "DJANGO_SETTINGS_MODULE": "reviewhub.settings",
        "REVIEWHUB_ENV_FILE": "",
        "DATABASE_URL": "sqlite://:memory:",
        "SECRET_KEY": "known-to-everybody-and-good-for-nothing-but-a-simulation",
        "LOG_LEVEL": "ERROR",
        "PUBLIC_URL": settings.PUBLIC_URL,
        "DEFAULT_FROM_EMAIL": settings.DEFAULT_FROM_EMAIL,
        "UNSUBSCRIBE_MAILTO": settings.UNSUBSCRIBE_MAILTO,
        "TEXTS_PER_SECOND": str(settings.TEXTS_PER_SECOND),
    }
    if settings.MAIL_PROVIDER:
        env["EMAIL_URL"] = "smtp://mail.invalid:25"
    if settings.TEXT_PROVIDER:
        env |= {
            "TWILIO_ACCOUNT_SID": "simulated",
            "TWILIO_FROM": settings.TWILIO_FROM,
            "TWILIO_MESSAGING_SERVICE_SID": settings.TWILIO_MESSAGING_SERVICE_SID,
        }
    return env
