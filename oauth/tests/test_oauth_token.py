"""The token endpoint: the cases of the OAuth server by their numbers."""

import base64
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.utils import timezone

from oauth.models import Account, Application, Grant, Membership, RefreshToken, User
from oauth.tests.flow import REDIRECT_URI, SECRET, VERIFIER, App, make_application, pkce, refused, sent_back

FORM = "application/x-www-form-urlencoded"

pytestmark = pytest.mark.django_db

# --- The client and its call -------------------------------------------------------------------------


def calls(app: App) -> Iterator[Any]:
    body = {"grant_type": "authorization_code", "redirect_uri": REDIRECT_URI}
    basic = base64.b64encode(f"{app.application.client_id}:{SECRET}".encode()).decode()
    yield app.token(body | app.credentials | {"code": app.code()})
    for kind in ("application/json", "application/json; charset=utf-8"):
        yield app.server.post("/oauth/token", json.dumps(body | app.credentials | {"code": app.code()}), kind)
    for scheme in ("Basic", "basic"):
        headers = {"Authorization": f"{scheme} {basic}"}
        form = body | {"code": app.code()}
        yield app.server.post("/oauth/token", form_encoded(form), content_type=FORM, headers=headers)


def form_encoded(body: dict[str, str]) -> str:
    return "&".join(f"{name}={quote(value)}" for name, value in body.items())


def test_case_01_and_06_a_valid_code_by_form_json_and_basic(app: App) -> None:
    answers = list(calls(app))
    assert len(answers) == 5
    for response in answers:
        assert response.status_code == 200, response.content
        body = response.json()
        assert set(body) == {"access_token", "token_type", "expires_in", "refresh_token", "scope"}
        assert (body["token_type"], body["expires_in"], body["scope"]) == ("Bearer", 3600, "read write")
        assert body["access_token"].startswith("rha_")
        assert body["refresh_token"].startswith("rhr_")
        assert response["Cache-Control"] == "no-store"
        assert app.alive(body["access_token"])


def test_case_01_the_references_address_works_too(app: App) -> None:
    body = {"grant_type": "authorization_code", "code": app.code(), "redirect_uri": REDIRECT_URI} | app.credentials
    assert app.server.post("/api/oauth/zapier/token", body, "application/json").status_code == 200


@pytest.mark.parametrize(
    "change",
    [{"client_id": "nobody"}, {"client_secret": "wrong"}, {"client_secret": None}, {"client_id": None}],
    ids=["unknown client", "wrong secret", "no secret", "no client"],
)
def test_case_02_and_03_a_client_that_is_not_known(app: App, change: dict[str, Any]) -> None:
    response = app.exchange(**change)
    refused(response, 401, "invalid_client")
    assert response["WWW-Authenticate"].startswith("Basic")


def test_case_04_a_confidential_app_cannot_be_saved_without_a_secret(app: App) -> None:
    from django.db import IntegrityError, transaction

    with pytest.raises(IntegrityError), transaction.atomic():
        Application.objects.filter(pk=app.application.pk).update(client_secret="")


def test_case_04_nor_made_with_a_blank_one_nor_used_with_none(app: App) -> None:
    from django.core.exceptions import ValidationError

    with pytest.raises(ValidationError, match="needs a generated secret"):
        Application(
            name="x",
            client_type="confidential",
            authorization_grant_type="authorization-code",
            redirect_uris=REDIRECT_URI,
            client_secret="",
        ).full_clean()
    make_application(client_id="blank", client_secret="")  # as a careless script would
    refused(app.exchange(client_id="blank", client_secret=""), 401, "invalid_client")


def test_case_05_two_ways_of_authenticating_at_once(app: App) -> None:
    basic = base64.b64encode(f"zapier:{SECRET}".encode()).decode()
    body = {"grant_type": "authorization_code", "code": app.code(), "redirect_uri": REDIRECT_URI} | app.credentials
    for secret in (SECRET, "wrong"):
        response = app.server.post(
            "/oauth/token",
            form_encoded(body | {"client_secret": secret}),
            content_type=FORM,
            headers={"Authorization": f"Basic {basic}"},
        )
        refused(response, 401, "invalid_client")


# --- The code ----------------------------------------------------------------------------------------


def test_case_07_a_code_used_twice_ends_what_it_led_to(app: App) -> None:
    code = app.code()
    first = app.exchange(code).json()
    second = app.refresh(first["refresh_token"]).json()
    refused(app.exchange(code), 400, "invalid_grant")
    assert not app.alive(first["access_token"])
    assert not app.alive(second["access_token"])
    refused(app.refresh(second["refresh_token"]), 400, "invalid_grant")


def test_case_08_who_lacks_the_verifier_or_the_address_ends_nothing(app: App) -> None:
    code = app.code(**pkce())
    pair = app.exchange(code, code_verifier=VERIFIER).json()
    refused(app.exchange(code, code_verifier="w" * 64), 400, "invalid_grant")
    refused(app.exchange(code, code_verifier=VERIFIER, redirect_uri=REDIRECT_URI + "x"), 400, "invalid_grant")
    assert app.alive(pair["access_token"])


def test_case_09_an_expired_an_unknown_and_anothers_code(app: App, other_app: App) -> None:
    code = app.code()
    Grant.objects.update(expires=timezone.now())
    refused(app.exchange(code), 400, "invalid_grant")
    refused(app.exchange("unknown"), 400, "invalid_grant")
    refused(app.exchange(other_app.code()), 400, "invalid_grant")


def test_case_10_no_code(app: App) -> None:
    for code in (None, ""):
        body = {"grant_type": "authorization_code", "redirect_uri": REDIRECT_URI} | app.credentials
        refused(app.token(body | ({"code": code} if code is not None else {})), 400, "invalid_request")


def test_case_11_and_12_the_address_must_be_the_same_and_there(app: App) -> None:
    code = app.code()
    refused(app.exchange(code, redirect_uri=REDIRECT_URI + "/"), 400, "invalid_grant")
    refused(app.exchange(code, redirect_uri=None), 400, "invalid_request")
    assert app.exchange(code).status_code == 200


def test_case_13_a_wrong_verifier_then_the_right_one(app: App) -> None:
    code = app.code(**pkce())
    refused(app.exchange(code, code_verifier="w" * 64), 400, "invalid_grant")
    assert app.exchange(code, code_verifier=VERIFIER).status_code == 200


def test_case_14_and_15_a_challenge_and_a_verifier_belong_together(app: App) -> None:
    refused(app.exchange(app.code(**pkce())), 400, "invalid_request")
    refused(app.exchange(app.code(), code_verifier=VERIFIER), 400, "invalid_grant")


def test_case_16_a_verifier_of_three_characters(app: App) -> None:
    import hashlib

    short = base64.urlsafe_b64encode(hashlib.sha256(b"abc").digest()).rstrip(b"=").decode()
    refused(app.exchange(app.code(**pkce(code_challenge=short)), code_verifier="abc"), 400, "invalid_grant")


@pytest.mark.parametrize(
    "change",
    [{"code_challenge_method": "plain"}, {"code_challenge_method": None}, {"code_challenge": "x" * 200}],
    ids=["plain", "no method", "too long"],
)
def test_case_17_and_18_only_s256(app: App, change: dict[str, Any]) -> None:
    app.browser.force_login(app.user)
    back = sent_back(app.browser.get(app.authorize_url(**(pkce() | change))))
    assert (back["error"], back["state"], back["iss"]) == ("invalid_request", "xyz", "http://testserver")


def test_case_19_a_public_client_needs_pkce(app: App) -> None:
    Application.objects.update(client_type="public")
    app.browser.force_login(app.user)
    assert sent_back(app.browser.get(app.authorize_url()))["error"] == "invalid_request"
    code = app.code(**pkce())
    refused(app.exchange(code, client_secret=None), 400, "invalid_request")
    assert app.exchange(code, client_secret=None, code_verifier=VERIFIER).status_code == 200


# --- Refreshing ---------------------------------------------------------------------------------------


def test_case_20_a_refresh_gives_a_new_pair_and_ends_the_old_access_token(app: App) -> None:
    first = app.pair()
    second = app.refresh(first["refresh_token"]).json()
    assert app.alive(second["access_token"])
    assert not app.alive(first["access_token"])
    assert second["refresh_token"] != first["refresh_token"]


def test_case_21_the_same_refresh_again_in_its_grace_gives_the_same_pair(app: App) -> None:
    first = app.pair()
    answers = [app.refresh(first["refresh_token"]) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert len({(answer.json()["access_token"], answer.json()["refresh_token"]) for answer in answers}) == 1
    assert answers[2].json()["expires_in"] <= 3600
    assert RefreshToken.objects.filter(revoked=None).count() == 1


def test_case_22_a_refresh_token_reused_after_its_grace_ends_the_family(app: App) -> None:
    first = app.pair()
    second = app.refresh(first["refresh_token"]).json()
    RefreshToken.objects.exclude(revoked=None).update(revoked=timezone.now() - timedelta(seconds=61))
    refused(app.refresh(first["refresh_token"]), 400, "invalid_grant")
    assert not app.alive(second["access_token"])
    refused(app.refresh(second["refresh_token"]), 400, "invalid_grant")


def test_case_22_a_grandparent_ends_the_family_at_once(app: App) -> None:
    first = app.pair()
    second = app.refresh(first["refresh_token"]).json()
    third = app.refresh(second["refresh_token"]).json()
    refused(app.refresh(first["refresh_token"]), 400, "invalid_grant")
    assert not app.alive(third["access_token"])


def test_case_23_and_24_another_clients_tokens(app: App, other_app: App) -> None:
    first = app.pair()
    second = app.refresh(first["refresh_token"]).json()
    RefreshToken.objects.exclude(revoked=None).update(revoked=timezone.now() - timedelta(seconds=61))
    refused(other_app.refresh(first["refresh_token"]), 400, "invalid_grant")
    refused(other_app.refresh(second["refresh_token"]), 400, "invalid_grant")
    assert app.alive(second["access_token"])
    refused(app.refresh(second["access_token"]), 400, "invalid_grant")
    assert not app.alive(second["refresh_token"])


def test_case_25_a_narrower_refresh_does_not_narrow_the_grant(app: App) -> None:
    narrow = app.refresh(app.pair()["refresh_token"], scope="read").json()
    assert narrow["scope"] == "read"
    wide = app.refresh(narrow["refresh_token"]).json()
    assert wide["scope"] == "read write"
    assert app.refresh(wide["refresh_token"], scope="read write").json()["scope"] == "read write"


def test_case_26_a_refresh_cannot_widen_the_grant(app: App) -> None:
    refused(app.refresh(app.pair()["refresh_token"], scope="read write admin"), 400, "invalid_scope")
    narrow = app.exchange(app.code(scope="read")).json()
    refused(app.refresh(narrow["refresh_token"], scope="read write"), 400, "invalid_scope")


def test_case_27_nothing_is_refreshed_after_a_revocation(app: App) -> None:
    pair = app.pair()
    app.revoke(pair["access_token"])
    refused(app.refresh(pair["refresh_token"]), 400, "invalid_grant")
    pair = app.pair()
    app.server.post("/oauth/revoke", app.credentials | {"token": pair["refresh_token"]}, "application/json")
    refused(app.refresh(pair["refresh_token"]), 400, "invalid_grant")
    assert not app.alive(pair["access_token"])


@pytest.mark.parametrize("what", ["user", "membership", "account"])
def test_case_28_nothing_works_for_a_person_who_may_not_any_more(app: App, what: str) -> None:
    pair, code = app.pair(), app.code()
    {
        "user": lambda: User.objects.update(is_active=False),
        "membership": lambda: Membership.objects.all().delete(),
        "account": lambda: Account.objects.update(is_active=False),
    }[what]()
    assert not app.alive(pair["access_token"])
    refused(app.refresh(pair["refresh_token"]), 400, "invalid_grant")
    refused(app.exchange(code), 400, "invalid_grant")


def test_case_29_nothing_works_for_an_app_that_was_switched_off(app: App) -> None:
    pair, code = app.pair(), app.code()
    Application.objects.update(is_active=False)
    assert not app.alive(pair["access_token"])
    refused(app.refresh(pair["refresh_token"]), 401, "invalid_client")
    refused(app.exchange(code), 401, "invalid_client")


def test_case_30_other_grants_do_not_exist(app: App) -> None:
    refused(app.token(app.credentials), 400, "invalid_request")
    for grant in ("password", "client_credentials", "foo"):
        refused(app.token(app.credentials | {"grant_type": grant}), 400, "unsupported_grant_type")


# --- What is no sound call ----------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT"])
def test_case_31_other_methods(app: App, method: str) -> None:
    response = app.server.generic(method, "/oauth/token")
    assert (response.status_code, response["Allow"]) == (405, "POST")
    assert response["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("grant_type=a%zz", FORM),
        ("grant_type=%ff", FORM),
        ("grant_type=a&grant_type=b", FORM),
        ("grant_type=a%00", FORM),
        ('{"grant_type": "a", "grant_type": "b"}', "application/json"),
        ('{"grant_type": "\\u0000"}', "application/json"),
        ('{"grant_type": "\\ud800"}', "application/json"),
        ("{", "application/json"),
        ("[]", "application/json"),
        ('{"grant_type": 5}', "application/json"),
        ('{"grant_type": {"a": "b"}}', "application/json"),
        ("&".join(f"a{number}=b" for number in range(1500)), FORM),
        ("grant_type=" + "x" * 5000, FORM),
    ],
    ids=range(13),
)
def test_case_32_to_36_what_cannot_be_read(app: App, body: str, kind: str) -> None:
    refused(app.server.generic("POST", "/oauth/token", body, content_type=kind), 400, "invalid_request")


def test_case_32_and_36_in_the_address_too_large_or_of_another_kind(app: App) -> None:
    refused(app.server.post("/oauth/token?grant_type=a"), 400, "invalid_request")
    refused(app.server.generic("POST", "/oauth/token", "a=" + "x" * 3_000_000, FORM), 413, "payload_too_large")
    for kind in ("multipart/form-data; boundary=x", "text/plain"):
        refused(app.server.generic("POST", "/oauth/token", "a=b", kind), 415, "unsupported_media_type")
