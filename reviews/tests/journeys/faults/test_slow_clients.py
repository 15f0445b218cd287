"""The web server while clients stall: the real one, as it is set up for production."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from reviews.tests.support.site import Site, running_site

pytestmark = [pytest.mark.fault, pytest.mark.once]

CLIENTS = 200
WITHIN = 10.0  # seconds: ten times what an answer may take
LARGE = "/static/unfold/css/styles.css"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder: Path = tmp_path_factory.mktemp("slow")
    with running_site(folder) as running:
        yield running


def ways(site: Site) -> list[bytes]:
    """What a client sends that then stalls: half a head; half a body; a whole request whose answer it does not read."""
    host = urlsplit(site.url).netloc
    bearer = f"Authorization: Bearer {site.demo['api_key']}\r\nContent-Type: application/json\r\nContent-Length: 100"
    texts = (
        f"GET /healthz HTTP/1.1\r\nHost: {host}",
        f"POST /api/v1/review-requests HTTP/1.1\r\nHost: {host}\r\n{bearer}\r\n\r\n{{",
        f"GET {LARGE} HTTP/1.1\r\nHost: {host}\r\n\r\n",
    )
    return [text.encode() for text in texts]


def test_two_hundred_clients_that_stall_keep_nobody_waiting(site: Site) -> None:
    address = urlsplit(site.url)
    sent = ways(site)
    with ExitStack() as until_done:
        for number in range(CLIENTS):
            client = until_done.enter_context(socket.socket())
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
            client.connect((address.hostname, address.port))
            client.sendall(sent[number % len(sent)])
        health = site.call("GET", "/healthz")
        asked = site.call("POST", "/api/v1/review-requests", {"email": "ann@example.com", "first_name": "Ann"})
    assert (health.status_code, asked.status_code) == (200, 201)
    assert health.elapsed.total_seconds() < WITHIN
    assert asked.elapsed.total_seconds() < WITHIN
