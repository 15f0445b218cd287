"""Revoking, metadata, and what stays behind: the cases of the OAuth server by their numbers."""

from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.core import serializers
from django.utils import timezone

from oauth.hashers import token_hash
from oauth.models import AccessToken
from oauth.tests.flow import SECRET, App, refused, sent_back

pytestmark = pytest.mark.django_db

# --- Revoking -----------------------------------------------------------------------------------------


def counted(response: Any) -> int:
    assert response.status_code == 200, response.content
    body = response.json()
    assert (body["success"], body["message"]) == (True, "Tokens revoked successfully")
    return int(body["revoked_count"])


def test_case_45_own_tokens_count_others_do_not(app: App, other_app: App) -> None:
    caller, one, theirs = app.pair(), app.pair(), other_app.pair()
    bearer = caller["access_token"]
    assert counted(app.revoke(bearer, {"token": one["access_token"]})) == 2
    assert counted(app.revoke(bearer, {"token": one["access_token"]})) == 0
    assert counted(app.revoke(bearer, {"token": theirs["access_token"]})) == 0
    assert counted(app.revoke(bearer, {"token": "unknown"})) == 0
    assert other_app.alive(theirs["access_token"])
    assert app.alive(bearer)


@pytest.mark.parametrize("body", ["[]", '{"token": ""}', '{"token": 5}', "{"])
def test_case_46_a_body_that_makes_no_sense_revokes_nothing(app: App, body: str) -> None:
    pair = app.pair()
    response = app.revoke(pair["access_token"], body)
    refused(response, 400, "invalid_request")
    assert app.alive(pair["access_token"])


@pytest.mark.parametrize("path", ["/oauth/revoke", "/api/oauth/zapier/revoke"])
def test_case_47_without_a_token_all_of_the_persons_end(app: App, other_app: App, path: str) -> None:
    pairs, theirs, pending = [app.pair(), app.pair()], other_app.pair(), app.code()
    headers = {"Authorization": f"Bearer {pairs[0]['access_token']}"}
    assert counted(app.server.generic("POST", path, headers=headers)) == 4
    assert not any(app.alive(pair["access_token"]) for pair in pairs)
    refused(app.exchange(pending), 400, "invalid_grant")
    assert other_app.alive(theirs["access_token"])
    assert app.server.generic("POST", path, headers=headers).status_code == 401


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


def test_case_50_the_metadata_say_what_the_redirects_say(app: App) -> None:
    body = app.server.get("/.well-known/oauth-authorization-server").json()
    assert body["issuer"] == sent_back(app.answer())["iss"]
    assert (body["code_challenge_methods_supported"], body["response_types_supported"]) == (["S256"], ["code"])


# --- At rest, and in numbers --------------------------------------------------------------------------


def test_no_table_holds_anything_that_was_issued(app: App) -> None:
    code = app.code()
    first = app.exchange(code).json()
    second = app.refresh(first["refresh_token"]).json()
    issued = {code, SECRET} | {pair[name] for pair in (first, second) for name in ("access_token", "refresh_token")}
    dump = "".join(
        serializers.serialize("json", model._base_manager.all()) for model in apps.get_models() if model._meta.managed
    )
    assert token_hash(second["access_token"]) in dump
    assert not [value for value in issued if value in dump]


def test_revoking_everything_takes_the_same_statements_for_few_and_for_many(
    app: App, django_assert_max_num_queries: Any
) -> None:
    pairs = [app.pair() for _ in range(5)]
    with django_assert_max_num_queries(12):
        assert counted(app.revoke(pairs[0]["access_token"])) == 10
    assert not AccessToken.objects.exists()


def test_a_client_that_guesses_is_slowed_down_and_others_are_not(app: App, other_app: App) -> None:
    with time_machine.travel(timezone.now(), tick=False):
        answers = {app.exchange("guess", client_secret="wrong").status_code for _ in range(22)}
    assert answers == {401, 429}
    pair = other_app.exchange()
    assert pair.status_code == 200
