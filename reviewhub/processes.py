"""Child processes: none outlives its parent."""

import contextlib
import ctypes
import signal

PR_SET_PDEATHSIG = 1  # prctl(2)


def end_with_parent() -> None:
    """Ask the kernel to send this process SIGTERM when its parent dies, however it dies. Does nothing but on Linux."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
