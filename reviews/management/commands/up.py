"""`manage.py up`: run the whole product on one machine, to try it and to develop it. Not for production."""

import contextlib
import gc
import io
import json
import os
import signal
import socket
import subprocess
import sys
import time
from argparse import ArgumentParser
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import segno
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from django.urls import reverse
from django.utils import timezone

from oauth.models import User
from oauth.models.sign_in_link import LIFETIME
from oauth.sign_in.links import make_link
from reviewhub.processes import end_with_parent
from reviews.management.commands.demo import make_demo
from reviews.models import WorkerBeat

READY_WITHIN = 60.0  # seconds
STOP_WITHIN = 12.0  # seconds; then a child is killed

BANNER = """
ReviewHub runs. Ctrl-C ends it.

  Back-office   {url}/admin/
  Sign in       {email}  /  {password}
  API key       {key}
  Mail, texts   {channels}

Ask a customer for a review:

  curl -s {url}/api/v1/review-requests \\
    -H 'Authorization: Bearer {key}' -H 'Content-Type: application/json' \\
    -d '{body}'

Read the messages it sent, with the id from the answer (the back-office shows them, too):

  curl -s {url}/api/v1/review-requests/ID -H 'Authorization: Bearer {key}'
"""
FOR_PHONE = """
On a phone in the same network, within {minutes} minutes, once:

  {link}

{code}
Everybody in this network reaches {url}: use it only where you trust them.
"""
LOOPBACK, EVERYWHERE = "127.0.0.1", "0.0.0.0"  # noqa: S104 (the developer's own choice)
NOWHERE = "192.0.2.1"  # RFC 5737: in no network
EXAMPLE = {
    "first_name": "Jane",
    "last_name": "Smith",
    "email": "jane@example.com",
    "mobile_phone_number": "+12125551234",
    "company_name": "Smith Industries",
    "delay_hours": 0,
    "metadata": {"source": "curl"},
}


class Command(BaseCommand):
    help = "Migrate, make the demo account, and run web server and worker together until Ctrl-C."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--host",
            default=LOOPBACK,
            metavar="ADDRESS",
            help="this machine's address that phones reach, or 0.0.0.0",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError("`up` is for trying and developing (DEBUG=true). To run for real: docs/run-it.md.")
        host = _read_host(options["host"])
        if _is_taken(host, settings.PORT):
            raise CommandError(f"Port {settings.PORT} is in use: set another one, such as `make run PORT=8001`.")
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, _leave)
        end_with_parent()
        self.started_at = timezone.now()
        self._say("Preparing the database …")
        gc.disable()  # a quarter of the time of all migrations goes into collecting their models
        call_command("migrate", verbosity=0)
        gc.enable()
        demo = make_demo()
        public_url = "" if host == LOOPBACK else _open_to_network(host)
        link = _link_for_phone(demo, public_url) if public_url else ""
        connections.close_all()
        self._say("Starting web server and worker …")
        children: list[subprocess.Popen[bytes]] = []
        try:
            children += [_start(_web(host)), _start([sys.executable, "manage.py", "worker"])]
            self._wait_until_ready(children)
            self._greet(demo)
            if link:
                self._show_phone(public_url, link)
            while all(child.poll() is None for child in children):
                time.sleep(0.2)
        except SystemExit:
            self._say("\nStopping …")
            return
        finally:
            _stop(children)
        raise CommandError("The web server or the worker ended; both were stopped. The reason stands above.")

    def _say(self, text: str) -> None:
        """Write it at once, also into a pipe or a file."""
        self.stdout.write(text)
        self.stdout.flush()

    def _wait_until_ready(self, children: list[subprocess.Popen[bytes]]) -> None:
        end = time.monotonic() + READY_WITHIN
        while time.monotonic() < end and all(child.poll() is None for child in children):
            time.sleep(0.1)
            with contextlib.suppress(URLError, OSError), urlopen(f"{_local_url()}/healthz", timeout=2):  # noqa: S310
                if WorkerBeat.objects.filter(beat_at__gte=self.started_at).exists():
                    return

    def _greet(self, demo: dict[str, Any]) -> None:
        channels = "sandbox: messages are recorded and shown, nothing leaves" if settings.SANDBOX else "as configured"
        self._say(
            BANNER.format(
                url=_local_url(),
                email=demo["user"]["email"],
                password=demo["user"]["password"],
                key=demo["api_key"],
                channels=channels,
                body=json.dumps(EXAMPLE),
            )
        )

    def _show_phone(self, public_url: str, link: str) -> None:
        """Print the link that signs a phone in, and where somebody looks on, its QR code."""
        code = io.StringIO()
        if self.stdout.isatty():
            segno.make(link, error="l", micro=False).terminal(code, border=2, compact=True)
        self._say(FOR_PHONE.format(url=public_url, link=link, minutes=LIFETIME.seconds // 60, code=code.getvalue()))


def _read_host(text: str) -> str:
    try:
        return str(IPv4Address("127.0.0.1" if text == "localhost" else text))
    except ValueError as error:
        raise CommandError(
            f"{text!r} is no address of this machine: phones in its network reach it at 0.0.0.0."
        ) from error


def _open_to_network(host: str) -> str:
    """Let the children answer to this machine's address in the network, and write it into links; return its URL."""
    address = _lan_address() if host == EVERYWHERE else host
    public_url = f"http://{address}:{settings.PORT}"
    os.environ["PUBLIC_URL"] = public_url
    os.environ["ALLOWED_HOSTS"] = ",".join(dict.fromkeys([*settings.ALLOWED_HOSTS, address]))
    os.environ["CSRF_TRUSTED_ORIGINS"] = ",".join(dict.fromkeys([*settings.CSRF_TRUSTED_ORIGINS, public_url]))
    return public_url


def _lan_address() -> str:
    """Return the address by which this machine reaches others; its own where it has no network. Sends nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((NOWHERE, 9))
        except OSError:
            return LOOPBACK
        return str(probe.getsockname()[0])


def _link_for_phone(demo: dict[str, Any], public_url: str) -> str:
    owner = User.objects.get(pk=demo["user"]["id"])
    return public_url + reverse("sign-in-link", args=[make_link(owner, timezone.now())])


def _leave(number: int, frame: Any) -> None:
    raise SystemExit


def _local_url() -> str:
    return f"http://localhost:{settings.PORT}"


def _is_taken(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return True
    return False


def _web(host: str) -> list[str]:
    gunicorn = str(Path(sys.executable).with_name("gunicorn"))
    listen = ["--bind", f"{host}:{settings.PORT}", "--workers", "2"]
    return [gunicorn, *listen, "--log-level", "warning", "reviewhub.wsgi"]


def _start(command: list[str]) -> subprocess.Popen[bytes]:
    """Start a child in its own process group: Ctrl-C reaches only this command, which ends its children in order."""
    return subprocess.Popen(  # noqa: S603 (both commands are our own)
        command,
        cwd=settings.BASE_DIR,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
        process_group=0,
        preexec_fn=end_with_parent,
    )


def _stop(children: list[subprocess.Popen[bytes]]) -> None:
    """Send SIGTERM to each child alone, give it STOP_WITHIN to finish, and kill what is left of its process group."""
    for child in children:
        if child.poll() is None:
            child.terminate()
    for child in children:
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(STOP_WITHIN)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
