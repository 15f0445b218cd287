"""`manage.py create_account`: an account and its owner."""

import pytest
from django.core.management import CommandError
from django.test import Client

from oauth.models import Account, Membership, User
from oauth.tests.commands import run
from reviews.models import ReviewSite, Sequence

pytestmark = pytest.mark.django_db


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
