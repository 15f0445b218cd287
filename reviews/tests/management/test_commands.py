import json
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.hashers import check_password
from django.core.management import CommandError, call_command
from django.test import Client

from oauth.models import Account, ApiKey, Application, Membership, User
from reviews.models import ReviewSite, Sequence

pytestmark = pytest.mark.django_db


def run(*line: str, **options: Any) -> str:
    out = StringIO()
    call_command(*line, stdout=out, **options)
    return out.getvalue()


def works(key: str) -> bool:
    return Client().get("/api/v1/status", headers={"Authorization": f"Bearer {key}"}).status_code == 200


# --- The demo -----------------------------------------------------------------------------------------


def test_the_demo_is_one_line_of_json_and_the_same_each_time(settings: Any) -> None:
    settings.DEBUG = True
    first, second = run("demo", "--json"), run("demo", "--json")
    assert first == second
    assert len(first.strip().splitlines()) == 1
    made = json.loads(first)
    assert set(made) == {"account_id", "user", "api_key", "oauth"}
    assert set(made["user"]) == {"id", "email", "password"}
    assert set(made["oauth"]) == {"client_id", "client_secret", "redirect_uri"}
    assert [model.objects.count() for model in (Account, User, ApiKey, Application, Sequence)] == [1] * 5
    assert ReviewSite.objects.count() == 3


def test_everything_the_demo_prints_works(settings: Any, client: Client) -> None:
    settings.DEBUG = True
    made = json.loads(run("demo", "--json"))
    assert works(made["api_key"])
    assert client.login(username=made["user"]["email"], password=made["user"]["password"])
    application = Application.objects.get(client_id=made["oauth"]["client_id"])
    assert check_password(made["oauth"]["client_secret"], application.client_secret)
    assert made["oauth"]["redirect_uri"] in application.redirect_uris.split()
    assert made["api_key"] in run("demo")


def test_the_demo_stays_out_of_production_unless_forced(settings: Any) -> None:
    settings.DEBUG = False
    with pytest.raises(CommandError, match="--force"):
        run("demo")
    assert not User.objects.exists()
    made = json.loads(run("demo", "--json", "--force"))
    assert not User.objects.get(pk=made["user"]["id"]).is_superuser


# --- Accounts, keys, apps -----------------------------------------------------------------------------


def test_an_account_is_made_with_its_owner_and_can_send(client: Client) -> None:
    line = ["create_account", "Harbour Garage", "--owner", "Bo@Harbour.example", "--postal-address", "Pier 1"]
    printed = run(*line, "--site", "Google=https://g.example/x", "--country", "de", "--time-zone", "Europe/Berlin")
    account = Account.objects.get()
    assert str(account.pk) in printed
    assert (account.country, account.time_zone, account.postal_address) == ("DE", "Europe/Berlin", "Pier 1")
    assert Membership.objects.get().role == "owner"
    assert Sequence.objects.get().is_default
    assert ReviewSite.objects.get().url == "https://g.example/x"
    password = printed.split("password")[1].split()[0]
    assert client.login(username="bo@harbour.example", password=password)


def test_a_known_owner_keeps_the_password(owner: User) -> None:
    printed = run("create_account", "Second", "--owner", owner.email, "--postal-address", "x")
    assert "password" not in printed
    assert Membership.objects.filter(user=owner).count() == 2


@pytest.mark.parametrize(
    "wrong", [["--country", "XX"], ["--time-zone", "Mars/Base"], ["--site", "Google=javascript:alert(1)"]]
)
def test_a_wrong_account_leaves_nothing_behind(wrong: list[str]) -> None:
    with pytest.raises(CommandError):
        run("create_account", "Shop", "--owner", "a@b.example", "--postal-address", "x", *wrong)
    assert not Account.objects.exists()
    assert not User.objects.exists()


def test_a_key_is_printed_once_and_works(account: Account, owner: User) -> None:
    key = run("create_api_key", str(account.pk), "--name", "Till", "--scope", "read").split()[0]
    assert works(key)
    row = ApiKey.objects.get()
    assert (row.user, row.scope, row.name) == (owner, "read", "Till")
    assert key not in (row.key_hash, row.prefix)


@pytest.mark.parametrize(
    "line", [["nonsense"], ["00000000-0000-0000-0000-000000000000"], ["ACCOUNT", "--user", "nobody@example.com"]]
)
def test_a_key_for_nobody_is_refused(account: Account, owner: User, line: list[str]) -> None:
    with pytest.raises(CommandError):
        run("create_api_key", *[str(account.pk) if word == "ACCOUNT" else word for word in line])


def test_an_app_is_printed_with_its_secret_once(db: None) -> None:
    printed = run("create_oauth_app", "Zapier", "--redirect-uri", "https://zapier.example/cb")
    application = Application.objects.get()
    secret = printed.split("client secret")[1].split()[0]
    assert application.client_id in printed
    assert check_password(secret, application.client_secret)


def test_a_public_app_has_no_secret(db: None) -> None:
    printed = run("create_oauth_app", "Phone", "--public", "--redirect-uri", "https://phone.example/cb")
    assert "secret" not in printed
    assert Application.objects.get().client_type == "public"


@pytest.mark.parametrize("uri", ["http://app.example/cb", "javascript:alert(1)", "https://*.example/cb", "nonsense"])
def test_an_app_cannot_return_to_just_anywhere(settings: Any, uri: str) -> None:
    with pytest.raises(CommandError):
        run("create_oauth_app", "Evil", "--redirect-uri", uri)
    assert not Application.objects.exists()
