"""How far a long command is, on standard error."""

import time
from typing import Protocol

EVERY = 2.0  # seconds


class Output(Protocol):
    """What a command writes to."""

    def write(self, text: str) -> object: ...


class Progress:
    """Says now and then how much of the work is done, and nothing about what takes less than EVERY."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._what, self._total, self._done, self._said_at = "", 0, 0, time.monotonic()

    def begin(self, what: str, total: int) -> None:
        """Begin to count something; `total`: how much there is, 0 where nobody knows."""
        self._what, self._total, self._done, self._said_at = what, total, 0, time.monotonic()

    def add(self, count: int) -> None:
        self._done += count
        if time.monotonic() - self._said_at >= EVERY:
            self._said_at = time.monotonic()
            of = f" of {self._total:,} ({100 * self._done // self._total} %)" if self._total else ""
            self._output.write(f"{self._done:,}{of} {self._what} …")

    def say(self, step: str) -> None:
        """Name a step that is not counted."""
        self._output.write(f"{step} …")
