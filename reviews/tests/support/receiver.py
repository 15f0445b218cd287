"""Another program that is told what happened: a real server on loopback that keeps what it gets.

`tell_due` tells it, as the notifier does. The fixtures of the notifier's tests stand at the end.
"""

import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone
from standardwebhooks import Webhook

from oauth.models import Account
from reviewhub.outbound import Answer, Caller
from reviews.models import Endpoint
from reviews.tests.support.helpers import Clock as MovingClock
from reviews.webhooks import endpoints
from reviews.webhooks.notifier import Clock, Notifier


class _CountingCaller(Caller):
    """Makes real calls, and keeps the address of each."""

    def __init__(self) -> None:
        super().__init__(settings.WEBHOOK_NETWORKS)
        self.called: list[str] = []

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        self.called.append(url)
        return super().post(url, body, headers)


def tell_due(clock: Clock = timezone.now) -> int:
    """Tell what is due until nothing is; returns how many calls were made."""
    caller = _CountingCaller()
    notifier = Notifier(caller, clock)
    while notifier.work():
        pass
    notifier.close()
    return len(caller.called)


@dataclass
class Told:
    """One call, as it came."""

    path: str
    headers: dict[str, str]
    body: bytes

    def verified(self, secret: str) -> Any:
        """The body as the library of the other side reads it. Raises when the signature is not by that secret."""
        return Webhook(secret).verify(self.body, self.headers)


Behaviour = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Receiver:
    """`behave` maps a path to how it answers; else with 204. `ended` lets go of those that it keeps waiting."""

    url: str = ""
    told: list[Told] = field(default_factory=list)
    behave: dict[str, Behaviour] = field(default_factory=dict)
    ended: threading.Event = field(default_factory=threading.Event)

    def on(self, path: str) -> list[Told]:
        return [one for one in self.told if one.path == path]


def answering(status: int, body: bytes = b"", **headers: str) -> Behaviour:
    def behave(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return behave


def dripping(handler: BaseHTTPRequestHandler) -> None:
    """Answer for as long as anybody listens, in bytes that come so slowly that no single one is late."""
    try:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        while not ended(handler).wait(0.05):
            handler.wfile.write(b"z")
            handler.wfile.flush()
    except OSError:
        pass
    handler.close_connection = True


def silent(handler: BaseHTTPRequestHandler) -> None:
    """Say nothing until the receiver ends."""
    ended(handler).wait()
    handler.close_connection = True


def ended(handler: BaseHTTPRequestHandler) -> threading.Event:
    event: threading.Event = handler.server.ended  # type: ignore[attr-defined]
    return event


@contextmanager
def receiving() -> Iterator[Receiver]:
    receiver, lock = Receiver(), threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            with lock:
                receiver.told.append(Told(self.path, dict(self.headers.items()), body))
            receiver.behave.get(self.path, answering(204))(self)

        def log_message(self, *args: Any) -> None:
            """Nobody reads it."""

    class Server(ThreadingHTTPServer):
        ended = receiver.ended

        def handle_error(self, request: Any, client_address: Any) -> None:
            if not isinstance(sys.exc_info()[1], ConnectionError):  # who called may have been killed
                super().handle_error(request, client_address)

    server = Server(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    receiver.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield receiver
    receiver.ended.set()
    server.shutdown()
    server.server_close()
    thread.join()


# --- Fixtures of the notifier's tests ---------------------------------------------------------------


@pytest.fixture(autouse=True)
def loopback(settings: Any) -> None:
    """Webhooks may call this machine. Holds for each test of a module that imports it."""
    settings.WEBHOOK_NETWORKS = [ip_network("127.0.0.0/8")]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


@pytest.fixture
def clock() -> MovingClock:
    """The real time: signatures are good for minutes."""
    return MovingClock(timezone.now())


def subscribed(account: Account, url: str, *names: str, **more: Any) -> Endpoint:
    return endpoints.subscribe(account=account, url=url, names=names, **more)[0]
