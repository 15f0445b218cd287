"""Errors under the API's URLs: every one has the contract's body."""

import re
from typing import Any

import pytest
from django.test import Client

from oauth.views.me import Me
from reviewhub.outages import DATABASE_AWAY


def error(response: Any, status: int, code: str) -> None:
    assert response.status_code == status
    assert response["Content-Type"] == "application/json"
    body = response.json()
    assert body["error"] == code
    assert body["error_description"]


@pytest.mark.parametrize("debug", [True, False])
@pytest.mark.parametrize("path", ["/api/v1/nothing", "/api/zapier/nothing", "/api/"])
def test_an_unknown_address_is_json_even_while_debugging(client: Client, settings: Any, path: str, debug: bool) -> None:
    settings.DEBUG = debug
    error(client.get(path), 404, "not_found")


@pytest.mark.django_db
def test_a_bug_shows_no_internals(owner_api: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Me, "get", lambda *_: int("secret detail"))
    response = owner_api.get("/api/v1/me")
    error(response, 500, "server_error")
    assert "secret detail" not in response.content.decode()
    assert response["X-Request-ID"]


@pytest.mark.django_db
@pytest.mark.parametrize("fault", DATABASE_AWAY)
def test_a_database_that_is_away_is_a_passing_state(
    owner_api: Any, fault: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any) -> None:
        raise fault

    monkeypatch.setattr(Me, "get", away)
    response = owner_api.get("/api/v1/me")
    error(response, 503, "temporarily_unavailable")
    assert response["Retry-After"] == "1"


URL = "/api/v1/review-requests"
JSON = "application/json"


@pytest.mark.django_db
@pytest.mark.parametrize("debug", [True, False])
@pytest.mark.parametrize(
    ("method", "path", "content_type", "body", "status", "code"),
    [
        ("PUT", URL, JSON, "{}", 405, "method_not_allowed"),
        ("POST", URL, JSON, '{"email": ', 400, "invalid_request"),
        ("POST", URL, JSON, "[]", 400, "invalid_request"),
        ("POST", URL, JSON, '{"email": "jane@example.com", "ignored": NaN}', 400, "invalid_request"),
        ("POST", URL, JSON, b'{"email": "\xff"}', 400, "invalid_request"),
        ("POST", URL, JSON, "[" * 100_000, 400, "invalid_request"),
        ("POST", URL, JSON, '{"company_name": "' + "x" * 1024 * 1024 + '"}', 413, "payload_too_large"),
        ("POST", URL, "text/plain", "email=jane@example.com", 415, "unsupported_media_type"),
        ("PATCH", "/oauth/token", JSON, "{}", 405, "method_not_allowed"),
        ("POST", "/oauth/token", "text/plain", "x", 415, "unsupported_media_type"),
    ],
)
def test_a_body_that_cannot_be_taken_is_refused_in_json(
    owner_api: Any,
    settings: Any,
    debug: bool,
    method: str,
    path: str,
    content_type: str,
    body: Any,
    status: int,
    code: str,
) -> None:
    settings.DEBUG = debug
    error(owner_api.generic(method, path, body, content_type), status, code)


@pytest.mark.django_db
def test_a_refused_method_names_those_allowed(owner_api: Any) -> None:
    assert "POST" in owner_api.put(URL)["Allow"]


def test_a_host_that_is_not_ours_is_refused_in_json(client: Client) -> None:
    error(client.get("/api/v1/me", headers={"Host": "evil.example"}), 400, "invalid_request")


def test_pages_for_people_stay_pages(client: Client) -> None:
    assert client.get("/nothing")["Content-Type"].startswith("text/html")


def test_a_request_has_an_id_in_its_answer(client: Client) -> None:
    generated = client.get("/healthz")["X-Request-ID"]
    assert re.fullmatch(r"[0-9a-f]{32}", generated)
    assert client.get("/healthz", headers={"X-Request-ID": "trace-4711.a"})["X-Request-ID"] == "trace-4711.a"
    assert client.get("/healthz", headers={"X-Request-ID": "a b\n"})["X-Request-ID"] != "a b\n"
