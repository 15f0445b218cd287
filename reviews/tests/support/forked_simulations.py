"""Simulations in processes that are forked from one that has loaded everything: a start costs more than a small run.

`serve` is that one process. CLIENT stands in for the child of `reviews.simulation.runner` and hands over its stdin,
stdout and stderr; when its environment is not the one that was loaded, it starts anew.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from reviewhub.processes import end_with_parent

CLIENT = """
import json, os, signal, socket, sys
with socket.socket(socket.AF_UNIX) as line:
    line.connect(sys.argv[1])
    socket.send_fds(line, [json.dumps(dict(os.environ)).encode()], [0, 1, 2])
    status = int(line.recv(16))
if status < 0:
    os.execv(sys.executable, [sys.executable, "-m", "reviews.simulation.child"])
if os.WIFSIGNALED(status):
    os.kill(os.getpid(), os.WTERMSIG(status))
os._exit(os.WEXITSTATUS(status))
"""


@contextmanager
def forking() -> Iterator[list[str]]:
    """Run the server, and give the command that takes the place of `runner.COMMAND`."""
    from reviews.simulation import runner

    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder, "s"))
        server = subprocess.Popen(
            [sys.executable, "-m", __name__, path],
            cwd=settings.BASE_DIR,
            env=runner.environment(),
            stdout=subprocess.PIPE,
        )
        assert server.stdout is not None
        try:
            assert server.stdout.readline() == b"ready\n", "the process that simulations are forked from did not start"
            yield ["-I", "-S", "-c", CLIENT, path]
        finally:
            server.kill()
            server.wait()
            server.stdout.close()


def serve(path: str) -> None:
    import django

    end_with_parent()
    django.setup()
    from reviews.simulation import counts, plan, record, world  # noqa: F401 (what a simulation loads)

    os.nice = lambda _: 0  # beside other work, tests would wait for what goes last
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen(32)
    print("ready", flush=True)  # noqa: T201
    while True:
        line, _ = listener.accept()
        if os.fork() == 0:
            listener.close()
            os._exit(_answer(line))
        line.close()
        while _ended():
            pass


def _ended() -> bool:
    """Let go of a process that has answered, when there is one."""
    try:
        return os.waitpid(-1, os.WNOHANG)[0] > 0
    except ChildProcessError:
        return False


def _answer(line: socket.socket) -> int:
    """Fork a simulation, wait for it and tell how it ended; it ends early when whoever asked is gone."""
    environment, files, _, _ = socket.recv_fds(line, 100_000, 3)
    if json.loads(environment).items() - os.environ.items() - {("LC_CTYPE", "C.UTF-8")}:  # Python's own addition
        line.sendall(b"-1")
        return 0
    child = os.fork()
    if child == 0:
        line.close()
        os._exit(_simulate(files))
    for file in files:
        os.close(file)

    def end_when_alone() -> None:
        if not line.recv(1):
            os.kill(child, 9)

    threading.Thread(target=end_when_alone, daemon=True).start()
    _, status = os.waitpid(child, 0)
    line.sendall(str(status).encode())
    return 0


def _simulate(files: list[int]) -> int:
    """Do what `python -m reviews.simulation.child` does."""
    import traceback

    from reviews.simulation import child

    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    sys.stdin, sys.stdout, sys.stderr = os.fdopen(0), os.fdopen(1, "w"), os.fdopen(2, "w")
    try:
        child.main()
    except BaseException:
        traceback.print_exc()
        return 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    return 0


if __name__ == "__main__":
    serve(sys.argv[1])
