"""The whole way to a real installation: directly, and through the proxies that `packaging/proxies/` sets up."""

import json
import re
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, nullcontext
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from reviews.tests.support.mail import free_port
from reviews.tests.support.proxies import CADDY, EXAMPLES, NGINX, Front, caddy, nginx
from reviews.tests.support.site import Site, running_site

pytestmark = [pytest.mark.fault, pytest.mark.once]

PROXIES = {"nginx": (nginx, NGINX), "Caddy": (caddy, CADDY)}
named = [
    pytest.param(name, marks=pytest.mark.skipif(program is None, reason=f"no {name} on this machine"))
    for name, (_, program) in PROXIES.items()
]
ASKS = "/api/v1/review-requests"
STALLED = 60
WITHIN = 10.0  # seconds: ten times what an answer may take


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("behind"), BEHIND_PROXY="true") as running:
        yield running


@pytest.fixture(scope="module", params=["itself", *named])
def front(request: pytest.FixtureRequest, site: Site) -> Iterator[Front]:
    """What is called: the installation itself, and each proxy before it."""
    port = urlsplit(site.url).port or 0
    before = nullcontext(Front(port)) if request.param == "itself" else PROXIES[request.param][0](port)
    with before as front:
        yield front


@pytest.fixture(scope="module", params=named)
def proxy(request: pytest.FixtureRequest, site: Site) -> Iterator[Front]:
    with PROXIES[request.param][0](urlsplit(site.url).port or 0) as front:
        yield front


def in_chunks(body: bytes, size: int = 7) -> Iterator[bytes]:
    yield from (body[start : start + size] for start in range(0, len(body), size))


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}


# --- Bodies in chunks ----------------------------------------------------------------------------------


def test_an_ask_in_chunks_is_read_whole(site: Site, front: Front) -> None:
    ask = {"email": f"chunks-{front.port}@example.com", "metadata": {"letters": "é" * 500}}
    key = bearer(site.demo["api_key"])
    answer = front.call("POST", ASKS, data=in_chunks(json.dumps(ask).encode()), headers=key)
    assert (answer.status_code, answer.json()["contact_email"]) == (201, ask["email"])
    assert front.call("GET", f"{ASKS}/{answer.json()['id']}", headers=key).json()["metadata"] == ask["metadata"]


@pytest.fixture(scope="module")
def tokens(site: Site) -> list[str]:
    """Access tokens of connections of one person, more than the tests take."""
    tokens: list[str] = site.inside("connect_app(30)")
    return tokens


def test_a_revoke_in_chunks_ends_the_token_that_it_names(front: Front, tokens: list[str]) -> None:
    """Case A1: it was read as empty, and ended all."""
    caller, ended, kept = (tokens.pop() for _ in range(3))
    body = json.dumps({"token": ended}).encode()
    answer = front.call("POST", "/oauth/revoke", data=in_chunks(body), headers=bearer(caller))
    assert (answer.status_code, answer.json()["revoked_count"]) == (200, 2)
    statuses = [front.call("GET", "/api/v1/status", headers=bearer(token)).status_code for token in (ended, kept)]
    assert statuses == [401, 200]


def test_a_form_and_bodies_of_any_size_in_chunks(site: Site, front: Front) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = front.call("POST", "/oauth/token", data=in_chunks(b"grant_type=password&client_id=x"), headers=form)
    assert answer.json()["error"] == "unsupported_grant_type"
    key = bearer(site.demo["api_key"])
    many = {"requests": [{"email": f"no address {number}", "metadata": {"a": "x" * 9000}} for number in range(300)]}
    bulk = front.call("POST", f"{ASKS}/bulk", data=in_chunks(json.dumps(many).encode(), 60_000), headers=key)
    assert [result["status"] for result in bulk.json()["results"]] == [400] * 300
    large = front.call("POST", ASKS, data=in_chunks(b" " * 1_100_000, 60_000), headers=key)
    assert (large.status_code, large.json()["error"]) == (413, "payload_too_large")


# --- Slow clients --------------------------------------------------------------------------------------


def connect(front: Front) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", front.port), 60)
    if front.certificate is None:
        return connection
    return ssl.create_default_context(cafile=str(front.certificate)).wrap_socket(
        connection, server_hostname="127.0.0.1"
    )


def begin(connection: socket.socket, front: Front, site: Site, length: int) -> None:
    head = f"POST {ASKS} HTTP/1.1\r\nHost: 127.0.0.1:{front.port}\r\nConnection: close\r\n"
    headers = "".join(f"{name}: {value}\r\n" for name, value in bearer(site.demo["api_key"]).items())
    connection.sendall(f"{head}{headers}Content-Length: {length}\r\n\r\n{{".encode())


def test_clients_that_stall_keep_nobody_waiting(site: Site, front: Front) -> None:
    with ExitStack() as until_done:
        for _ in range(STALLED):
            begin(until_done.enter_context(closing(connect(front))), front, site, 100)
        asked = front.call(
            "POST", ASKS, json={"email": f"quick-{front.port}@example.com"}, headers=bearer(site.demo["api_key"])
        )
    assert asked.status_code == 201
    assert asked.elapsed.total_seconds() < WITHIN


def test_a_slow_client_is_answered(site: Site, front: Front) -> None:
    body = json.dumps({"email": f"slow-{front.port}@example.com"}).encode()
    with closing(connect(front)) as connection:
        begin(connection, front, site, len(body))
        for part in in_chunks(body[1:]):
            time.sleep(0.3)
            connection.sendall(part)
        assert connection.recv(100).startswith(b"HTTP/1.1 201 ")


@contextmanager
def listening() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(1)
        yield server


@pytest.mark.parametrize("name", named)
def test_what_has_not_arrived_takes_no_connection_behind_the_proxy(site: Site, name: str) -> None:
    with listening() as server, PROXIES[name][0](server.getsockname()[1]) as front, closing(connect(front)) as client:
        begin(client, front, site, 5)
        with pytest.raises(TimeoutError):
            server.accept()
        server.settimeout(60)
        client.sendall(b"1234")
        arrived, _ = server.accept()
        with closing(arrived):
            arrived.settimeout(60)
            received = b""
            while b"{1234" not in received and (part := arrived.recv(65536)):
                received += part
            assert received.endswith(b"{1234")


# --- Headers -------------------------------------------------------------------------------------------


def test_the_client_is_known_by_the_address_that_the_proxy_saw(site: Site, proxy: Front) -> None:
    person, browser = site.demo["user"], requests.Session()
    browser.headers.update(
        {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "http", "Referer": f"{proxy.url}/sign-in"}
    )
    token = re.search(r'csrfmiddlewaretoken" value="(\w+)"', proxy.call("GET", "/sign-in", browser=browser).text)
    assert token
    form = {"csrfmiddlewaretoken": token[1], "username": person["email"], "password": person["password"]}
    signed_in = proxy.call("POST", "/sign-in", browser=browser, data=form, allow_redirects=False)
    assert signed_in.status_code == 302, signed_in.text
    assert set(site.inside("addresses_of_sessions()")) == {"127.0.0.1"}


def test_links_of_lists_lead_through_the_proxy(site: Site, proxy: Front) -> None:
    key = bearer(site.demo["api_key"])
    for number in range(2):
        front_ask = {"email": f"page-{proxy.port}-{number}@example.com"}
        assert proxy.call("POST", ASKS, json=front_ask, headers=key).status_code == 201
    spoofed = {"X-Forwarded-Proto": "http", "X-Forwarded-Host": "evil.example"}
    first = proxy.call("GET", f"{ASKS}?page_size=1", headers=key | spoofed).json()
    assert first["next"].startswith(f"{proxy.url}{ASKS}?")
    second = proxy.call("GET", first["next"].removeprefix(proxy.url), headers=key).json()
    assert second["results"][0]["id"] != first["results"][0]["id"]


# --- Errors of the proxy itself ------------------------------------------------------------------------


def is_error(answer: Any, status: int, code: str) -> None:
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/json")
    assert answer.json()["error"] == code
    assert answer.json()["error_description"]
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("name", named)
def test_without_anybody_behind_it_the_proxy_answers_in_json(name: str) -> None:
    with PROXIES[name][0](free_port()) as front:
        answer = front.call("GET", "/api/v1/me")
        is_error(answer, 503, "temporarily_unavailable")
        assert int(answer.headers["Retry-After"]) > 0


def test_long_heads_are_refused_in_json_too(front: Front) -> None:
    is_error(front.call("GET", "/api/v1/me", headers={"X-A": "a" * 40_000}), 431, "headers_too_large")
    is_error(front.call("GET", f"/api/v1/me?{'a' * 40_000}"), 431, "headers_too_large")


def test_both_examples_of_caddy_are_one_but_for_the_line_that_differs() -> None:
    new, old = ((EXAMPLES / name).read_text().split("\n\n", 1)[1] for name in ("Caddyfile", "Caddyfile-2.6"))
    assert new.replace("request_buffers 32MiB", "buffer_requests") == old
