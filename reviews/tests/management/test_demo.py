"""`manage.py demo`: an account to try everything with."""

import json
from typing import Any

import pytest
from django.contrib.auth.hashers import check_password
from django.core.management import CommandError
from django.test import Client

from oauth.models import Account, ApiKey, Application, User
from oauth.tests.commands import run, works
from reviews.models import Contact, ReviewSite, Sequence
from reviews.simulation import examples

pytestmark = pytest.mark.django_db


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


@pytest.mark.usefixtures("forked")
def test_the_demo_gets_a_history_and_loses_it(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.DEBUG = True
    fill = examples.fill
    monkeypatch.setattr(examples, "fill", lambda **more: fill(customers=5, **more))
    for _ in range(2):  # safe to repeat
        made = json.loads(run("demo", "--json", "--with-history"))
        assert 0 < Contact.objects.filter(account=made["account_id"], is_example=True).count() <= 5
    run("demo", "--without-history")
    assert not Contact.objects.exists()
    settings.SANDBOX = False
    with pytest.raises(CommandError, match="sandbox"):
        run("demo", "--with-history")
