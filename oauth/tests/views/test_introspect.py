"""Introspection and metadata: the cases of the OAuth server by their numbers."""

from typing import Any

import pytest
import time_machine
from django.utils import timezone

from oauth.models import AccessToken, Application
from oauth.tests.flow import ENDINGS, App, refused, sent_back

pytestmark = pytest.mark.django_db


def introspect(app: App, token: str, **changed: str) -> Any:
    body = app.credentials | {"token": token} | changed
    return app.server.post("/oauth/introspect", body, "application/json")


def test_case_49_own_tokens_are_active(app: App) -> None:
    with time_machine.travel(timezone.now(), tick=False):
        pair = app.pair()
        now = int(timezone.now().timestamp())
        known = {
            "active": True,
            "scope": "read write",
            "client_id": "zapier",
            "sub": str(app.user.pk),
            "account_id": str(app.account.pk),
            "iss": "http://testserver",
            "iat": now,
        }
        access, refresh = introspect(app, pair["access_token"]), introspect(app, pair["refresh_token"])
    assert access.json() == known | {"token_type": "Bearer", "exp": now + 3600}
    assert refresh.json() == known | {"exp": now + 180 * 24 * 3600}
    assert access["Cache-Control"] == "no-store"


def test_case_49_another_clients_token_is_inactive(app: App, other_app: App) -> None:
    pair = app.pair()
    for token in (pair["access_token"], pair["refresh_token"], "unknown", "rhr_" + "x" * 43):
        response = introspect(other_app, token)
        assert (response.status_code, response.json()) == (200, {"active": False})


def test_case_49_without_credentials(app: App) -> None:
    token = app.pair()["access_token"]
    response = app.server.post("/oauth/introspect", {"token": token}, "application/json")
    refused(response, 401, "invalid_client")
    refused(introspect(app, token, client_secret="wrong"), 401, "invalid_client")
    Application.objects.update(client_type="public")
    body = {"client_id": "zapier", "token": token}
    refused(app.server.post("/oauth/introspect", body, "application/json"), 401, "invalid_client")


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT"])
def test_case_49_other_methods(app: App, method: str) -> None:
    response = app.server.generic(method, "/oauth/introspect")
    assert (response.status_code, response["Allow"]) == (405, "POST")
    assert response["Content-Type"] == "application/json"


def test_a_call_without_a_token_is_refused(app: App) -> None:
    refused(introspect(app, ""), 400, "invalid_request")


@pytest.mark.parametrize("ending", ENDINGS.values(), ids=ENDINGS)
def test_a_token_that_opens_nothing_any_more_is_inactive(app: App, ending: Any) -> None:
    pair = app.pair()
    ending()
    assert introspect(app, pair["access_token"]).json() == {"active": False}
    assert introspect(app, pair["refresh_token"]).json() == {"active": False}


def test_a_rotated_and_a_revoked_token_are_inactive(app: App) -> None:
    first = app.pair()
    second = app.refresh(first["refresh_token"]).json()
    assert introspect(app, first["access_token"]).json() == {"active": False}
    assert introspect(app, first["refresh_token"]).json() == {"active": False}
    app.revoke(second["access_token"])
    assert introspect(app, second["refresh_token"]).json() == {"active": False}


def test_asking_is_no_use_of_the_token(app: App) -> None:
    pair = app.pair()
    introspect(app, pair["access_token"])
    assert AccessToken.objects.get().last_used_at is None


def test_case_50_the_metadata_have_the_issuer_of_the_redirects(app: App) -> None:
    response = app.server.get("/.well-known/oauth-authorization-server")
    body = response.json()
    assert response.status_code == 200
    assert body["issuer"] == sent_back(app.answer())["iss"] == sent_back(app.answer("deny"))["iss"]
    assert body["code_challenge_methods_supported"] == ["S256"]
    assert body["response_types_supported"] == ["code"]
    assert body["grant_types_supported"] == ["authorization_code", "refresh_token"]


def test_case_50_every_endpoint_in_the_metadata_is_there(app: App) -> None:
    body = app.server.get("/.well-known/oauth-authorization-server").json()
    paths = {name: url.removeprefix(body["issuer"]) for name, url in body.items() if name.endswith("_endpoint")}
    assert set(paths) == {
        "authorization_endpoint",
        "token_endpoint",
        "revocation_endpoint",
        "introspection_endpoint",
    }
    for name, path in paths.items():
        assert app.server.get(path).status_code == (400 if name == "authorization_endpoint" else 405), name


def test_case_50_the_host_header_does_not_choose_the_issuer(app: App, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    response = app.server.get("/.well-known/oauth-authorization-server", headers={"Host": "evil.example"})
    assert response.json()["issuer"] == "http://testserver"
