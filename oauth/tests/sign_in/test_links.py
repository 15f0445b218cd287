"""One-time links that sign a developer's phone in: once, for ten minutes, and never in production."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from oauth.models import SignInLink, User
from oauth.server.cleanup import clean_up
from oauth.sign_in import links
from oauth.sign_in.links import NotForProduction, make_link, use_link

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def developing(settings: Any) -> None:
    settings.DEBUG = True


def page_of(token: str) -> str:
    return reverse("sign-in-link", args=[token])


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_a_press_signs_in_and_looking_does_not(owner: User) -> None:
    client, page = Client(), page_of(make_link(owner, timezone.now()))
    for look in (client.get, client.head, client.get):
        assert look(page).status_code == 200
    assert not is_signed_in(client)
    answer = client.post(page)
    assert (answer.status_code, answer["Location"]) == (302, reverse("admin:index"))
    assert client.get(reverse("admin:index")).status_code == 200


def test_it_works_once(owner: User) -> None:
    page = page_of(make_link(owner, timezone.now()))
    assert Client().post(page).status_code == 302
    second = Client()
    assert (second.post(page).status_code, second.get(page).status_code) == (404, 404)
    assert not is_signed_in(second)


def test_of_two_presses_at_the_same_time_one_signs_in(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    token, now = make_link(owner, timezone.now()), timezone.now()
    look = links.find_person

    def look_and_be_late(token: str, now: Any) -> Any:
        person = look(token, now)
        SignInLink.objects.all().delete()  # the other one is faster
        return person

    monkeypatch.setattr(links, "find_person", look_and_be_late)
    assert use_link(token, now) is None


def test_it_ends_after_ten_minutes_and_goes(owner: User) -> None:
    now = timezone.now()
    token = make_link(owner, now - timedelta(minutes=10))
    assert Client().post(page_of(token)).status_code == 404
    clean_up(now)
    assert not SignInLink.objects.exists()
    assert use_link(make_link(owner, now - timedelta(minutes=9)), now) == owner


def test_a_new_one_ends_the_one_before(owner: User) -> None:
    first, second = make_link(owner, timezone.now()), make_link(owner, timezone.now())
    assert Client().post(page_of(first)).status_code == 404
    assert Client().post(page_of(second)).status_code == 302


def test_none_is_made_and_none_works_in_production(owner: User, settings: Any) -> None:
    token = make_link(owner, timezone.now())
    settings.DEBUG = False
    client = Client()
    assert (client.get(page_of(token)).status_code, client.post(page_of(token)).status_code) == (404, 404)
    assert not is_signed_in(client)
    with pytest.raises(NotForProduction):
        make_link(owner, timezone.now())


@pytest.mark.parametrize("token", ["rhl_", "x", "%00", "é" * 300, "rhl_" + "a" * 43])
def test_what_is_no_link_signs_nobody_in(owner: User, token: str) -> None:
    make_link(owner, timezone.now())
    assert Client().post(page_of(token)).status_code == 404


def test_a_person_who_may_not_sign_in_is_not_signed_in_by_a_link(owner: User) -> None:
    token = make_link(owner, timezone.now())
    User.objects.filter(pk=owner.pk).update(is_active=False)
    assert Client().post(page_of(token)).status_code == 404


def test_the_secret_stands_neither_in_the_table_nor_in_the_log(owner: User, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO"):
        token = make_link(owner, timezone.now())
        use_link(token, timezone.now())
    assert "link was made" in caplog.text
    assert "link was used" in caplog.text
    assert token not in caplog.text
    make_link(owner, timezone.now())
    assert not SignInLink.objects.get().token_hash.startswith("rhl_")
