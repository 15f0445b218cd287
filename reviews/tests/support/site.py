"""A whole installation for tests: web and worker as real processes, a mail server, a text provider."""

import ast
import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import requests
from aiosmtpd.controller import Controller
from django.conf import settings
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from reviewhub import testing_database
from reviews.tests.support.mail import Inbox, free_port
from reviews.tests.support.services import REDIS, redis_server
from reviews.tests.support.waiting import PATIENCE, until

ROOT = Path(settings.BASE_DIR)


@dataclass
class Site:
    """Addresses, credentials and sinks of a running installation."""

    url: str
    environment: dict[str, str]
    demo: dict[str, Any]
    inbox: Inbox
    texts: list[dict[str, str]] = field(default_factory=list)

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> requests.Response:
        bearer = {"Authorization": f"Bearer {self.demo['api_key']}"}
        return requests.request(method, self.url + path, json=body, headers=bearer | headers, timeout=PATIENCE)

    def ask(self, **given: Any) -> dict[str, Any]:
        response = self.call("POST", "/api/v1/review-requests", given)
        assert response.status_code == 201, response.text
        created: dict[str, Any] = response.json()
        return created

    def read(self, request: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = self.call("GET", f"/api/v1/review-requests/{request['id']}").json()
        return found

    def wait_for_status(self, request: dict[str, Any], status: str) -> dict[str, Any]:
        found: dict[str, Any] = until(lambda: (found := self.read(request))["status"] == status and found)
        return found

    def inside(self, call: str) -> Any:
        """Return what a call of a function of `inside` returns that runs on the installation's database."""
        program = f"import django; django.setup()\nfrom reviews.tests.support.inside import *\nprint(repr({call}))"
        line = [sys.executable, "-c", program]
        done = subprocess.run(line, cwd=ROOT, env=self.environment, check=True, stdout=subprocess.PIPE, text=True)
        return ast.literal_eval(done.stdout)

    def mails_to(self, address: str) -> list[Any]:
        return [mail for mail in self.inbox.mails if mail["To"] == address]

    def texts_to(self, number: str) -> list[str]:
        return [text["Body"] for text in self.texts if text["To"] == number]

    @contextlib.contextmanager
    def worker(self, *, ahead: str = "", setup: str = "", ends_with: int = 0) -> Iterator[subprocess.Popen[bytes]]:
        """Run a worker: its clock ahead by that expression, after those calls of `inside`; it must end well."""
        program = (
            "import sys, time_machine\n"
            "from datetime import UTC, datetime, timedelta\n"
            + (f"time_machine.travel(datetime.now(UTC) + {ahead}, tick=True).start()\n" if ahead else "")
            + (f"import django; django.setup(); from reviews.tests.support.inside import *; {setup}\n" if setup else "")
            + "sys.argv = ['manage.py', 'worker']\n"
            "import manage; manage.main()\n"
        )
        process = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, env=self.environment)
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(60) == ends_with


def zone_where_it_is_noon() -> str:
    """A zone in the middle of its day, so that a text may leave whenever the tests run."""
    offset = 12 - datetime.now(UTC).hour
    return f"Etc/GMT{-offset:+d}"  # POSIX signs: Etc/GMT-5 is five hours east


@contextlib.contextmanager
def running_site(folder: Path, **variables: str) -> Iterator[Site]:
    """An installation of its own, on the kind of database and cache of the tests; `variables`: of its environment."""
    port, inbox, texts = free_port(), Inbox(), list[dict[str, str]]()
    given = contextlib.nullcontext("")  # by `variables`, which go first
    with (
        providers(inbox, texts) as their_settings,
        given if "DATABASE_URL" in variables else database(folder) as database_url,
        given if "REDIS_URL" in variables else cache() as redis_url,
    ):
        environment = (
            os.environ
            | their_settings
            | {
                "DATABASE_URL": database_url,
                "REDIS_URL": redis_url,
                "DEBUG": "true",
                "PORT": str(port),
                "PUBLIC_URL": f"http://127.0.0.1:{port}",
                "WEBHOOK_NETWORKS": "127.0.0.0/8",
                "PYTHONWARNINGS": "ignore",
                "DJANGO_SETTINGS_MODULE": "reviewhub.settings",
            }
            | variables
        )
        demo = json.loads(manage(environment, "demo", "--json", "--force"))
        web = subprocess.Popen(
            [
                Path(sys.executable).with_name("gunicorn"),
                "-w",
                "2",
                "-b",
                f"127.0.0.1:{port}",
                "--preload",
                "reviewhub.wsgi",
            ],
            cwd=ROOT,
            env=environment,
        )
        site = Site(f"http://127.0.0.1:{port}", environment, demo, inbox, texts)
        try:
            until(lambda: reachable(site.url))
            yield site
        finally:
            web.terminate()
            web.wait(60)


@contextlib.contextmanager
def providers(inbox: object, texts: list[dict[str, str]], host: str = "127.0.0.1") -> Iterator[dict[str, str]]:
    """Run a mail server that hands over to `inbox`, and a look-alike of the text provider; yields their settings."""
    mail_server = Controller(inbox, hostname=host, port=free_port())
    mail_server.start()
    with HTTPServer(host=host, threaded=True) as twilio:
        messages = twilio.expect_request("/2010-04-01/Accounts/AC1/Messages.json")
        messages.respond_with_handler(twilio_lookalike(texts))
        try:
            yield {
                "EMAIL_URL": f"smtp://{host}:{mail_server.port}",
                "TWILIO_ACCOUNT_SID": "AC1",
                "TWILIO_AUTH_TOKEN": "secret",
                "TWILIO_FROM": "+15005550006",
                "TWILIO_API_URL": twilio.url_for("").rstrip("/"),
            }
        finally:
            mail_server.stop()


def manage(environment: dict[str, str], *command: str) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", *command], cwd=ROOT, env=environment, check=True, capture_output=True, text=True
    )
    return done.stdout


@contextlib.contextmanager
def database(folder: Path) -> Iterator[str]:
    if settings.SQLITE:
        yield sqlite_site(folder)
        return
    name = f"site_{os.getpid()}"
    with testing_database.server() as postgres:
        postgres.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        postgres.execute(f"CREATE DATABASE {name} TEMPLATE {testing_database.migrated_postgres()}")
        try:
            yield testing_database.postgres_url(name)
        finally:
            postgres.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextlib.contextmanager
def cache() -> Iterator[str]:
    """A Redis of the site's own where the tests have one: no other site counts there, and no test empties it."""
    shared = os.environ.get("REDIS_URL", "")
    if not shared or REDIS is None:
        yield shared
        return
    with redis_server() as server:
        yield server.url


def sqlite_site(folder: Path) -> str:
    """Write a fresh SQLite file into the folder, its tables already there, and return its URL."""
    (folder / "site.sqlite3").write_bytes(testing_database.migrated_sqlite())
    return f"sqlite:///{folder / 'site.sqlite3'}"


def twilio_lookalike(texts: list[dict[str, str]]) -> Callable[[Request], Response]:
    """Twilio's list of messages: a POST adds one, a GET reads those to a number, or all of them."""

    def answer(request: Request) -> Response:
        if request.method == "POST":
            form = {name: values[0] for name, values in parse_qs(request.get_data(as_text=True)).items()}
            form |= {"sid": f"SM{len(texts)}", "date_created": format_datetime(datetime.now(UTC))}
            texts.append(form)
            return Response(json.dumps({"sid": form["sid"], "status": "queued"}), 201)
        found = [
            {
                "sid": text["sid"],
                "direction": text.get("direction", "outbound-api"),
                "from": text.get("From"),
                "to": text["To"],
                "body": text["Body"],
                "date_created": text["date_created"],
                "date_sent": text["date_created"],
            }
            for text in list(texts)
            if text["To"] == request.args.get("To", text["To"])
        ]
        return Response(json.dumps({"messages": found, "page": 0, "page_size": 200, "next_page_uri": None}))

    return answer


def reachable(url: str) -> bool:
    with contextlib.suppress(requests.ConnectionError, requests.Timeout):
        requests.get(url + "/healthz", timeout=5)
        return True
    return False
