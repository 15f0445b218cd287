"""Programs that run while something is measured, and end with it."""

import contextlib
import os
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryFile

from bench.common import ROOT
from reviewhub.processes import end_with_parent

STOP_WITHIN = 12.0


@contextmanager
def running(command: Sequence[str | Path], environment: dict[str, str]) -> Iterator[int]:
    """A program with its children while the block runs; yields its process id. What it said is in the error, if any."""
    with TemporaryFile() as words:
        program = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=words,
            stderr=subprocess.STDOUT,
            process_group=0,
            preexec_fn=end_with_parent,
        )
        try:
            yield program.pid
        except TimeoutError as error:
            words.seek(0)
            said = words.read()[-2000:].decode("utf-8", "replace")
            raise TimeoutError(f"{error} {' '.join(map(str, command))} ({program.poll()}) said:\n{said}") from error
        finally:
            _end(program)


@contextmanager
def all_running(commands: Sequence[Sequence[str | Path]], environment: dict[str, str]) -> Iterator[list[int]]:
    with ExitStack() as until_done:
        yield [until_done.enter_context(running(command, environment)) for command in commands]


def _end(program: subprocess.Popen[bytes]) -> None:
    """SIGTERM to the program itself, and time to finish; then the end of its group."""
    if program.poll() is None:
        program.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        program.wait(STOP_WITHIN)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(program.pid, signal.SIGKILL)
    program.wait()
