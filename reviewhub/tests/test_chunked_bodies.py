"""Chunked bodies under servers that join the chunks, as gunicorn's own workers do, and under one that does not."""

import http.client
import io
import json
import socket
from collections.abc import Iterator
from threading import Thread
from typing import Any

import pytest
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler, get_internal_wsgi_application

from reviewhub import chunked_bodies
from reviewhub.chunked_bodies import with_lengths

pytestmark = pytest.mark.once


def echo(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    """Answer with as much of the body as Django would read, and with what it would think of the header."""
    return [environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)), environ.get("HTTP_TRANSFER_ENCODING")]


def test_joined_chunks_are_read_whole() -> None:
    body = b"x" * (chunked_bodies.IN_MEMORY + 5)
    environ = {"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": True, "wsgi.input": io.BytesIO(body)}
    assert with_lengths(echo)(environ, None) == [body, None]


def test_no_more_is_taken_than_makes_it_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunked_bodies, "MOST", 100)
    source = io.BytesIO(b"x" * 500)
    environ = {"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": True, "wsgi.input": source}
    assert with_lengths(echo)(environ, None) == [b"x" * 101, None]
    assert source.tell() == 101


def test_other_bodies_are_left_alone() -> None:
    source = io.BytesIO(b"hello, and the next request")
    assert with_lengths(echo)({"CONTENT_LENGTH": "5", "wsgi.input": source}, None) == [b"hello", None]
    unknown = {"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input": io.BytesIO(b"5\r\nhello\r\n")}
    assert with_lengths(echo)(unknown, None) == [b"", "chunked"]
    old = {"HTTP_TRANSFER_ENCODING": "chunked", "SERVER_PROTOCOL": "HTTP/1.0", "wsgi.input_terminated": True}
    assert with_lengths(echo)(old | {"wsgi.input": io.BytesIO()}, None) == [b"", "chunked"]


@pytest.fixture
def runserver() -> Iterator[int]:
    """The port of the server that `manage.py runserver` starts."""
    server = ThreadedWSGIServer(("127.0.0.1", 0), WSGIRequestHandler)
    server.set_app(get_internal_wsgi_application())
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("path", ["/oauth/revoke", "/oauth/token", "/api/v1/review-requests", "/sign-in"])
def test_chunks_that_nobody_joined_are_no_empty_body(runserver: int, path: str) -> None:
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nConnection: close\r\n"
    with socket.create_connection(("127.0.0.1", runserver), timeout=20) as client:
        client.sendall(f"{head}Transfer-Encoding: chunked\r\n\r\n2\r\n{{}}\r\n0\r\n\r\n".encode())
        answer = http.client.HTTPResponse(client)
        answer.begin()
        assert (answer.status, json.load(answer)["error"]) == (411, "invalid_request")
