"""The page of connected apps and API keys: its rows, disconnecting, keys, and who may do it."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from oauth.connections import connections_of
from oauth.models import Account, ApiKey, Application, Grant, Membership, RefreshToken, User
from oauth.tests.calls.test_authentication import status
from oauth.tests.flow import App, make_application, refused, signed_in

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="\w+"|nonce="\S+"')

pytestmark = pytest.mark.django_db

MOMENT = datetime(2026, 3, 3, 15, 0, 30, tzinfo=UTC)
KEY = {"name": "Website", "scopes": ["read", "write"], "days": "0"}


@pytest.fixture(autouse=True)
def without_a_back_office(owner: User, viewer: User, stranger: User, operator: User) -> None:
    """All are people whom this page is for: staff have the same in their Settings."""
    User.objects.update(is_staff=False)


def page(account: Account, *more: object) -> str:
    return "/".join(["/connections", str(account.pk), *map(str, more)])


def disconnection(app: App) -> dict[str, str]:
    return {"application": str(app.application.pk), "user": str(app.user.pk)}


# --- What is shown --------------------------------------------------------------------------------------


def test_a_connection_tells_who_what_since_and_when_last(app: App, settings: Any) -> None:
    User.objects.filter(pk=app.user.pk).update(name="Ann Owner")
    with time_machine.travel(MOMENT, tick=False) as clock:
        pair = app.exchange(app.code(scope="read")).json()
        clock.shift(timedelta(days=2))
        pair = app.refresh(pair["refresh_token"]).json()
        app.alive(pair["access_token"])
        clock.shift(timedelta(days=1))
        pair = app.refresh(pair["refresh_token"]).json()
        content = app.browser.get(page(app.account)).content.decode()
        connection = connections_of(app.account, timezone.now())[0]
    assert (connection.application, connection.person, connection.scopes) == ("Zapier", "Ann Owner", ["read"])
    assert (connection.connected_at, connection.last_used_at) == (MOMENT, MOMENT + timedelta(days=2))
    assert "Ann Owner" in content
    assert "3 Mar 2026" in content
    assert "5 Mar 2026, 10:00" in content  # in the account's zone, New York


def test_an_app_that_a_person_connected_twice_is_one_connection(app: App) -> None:
    with time_machine.travel(MOMENT, tick=False) as clock:
        app.exchange(app.code(scope="read"))
        clock.shift(timedelta(days=9))
        pair = app.exchange(app.code(scope="write")).json()
        app.alive(pair["access_token"])
        rows = connections_of(app.account, timezone.now())
    assert [(row.scopes, row.connected_at) for row in rows] == [(["read", "write"], MOMENT)]
    assert rows[0].last_used_at == MOMENT + timedelta(days=9)


def test_tokens_that_open_nothing_are_no_connection(app: App) -> None:
    app.pair()
    now = timezone.now()
    assert len(connections_of(app.account, now)) == 1
    assert connections_of(app.account, now + timedelta(days=181)) == []
    Application.objects.update(is_active=False)
    assert connections_of(app.account, now) == []
    Application.objects.update(is_active=True)
    Membership.objects.all().delete()
    assert connections_of(app.account, now) == []


def test_the_page_costs_the_same_for_few_and_for_many(app: App, django_assert_max_num_queries: Any) -> None:
    for number in range(4):
        App(app.user, app.account, make_application(client_id=f"app{number}"), app.browser).pair()
        app.browser.post(page(app.account), KEY)
    with django_assert_max_num_queries(7):
        content = app.browser.get(page(app.account)).content.decode()
    assert content.count("Disconnect …") == 4
    assert content.count("End this key …") == 4


def test_a_person_with_one_account_goes_straight_to_it_and_others_choose(
    owner: User, account: Account, other_account: Account
) -> None:
    client = signed_in(owner)
    assert client.get("/connections")["Location"] == page(account)
    Membership.objects.create(account=other_account, user=owner, role="viewer")
    content = client.get("/connections").content.decode()
    assert page(account) in content
    assert page(other_account) in content
    Membership.objects.all().delete()
    assert "You work in no business" in client.get("/connections").content.decode()


def test_the_operator_sees_every_account(operator: User, account: Account, other_account: Account) -> None:
    client = signed_in(operator)
    content = client.get("/connections").content.decode()
    assert page(account) in content
    assert page(other_account) in content
    assert client.get(page(account)).status_code == 200


def test_staff_are_led_to_the_tab_of_settings(owner: User, stranger: User, account: Account) -> None:
    User.objects.update(is_staff=True)
    client = signed_in(owner)
    for address in ("/connections", page(account)):
        assert client.get(address)["Location"] == "/admin/settings/connections/"
    assert signed_in(stranger).get(page(account)).status_code == 404


def test_staff_of_several_businesses_see_the_one_that_the_address_names(
    owner: User, account: Account, other_account: Account
) -> None:
    Membership.objects.create(account=other_account, user=owner, role="manager")
    User.objects.update(is_staff=True)
    for business in (other_account, account):
        content = signed_in(owner).get(page(business), follow=True).content.decode()
        assert f'name="business" value="{business.pk}"' in content


# --- Disconnecting --------------------------------------------------------------------------------------


def test_disconnecting_ends_every_token_and_every_code_of_the_app(app: App, other_app: App) -> None:
    pairs, pending, other_pair = [app.pair(), app.pair()], app.code(), other_app.pair()
    other = App(app.user, app.account, make_application(client_id="second"), app.browser)
    kept = other.pair()
    response = app.browser.post(page(app.account, "disconnect"), disconnection(app), follow=True)
    assert "Zapier is disconnected." in response.content.decode()
    assert not any(app.alive(pair["access_token"]) for pair in pairs)
    refused(app.refresh(pairs[0]["refresh_token"]), 400, "invalid_grant")
    refused(app.exchange(pending), 400, "invalid_grant")
    assert app.alive(kept["access_token"])
    assert other_app.alive(other_pair["access_token"])


def test_an_owner_disconnects_an_app_that_a_colleague_connected(app: App, account: Account) -> None:
    colleague = User.objects.create_user("colleague@riverside.example", "correct horse")
    Membership.objects.create(account=account, user=colleague, role="manager")
    connected = App(colleague, account, app.application)
    pair, own = connected.pair(), app.pair()
    signed_in(app.user).post(page(account, "disconnect"), disconnection(connected))
    assert not app.alive(pair["access_token"])
    assert app.alive(own["access_token"])


@pytest.mark.parametrize(
    "form", [{}, {"application": "x", "user": "y"}, {"application": "9" * 30, "user": str(uuid4())}]
)
def test_a_connection_that_does_not_exist_is_not_found(app: App, form: dict[str, str]) -> None:
    pair = app.pair()
    assert app.browser.post(page(app.account, "disconnect"), form).status_code == 404
    assert app.alive(pair["access_token"])


# --- Keys -----------------------------------------------------------------------------------------------


def test_a_new_key_is_shown_once_and_works(owner: User, account: Account, client: Client) -> None:
    browser = signed_in(owner)
    response = browser.post(page(account), KEY)
    assert "no-store" in response["Cache-Control"]
    key = response.context["new_key"]
    assert key in response.content.decode()
    assert status(client, key).json()["scopes"] == ["read", "write"]
    again = browser.get(page(account)).content.decode()
    assert key not in again
    assert ApiKey.objects.get().prefix in again
    assert ApiKey.objects.get().user == owner


def test_a_key_ends_by_itself_and_by_hand(owner: User, account: Account, client: Client) -> None:
    browser = signed_in(owner)
    with time_machine.travel(MOMENT, tick=False) as clock:
        key = browser.post(page(account), KEY | {"days": "30", "scopes": ["read"]}).context["new_key"]
        assert status(client, key).json()["expires_at"] == "2026-04-02T15:00:30Z"
        clock.shift(timedelta(days=30))
        assert status(client, key).status_code == 401
    key = browser.post(page(account), KEY).context["new_key"]
    row = ApiKey.objects.get(expires_at=None)
    response = browser.post(page(account, "keys", row.pk, "revoke"), follow=True)
    assert "The key Website has ended." in response.content.decode()
    assert status(client, key).status_code == 401


@pytest.mark.parametrize(
    "change",
    [{"name": ""}, {"name": "x" * 101}, {"scopes": []}, {"scopes": ["admin"]}, {"days": "5"}, {"name": "a\0b"}],
    ids=range(6),
)
def test_a_key_that_makes_no_sense_is_not_made(owner: User, account: Account, change: dict[str, Any]) -> None:
    response = signed_in(owner).post(page(account), KEY | change)
    assert response.status_code == 400
    assert 'class="problem"' in response.content.decode()
    assert not ApiKey.objects.exists()


def test_an_operators_key_is_the_first_owners_or_nobodys(operator: User, owner: User, account: Account) -> None:
    client = signed_in(operator)
    assert client.post(page(account), KEY).status_code == 200
    assert ApiKey.objects.get().user == owner
    Membership.objects.all().delete()
    response = client.post(page(account), KEY)
    assert response.status_code == 400
    assert "Nobody works in this account yet" in response.content.decode()


# --- Who may --------------------------------------------------------------------------------------------


@pytest.fixture
def key(owner: User, account: Account) -> ApiKey:
    return ApiKey.objects.create(account=account, user=owner, name="k", prefix="rh_x", key_hash="0" * 64)


def addresses(app: App, key: ApiKey) -> list[tuple[str, dict[str, Any]]]:
    return [
        (page(app.account, "disconnect"), disconnection(app)),
        (page(app.account), KEY),
        (page(app.account, "keys", key.pk, "revoke"), {}),
    ]


def nothing_changed(app: App, key: ApiKey) -> bool:
    key.refresh_from_db()
    return bool(
        key.revoked_at is None
        and ApiKey.objects.count() == 1
        and RefreshToken.objects.filter(revoked=None).count() == 1
    )


def test_to_a_stranger_the_account_does_not_exist(app: App, key: ApiKey, stranger: User) -> None:
    app.pair()
    client = signed_in(stranger)
    assert client.get(page(app.account)).status_code == 404
    pages = [client.get(address).content.decode() for address in (page(app.account), f"/connections/{uuid4()}")]
    assert len({TOKEN.sub("", content) for content in pages}) == 1
    for address, form in addresses(app, key):
        assert client.post(address, form).status_code == 404
    assert nothing_changed(app, key)


def test_a_key_of_another_account_is_not_found(app: App, key: ApiKey, stranger: User, other_account: Account) -> None:
    app.pair()
    assert signed_in(stranger).post(page(other_account, "keys", key.pk, "revoke")).status_code == 404
    signed_in(stranger).post(page(other_account, "disconnect"), disconnection(app))
    assert nothing_changed(app, key)


def test_a_viewer_looks_and_changes_nothing(app: App, key: ApiKey, viewer: User) -> None:
    app.pair()
    client = signed_in(viewer)
    content = client.get(page(app.account)).content.decode()
    assert "Zapier" in content
    assert "Disconnect" not in content
    assert "Make a key" not in content
    for address, form in addresses(app, key):
        response = client.post(address, form)
        assert response.status_code == 403
        assert "You may look" in response.content.decode()
    assert nothing_changed(app, key)


def test_signed_out_one_signs_in_first(app: App, key: ApiKey) -> None:
    app.pair()
    client = Client()
    for address in ("/connections", page(app.account)):
        assert client.get(address)["Location"] == f"/sign-in?next={address}"
    for address, form in addresses(app, key):
        assert client.post(address, form)["Location"].startswith("/sign-in")
    for address, _ in addresses(app, key)[::2]:
        assert client.get(address).status_code == 405
    assert nothing_changed(app, key)


def test_a_form_from_another_site_changes_nothing(app: App, key: ApiKey) -> None:
    app.pair()
    client = Client(enforce_csrf_checks=True)
    client.force_login(app.user)
    for address, form in addresses(app, key):
        assert client.post(address, form).status_code == 403
    assert nothing_changed(app, key)


def test_a_code_that_is_not_exchanged_is_no_connection(app: App) -> None:
    app.code()
    assert Grant.objects.count() == 1
    assert connections_of(app.account, timezone.now()) == []
