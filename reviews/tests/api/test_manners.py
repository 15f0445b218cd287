"""HTTP as every address of the API speaks it: bodies, `Accept`, keys in paths, `OPTIONS`, challenges, caches."""

import gzip
import re
from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from oauth.models import Account
from oauth.tests.flow import App, make_application
from reviews.tests.journeys.attack.routes import Route, routes, values_of
from reviews.tests.support.helpers import REFERENCE, post, refused

pytestmark = [pytest.mark.attack, pytest.mark.django_db]

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
CHALLENGE = 'Bearer realm="ReviewHub", error="insufficient_scope", scope="%s"'
PUBLIC = {"/api/v1/openapi.json", "/api/docs", "/api/oauth/zapier/authorize"}
OF_CLIENTS = [f"{root}/{name}" for root in ("/oauth", "/api/oauth/zapier") for name in ("token", "revoke")]
OF_CLIENTS += ["/oauth/introspect"]


def paths_of(account: Account, wanted: Callable[[Route], bool] = lambda _: True) -> list[str]:
    """The addresses of the API that ask for a bearer, filled for rows of the account."""
    ours = [route for route in routes() if route.pattern.startswith("api/") and wanted(route)]
    paths = [route.path(values_of(route, account)) for route in ours]
    return [path for path in paths if path not in PUBLIC and path not in OF_CLIENTS]


@pytest.fixture
def of_rows(full: Account) -> list[str]:
    """Addresses that name a row of the account."""
    paths = paths_of(full, lambda route: bool(route.arguments))
    assert len(paths) > 12
    return paths


# --- Keys in paths ------------------------------------------------------------------------------------


def test_a_key_may_be_in_upper_case(owner_api: Any, of_rows: list[str]) -> None:
    named_by_uuid = [path for path in of_rows if UUID.search(path)]
    assert len(named_by_uuid) > 8
    for path in named_by_uuid:
        upper = UUID.sub(lambda match: match[0].upper(), path)
        assert owner_api.options(upper).status_code == 200, upper
        answers = [owner_api.get(address) for address in (path, upper)]
        assert answers[0].status_code == answers[1].status_code
        if "/evidence" not in path:  # which says when it was made
            assert answers[0].content == answers[1].content


# --- OPTIONS ------------------------------------------------------------------------------------------


def test_options_tell_nobody_of_a_row_that_get_would_not_show(
    owner_api: Any, stranger_api: Any, reader_api: Any, of_rows: list[str]
) -> None:
    for path in of_rows:
        own, foreign, read = (client.options(path) for client in (owner_api, stranger_api, reader_api))
        assert (own.status_code, foreign.status_code, read.status_code) == (200, 404, 200), path
        assert own["Allow"]
        assert foreign.json()["error"] == "not_found"
        assert "actions" not in own.json()


def test_options_need_the_scope_that_get_needs(api_client: Any, owner: Any, full: Account, of_rows: list[str]) -> None:
    writer = api_client(owner, full, ["write"])
    for path in of_rows:
        answer = writer.options(path)
        assert (answer.status_code, answer["WWW-Authenticate"]) == (403, CHALLENGE % "read"), path


# --- Accept -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("accept", ["text/plain", "text/html", "image/*", "application/json;q=0", "nonsense", ""])
def test_whatever_is_accepted_json_is_the_answer(owner_api: Any, full: Account, accept: str) -> None:
    for path in paths_of(full):
        asked, plain = owner_api.get(path, headers={"Accept": accept}), owner_api.get(path)
        assert (asked.status_code, asked["Content-Type"]) == (plain.status_code, "application/json"), path


# --- Bodies -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "GZIP", "identity, gzip", "x"])
def test_a_body_in_a_coding_is_refused_at_every_address(owner_api: Any, full: Account, coding: str) -> None:
    body = gzip.compress(b'{"email": "jane@example.com"}')
    for path in [*paths_of(full), *OF_CLIENTS]:
        answer = owner_api.generic("POST", path, body, "application/json", headers={"Content-Encoding": coding})
        assert (answer.status_code, answer.json()["error"]) == (415, "unsupported_media_type"), path
        assert "Content-Encoding" in answer.json()["error_description"]
        assert answer["Accept-Encoding"] == "identity"


@pytest.mark.parametrize("coding", ["identity", "Identity", ""])
def test_a_body_as_it_is_may_say_so(owner_api: Any, coding: str) -> None:
    assert post(owner_api, REFERENCE, **{"Content-Encoding": coding}).status_code == 201


def test_a_coding_without_a_body_codes_nothing(owner_api: Any) -> None:
    assert owner_api.get("/api/v1/me", headers={"Content-Encoding": "gzip"}).status_code == 200


@pytest.mark.parametrize("number", ["24.0", "2.4e1", "240e-1"])
def test_a_whole_number_may_be_written_with_a_point(owner_api: Any, number: str) -> None:
    by_point = post(owner_api, f'{{"email": "a@example.com", "delay_hours": {number}, "dry_run": true}}')
    plain = post(owner_api, '{"email": "a@example.com", "delay_hours": 24, "dry_run": true}')
    assert by_point.status_code == 200
    assert [each["due_at"][:16] for each in by_point.json()["messages"]] == [
        each["due_at"][:16] for each in plain.json()["messages"]
    ]


@pytest.mark.parametrize("number", ["24.5", "1e300", '"24"', "true", "-1.0"])
def test_what_is_no_whole_number_in_range_is_refused(owner_api: Any, number: str) -> None:
    refused(post(owner_api, f'{{"email": "a@example.com", "delay_hours": {number}}}'), "delay_hours")


# --- Challenges ---------------------------------------------------------------------------------------


def test_a_scope_that_is_missing_is_named_in_the_challenge(
    reader_api: Any, api_client: Any, viewer: Any, full: Account
) -> None:
    for path in paths_of(full):
        if "POST" in reader_api.options(path)["Allow"]:
            for client in (reader_api, api_client(viewer, full)):
                answer = client.post(path, {}, format="json")
                assert (answer.status_code, answer["WWW-Authenticate"]) == (403, CHALLENGE % "write"), path
    hooks = api_client(full.memberships.get(role="owner").user, full, ["write"])
    answer = hooks.post("/api/v1/hooks", {"url": "https://hooks.example/x"}, format="json")
    assert (answer.status_code, answer["WWW-Authenticate"]) == (403, CHALLENGE % "read")


def test_a_token_that_may_only_read_learns_what_revoking_needs(app_that_reads: str) -> None:
    client = APIClient(headers={"Authorization": f"Bearer {app_that_reads}"})
    answer = client.post("/oauth/revoke")
    assert (answer.status_code, answer["WWW-Authenticate"]) == (403, CHALLENGE % "write")


@pytest.fixture
def app_that_reads(owner: Any, account: Account) -> str:
    app = App(owner, account, make_application())
    return str(app.exchange(app.code(scope="read")).json()["access_token"])


@pytest.mark.parametrize(("header", "error"), [({}, ""), ({"Authorization": "Bearer x"}, ', error="invalid_token"')])
def test_without_a_live_token_the_challenge_says_why(full: Account, header: dict[str, str], error: str) -> None:
    for path in paths_of(full):
        answer = APIClient(headers=header).get(path)
        if answer.status_code != 405:
            assert (answer.status_code, answer["WWW-Authenticate"]) == (401, f'Bearer realm="ReviewHub"{error}'), path


# --- Caches -------------------------------------------------------------------------------------------


def test_nothing_that_the_api_answers_is_stored(owner_api: Any, full: Account) -> None:
    for path in [*paths_of(full), *OF_CLIENTS, "/api/v1/nothing"]:
        for answer in (owner_api.get(path), owner_api.post(path, {}, format="json"), APIClient().get(path)):
            assert answer["Cache-Control"] == "no-store", (path, answer.status_code)


def test_the_document_holds_no_secret_and_may_be_stored(client: Any) -> None:
    answer = client.get("/api/v1/openapi.json")
    again = client.get("/api/v1/openapi.json", headers={"If-None-Match": answer["ETag"]})
    assert (answer.status_code, again.status_code) == (200, 304)
    assert answer["Cache-Control"] == again["Cache-Control"] == "public, max-age=300"
