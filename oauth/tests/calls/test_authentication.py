from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from oauthlib.common import Request as OAuthRequest

from oauth.api_keys import create_api_key
from oauth.hashers import new_token, token_hash
from oauth.models import AccessToken, Account, ApiKey, Application, Membership, User
from oauth.server.validator import Validator
from oauth.tests.flow import ENDINGS
from reviewhub.client_address import ACCOUNT

pytestmark = pytest.mark.django_db

MOMENT = datetime(2026, 3, 3, 15, 0, 30, tzinfo=UTC)


@pytest.fixture
def key(owner: User, account: Account) -> str:
    return create_api_key(account=account, user=owner, name="Zapier")[1]


@pytest.fixture
def application(db: None) -> Application:
    made: Application = Application.objects.create(
        name="Zapier",
        client_type="confidential",
        authorization_grant_type="authorization-code",
        client_secret="s" * 43,
        redirect_uris="https://zapier.example/cb",
    )
    return made


@pytest.fixture
def token(owner: User, account: Account, application: Application) -> str:
    value = new_token("rha_")
    row = AccessToken(
        user=owner,
        account=account,
        membership=account.memberships.get(user=owner),
        application=application,
        scope="read write",
        expires=timezone.now() + timedelta(hours=1),
        token="",
    )
    row._raw_token = value
    row.save()
    return value


@pytest.fixture(params=["key", "token"])
def credential(request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue(request.param))


def status(client: Client, credential: str, **headers: str) -> Any:
    return client.get("/api/v1/status", headers={"Authorization": f"Bearer {credential}"} | headers)


def refused(response: Any) -> None:
    assert response.status_code == 401
    assert response["WWW-Authenticate"].startswith('Bearer realm="ReviewHub"')
    body = response.json()
    assert (body["active"], body["error"]) == (False, "unauthorized")
    assert body["error_description"]


@pytest.mark.parametrize("url", ["/api/v1/status", "/api/zapier/status"])
def test_a_key_is_told_what_it_is(client: Client, owner: User, key: str, url: str) -> None:
    body = client.get(url, headers={"Authorization": f"Bearer {key}"}).json()
    assert body == {
        "active": True,
        "auth_type": "api_key",
        "user_id": str(owner.pk),
        "scopes": ["read", "write"],
        "expires_at": None,
        "created_at": ApiKey.objects.get().created_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "last_used_at": None,
    }


def test_a_token_is_told_what_it_is(client: Client, token: str) -> None:
    body = status(client, token).json()
    row = AccessToken.objects.get()
    assert (body["active"], body["auth_type"]) == (True, "oauth")
    assert body["expires_at"] == row.expires.strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.mark.parametrize("url", ["/api/v1/me", "/api/zapier/me"])
def test_me_names_the_person_and_the_business(
    client: Client, owner: User, account: Account, credential: str, url: str
) -> None:
    body = client.get(url, headers={"Authorization": f"Bearer {credential}"}).json()
    assert body == {
        "id": str(owner.pk),
        "email": owner.email,
        "business_name": "Riverside Dental",
        "account_id": str(account.pk),
    }


def test_the_scheme_may_be_in_lower_case(client: Client, key: str) -> None:
    assert client.get("/api/v1/status", headers={"Authorization": f"bearer {key}"}).status_code == 200


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer a b",
        "Bearer nonsense",
        "Bearer rh_" + "x" * 43,
        "Bearer rha_" + "x" * 43,
        "Bearer rhr_" + "x" * 43,
        "Bearer rh_\x00",
        "Bearer rh_\xe9",
        "Basic cmg6eA==",
        "Bearer rh_" + "x" * 100_000,
    ],
    ids=range(13),
)
def test_case_43_a_status_without_a_live_token_in_the_header(client: Client, db: None, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header}
    refused(client.get("/api/v1/status", headers=headers))


def test_case_43_a_token_in_the_address_or_the_body_opens_nothing(client: Client, key: str) -> None:
    refused(client.get(f"/api/v1/status?access_token={key}"))
    assert client.post("/api/v1/review-requests", {"access_token": key}).status_code == 401


@pytest.mark.parametrize("ending", ENDINGS.values(), ids=ENDINGS)
def test_a_credential_ends_with_what_it_stands_for(client: Client, credential: str, ending: Any) -> None:
    assert status(client, credential).status_code == 200
    ending()
    refused(status(client, credential))


def test_a_key_ends_when_revoked_or_expired(client: Client, key: str) -> None:
    ApiKey.objects.update(revoked_at=timezone.now())
    refused(status(client, key))
    ApiKey.objects.update(revoked_at=None, expires_at=timezone.now() - timedelta(seconds=1))
    refused(status(client, key))
    ApiKey.objects.update(expires_at=timezone.now() + timedelta(minutes=1))
    assert status(client, key).status_code == 200


def test_case_43_a_token_ends_when_expired_or_its_app_is_switched_off(client: Client, token: str) -> None:
    Application.objects.update(is_active=False)
    refused(status(client, token))
    Application.objects.update(is_active=True)
    AccessToken.objects.update(expires=timezone.now())
    refused(status(client, token))


def test_the_check_is_one_query(client: Client, credential: str, django_assert_num_queries: Any) -> None:
    status(client, credential)
    with django_assert_num_queries(1):
        status(client, credential)


def test_the_last_use_before_this_one_is_told_and_written_once_a_minute(
    client: Client, key: str, django_assert_num_queries: Any
) -> None:
    with time_machine.travel(MOMENT, tick=False) as clock:
        assert status(client, key).json()["last_used_at"] is None
        clock.shift(59)
        with django_assert_num_queries(1):
            assert status(client, key).json()["last_used_at"] == "2026-03-03T15:00:30Z"
        clock.shift(1)
        with django_assert_num_queries(2):
            assert status(client, key).json()["last_used_at"] == "2026-03-03T15:00:30Z"
        assert status(client, key).json()["last_used_at"] == "2026-03-03T15:01:30Z"


def test_the_library_judges_a_token_as_the_api_does(token: str, key: str) -> None:
    """Nothing of ours asks it; what does one day must not find a wider door."""

    def judged(value: str, scopes: list[str]) -> bool:
        return bool(Validator().validate_bearer_token(value, scopes, OAuthRequest("/")))

    assert judged(token, ["read", "write"])
    assert not judged(token, ["admin"])
    assert not judged(key, ["read"])
    assert not judged("", [])
    Membership.objects.all().delete()
    assert not judged(token, ["read"])


def test_only_hashes_are_stored(key: str, token: str) -> None:
    assert ApiKey.objects.get().key_hash == token_hash(key)
    row = AccessToken.objects.get()
    assert (row.token, row.token_checksum) == ("", token_hash(token))
    assert "s" * 43 not in Application.objects.get().client_secret


def test_a_viewers_key_reads_and_does_not_write(client: Client, viewer: User, account: Account) -> None:
    _, key = create_api_key(account=account, user=viewer, name="wall screen")
    headers = {"Authorization": f"Bearer {key}"}
    assert client.get("/api/v1/review-requests", headers=headers).status_code == 200
    response = client.post(
        "/api/v1/review-requests", {"email": "a@b.example"}, content_type="application/json", headers=headers
    )
    assert (response.status_code, response.json()["error"]) == (403, "insufficient_scope")


def test_a_key_that_may_only_write_cannot_read(client: Client, owner: User, account: Account) -> None:
    _, key = create_api_key(account=account, user=owner, name="intake", scopes=["write"])
    response = client.get("/api/v1/me", headers={"Authorization": f"Bearer {key}"})
    assert (response.status_code, response.json()["error"]) == (403, "insufficient_scope")
    assert status(client, key).json()["scopes"] == ["write"]


def test_calls_beyond_the_limit_wait_for_the_next_minute(client: Client, key: str, settings: Any) -> None:
    settings.API_RATE_PER_MINUTE = 3
    with time_machine.travel(MOMENT, tick=False) as clock:
        answers = [status(client, key) for _ in range(4)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
        assert answers[3].json()["error"] == "rate_limited"
        assert answers[3]["Retry-After"] == "30"
        assert answers[0]["RateLimit-Policy"] == '"token";q=3;w=60'
        assert answers[0]["RateLimit"] == '"token";r=2;t=30'
        assert answers[3]["RateLimit"] == '"token";r=0;t=30'
        clock.shift(30)
        assert status(client, key).status_code == 200


def test_the_web_server_is_told_whose_call_it_was(client: Client, key: str, account: Account) -> None:
    assert status(client, key).wsgi_request.META[ACCOUNT] == str(account.pk)
    assert ACCOUNT not in status(client, "rh_unknown").wsgi_request.META


def test_all_keys_of_an_account_share_its_limit(
    client: Client, key: str, owner: User, account: Account, other_account: Account, settings: Any
) -> None:
    settings.API_RATE_PER_MINUTE, settings.API_ACCOUNT_RATE_PER_MINUTE = 10, 3
    _, second = create_api_key(account=account, user=owner, name="second")
    with time_machine.travel(MOMENT, tick=False):
        answers = [status(client, each) for each in (key, second, key, second)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
        assert answers[1]["RateLimit-Policy"] == '"token";q=10;w=60, "account";q=3;w=60'
        assert answers[1]["RateLimit"] == '"token";r=9;t=30, "account";r=1;t=30'
        Account.objects.filter(pk=account.pk).update(calls_per_minute=6)
        assert status(client, key)["RateLimit"] == '"token";r=7;t=30, "account";r=1;t=30'
        Account.objects.filter(pk=other_account.pk).update(calls_per_minute=1)
        assert status(client, key).status_code == 200
