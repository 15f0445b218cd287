"""Webhooks over the API, for a business's script with a key and for an app with its token."""

from collections.abc import Callable
from datetime import datetime
from ipaddress import ip_network
from typing import Any

import pytest
from django.utils import timezone

from oauth.models import Account, Membership, User
from oauth.tests.flow import App, make_application
from reviews.models import Attempt, Endpoint, Event, Notice
from reviews.requests.matching import Person
from reviews.tests.support.helpers import asked, post, refused
from reviews.tests.support.receiver import answering, receiving, tell_due
from reviews.webhooks import endpoints

pytestmark = pytest.mark.django_db

HOOKS, EVENTS = "/api/v1/hooks", "/api/v1/events"
HOOK = {"url": "https://hooks.example.com/catch/1", "events": ["feedback.created", "review_request.responded"]}


def bearer(token: str) -> Any:
    from rest_framework.test import APIClient

    client = APIClient(raise_request_exception=False)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return client


@pytest.fixture
def app(owner: User, account: Account) -> App:
    return App(owner, account, make_application())


@pytest.fixture
def app_api(app: App) -> Any:
    return bearer(app.pair()["access_token"])


# --- Subscribing ---------------------------------------------------------------------------------------


def test_subscribing_answers_with_the_secret_once(owner_api: Any, account: Account, owner: User) -> None:
    answer = post(owner_api, HOOK | {"description": "Till"}, HOOKS)
    assert answer.status_code == 201
    made = answer.json()
    endpoint = Endpoint.objects.get()
    assert made["secret"] == endpoints.secrets_of(endpoint)[0]
    assert made["events"] == ["review_request.responded", "feedback.created"]  # in our order
    assert (made["url"], made["description"], made["active"]) == (HOOK["url"], "Till", True)
    assert (endpoint.account, endpoint.user, endpoint.application) == (account, owner, None)
    read = owner_api.get(f"{HOOKS}/{made['id']}").json()
    assert "secret" not in read
    assert owner_api.get(HOOKS).json()["results"] == [read]


def test_a_repeated_call_finds_the_first_webhook(owner_api: Any) -> None:
    first = post(owner_api, HOOK, HOOKS).json()
    again = post(owner_api, HOOK, HOOKS)
    assert (again.status_code, again.json()) == (200, first)
    assert post(owner_api, HOOK | {"events": []}, HOOKS).status_code == 201


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"url": "http://hooks.example.com/"}, "url"),
        ({"url": "https://127.0.0.1/"}, "url"),
        ({"url": "https://169.254.169.254/latest"}, "url"),
        ({"url": 5}, "url"),
        ({}, "url"),
        ({"url": "https://hooks.example.com/", "events": ["nothing.known"]}, "events"),
        ({"url": "https://hooks.example.com/", "events": ["endpoint.test"]}, "events"),
        ({"url": "https://hooks.example.com/", "events": "feedback.created"}, "events"),
        ({"url": "https://hooks.example.com/", "events": [5]}, "events.0"),
        ({"url": "https://hooks.example.com/", "description": "a" * 151}, "description"),
    ],
)
def test_bad_input_is_named_and_subscribes_nothing(owner_api: Any, body: dict[str, Any], field: str) -> None:
    refused(post(owner_api, body, HOOKS), field)
    assert not Endpoint.objects.exists()


def hook(number: int) -> dict[str, Any]:
    return {"url": f"https://hooks.example.com/catch/{number}"}


def test_an_account_has_a_limited_number_of_webhooks_of_its_own(
    owner_api: Any, app_api: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(endpoints, "MOST", 1)
    assert post(app_api, hook(1), HOOKS).status_code == 201  # an app's is not the account's own
    assert post(owner_api, hook(2), HOOKS).status_code == 201
    answer = post(owner_api, hook(3), HOOKS)
    refused(answer, "url")
    assert answer.json()["fields"]["url"] == ["The account has 1 webhooks already: delete some first."]


def test_each_app_has_a_limit_of_its_own(
    owner_api: Any, app_api: Any, app: App, stranger: User, other_account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(endpoints, "MOST_OF_APP", 2)
    made = [post(app_api, hook(number), HOOKS) for number in range(2)]
    assert [answer.status_code for answer in made] == [201, 201]
    answer = post(app_api, hook(2), HOOKS)
    refused(answer, "url")
    assert answer.json()["fields"]["url"] == ["The app Zapier has 2 webhooks already: delete some first."]
    assert post(app_api, hook(0), HOOKS).status_code == 200  # the one that there is
    elsewhere = [
        owner_api,
        bearer(App(app.user, app.account, make_application(client_id="other")).pair()["access_token"]),
        bearer(App(stranger, other_account, app.application).pair()["access_token"]),
    ]
    assert [post(api, hook(2), HOOKS).status_code for api in elsewhere] == [201, 201, 201]
    assert app_api.delete(f"{HOOKS}/{made[0].json()['id']}").status_code == 204
    assert post(app_api, hook(2), HOOKS).status_code == 201


def test_an_apps_webhook_that_is_off_makes_room(app_api: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoints, "MOST_OF_APP", 3)
    made = [post(app_api, hook(number), HOOKS).json()["id"] for number in range(3)]
    Endpoint.objects.exclude(pk=made[1]).update(is_active=False, off_because=endpoints.DISCONNECTED)
    newer = post(app_api, hook(3), HOOKS).json()["id"]
    assert {str(endpoint.pk) for endpoint in Endpoint.objects.all()} == {*made[1:], newer}  # the oldest is gone


def test_an_app_may_have_more_than_the_account_itself(app_api: Any) -> None:
    answers = [post(app_api, hook(number), HOOKS) for number in range(endpoints.MOST + 1)]
    assert {answer.status_code for answer in answers} == {201}


def test_unsubscribing_ends_it_with_its_waiting_notices(owner_api: Any, account: Account, now: datetime) -> None:
    made = post(owner_api, {"url": HOOK["url"]}, HOOKS).json()
    asked(account, now)
    assert Notice.objects.count() == 1
    assert owner_api.delete(f"{HOOKS}/{made['id']}").status_code == 204
    assert owner_api.delete(f"{HOOKS}/{made['id']}").status_code == 404
    assert not Notice.objects.exists()


# --- Owners --------------------------------------------------------------------------------------------

METHODS = [("get", ""), ("patch", ""), ("delete", ""), ("post", "/secret"), ("post", "/test"), ("post", "/replay")]
METHODS += [("get", "/attempts")]


@pytest.mark.parametrize(("method", "path"), METHODS)
def test_another_accounts_webhook_is_not_there(owner_api: Any, stranger_api: Any, method: str, path: str) -> None:
    made = post(owner_api, HOOK, HOOKS).json()
    answer = getattr(stranger_api, method)(f"{HOOKS}/{made['id']}{path}")
    assert (answer.status_code, answer.json()["error"]) == (404, "not_found")
    assert stranger_api.get(HOOKS).json()["results"] == []


@pytest.mark.parametrize(("method", "path"), METHODS)
def test_an_app_sees_its_own_webhooks_alone(
    owner_api: Any, app_api: Any, owner: User, account: Account, method: str, path: str
) -> None:
    business = post(owner_api, HOOK, HOOKS).json()
    other = bearer(App(owner, account, make_application(client_id="other")).pair()["access_token"])
    own = post(app_api, HOOK, HOOKS)
    assert own.status_code == 201  # another endpoint than the business's own to the same address
    for key in (business["id"],):
        assert getattr(app_api, method)(f"{HOOKS}/{key}{path}").status_code == 404
    assert getattr(other, method)(f"{HOOKS}/{own.json()['id']}{path}").status_code == 404
    assert [row["id"] for row in app_api.get(HOOKS).json()["results"]] == [own.json()["id"]]
    assert len(owner_api.get(HOOKS).json()["results"]) == 2  # the business sees who is told about it


@pytest.mark.parametrize(("method", "path"), [call for call in METHODS if call[0] != "get"] + [("post", None)])
def test_changing_needs_write(owner_api: Any, reader_api: Any, method: str, path: str | None) -> None:
    made = post(owner_api, HOOK, HOOKS).json()
    answer = getattr(reader_api, method)(HOOKS if path is None else f"{HOOKS}/{made['id']}{path}")
    assert (answer.status_code, answer.json()["error"]) == (403, "insufficient_scope")


def test_a_key_that_may_not_read_cannot_subscribe(
    api_client: Callable[..., Any], owner: User, account: Account
) -> None:
    writer = api_client(owner, account, ["write"])
    answer = post(writer, HOOK, HOOKS)
    assert (answer.status_code, answer.json()["error"]) == (403, "insufficient_scope")
    assert writer.get(EVENTS).status_code == 403
    assert not Endpoint.objects.exists()


# --- As long as the app is connected ----------------------------------------------------------------------


def calls_after(account: Account, settings: Any, change: Callable[[], Any]) -> tuple[int, Endpoint]:
    """Make the change, then ask a customer; return the number of calls that came, and the webhook as it is then."""
    settings.WEBHOOK_NETWORKS = [ip_network("127.0.0.0/8")]
    change()
    asked(account, timezone.now(), Person(email="late@example.com"))
    with receiving() as receiver:
        Endpoint.objects.update(url=receiver.url)
        tell_due()
        return len(receiver.told), Endpoint.objects.get()


def test_an_app_gets_events_while_it_is_connected(account: Account, app_api: Any, settings: Any) -> None:
    post(app_api, {"url": HOOK["url"]}, HOOKS)
    calls, endpoint = calls_after(account, settings, lambda: None)
    assert (calls, endpoint.is_active) == (1, True)


def test_an_app_that_refreshed_its_tokens_still_gets_events(account: Account, app: App, settings: Any) -> None:
    pair = app.pair()
    post(bearer(pair["access_token"]), {"url": HOOK["url"]}, HOOKS)
    calls, _ = calls_after(account, settings, lambda: app.refresh(pair["refresh_token"]))
    assert calls == 1


@pytest.mark.parametrize("change", ["revoked", "left", "person off", "app off"])
def test_an_app_that_is_disconnected_gets_no_events(
    account: Account, owner: User, app: App, settings: Any, change: str
) -> None:
    pair = app.pair()
    made = post(bearer(pair["access_token"]), {"url": HOOK["url"]}, HOOKS)
    assert made.status_code == 201

    def end() -> None:
        if change == "revoked":
            assert app.revoke(pair["access_token"]).status_code == 200
        elif change == "left":
            Membership.objects.filter(user=owner).delete()
        elif change == "person off":
            User.objects.filter(pk=owner.pk).update(is_active=False)
        else:
            type(app.application).objects.filter(pk=app.application.pk).update(is_active=False)

    calls, endpoint = calls_after(account, settings, end)
    assert calls == 0
    assert (endpoint.is_active, endpoint.off_because) == (False, endpoints.DISCONNECTED)


# --- Changing --------------------------------------------------------------------------------------------


def test_a_change_names_what_it_changes(owner_api: Any) -> None:
    made = post(owner_api, HOOK, HOOKS).json()
    url = f"{HOOKS}/{made['id']}"
    changed = owner_api.patch(url, {"events": [], "description": "All"}, format="json").json()
    assert (changed["events"], changed["description"], changed["active"]) == ([], "All", True)
    assert owner_api.patch(url, {"active": False}, format="json").json()["active"] is False
    assert Endpoint.objects.get().tell_owners is False  # the person who did it knows
    assert owner_api.patch(url, {"active": True}, format="json").json()["active"] is True
    refused(owner_api.patch(url, {"events": ["nope"]}, format="json"), "events")
    refused(owner_api.patch(url, {"active": "yes"}, format="json"), "active")
    assert owner_api.get(url).json()["events"] == []


def test_a_new_secret_leaves_the_previous_one_valid(owner_api: Any) -> None:
    made = post(owner_api, HOOK, HOOKS).json()
    rolled = post(owner_api, {}, f"{HOOKS}/{made['id']}/secret").json()
    assert rolled["secret"] != made["secret"]
    assert endpoints.secrets_of(Endpoint.objects.get()) == [rolled["secret"], made["secret"]]


def test_a_test_event_and_a_replay_are_listed_as_attempts(owner_api: Any, account: Account, settings: Any) -> None:
    settings.WEBHOOK_NETWORKS = [ip_network("127.0.0.0/8")]
    begun = timezone.now()
    with receiving() as receiver:
        receiver.behave["/fine"] = answering(200, b"ok")
        made = post(owner_api, {"url": f"{receiver.url}/fine", "events": ["review_request.scheduled"]}, HOOKS).json()
        url = f"{HOOKS}/{made['id']}"
        tested = post(owner_api, {}, f"{url}/test")
        assert tested.status_code == 202
        asked(account, timezone.now())
        tell_due()
        event = Event.objects.exclude(type="endpoint.test").get()
        assert post(owner_api, {"event_id": str(event.pk)}, f"{url}/replay").json() == {"replayed": 1}
        tell_due()
        assert post(owner_api, {"since": begun.isoformat()}, f"{url}/replay").json() == {"replayed": 1}
        tell_due()
    rows = owner_api.get(f"{url}/attempts").json()["results"]
    assert [row["type"] for row in rows].count("review_request.scheduled") == 3
    assert {(row["status"], row["answer"], row["error"]) for row in rows} == {(200, "ok", None)}
    assert {row["event_id"] for row in rows} == {str(event.pk), tested.json()["event_id"]}
    assert [row["id"] for row in rows] == sorted((row["id"] for row in rows), reverse=True)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "event_id"),
        ({"event_id": "5", "since": "2026-01-01T00:00:00Z"}, "event_id"),
        ({"event_id": "00000000-0000-4000-8000-000000000000"}, "event_id"),
        ({"event_id": "00000000-0000-4000-8000-000000000000", "since": "2026-01-01T00:00:00Z"}, "event_id"),
        ({"since": "yesterday"}, "since"),
        ({"since": 5}, "since"),
        ({"since": "0001-01-01T00:00:00+14:00"}, "since"),
    ],
)
def test_a_replay_of_nothing_is_refused(owner_api: Any, body: dict[str, Any], field: str) -> None:
    made = post(owner_api, HOOK, HOOKS).json()
    refused(post(owner_api, body, f"{HOOKS}/{made['id']}/replay"), field)


@pytest.mark.parametrize(("path", "body"), [("test", {}), ("replay", {"since": "2026-01-01T00:00:00Z"})])
def test_a_webhook_that_is_off_takes_no_test_and_no_replay(owner_api: Any, path: str, body: dict[str, Any]) -> None:
    made = post(owner_api, HOOK, HOOKS).json()
    owner_api.patch(f"{HOOKS}/{made['id']}", {"active": False}, format="json")
    answer = post(owner_api, body, f"{HOOKS}/{made['id']}/{path}")
    assert (answer.status_code, answer.json()["error"]) == (409, "invalid_state")
    assert not Attempt.objects.exists()
