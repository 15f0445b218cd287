"""The token endpoint, codes: the cases of the OAuth server by their numbers."""

import base64
import hashlib
import json
import re
from typing import Any
from urllib.parse import quote

import pytest
import time_machine
from django.db import OperationalError
from django.utils import timezone

from oauth.models import Application, Grant
from oauth.server.validator import Validator
from oauth.tests.flow import REDIRECT_URI, SECRET, VERIFIER, App, make_application, pkce, refused

FORM, JSON = "application/x-www-form-urlencoded", "application/json"
RAW_CREDENTIALS = [b"zapier", b"zapier:", b":" + SECRET.encode(), b"zapier%00:x", b"\xff\xfe:x", b"zapier:\x00"]

pytestmark = pytest.mark.django_db

# --- The client and its call -------------------------------------------------------------------------


def form_encoded(body: dict[str, str]) -> str:
    return "&".join(f"{name}={quote(value)}" for name, value in body.items())


def call(app: App, kind: str = FORM, *, encoded: Any = form_encoded, scheme: str = "") -> Any:
    """A sound exchange, its body of that kind; the client proves itself in the body, or in a header of that scheme."""
    body = {"grant_type": "authorization_code", "redirect_uri": REDIRECT_URI, "code": app.code()}
    headers = {"Authorization": f"{scheme} {basic(SECRET)}"} if scheme else None
    body |= {} if scheme else app.credentials
    return app.server.post("/oauth/token", encoded(body), content_type=kind, headers=headers)


def basic(secret: str) -> str:
    return base64.b64encode(f"zapier:{secret}".encode()).decode()


def issued(app: App, response: Any) -> None:
    assert response.status_code == 200, response.content
    body = response.json()
    assert set(body) == {"access_token", "token_type", "expires_in", "refresh_token", "scope"}
    assert (body["token_type"], body["expires_in"], body["scope"]) == ("Bearer", 3600, "read write")
    assert re.fullmatch(r"rha_[\w-]{43}", body["access_token"])
    assert re.fullmatch(r"rhr_[\w-]{43}", body["refresh_token"])
    assert response["Cache-Control"] == "no-store"
    assert app.alive(body["access_token"])


def test_case_01_a_valid_code_as_a_form(app: App) -> None:
    issued(app, call(app))


@pytest.mark.parametrize("kind", ["application/json", "application/json; charset=utf-8"])
def test_case_01_a_valid_code_as_json(app: App, kind: str) -> None:
    issued(app, call(app, kind, encoded=json.dumps))


def test_case_01_a_valid_code_with_basic_authentication(app: App) -> None:
    issued(app, call(app, scheme="Basic"))
    issued(app, call(app, "application/json", encoded=json.dumps, scheme="Basic"))


def test_case_01_the_references_address_works_too(app: App) -> None:
    body = {"grant_type": "authorization_code", "code": app.code(), "redirect_uri": REDIRECT_URI} | app.credentials
    assert app.server.post("/api/oauth/zapier/token", body, "application/json").status_code == 200


@pytest.mark.parametrize("client_id", ["nobody", None, "zapiér"])
def test_case_02_a_client_that_is_not_known(app: App, client_id: str | None) -> None:
    response = app.exchange(client_id=client_id)
    refused(response, 401, "invalid_client")
    assert response["WWW-Authenticate"].startswith("Basic")


@pytest.mark.parametrize("secret", ["wrong", None, ""])
def test_case_03_a_secret_that_is_wrong_or_missing(app: App, secret: str | None) -> None:
    response = app.exchange(client_secret=secret)
    refused(response, 401, "invalid_client")
    assert response["WWW-Authenticate"].startswith("Basic")


@pytest.mark.parametrize(
    "header",
    ["Basic", "Basic !", "Basic " + "é", *[f"Basic {base64.b64encode(raw).decode()}" for raw in RAW_CREDENTIALS]],
    ids=range(9),
)
def test_case_03_a_basic_header_that_cannot_be_right(app: App, header: str) -> None:
    body = {"grant_type": "authorization_code", "redirect_uri": REDIRECT_URI, "code": app.code()}
    response = app.server.post("/oauth/token", form_encoded(body), FORM, headers={"Authorization": header})
    refused(response, 401, "invalid_client")


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
    body = {"grant_type": "authorization_code", "code": app.code(), "redirect_uri": REDIRECT_URI} | app.credentials
    for in_header, in_body in ((SECRET, SECRET), (SECRET, "wrong"), ("wrong", SECRET)):
        response = app.server.post(
            "/oauth/token",
            form_encoded(body | {"client_secret": in_body}),
            content_type=FORM,
            headers={"Authorization": f"Basic {basic(in_header)}"},
        )
        refused(response, 401, "invalid_client")


def test_case_05_a_header_and_a_body_that_name_different_clients(app: App, other_app: App) -> None:
    body = {"grant_type": "authorization_code", "code": app.code(), "redirect_uri": REDIRECT_URI, "client_id": "other"}
    headers = {"Authorization": f"Basic {basic(SECRET)}"}
    refused(app.server.post("/oauth/token", form_encoded(body), FORM, headers=headers), 401, "invalid_client")


def test_case_06_the_scheme_in_lower_case(app: App) -> None:
    issued(app, call(app, scheme="basic"))


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


def test_case_11_the_address_must_be_the_same(app: App) -> None:
    code = app.code()
    refused(app.exchange(code, redirect_uri=REDIRECT_URI + "/"), 400, "invalid_grant")
    assert app.exchange(code).status_code == 200


def test_case_12_the_address_must_be_there(app: App) -> None:
    code = app.code()
    refused(app.exchange(code, redirect_uri=None), 400, "invalid_request")
    assert app.exchange(code).status_code == 200


def test_case_13_a_wrong_verifier_then_the_right_one(app: App) -> None:
    code = app.code(**pkce())
    refused(app.exchange(code, code_verifier="w" * 64), 400, "invalid_grant")
    assert app.exchange(code, code_verifier=VERIFIER).status_code == 200


def test_case_14_a_challenge_without_its_verifier(app: App) -> None:
    refused(app.exchange(app.code(**pkce())), 400, "invalid_request")


def test_case_15_a_verifier_without_a_challenge(app: App) -> None:
    refused(app.exchange(app.code(), code_verifier=VERIFIER), 400, "invalid_grant")


def test_case_16_a_verifier_of_three_characters(app: App) -> None:
    short = base64.urlsafe_b64encode(hashlib.sha256(b"abc").digest()).rstrip(b"=").decode()
    refused(app.exchange(app.code(**pkce(code_challenge=short)), code_verifier="abc"), 400, "invalid_grant")


# --- What is no sound call ----------------------------------------------------------------------------


def test_case_30_other_grants_do_not_exist(app: App) -> None:
    refused(app.token(app.credentials), 400, "invalid_request")
    for grant in ("password", "client_credentials", "foo"):
        refused(app.token(app.credentials | {"grant_type": grant}), 400, "unsupported_grant_type")


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT"])
def test_case_31_other_methods(app: App, method: str) -> None:
    response = app.server.generic(method, "/oauth/token")
    assert (response.status_code, response["Allow"]) == (405, "POST")
    assert response["Content-Type"] == "application/json"


def sent(app: App, body: str, kind: str = FORM, address: str = "/oauth/token") -> Any:
    return app.server.generic("POST", address, body, content_type=kind)


def test_case_32_parameters_in_the_address(app: App) -> None:
    refused(app.server.post("/oauth/token?grant_type=a"), 400, "invalid_request")


@pytest.mark.parametrize("body", ["grant_type=a%zz", "grant_type=%", "grant_type=%ff", "grant_type=\xff"])
def test_case_32_what_is_no_form(app: App, body: str) -> None:
    response = app.server.generic("POST", "/oauth/token", body.encode("latin-1"), content_type=FORM)
    refused(response, 400, "invalid_request")


def test_case_33_a_parameter_that_is_there_twice(app: App) -> None:
    refused(sent(app, "grant_type=a&grant_type=b"), 400, "invalid_request")
    refused(sent(app, "grant_type=&grant_type=b"), 400, "invalid_request")
    refused(sent(app, '{"grant_type": "a", "grant_type": "b"}', JSON), 400, "invalid_request")


def test_case_34_characters_that_cannot_be_meant(app: App) -> None:
    refused(sent(app, "grant_type=a%00"), 400, "invalid_request")
    refused(sent(app, '{"grant_type": "\\u0000"}', JSON), 400, "invalid_request")
    refused(sent(app, '{"grant_type": "\\ud800"}', JSON), 400, "invalid_request")


@pytest.mark.parametrize(
    "body", ["{", "[]", "5", '"a"', "null", "[" * 50_000, '{"code": 5}', '{"code": {"b": "c"}}', '{"grant_type": null}']
)
def test_case_35_json_that_is_broken_or_no_object_of_strings(app: App, body: str) -> None:
    refused(sent(app, body, JSON), 400, "invalid_request")


def test_case_35_null_counts_as_absent_and_what_nobody_reads_is_ignored(app: App) -> None:
    pair = app.pair()
    body = app.credentials | {"grant_type": "refresh_token", "refresh_token": pair["refresh_token"]}
    more = {"code": None, "redirect_uri": None, "scope": None, "attempt": 2, "context": {"zap": [1]}}
    assert app.server.post("/oauth/token", body | more, JSON).status_code == 200
    refused(app.server.post("/oauth/token", body | {"refresh_token": None}, JSON), 400, "invalid_request")
    refused(app.server.post("/oauth/token", body | {"scope": 5}, JSON), 400, "invalid_request")


def test_case_36_what_is_too_large_or_of_another_kind(app: App) -> None:
    refused(sent(app, "a=" + "x" * 3_000_000), 413, "payload_too_large")
    refused(sent(app, "&".join(f"a{number}=b" for number in range(1500))), 400, "invalid_request")
    refused(sent(app, "grant_type=" + "x" * 5000), 400, "invalid_request")
    for kind in ("multipart/form-data; boundary=x", "text/plain"):
        refused(sent(app, "a=b", kind), 415, "unsupported_media_type")


def test_guesses_of_secrets_are_counted_while_redis_is_away(app: App, without_redis: None) -> None:
    wrong = app.credentials | {"grant_type": "refresh_token", "refresh_token": "x", "client_secret": "wrong"}
    with time_machine.travel(timezone.now(), tick=False):
        answers = [app.server.post("/oauth/token", wrong, JSON).status_code for _ in range(21)]
    assert answers == [401] * 20 + [429]


@pytest.mark.parametrize("address", ["/oauth/token", "/oauth/revoke", "/oauth/introspect"])
def test_a_database_that_is_down_is_told_with_when_to_come_back(
    app: App, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: Any) -> None:
        raise OperationalError("the server closed the connection")

    monkeypatch.setattr(Validator, "_load_application", broken)
    response = app.server.post(address, app.credentials | {"grant_type": "refresh_token", "refresh_token": "x"}, JSON)
    assert (response.status_code, response["Retry-After"]) == (503, "1")
    assert response.json()["error"] == "temporarily_unavailable"
