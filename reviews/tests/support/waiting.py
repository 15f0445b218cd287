"""Waiting for what other processes do."""

import time
from collections.abc import Callable
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
