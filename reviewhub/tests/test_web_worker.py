"""The web server's worker: slow clients take no thread, and are given up; with bare sockets, in this process."""

import contextlib
import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from threading import Event, Thread
from types import SimpleNamespace
from typing import Any

import pytest
from gunicorn.config import Config

from reviewhub import web_worker
from reviewhub.client_address import ACCOUNT
from reviewhub.web_turns import REFUSED_FOR
from reviewhub.web_worker import WaitressWorker

pytestmark = pytest.mark.once

HEAD = b"%s / HTTP/1.1\r\nHost: localhost\r\n"
GET = HEAD % b"GET" + b"\r\n"
LARGE = 4_000_000  # bytes: more than the kernel holds for a client that does not read
Port = Callable[..., int]


def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    body = b"x" * LARGE if environ["PATH_INFO"] == "/large" else environ["wsgi.input"].read() or b"fine"
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]


@pytest.fixture
def running() -> list[tuple[WaitressWorker, Thread]]:
    return []


@pytest.fixture
def serve(running: list[tuple[WaitressWorker, Thread]]) -> Iterator[Port]:
    """Function `serve(application)`, which runs a worker on a port of its own, and returns the port."""

    def start(app: Any = application, *, threads: int = 1) -> int:
        config = Config()
        for name, value in {"threads": threads, "worker_connections": 60, "limit_request_field_size": 4096}.items():
            config.set(name, value)
        listener = socket.create_server(("127.0.0.1", 0))
        worker = WaitressWorker(0, os.getppid(), [SimpleNamespace(sock=listener)], None, 30, config, None)
        worker.wsgi = app
        thread = Thread(target=worker.run)
        thread.start()
        running.append((worker, thread))
        return int(listener.getsockname()[1])

    yield start
    for worker, thread in running:
        worker.alive = False
        thread.join(20)
        assert not thread.is_alive()
        worker.tmp.close()


def connect(port: int, data: bytes) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), 20)
    connection.sendall(data)
    return connection


def answer(port: int, data: bytes) -> bytes:
    with closing(connect(port, data)) as connection:
        return rest(connection)


def rest(connection: socket.socket) -> bytes:
    """All that comes until the other side closes."""
    received = b""
    while part := connection.recv(65536):
        received += part
    return received


STALLED = {
    "no byte": b"",
    "half a head": HEAD % b"GET",
    "half a body": HEAD % b"POST" + b"Content-Length: 100\r\n\r\n{",
    "half a chunk": HEAD % b"POST" + b"Transfer-Encoding: chunked\r\n\r\n64\r\n{",
    "an answer that is not read": HEAD.replace(b"/ ", b"/large ") % b"GET" + b"\r\n",
}


@pytest.mark.parametrize("data", STALLED.values(), ids=STALLED)
def test_stalled_clients_keep_nobody_waiting(serve: Port, data: bytes) -> None:
    port = serve()
    stalled = [connect(port, data) for _ in range(40)]
    assert answer(port, GET).startswith(b"HTTP/1.1 200 OK")
    for connection in stalled:
        connection.close()


@pytest.mark.parametrize("data", STALLED.values(), ids=STALLED)
def test_who_stalls_is_given_up(serve: Port, data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web_worker, "SILENCE", 0.2)
    monkeypatch.setattr(web_worker, "LOOK_EVERY", 0.1)
    with closing(connect(serve(), data)) as connection:
        time.sleep(1)
        received = rest(connection)
    if b"large" in data:
        assert len(received) < LARGE
    else:
        assert b" 408 " in received[:20] if data else received == b""


def test_a_request_that_drips_is_given_up_as_well(serve: Port, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web_worker, "ARRIVES_WITHIN", 0.5)
    monkeypatch.setattr(web_worker, "LOOK_EVERY", 0.1)
    with closing(connect(serve(), HEAD % b"GET")) as connection:
        drip = Thread(target=send_slowly, args=(connection, b"X: y\r\n"), daemon=True)
        drip.start()
        assert b" 408 " in rest(connection)[:20]
        drip.join()


def send_slowly(connection: socket.socket, line: bytes) -> None:
    with contextlib.suppress(OSError):
        for _ in range(100):
            connection.sendall(line)
            time.sleep(0.05)


def test_with_too_many_connections_the_oldest_give_way(serve: Port) -> None:
    port = serve()
    stalled = [connect(port, HEAD % b"GET") for _ in range(150)]
    assert answer(port, GET).startswith(b"HTTP/1.1 200 OK")
    assert rest(stalled[0]) == b""
    for connection in stalled:
        connection.close()


def test_bodies_arrive_whole_however_they_are_sent(serve: Port) -> None:
    port = serve()
    chunked = HEAD % b"POST" + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n"
    assert answer(port, chunked).endswith(b"\r\n\r\nhello world")
    body = b"y" * 2_000_000
    assert answer(port, HEAD % b"POST" + b"Content-Length: %d\r\n\r\n" % len(body) + body).endswith(b"\r\n\r\n" + body)


def test_a_connection_ends_with_its_answer(serve: Port) -> None:
    received = answer(serve(), GET + GET)
    assert received.count(b"HTTP/1.1 200 OK") == 1
    assert b"\r\nConnection: close\r\n" in received


def test_head_gets_no_body(serve: Port) -> None:
    received = answer(serve(), HEAD % b"HEAD" + b"\r\n")
    assert received.endswith(b"\r\n\r\n")
    assert b"Content-Length: 4" in received


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (HEAD % b"GET" + b"X: " + b"y" * 5000 + b"\r\n\r\n", b"431"),
        (HEAD % b"POST" + b"Content-Length: 99999999\r\n\r\n", b"413"),
        (b"nonsense\r\n\r\n", b"400"),
    ],
)
def test_what_is_too_large_or_no_request_is_refused(serve: Port, data: bytes, status: bytes) -> None:
    assert answer(serve(), data).startswith((b"HTTP/1.1 " + status, b"HTTP/1.0 " + status))


def test_a_worker_that_ends_answers_what_it_has_begun(serve: Port, running: list[tuple[WaitressWorker, Any]]) -> None:
    begun, go_on = Event(), Event()

    def slow(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        begun.set()
        go_on.wait(20)
        return application(environ, start_response)

    port = serve(slow)
    with closing(connect(port, GET)) as connection:
        begun.wait(20)
        running[0][0].alive = False
        time.sleep(1.5)
        go_on.set()
        assert rest(connection).endswith(b"fine")


def test_one_callers_flood_keeps_no_other_waiting(serve: Port) -> None:
    go_on = Event()

    def slow(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        environ[ACCOUNT] = environ["HTTP_AUTHORIZATION"]
        if environ["PATH_INFO"] == "/slow":
            go_on.wait(20)
        return application(environ, start_response)

    port = serve(slow, threads=3)
    for name in ("modest", "greedy"):  # known from now on
        assert answer(port, from_caller(name)).endswith(b"fine")
    flood = [connect(port, from_caller("greedy").replace(b"/ ", b"/slow ")) for _ in range(10)]
    for _ in range(3):
        assert answer(port, from_caller("modest")).endswith(b"fine")
    go_on.set()
    for connection in flood:
        assert rest(connection).endswith(b"fine")
        connection.close()


def test_who_calls_on_when_refused_is_slowed_down(serve: Port) -> None:
    def refuse(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response("429 Too Many Requests", [("Content-Length", "0")])
        return []

    port = serve(refuse)
    began = time.monotonic()
    for _ in range(3):
        assert answer(port, from_caller("greedy")).startswith(b"HTTP/1.1 429 ")
    assert time.monotonic() - began >= 2 * REFUSED_FOR


def from_caller(name: str) -> bytes:
    return HEAD % b"GET" + b"Authorization: %s\r\n\r\n" % name.encode()
