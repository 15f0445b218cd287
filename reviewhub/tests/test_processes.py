"""Limits of child processes, in real ones."""

import subprocess
import sys

import pytest

pytestmark = [
    pytest.mark.once,
    pytest.mark.skipif(sys.platform != "linux", reason="the limit of address space is enforced by Linux"),
]


def outcome(program: str) -> str:
    """Return what a new Python prints that runs the program."""
    line = [sys.executable, "-c", f"from reviewhub.processes import limit_memory\n{program}"]
    return subprocess.run(line, check=True, capture_output=True, text=True).stdout.strip()


TAKE = """
def take(megabytes):
    try:
        bytearray(megabytes << 20)
    except MemoryError:
        return "too much"
    return "taken"
"""


@pytest.mark.parametrize(("limit", "told"), [(500, "taken too much"), (0, "taken taken")])
def test_a_process_takes_no_more_than_its_limit(limit: int, told: str) -> None:
    assert outcome(f"{TAKE}limit_memory({limit}); print(take(100), take(600))") == told


def test_a_forked_process_has_the_same_limit() -> None:
    program = "limit_memory(500)\nimport os\nif os.fork() == 0: print(take(600))\nelse: os.wait()"
    assert outcome(TAKE + program) == "too much"


def test_as_many_threads_start_as_were_named() -> None:
    """Their stacks, and what malloc reserves for them, count as address space."""
    program = (
        "import threading\nlimit_memory(300, threads=128)\ndone = threading.Event()\n"
        "def work():\n    kept = [bytes(1000) for _ in range(100)]\n    done.wait()\n"
        "threads = [threading.Thread(target=work) for _ in range(128)]\n"
        "for thread in threads: thread.start()\n"
        "print(take(100), take(500)); done.set()\n"
    )
    assert outcome(TAKE + program) == "taken too much"
