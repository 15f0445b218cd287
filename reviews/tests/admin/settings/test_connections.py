"""Settings, Apps, keys and webhooks: who has access, in words; making and ending it."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from oauth.models import Account, ApiKey, Membership, User
from oauth.tests.flow import App, make_application, signed_in
from reviews.models import Attempt, Endpoint, Event, Notice
from reviews.webhooks import endpoints

pytestmark = pytest.mark.django_db

PAGE = "/admin/settings/connections/"
MAKE = PAGE + "keys/make/"
DISCONNECT = PAGE + "apps/disconnect/"
KEY = {"name": "Website", "scopes": ["read", "write"], "days": "0"}


def words(response: Any) -> str:
    return " ".join(response.content.decode().split())


@pytest.fixture
def app(owner: User, account: Account) -> App:
    return App(owner, account, make_application())


@pytest.fixture
def key(owner: User, account: Account) -> ApiKey:
    return ApiKey.objects.create(
        account=account,
        user=owner,
        membership=Membership.objects.get(user=owner, account=account),
        name="Till",
        prefix="rh_x",
        key_hash="0" * 64,
    )


def webhook(account: Account, **fields: Any) -> Endpoint:
    secret = endpoints.cipher().encrypt(endpoints.new_secret())
    made: Endpoint = Endpoint.objects.create(
        account=account, secret=secret, **{"url": "https://crm.example/hook"} | fields
    )
    return made


def called(endpoint: Endpoint, status: int | None, at: datetime) -> None:
    event = Event.objects.create(account=endpoint.account, type=Event.Type.TEST, occurred_at=at)
    notice = Notice.objects.create(event=event, endpoint=endpoint, due_at=at, status="delivered")
    Attempt.objects.create(notice=notice, at=at, status=status, milliseconds=9)


def disconnection(app: App) -> dict[str, str]:
    return {"application": str(app.application.pk), "user": str(app.user.pk)}


# --- What is shown ------------------------------------------------------------------------------------


def test_the_page_says_in_words_who_may_what(app: App, key: ApiKey) -> None:
    app.pair()
    page = words(signed_in(app.user).get(PAGE))
    for text in ("Zapier", "Till", "See your customers", "Ask your customers", "never", "when you end it"):
        assert text in page


def test_empty_lists_say_what_will_appear(owner: User) -> None:
    page = words(signed_in(owner).get(PAGE))
    for text in ("look for “Connect” in it", "your own scripts and forms", "told at once what happens here"):
        assert text in page


def test_a_webhook_says_how_it_is(owner: User, account: Account) -> None:
    now = timezone.now()
    good = webhook(account, description="Good one")
    called(good, 500, now - timedelta(hours=2))
    called(good, 200, now - timedelta(minutes=7))
    bad = webhook(account, failing_since=now, paused_until=now + timedelta(minutes=20))
    called(bad, None, now)
    webhook(account, is_active=False, off_because="The app was disconnected.")
    webhook(account, event_types=Event.Type.REQUEST_COMPLETED)
    page = words(signed_in(owner).get(PAGE))
    for text in (
        "answers",
        "7 minutes ago</time>: taken",
        "does not answer",
        "in 19 minutes",
        "no answer",
        "not called yet",
    ):
        assert text in page, text
    assert "The app was disconnected." in page
    assert str(Event.Type.REQUEST_COMPLETED.label) in page


def test_the_page_asks_as_much_for_many_as_for_few(
    app: App, account: Account, django_assert_max_num_queries: Any
) -> None:
    for number in range(5):
        App(app.user, account, make_application(client_id=f"app{number}"), app.browser).pair()
        called(webhook(account, description=f"Number {number}"), 200, timezone.now())
        app.browser.post(MAKE, KEY)
    with django_assert_max_num_queries(10):
        content = app.browser.get(PAGE).content.decode()
    assert content.count("Disconnect …</summary>") == 5
    assert content.count("End this key …</summary>") == 5
    assert content.count("Send a test</button>") == 5


# --- Keys ---------------------------------------------------------------------------------------------


def test_a_new_key_is_shown_once_and_works(owner: User, client: Client) -> None:
    browser = signed_in(owner)
    answer = browser.post(MAKE, KEY)
    assert "no-store" in answer["Cache-Control"]
    key = answer.context["new_key"]
    assert key in words(answer)
    status = client.get("/api/v1/status", headers={"Authorization": f"Bearer {key}"}).json()
    assert status["scopes"] == ["read", "write"]
    assert key not in words(browser.get(PAGE))
    assert ApiKey.objects.get().user == owner
    assert browser.get(MAKE)["Location"] == PAGE


@pytest.mark.parametrize(
    "change",
    [{"name": ""}, {"name": "x" * 101}, {"scopes": []}, {"scopes": ["admin"]}, {"days": "5"}, {"name": "a\0b"}],
)
def test_a_key_that_makes_no_sense_is_not_made(owner: User, change: dict[str, Any]) -> None:
    answer = signed_in(owner).post(MAKE, KEY | change)
    assert answer.status_code == 400
    assert 'role="alert"' in words(answer)
    assert '<details class="rh-make" open>' in words(answer)
    assert not ApiKey.objects.exists()


def test_an_operators_key_is_the_first_owners_or_nobodys(operator: User, owner: User, account: Account) -> None:
    client = signed_in(operator)
    assert client.post(MAKE, KEY).status_code == 200
    assert ApiKey.objects.get().user == owner
    Membership.objects.all().delete()
    answer = client.post(MAKE, KEY)
    assert answer.status_code == 400
    assert "Nobody works in this account yet" in words(answer)


def test_a_key_is_ended(owner: User, key: ApiKey) -> None:
    answer = signed_in(owner).post(reverse("settings-keys-end", args=[key.pk]), follow=True)
    assert "The key Till has ended." in words(answer)
    key.refresh_from_db()
    assert key.revoked_at is not None


# --- Apps and webhooks --------------------------------------------------------------------------------


def test_an_app_is_disconnected(app: App) -> None:
    pair = app.pair()
    assert "Zapier is disconnected." in words(app.browser.post(DISCONNECT, disconnection(app), follow=True))
    assert not app.alive(pair["access_token"])


@pytest.mark.parametrize(
    "form", [{}, {"application": "x", "user": "y"}, {"application": "9" * 30, "user": str(uuid4())}]
)
def test_a_connection_that_does_not_exist_is_not_found(app: App, form: dict[str, str]) -> None:
    pair = app.pair()
    assert app.browser.post(DISCONNECT, form).status_code == 404
    assert app.alive(pair["access_token"])


def test_a_test_is_one_press_away(owner: User, account: Account) -> None:
    endpoint, client = webhook(account), signed_in(owner)
    address = reverse("admin:reviews_endpoint_send_test", args=[endpoint.pk])
    assert f'action="{address}"' in words(client.get(PAGE))
    client.post(address)
    assert Notice.objects.get(endpoint=endpoint).event.type == Event.Type.TEST


# --- Who may ------------------------------------------------------------------------------------------


def every_change(app: App, key: ApiKey) -> list[tuple[str, dict[str, Any]]]:
    return [(DISCONNECT, disconnection(app)), (MAKE, KEY), (reverse("settings-keys-end", args=[key.pk]), {})]


def test_a_viewer_looks_and_changes_nothing(app: App, key: ApiKey, viewer: User) -> None:
    pair, client = app.pair(), signed_in(viewer)
    page = words(client.get(PAGE))
    assert "Zapier" in page
    for text in ("Disconnect", "End this key", "Make a key", "Add a webhook"):
        assert text not in page
    for address, form in every_change(app, key):
        assert client.post(address, form).status_code == 403
    assert app.alive(pair["access_token"])
    assert ApiKey.objects.get().revoked_at is None


def test_to_a_stranger_none_of_it_exists(app: App, key: ApiKey, stranger: User, account: Account) -> None:
    pair, client = app.pair(), signed_in(stranger)
    page = words(client.get(PAGE))
    assert "Connected by" not in page
    assert "Till" not in page
    for address, form in every_change(app, key):
        assert client.post(address, form | {"business": str(account.pk)}).status_code == 404
    assert client.post(reverse("settings-keys-end", args=[key.pk])).status_code == 404
    client.post(DISCONNECT, disconnection(app))  # in their own business, where the app is not connected
    assert app.alive(pair["access_token"])
    assert ApiKey.objects.get().revoked_at is None
