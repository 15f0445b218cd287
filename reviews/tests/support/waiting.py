"""Waiting for what other processes do."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

PATIENCE = 60.0  # seconds until something that should happen counts as not happening


def until(found: Callable[[], Any], patience: float = PATIENCE) -> Any:
    """Return the first thing that `found` returns which is something."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        if result := found():
            return result
        time.sleep(0.1)
    raise AssertionError(f"nothing came within {patience} s")


@contextmanager
def beside(work: Callable[[threading.Event], None]) -> Iterator[None]:
    """Let a thread work until the block ends, which the event tells it."""
    over = threading.Event()
    thread = threading.Thread(target=work, args=[over])
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
