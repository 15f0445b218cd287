"""image_trial.py IMAGE: the container image runs web, worker and single commands, and a message goes through it.

buildah runs it, as its own user, on a root file system that cannot be written: all but /tmp, and /data where a volume
is mounted there. Needs root, the PostgreSQL of DATABASE_URL, in which it makes a database of its own, and the Redis of
REDIS_URL. Ends with 0, or with a sentence and 1.
"""

import contextlib
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ["DJANGO_SETTINGS_MODULE"] = "reviewhub.test_settings"

import psycopg  # noqa: E402
import requests  # noqa: E402
from aiosmtpd.controller import Controller  # noqa: E402

from reviewhub import VERSION  # noqa: E402
from reviews.tests.support.mail import Inbox, free_port  # noqa: E402
from reviews.tests.support.site import zone_where_it_is_noon  # noqa: E402
from reviews.tests.support.waiting import until  # noqa: E402

HOST = "reviews.example.com"
OWN_USER = 10001
PATIENCE = 240.0  # seconds until something that should happen counts as not happening
# Run in the container as root: makes its root file system read-only, then becomes its own user, with no rights left.
READ_ONLY = 'mount -o remount,bind,ro / && exec setpriv --reuid $0 --regid $0 --clear-groups --no-new-privs "$@"'


class Failed(Exception):
    """What did not happen, as a sentence."""


def expect(condition: Any, sentence: str) -> None:
    if not condition:
        raise Failed(sentence)


@dataclass
class Container:
    """A container of the image: how commands run in it."""

    name: str
    root: Path
    scratch: Path  # is /tmp in it
    environment: dict[str, str] = field(default_factory=dict)

    def command(self, *words: str, volumes: dict[Path, str] | None = None, **more: str) -> list[str]:
        options = ["--user", "0:0", "--cap-add", "CAP_SYS_ADMIN", "--volume", f"{self.scratch}:/tmp"]
        for folder, place in (volumes or {}).items():
            options += ["--volume", f"{folder}:{place}"]
        for name, value in (self.environment | more).items():
            options += ["--env", f"{name}={value}"]
        entry = ["python", "-m", "reviewhub.container", *words]
        return ["buildah", "run", *options, self.name, "--", "sh", "-c", READ_ONLY, str(OWN_USER), *entry]

    def run(self, *words: str, **options: Any) -> subprocess.CompletedProcess[str]:
        command = self.command(*words, **options)
        # In one pipe: of two, buildah loses the end of what was written.
        return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def do(self, *words: str, **options: Any) -> str:
        """Return what a command printed that must go well."""
        done = self.run(*words, **options)
        expect(done.returncode == 0, f"`{' '.join(words)}` failed in the container: {done.stdout}")
        return done.stdout

    @contextlib.contextmanager
    def running(self, role: str, log: Path) -> Iterator["Service"]:
        """Run web or worker, and end it as a container engine does; it must end well."""
        with log.open("wb") as output:
            process = subprocess.Popen(self.command(role), stdout=output, stderr=output, process_group=0)
        service = Service(role, process)
        try:
            yield service
            os.kill(service.first, signal.SIGTERM)
            expect(process.wait(60) == 0, f"The {role} did not end well: {log.read_text()[-2000:]}")
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            for pid in service.processes():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            process.wait()


@dataclass
class Service:
    role: str
    process: subprocess.Popen[bytes]

    def processes(self) -> list[int]:
        """Return those that run as the image's user, from the first one on."""
        found, waiting = [], [self.process.pid]
        while waiting:
            pid = waiting.pop(0)
            with contextlib.suppress(OSError):
                for thread in Path(f"/proc/{pid}/task").iterdir():  # any of buildah's may be the one that started it
                    waiting += [int(child) for child in (thread / "children").read_text().split()]
                if Path(f"/proc/{pid}").stat().st_uid == OWN_USER:
                    found.append(pid)
        return found

    @property
    def first(self) -> int:
        found = self.processes()
        expect(found, f"The {self.role} has no process that runs as user {OWN_USER}.")
        return found[0]

    def megabytes(self) -> tuple[int, float]:
        """Return how many processes it has, and their memory, what they share counted once."""
        found = self.processes()
        kilobytes = [int(re.findall(r"^Pss: +(\d+)", roll(pid), re.MULTILINE)[0]) for pid in found]
        return len(found), sum(kilobytes) / 1024


def roll(pid: int) -> str:
    return Path(f"/proc/{pid}/smaps_rollup").read_text()


@contextlib.contextmanager
def container_of(image: str, scratch: Path) -> Iterator[Container]:
    def buildah(*words: str) -> str:
        return subprocess.run(["buildah", *words], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()

    name = buildah("from", image)
    try:
        yield Container(name, Path(buildah("mount", name)), scratch)
    finally:
        buildah("rm", name)


@contextlib.contextmanager
def own_database() -> Iterator[str]:
    """A new database on the server of DATABASE_URL; yields its URL."""
    server, name = os.environ["DATABASE_URL"], f"image_trial_{os.getpid()}"
    with psycopg.connect(server, autocommit=True) as postgres:
        postgres.execute(f"CREATE DATABASE {name}".encode())
        try:
            yield server.rpartition("/")[0] + f"/{name}"
        finally:
            postgres.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@contextlib.contextmanager
def folder_of_the_user() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        os.chown(folder, OWN_USER, OWN_USER)
        yield Path(folder)


def refuses_what_would_be_lost(container: Container) -> None:
    done = container.run("migrate")
    expect(done.returncode == 1 and "DATABASE_URL is not set" in done.stdout, f"Not refused: {done}")
    done = container.run("migrate", DATABASE_URL="sqlite:////data/db.sqlite3")
    expect(done.returncode == 1 and "would be lost" in done.stdout, f"Not refused: {done}")
    expect(not list((container.root / "data").glob("*")), "Something was written before it was refused.")
    with folder_of_the_user() as volume:
        container.do(
            "check", "--database", "default", DATABASE_URL="sqlite:////data/db.sqlite3", volumes={volume: "/data"}
        )
        expect((volume / "db.sqlite3").exists(), "SQLite on a volume was not opened.")


def sends_a_message(container: Container, url: str, inbox: Inbox) -> None:
    printed = container.do(
        *("create_account", "Harbour Garage", "--owner", "ann@harbour.example", "--postal-address", "1 Main Street"),
        *("--site", "Google=https://g.example/r", "--time-zone", zone_where_it_is_noon()),
    )
    account = printed.split()[1]
    key = container.do("create_api_key", account).split()[0]
    customer = {"first_name": "Jane", "email": "jane@customer.example", "delay_hours": 0}
    headers = {"Host": HOST, "X-Forwarded-Proto": "https", "Authorization": f"Bearer {key}"}
    answer = requests.post(f"{url}/api/v1/review-requests", json=customer, headers=headers, timeout=60)
    expect(answer.status_code == 201, f"The ask was answered with {answer.status_code}: {answer.text}")
    mail = until(lambda: next((mail for mail in inbox.mails if mail["To"] == customer["email"]), None), PATIENCE)
    expect(f"https://{HOST}/" in mail.get_body(("plain",)).get_content(), "The mail has no link to the site.")


def try_out(image: str) -> None:
    inbox = Inbox()
    port = free_port()
    post = Controller(inbox, hostname="127.0.0.1", port=free_port())
    with (
        folder_of_the_user() as scratch,
        tempfile.TemporaryDirectory() as logs,
        container_of(image, scratch) as container,
        own_database() as database,
    ):
        expect(container.do("version").strip() == VERSION, "The image is of another version.")
        keys = dict(re.findall(r"^(\w+)=(.+)$", container.do("keys", f"https://{HOST}"), re.MULTILINE))
        container.environment = {"SECRET_KEY": keys["SECRET_KEY"]}
        refuses_what_would_be_lost(container)
        container.environment = keys | {
            "DATABASE_URL": database,
            "REDIS_URL": os.environ["REDIS_URL"],
            "EMAIL_URL": f"smtp://127.0.0.1:{post.port}",
            "BEHIND_PROXY": "true",
            "BIND": "127.0.0.1",
            "PORT": str(port),
        }
        container.do("migrate", "--verbosity", "0")
        expect(container.run("health", "web").returncode, "The health check is content with no web server.")
        expect(container.run("health", "worker").returncode, "The health check is content with no worker.")
        post.start()
        try:
            with (
                container.running("web", Path(logs, "web")) as web,
                container.running("worker", Path(logs, "worker")) as worker,
            ):
                until(lambda: container.run("health", "web").returncode == 0, PATIENCE)
                sends_a_message(container, f"http://127.0.0.1:{port}", inbox)
                until(lambda: container.run("health", "worker").returncode == 0, PATIENCE)
                for service in (web, worker):
                    count, megabytes = service.megabytes()
                    print(f"{service.role}: {count} processes, {megabytes:.0f} MB of memory")
        except BaseException:
            for log in sorted(Path(logs).iterdir()):
                print(f"== {log.name}\n{log.read_text()[-3000:]}", file=sys.stderr)
            raise
        finally:
            post.stop()
    print("The image ran web, worker and single commands as its own user on a read-only root, and a mail arrived.")


if __name__ == "__main__":
    try:
        try_out(sys.argv[1])
    except (Failed, AssertionError) as problem:
        sys.exit(f"The container image does not do what it should. {problem}")
