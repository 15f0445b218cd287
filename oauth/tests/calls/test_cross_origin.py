"""Pages of other sites: which origins may call, and read what they are answered."""

from typing import Any

import pytest
from django.test import Client

from oauth.api_keys import create_api_key
from oauth.models import Application
from oauth.tests.flow import VERIFIER, App, make_application, pkce

pytestmark = pytest.mark.django_db

ORIGIN, OTHER = "https://app.example", "https://other.example"
EVIL = "https://evil.example"
ASKS = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}


@pytest.fixture
def browser_app(app: App) -> App:
    """The app, as one that runs in browsers; and another such app."""
    Application.objects.update(client_type="public", client_secret="", allowed_origins=f"{ORIGIN} https://b.example")
    make_application(client_id="other", client_type="public", client_secret="", allowed_origins=OTHER)
    app.application.refresh_from_db()
    return app


@pytest.fixture
def pair(browser_app: App) -> dict[str, Any]:
    pair: dict[str, Any] = exchange(browser_app).json()
    return pair


def exchange(app: App, origin: str = ORIGIN, **changed: Any) -> Any:
    body = {"grant_type": "authorization_code", "code": app.code(**pkce()), "client_id": "zapier"}
    body |= {"code_verifier": VERIFIER, "redirect_uri": "https://zapier.example/cb"} | changed
    return app.server.post("/oauth/token", body, content_type="application/json", headers={"Origin": origin})


def call(bearer: str, origin: str, path: str = "/api/v1/me", method: str = "GET", **more: str) -> Any:
    headers = {"Origin": origin, "Authorization": f"Bearer {bearer}"} | more
    return Client().generic(method, path, headers=headers)


def preflight(origin: str, path: str = "/api/v1/review-requests", **more: str) -> Any:
    return Client().options(path, headers={"Origin": origin} | (more or ASKS))


def readers(response: Any) -> str | None:
    """The origin whose pages may read the answer. Cookies are never let in."""
    assert "Access-Control-Allow-Credentials" not in response
    assert "Origin" in response["Vary"]
    found: str | None = response.headers.get("Access-Control-Allow-Origin")
    return found


@pytest.mark.parametrize(
    "path", ["/api/v1/review-requests", "/api/v1/contacts/unknown", "/oauth/token", "/oauth/revoke"]
)
@pytest.mark.parametrize("origin", [ORIGIN, OTHER])
def test_a_preflight_is_answered_for_the_origin_of_any_public_app(browser_app: App, path: str, origin: str) -> None:
    response = preflight(origin, path)
    assert (response.status_code, readers(response)) == (204, origin)
    assert "Authorization" in response["Access-Control-Allow-Headers"]
    assert "PATCH" in response["Access-Control-Allow-Methods"]


@pytest.mark.parametrize("origin", [EVIL, "https://app.exampl", "https://app.example.evil.example"])
def test_nobody_elses_preflight_is_answered(browser_app: App, origin: str) -> None:
    assert readers(preflight(origin)) is None


@pytest.mark.parametrize("change", [{"is_active": False}, {"client_type": "confidential", "client_secret": "x"}])
def test_an_app_that_is_off_or_keeps_a_secret_has_no_pages(browser_app: App, change: dict[str, Any]) -> None:
    Application.objects.update(**change)
    assert readers(preflight(ORIGIN)) is None


def test_options_without_a_method_is_no_preflight(browser_app: App) -> None:
    assert preflight(ORIGIN, **{"X-Other": "1"}).status_code == 401


def test_the_app_exchanges_its_code_and_calls(browser_app: App) -> None:
    response = exchange(browser_app)
    assert (response.status_code, readers(response)) == (200, ORIGIN)
    answer = call(response.json()["access_token"], ORIGIN)
    assert (answer.status_code, readers(answer)) == (200, ORIGIN)
    assert "RateLimit" in answer["Access-Control-Expose-Headers"]


def test_what_a_token_is_answered_another_apps_page_cannot_read(browser_app: App, pair: dict[str, Any]) -> None:
    for origin in (OTHER, EVIL):
        assert readers(call(pair["access_token"], origin)) is None
        assert readers(exchange(browser_app, origin)) is None


def test_a_key_is_no_apps(browser_app: App) -> None:
    _, key = create_api_key(account=browser_app.account, user=browser_app.user, name="x")
    assert readers(call(key, ORIGIN)) is None


def test_a_page_learns_that_its_token_has_ended(browser_app: App, pair: dict[str, Any]) -> None:
    response = call(pair["access_token"], ORIGIN, "/oauth/revoke", "POST")
    assert (response.status_code, readers(response)) == (200, ORIGIN)
    answer = call(pair["access_token"], ORIGIN)
    assert (answer.status_code, readers(answer)) == (401, ORIGIN)
    assert readers(call(pair["access_token"], EVIL)) is None


def test_errors_of_the_call_can_be_read(browser_app: App, pair: dict[str, Any]) -> None:
    answer = call(pair["access_token"], ORIGIN, "/api/v1/contacts/00000000-0000-0000-0000-000000000000")
    assert (answer.status_code, readers(answer)) == (404, ORIGIN)
    refused = exchange(browser_app, code="unknown")
    assert (refused.status_code, readers(refused)) == (400, ORIGIN)


@pytest.mark.parametrize("origin", ["null", "", "https://app.example/", "*", "https://app.example\x00", "x" * 5000])
def test_what_is_no_origin_changes_nothing(browser_app: App, pair: dict[str, Any], origin: str) -> None:
    answer = call(pair["access_token"], origin)
    assert answer.status_code == 200
    assert "Access-Control-Allow-Origin" not in answer
    assert "Access-Control-Allow-Origin" not in preflight(origin)


@pytest.mark.parametrize("path", ["/sign-in", "/oauth/introspect", "/admin/login/", "/r/unknown", "/oauth/authorize"])
def test_pages_and_other_endpoints_are_for_no_other_origin(browser_app: App, path: str) -> None:
    assert "Access-Control-Allow-Origin" not in preflight(ORIGIN, path)


def test_a_call_without_an_origin_asks_for_no_app(
    browser_app: App, pair: dict[str, Any], django_assert_num_queries: Any
) -> None:
    call(pair["access_token"], ORIGIN)
    headers = {"Authorization": f"Bearer {pair['access_token']}"}
    with django_assert_num_queries(1):
        assert Client().get("/api/v1/me", headers=headers).status_code == 200
    with django_assert_num_queries(2):
        call(pair["access_token"], ORIGIN)
