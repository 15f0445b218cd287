"""`manage.py up`, as a new user meets it: what it prints works, and nothing is left when it ends."""

import contextlib
import os
import shlex
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from django.conf import settings

from reviews.tests.support.mail import free_port
from reviews.tests.support.processes import alive, children, on_linux
from reviews.tests.support.site import sqlite_site
from reviews.tests.support.waiting import until

pytestmark = [pytest.mark.fault, pytest.mark.once, on_linux]


def start(folder: Path, port: int) -> subprocess.Popen[str]:
    environment = os.environ | {
        "DATABASE_URL": sqlite_site(folder),
        "DJANGO_SETTINGS_MODULE": "reviewhub.settings",
        "DEBUG": "true",
        "PORT": str(port),
        "PUBLIC_URL": f"http://localhost:{port}",
        "REDIS_URL": "",
        "PYTHONWARNINGS": "ignore",
    }
    environment.pop("PYTHONUNBUFFERED", None)  # it says at once what it does, also into a pipe
    return subprocess.Popen(
        [sys.executable, "manage.py", "up"],
        cwd=settings.BASE_DIR,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@contextlib.contextmanager
def running(folder: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The command once it said that it runs, and what it printed."""
    up = start(folder, free_port())
    assert up.stdout is not None
    try:
        lines: list[str] = []
        for line in up.stdout:
            lines.append(line)
            if "/review-requests/ID" in line:
                break
        yield up, "".join(lines)
    finally:
        up.kill()
        up.wait()
        up.stdout.close()


def family(pid: int) -> list[int]:
    return [pid, *(grandchild for child in children(pid) for grandchild in family(child))]


def gone(pids: list[int]) -> bool:
    return not [pid for pid in pids if alive(pid)]


def curl(printed: str) -> requests.Response:
    """Run the printed line as a shell would read it."""
    line = printed[printed.index("curl") : printed.index("\n\nRead")]
    words = shlex.split(line.replace("\\\n", " "))
    headers = dict(words[place + 1].split(": ") for place, word in enumerate(words) if word == "-H")
    return requests.post(words[2], data=words[words.index("-d") + 1], headers=headers, timeout=60)


def test_the_printed_call_is_sent_and_ctrl_c_leaves_nothing(tmp_path: Path) -> None:
    with running(tmp_path) as (up, printed):
        # In words, and nothing of the web server's own log.
        assert printed.startswith("Preparing the database …\nStarting web server and worker …\n\nReviewHub runs.")
        response = curl(printed)
        assert response.status_code == 201, response.text
        headers = {"Authorization": response.request.headers["Authorization"]}
        address = f"{response.request.url}/{response.json()['id']}"
        found = until(
            lambda: (body := requests.get(address, headers=headers, timeout=60).json())["status"] == "sent" and body
        )
        assert found["messages"][0]["sandbox"] is True
        assert found["messages"][0]["text"].startswith("Hi Jane,")
        everything = family(up.pid)
        assert len(everything) > 6
        up.send_signal(signal.SIGINT)
        assert up.wait(60) == 0
        until(lambda: gone(everything))


def test_when_one_part_dies_the_other_is_ended(tmp_path: Path) -> None:
    with running(tmp_path) as (up, _):
        everything = family(up.pid)
        web, _worker = children(up.pid)
        os.kill(web, signal.SIGKILL)
        assert up.wait(60) == 1
        until(lambda: gone(everything))


def test_killed_itself_it_leaves_nothing(tmp_path: Path) -> None:
    with running(tmp_path) as (up, _):
        everything = family(up.pid)
        up.kill()
        until(lambda: gone(everything))


def test_a_port_in_use_is_said_at_once(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("0.0.0.0", 0))
        taken.listen()
        up = start(tmp_path, taken.getsockname()[1])
        printed, _ = up.communicate(timeout=60)
    assert up.returncode == 1
    assert "is in use" in printed
    assert "PORT=8001" in printed
