"""How much a run measures: all of it, or a little of everything to see that it works (`--quick`)."""

import os
from typing import TypeVar

T = TypeVar("T")

QUICK = bool(os.environ.get("BENCH_QUICK"))
# Mails that are drained in a round.
MAILS = int(os.environ.get("BENCH_MAILS") or (400 if QUICK else 10_000))


def sized(full: T, quick: T) -> T:
    """What a full run takes, or a quick one."""
    return quick if QUICK else full
