"""Revoking: the cases of the OAuth server by their numbers."""

import base64
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from oauth.api_keys import create_api_key
from oauth.models import AccessToken, Account, Application, Membership
from oauth.server import grants
from oauth.tests.flow import VERIFIER, App, pkce, refused

pytestmark = pytest.mark.django_db

# --- Revoking -----------------------------------------------------------------------------------------


def counted(response: Any) -> int:
    assert response.status_code == 200, response.content
    body = response.json()
    assert (body["success"], body["message"]) == (True, "Tokens revoked successfully")
    return int(body["revoked_count"])


def test_case_45_own_tokens_count_others_do_not(app: App, other_app: App) -> None:
    caller, pair, other_pair = app.pair(), app.pair(), other_app.pair()
    bearer = caller["access_token"]
    assert counted(app.revoke(bearer, {"token": pair["access_token"]})) == 2
    assert counted(app.revoke(bearer, {"token": pair["access_token"]})) == 0
    assert counted(app.revoke(bearer, {"token": other_pair["access_token"]})) == 0
    assert counted(app.revoke(bearer, {"token": "unknown"})) == 0
    assert other_app.alive(other_pair["access_token"])
    assert app.alive(bearer)


@pytest.mark.parametrize("body", ["[]", '{"token": ""}', '{"token": null}', '{"token": 5}', "{"])
def test_case_46_a_body_that_makes_no_sense_revokes_nothing(app: App, body: str) -> None:
    pair = app.pair()
    response = app.revoke(pair["access_token"], body)
    refused(response, 400, "invalid_request")
    assert app.alive(pair["access_token"])


@pytest.mark.parametrize("path", ["/oauth/revoke", "/api/oauth/zapier/revoke"])
def test_case_47_without_a_token_all_of_the_persons_end(app: App, other_app: App, path: str) -> None:
    pairs, other_pair, pending = [app.pair(), app.pair()], other_app.pair(), app.code()
    headers = {"Authorization": f"Bearer {pairs[0]['access_token']}"}
    assert counted(app.server.generic("POST", path, headers=headers)) == 4
    assert not any(app.alive(pair["access_token"]) for pair in pairs)
    refused(app.exchange(pending), 400, "invalid_grant")
    assert other_app.alive(other_pair["access_token"])
    assert app.server.generic("POST", path, headers=headers).status_code == 401


@pytest.fixture
def elsewhere(app: App, other_account: Account) -> App:
    """The same person's connection of the same app to another business of theirs."""
    Membership.objects.create(account=other_account, user=app.user, role="owner")
    return App(app.user, other_account, app.application)


def test_a_credential_reaches_its_own_account_alone(app: App, elsewhere: App) -> None:
    """Case A2: the key of one business cut the connections of the owner's other ones."""
    here, there, pending = app.pair(), elsewhere.pair(), elsewhere.code()
    _, key = create_api_key(account=app.account, user=app.user, name="script")
    for bearer in (key, here["access_token"]):
        assert counted(app.revoke(bearer, {"token": there["access_token"]})) == 0
        assert counted(app.revoke(bearer, {"token": there["refresh_token"]})) == 0
    assert counted(app.revoke(key)) == 2
    assert not app.alive(here["access_token"])
    assert app.alive(there["access_token"])
    assert app.refresh(there["refresh_token"]).status_code == 200
    assert app.exchange(pending).status_code == 200


def test_case_48_a_client_revokes_its_own_tokens_only(app: App, other_app: App) -> None:
    pair = app.pair()

    def revoke(client: App, **body: str) -> Any:
        return client.server.post("/oauth/revoke", client.credentials | body, "application/json")

    for response in (revoke(app, token="unknown"), revoke(other_app, token=pair["access_token"])):
        assert (response.status_code, response.json()) == (200, {})
    assert app.alive(pair["access_token"])
    assert revoke(app, token=pair["access_token"], token_type_hint="refresh_token").status_code == 200
    assert not app.alive(pair["access_token"])
    refused(
        app.server.post("/oauth/revoke", {"client_id": "zapier", "token": "x"}, "application/json"),
        401,
        "invalid_client",
    )
    refused(revoke(app), 400, "invalid_request")


# --- Who may --------------------------------------------------------------------------------------------


def test_a_token_that_may_only_read_ends_itself_and_nothing_else(app: App) -> None:
    reader, pair = app.exchange(app.code(scope="read")).json(), app.pair()
    for body in (None, {"token": pair["access_token"]}):
        response = app.revoke(reader["access_token"], body)
        refused(response, 403, "insufficient_scope")
    assert app.alive(pair["access_token"])
    assert counted(app.revoke(reader["access_token"], {"token": reader["access_token"]})) == 2
    assert not app.alive(reader["access_token"])


def test_an_api_key_ends_the_persons_tokens(app: App) -> None:
    pair = app.pair()
    _, key = create_api_key(account=app.account, user=app.user, name="script")
    assert counted(app.revoke(key)) == 2
    assert not app.alive(pair["access_token"])


@pytest.mark.parametrize("bearer", ["", "nonsense", "rha_" + "x" * 43, "rha_\x00", "rha_é"])
def test_without_a_live_token_nothing_is_revoked(app: App, bearer: str) -> None:
    pair = app.pair()
    response = app.revoke(bearer)
    refused(response, 401, "unauthorized")
    assert response["WWW-Authenticate"].startswith("Bearer")
    assert app.alive(pair["access_token"])


def test_case_48_a_public_client_revokes_by_its_name_alone(app: App) -> None:
    Application.objects.update(client_type="public")
    pair = app.exchange(app.code(**pkce()), client_secret=None, code_verifier=VERIFIER).json()
    body = {"client_id": "zapier", "token": pair["refresh_token"]}
    assert app.server.post("/oauth/revoke", body, "application/json").status_code == 200
    assert not app.alive(pair["access_token"])


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_other_methods_are_refused(app: App, method: str) -> None:
    response = app.server.generic(method, "/oauth/revoke")
    assert (response.status_code, response["Allow"]) == (405, "POST")
    refused(response, 405, "method_not_allowed")


def test_a_grant_made_while_everything_ends_is_not_torn(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    bearer, late, delete = app.pair()["access_token"], {}, grants.delete

    def delete_late(rows: Any) -> int:
        if rows.model is AccessToken:
            late.update(app.pair())
        return delete(rows)

    monkeypatch.setattr(grants, "delete", delete_late)
    assert counted(app.revoke(bearer)) == 2
    assert not app.alive(bearer)
    assert app.alive(late["access_token"])
    assert app.refresh(late["refresh_token"]).status_code == 200


# --- In numbers -----------------------------------------------------------------------------------------


def test_revoking_everything_takes_the_same_statements_for_few_and_for_many(app: App) -> None:
    def statements(pairs: int) -> int:
        bearer = [app.pair() for _ in range(pairs)][-1]["access_token"]
        app.alive(bearer)  # its use is noted before the count
        with CaptureQueriesContext(connection) as statements:
            assert counted(app.revoke(bearer)) == 2 * pairs
        return len(statements)

    assert statements(1) == statements(7) == 9
    assert not AccessToken.objects.exists()


def test_a_client_that_guesses_is_slowed_down_and_others_are_not(app: App, other_app: App) -> None:
    with time_machine.travel(timezone.now(), tick=False):
        answers = [app.exchange("guess", client_secret="wrong") for _ in range(21)]
        assert [answer.status_code for answer in answers] == [401] * 20 + [429]
        assert answers[-1].json()["error"] == "rate_limited"
        assert 1 <= int(answers[-1]["Retry-After"]) <= 60
        refused(other_app.exchange("guess", client_secret="wrong"), 401, "invalid_client")
        # Nor is the app itself held up, from the same address, when it does know its secret.
        pair = app.pair()
        assert app.refresh(pair["refresh_token"]).status_code == 200


def test_apps_that_use_basic_authentication_are_told_apart(app: App, other_app: App) -> None:
    def guess(name: str) -> int:
        header = base64.b64encode(f"{name}:wrong".encode()).decode()
        body = "grant_type=refresh_token&refresh_token=x"
        kind = "application/x-www-form-urlencoded"
        response = app.server.post("/oauth/token", body, kind, headers={"Authorization": f"Basic {header}"})
        return int(response.status_code)

    with time_machine.travel(timezone.now(), tick=False):
        assert [guess("zapier") for _ in range(21)][-1] == 429
        assert guess("other") == 401


def test_one_address_cannot_go_on_guessing_under_many_names(app: App) -> None:
    with time_machine.travel(timezone.now(), tick=False):
        answers = [app.exchange("guess", client_id=f"app{number}").status_code for number in range(61)]
    assert answers == [401] * 60 + [429]
