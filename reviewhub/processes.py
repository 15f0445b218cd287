"""Child processes: none outlives its parent, and none takes the machine's memory."""

import contextlib
import ctypes
import resource
import signal
import sys

PR_SET_PDEATHSIG, PR_SET_NAME = 1, 15  # prctl(2)
M_ARENA_MAX = -8  # mallopt(3)
MOST_ARENAS = 2
USUAL_STACK = 8 * 1024 * 1024  # bytes


def end_with_parent() -> None:
    """Ask the kernel to send this process SIGTERM when its parent dies, however it dies. Does nothing but on Linux."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def show_as(name: str) -> None:
    """Let `ps` and `top` show this process by that name, of up to 15 bytes. Does nothing but on Linux."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_NAME, name.encode())


def limit_memory(megabytes: int, *, threads: int = 0) -> None:
    """Let this process and those it forks have so much address space each; beyond it, Python raises MemoryError.

    `threads`: how many it may start; the space of their stacks comes on top. 0 megabytes are no limit. Does nothing but
    on Linux.
    """
    if not megabytes or sys.platform != "linux":
        return
    # Else malloc reserves 64 MB of addresses for each of up to eight times as many threads as there are processors.
    with contextlib.suppress(OSError, AttributeError):  # no GNU C library
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, MOST_ARENAS)
    stack, _ = resource.getrlimit(resource.RLIMIT_STACK)
    stack = USUAL_STACK if stack == resource.RLIM_INFINITY else stack
    limit = megabytes * 1024 * 1024 + threads * stack
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    if most != resource.RLIM_INFINITY:
        limit = min(limit, most)
    resource.setrlimit(resource.RLIMIT_AS, (limit, most))
