"""Bytes that no HTTP library sends, to a real gunicorn: it refuses them, answers at once, and lives on."""

import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from reviewhub.testing import Inputs
from reviews.tests.support.mail import free_port
from reviews.tests.support.processes import children, on_linux
from reviews.tests.support.site import ROOT, reachable, sqlite_site
from reviews.tests.support.waiting import until

pytestmark = [pytest.mark.attack, pytest.mark.fault, pytest.mark.once, on_linux]

PATIENCE = 30.0  # seconds for an answer, or for the connection to be closed
NOT_IMPLEMENTED = {501, 505}  # which gunicorn answers itself: an encoding or a version that it does not know
STATUS = re.compile(rb"HTTP/1\.[01] (\d{3})")
NEXT = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"  # a request that is meant to be smuggled in


def get(target: bytes, headers: bytes = b"") -> bytes:
    """Return a request, after whose answer the connection is closed."""
    return b"GET " + target + b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + headers + b"\r\n"


HEAD = b"POST /oauth/token HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
SMUGGLING = {
    "length and chunks": HEAD + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + NEXT,
    "two lengths": HEAD + b"Content-Length: 0\r\nContent-Length: 47\r\n\r\n" + NEXT,
    "a list of lengths": HEAD + b"Content-Length: 0, 47\r\n\r\n" + NEXT,
    "a signed length": HEAD + b"Content-Length: +0\r\n\r\n" + NEXT,
    "a length in hex": HEAD + b"Content-Length: 0x0\r\n\r\n" + NEXT,
    "a negative length": HEAD + b"Content-Length: -1\r\n\r\n" + NEXT,
    "a length too large": HEAD + b"Content-Length: " + b"9" * 40 + b"\r\n\r\n" + NEXT,
    "two encodings": HEAD + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n" + NEXT,
    "an unknown encoding": HEAD + b"Transfer-Encoding: xchunked\r\nContent-Length: 0\r\n\r\n" + NEXT,
    "a blank before the colon": HEAD + b"Transfer-Encoding : chunked\r\nContent-Length: 0\r\n\r\n" + NEXT,
    "a tab before the encoding": HEAD + b"Transfer-Encoding:\tchunked\r\nContent-Length: 0\r\n\r\n" + NEXT,
    "a folded header": HEAD + b"X-A: 1\r\n Content-Length: 47\r\nContent-Length: 0\r\n\r\n" + NEXT,
    "an underscore": HEAD + b"Content_Length: 0\r\nContent-Length: 47\r\n\r\n" + NEXT,
    "a bare line feed": HEAD + b"X-A: 1\nContent-Length: 47\r\nContent-Length: 0\r\n\r\n" + NEXT,
    "a bare carriage return": HEAD + b"X-A: 1\rContent-Length: 47\r\nContent-Length: 0\r\n\r\n" + NEXT,
    "a chunk that is no number": HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n" + NEXT,
    "a chunk too large": HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + b"f" * 40 + b"\r\n" + NEXT,
    "a chunk's extension": HEAD + b"Transfer-Encoding: chunked\r\n\r\n0;a=\n\r\n\r\n" + NEXT,
    "NUL in a header": HEAD + b"X-A: \0\r\nContent-Length: 0\r\n\r\n" + NEXT,
    "two hosts": b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\nConnection: close\r\n\r\n",
}
REQUESTS = {
    "HTTP/0.9": b"GET /\r\n",
    "HTTP/2.0": b"GET / HTTP/2.0\r\n\r\n",
    "the preface of HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "HTTP/1.99": b"GET / HTTP/1.99\r\nHost: localhost\r\n\r\n",
    "no version": b"GET / \r\nHost: localhost\r\n\r\n",
    "methods in small letters": b"get /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    "a method of signs": b"G@T /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    "a long method": b"A" * 5000 + b" / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a long URL": b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a long query": get(b"/r/x?" + b"a=%FF&" * 600),
    "a long header": b"GET / HTTP/1.1\r\nHost: localhost\r\nX-A: " + b"a" * 100_000 + b"\r\n\r\n",
    "many headers": b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"X-A: 1\r\n" * 500 + b"\r\n",
    "many cookies": b"GET /sign-in HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nCookie: "
    + b"a=b;" * 1500
    + b"\r\n\r\n",
    "an absolute form": get(b"http://evil.example/healthz"),
    "an authority": b"CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\nConnection: close\r\n\r\n",
    "an asterisk": b"OPTIONS * HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    "no slash": get(b"healthz"),
    "two slashes": get(b"//evil.example/%2e%2e"),
    "a way up": get(b"/static/../../etc/passwd"),
    "a way up, encoded": get(b"/static/%2e%2e%2f%2e%2e%2fetc/passwd"),
    "a bad percent sign": get(b"/r/%zz%%%1"),
    "NUL": get(b"/r/%00"),
    "NUL as it is": get(b"/r/\0"),
    "NUL in a static file": get(b"/static/%00.css"),
    "letters that are no UTF-8": get(b"/r/\xff\xfe"),
    "an encoded line break": get(b"/r/a%0d%0aX:%20y"),
    "no host": b"GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n",
    "a foreign host": b"GET /sign-in HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n",
    "a host that is none": b"GET /sign-in HTTP/1.1\r\nHost: a b@[::\r\nConnection: close\r\n\r\n",
    "nothing but noise": bytes(range(256)) * 8,
    "a TLS greeting": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 500,
    "no more than a beginning": b"GET /healthz HT",
    "less than it said": HEAD + b"Content-Length: 1000\r\n\r\n{}",
    "a body of GET": get(b"/healthz", b"Content-Length: 3\r\n") + b"abc",
    "an expectation": HEAD + b"Expect: 200-maybe\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}",
    "an upgrade": get(b"/healthz", b"Connection: Upgrade\r\nUpgrade: websocket\r\n"),
    "a proxy's greeting": b"PROXY TCP4 127.0.0.1 127.0.0.1 1 2\r\n" + NEXT,
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """A gunicorn with two processes, and its port."""
    port = free_port()
    environment = os.environ | {
        "DATABASE_URL": sqlite_site(tmp_path_factory.mktemp("site")),
        "REDIS_URL": "",
        "PUBLIC_URL": "http://localhost",
        "WEB_CONCURRENCY": "2",
        "PYTHONWARNINGS": "ignore",
        "DJANGO_SETTINGS_MODULE": "reviewhub.settings",
    }
    command = [
        str(Path(sys.executable).with_name("gunicorn")),
        "--threads",
        "2",
        "-b",
        f"127.0.0.1:{port}",
        "reviewhub.wsgi",
    ]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until(lambda: reachable(f"http://127.0.0.1:{port}"))
        yield port, process
    finally:
        process.terminate()
        process.wait(60)


def talk(port: int, sent: bytes, *, is_all: bool = True) -> bytes:
    """Send the bytes and return all that comes back; tell the server if they are all. Raises TimeoutError."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
        answer = b""
        try:
            connection.sendall(sent)
            if is_all:
                connection.shutdown(socket.SHUT_WR)
            while part := connection.recv(65536):
                answer += part
        except TimeoutError:
            raise
        except OSError:
            pass  # it closed before it had read everything
        return answer


def test_a_connection_ends_with_its_first_answer(server: tuple[int, subprocess.Popen[bytes]]) -> None:
    """So a request that was smuggled in behind it would be answered to nobody."""
    answer = talk(server[0], HEAD + b"Content-Length: 0\r\n\r\n" + NEXT)
    assert [int(status) for status in STATUS.findall(answer)] == [400]


# What the server answers by itself, before the application sees it.
ITS_OWN = {
    "a header too long": (get(b"/", b"X-A: " + b"a" * 40_000 + b"\r\n"), 431),
    "noise": (b"nonsense\r\n\r\n", 400),
}
ITS_OWN["an unknown encoding"] = (SMUGGLING["an unknown encoding"], 501)
ITS_OWN["a body too large"] = (HEAD + b"Content-Length: 99999999\r\n\r\n", 413)
ITS_OWN["half a body"] = (HEAD + b"Content-Length: 10\r\n\r\n{", 408)


@pytest.mark.parametrize("name", ITS_OWN)
def test_errors_of_the_server_itself_have_the_form_of_all_others(
    server: tuple[int, subprocess.Popen[bytes]], name: str
) -> None:
    sent, status = ITS_OWN[name]
    head, _, body = talk(server[0], sent, is_all=False).partition(b"\r\n\r\n")
    assert int(STATUS.findall(head)[0]) == status
    assert b"\r\ncontent-type: application/json\r\n" in head.lower()
    assert b"\r\nx-request-id: " in head.lower()
    assert set(json.loads(body)) == {"error", "error_description"}


@pytest.mark.parametrize("path", [b"/oauth/revoke", b"/oauth/token", b"/api/v1/review-requests"])
def test_a_body_in_chunks_of_a_version_without_them_is_not_taken_for_none(
    server: tuple[int, subprocess.Popen[bytes]], path: bytes
) -> None:
    head = b"POST " + path + b" HTTP/1.0\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
    answer = talk(server[0], head + b"2\r\n{}\r\n0\r\n\r\n")
    assert [int(status) for status in STATUS.findall(answer)] == [411]
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["error"] == "invalid_request"


@pytest.mark.parametrize("name", [*SMUGGLING, *REQUESTS])
def test_bytes_that_nobody_means_are_refused_and_the_server_lives(
    server: tuple[int, subprocess.Popen[bytes]], inputs: Inputs, name: str
) -> None:
    port, process = server
    workers = children(process.pid)
    answer = talk(port, (SMUGGLING | REQUESTS)[name])
    statuses = [int(status) for status in STATUS.findall(answer)]
    inputs.note(max((status for status in statuses if status not in NOT_IMPLEMENTED), default=0))
    assert [status for status in statuses if status >= 500 and status not in NOT_IMPLEMENTED] == []
    if name in SMUGGLING:
        assert 200 not in statuses[1:], answer  # what came behind was no request of its own
    assert b"evil.example" not in answer
    assert b"root:" not in answer
    assert talk(port, get(b"/healthz")).startswith(b"HTTP/1.1 200")
    assert children(process.pid) == workers
