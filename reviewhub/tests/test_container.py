"""What the container image starts, and what it refuses; `.ci/image` runs the image itself."""

import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from django.conf import settings

from reviewhub import container
from reviewhub.env import env

pytestmark = pytest.mark.once

ROOT = "1 0 0:1 / / rw,relatime - overlay overlay rw"
DATA = "2 1 8:1 /volumes/x /data rw,relatime - ext4 /dev/sda1 rw"
MEMORY = "3 1 0:2 / /data rw - tmpfs tmpfs rw"
MEMORY_WITHIN = "4 2 0:2 / /data/fast rw - tmpfs tmpfs rw"


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The environment of a container, to be filled."""
    variables = dict[str, str]()
    monkeypatch.setattr(env, "ENVIRON", variables)
    return variables


def test_a_container_without_a_database_is_refused(given: dict[str, str]) -> None:
    assert container.find_refusal([ROOT]).startswith("DATABASE_URL is not set")


@pytest.mark.parametrize(
    ("path", "mounts", "refused"),
    [
        ("/data/db.sqlite3", [ROOT, DATA], False),
        ("/data/deeper/db.sqlite3", [ROOT, DATA], False),
        ("/data/db.sqlite3", [ROOT], True),
        ("/database/db.sqlite3", [ROOT, DATA], True),
        ("/data/db.sqlite3", [ROOT, MEMORY], True),
        ("/data/db.sqlite3", [ROOT, MEMORY, DATA], False),
        ("/data/fast/db.sqlite3", [ROOT, DATA, MEMORY_WITHIN], True),
        (":memory:", [ROOT, DATA], True),
    ],
    ids=["volume", "folder of it", "none", "like its name", "memory", "mounted over memory", "memory in it", "no file"],
)
def test_sqlite_has_to_lie_on_a_volume(given: dict[str, str], path: str, mounts: list[str], refused: bool) -> None:
    given["DATABASE_URL"] = f"sqlite:///{path}" if path[0] == "/" else f"sqlite://{path}"
    assert bool(container.find_refusal(mounts)) is refused
    assert ("Nothing was written." in container.find_refusal(mounts)) is refused


def test_postgresql_needs_no_volume_but_room_for_uploads(
    given: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    given["DATABASE_URL"] = "postgres://reviewhub@db/reviewhub"
    assert container.find_refusal([ROOT]) == ""

    def no_room() -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(container.tempfile, "TemporaryFile", no_room)
    assert "--tmpfs /tmp" in container.find_refusal([ROOT])


def start(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "reviewhub.container", *words]
    given = {"REVIEWHUB_ENV_FILE": "", "PATH": "/usr/bin:/bin"} | environment
    return subprocess.run(line, cwd=settings.BASE_DIR, env=given, capture_output=True, text=True)


@pytest.mark.parametrize("words", [["web"], [], ["worker"], ["migrate"]])
def test_nothing_starts_without_a_database(words: list[str]) -> None:
    done = start(*words)
    assert (done.returncode, done.stderr.splitlines()[0].partition(",")[0]) == (1, "DATABASE_URL is not set")


def test_a_database_that_cannot_be_read_is_refused_in_words() -> None:
    done = start("web", DATABASE_URL="mysql://somewhere")
    assert done.returncode == 1
    assert done.stderr.startswith("DATABASE_URL must look like postgres://")


def test_commands_without_settings_need_none() -> None:
    assert start("keys", "https://reviews.example.com").stdout.startswith("REVIEWHUB_VERSION=")


class _Probed(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if (self.path, self.headers["Host"]) == ("/healthz", "reviews.example.com") else 400)
        self.end_headers()

    def log_message(self, *words: object) -> None:
        pass


def test_the_health_check_asks_the_web_server_by_its_name() -> None:
    with HTTPServer(("127.0.0.1", 0), _Probed) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        given = {"PORT": str(server.server_port)}
        assert start("health", PUBLIC_URL="https://reviews.example.com", **given).returncode == 0
        assert start("health", "web", PUBLIC_URL="https://other.example", **given).returncode == 1
        server.shutdown()
    done = start("health", "web", PUBLIC_URL="https://reviews.example.com", **given)
    assert (done.returncode, "does not answer" in done.stderr) == (1, True)


@pytest.mark.parametrize(
    ("line", "role"),
    [
        (b"python\0manage.py\0worker\0", "worker"),
        (b"/sbin/docker-init\0--\0python\0-m\0reviewhub.container\0worker\0", "worker"),
        (b"python\0-m\0gunicorn\0reviewhub.wsgi\0", "web"),
    ],
)
def test_the_first_process_tells_what_a_container_is(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, line: bytes, role: str
) -> None:
    (tmp_path / "cmdline").write_bytes(line)
    monkeypatch.setattr(container, "FIRST_PROCESS", tmp_path / "cmdline")
    assert container.role_of_container() == role
