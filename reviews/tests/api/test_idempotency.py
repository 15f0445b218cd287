"""A call with an Idempotency-Key is made once, and answered the same each time."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Event
from typing import Any
from unittest.mock import Mock

import pytest
from django.conf import settings
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver
from django.utils import timezone
from rest_framework.response import Response

from oauth.models import Account, User
from oauth.tests.flow import App, make_application
from reviews.api import review_requests
from reviews.contacts import suppressions
from reviews.models import Endpoint, IdempotencyKey, Notice, ReviewRequest, Suppression
from reviews.tests.support.helpers import REFERENCE, URL, asked, post, refused
from reviews.tests.support.races import PATIENCE, alone
from reviews.webhooks import endpoints

pytestmark = pytest.mark.django_db


def test_an_idempotency_key_replays_the_first_answer_byte_for_byte(owner_api: Any) -> None:
    first = post(owner_api, REFERENCE, **{"Idempotency-Key": "k1"})
    second = post(owner_api, REFERENCE, **{"Idempotency-Key": "k1"})
    assert (first.status_code, second.status_code) == (201, 201)
    assert second.content == first.content
    assert "Idempotency-Replayed" not in first
    assert second["Idempotency-Replayed"] == "true"


def test_a_key_with_another_body_is_a_conflict(owner_api: Any) -> None:
    post(owner_api, REFERENCE, **{"Idempotency-Key": "k1"})
    response = post(owner_api, REFERENCE | {"first_name": "Joan"}, **{"Idempotency-Key": "k1"})
    assert (response.status_code, response.json()["error"]) == (409, "idempotency_conflict")


@pytest.mark.postgres
@pytest.mark.skipif(settings.SQLITE, reason="needs PostgreSQL: on SQLite the second call waits for the first")
@pytest.mark.django_db(transaction=True)
def test_a_key_whose_first_call_runs_is_asked_to_wait_and_no_longer(
    owner_api: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go = Event(), Event()

    def answer_slowly(*given: Any) -> Response:
        begun.set()
        assert go.wait(PATIENCE)
        return answer_one(*given)

    answer_one = review_requests.answer_one
    with monkeypatch.context() as slow, ThreadPoolExecutor(1) as pool:
        slow.setattr(review_requests, "answer_one", answer_slowly)
        first = pool.submit(alone, lambda: post(owner_api, REFERENCE, **{"Idempotency-Key": "k1"}))
        assert begun.wait(PATIENCE)
        response = post(owner_api, REFERENCE, **{"Idempotency-Key": "k1"})
        assert (response.status_code, response.json()["error"]) == (409, "request_in_progress")
        assert response["Retry-After"] == "1"
        go.set()
        answer = first.result()
    assert answer.status_code == 201
    assert post(owner_api, REFERENCE, **{"Idempotency-Key": "k1"}).content == answer.content


@pytest.mark.django_db(transaction=True)
def test_a_call_that_dies_before_its_answer_is_kept_has_done_nothing_and_its_key_is_free(
    owner_api: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as dying:
        dying.setattr(IdempotencyKey, "save", Mock(side_effect=OperationalError("gone")))
        response = post(owner_api, REFERENCE, **{"Idempotency-Key": "k1"})
    assert (response.status_code, response["Retry-After"]) == (503, "1")
    assert not ReviewRequest.objects.exists()
    assert post(owner_api, REFERENCE, **{"Idempotency-Key": "k1"}).status_code == 201
    assert ReviewRequest.objects.count() == 1


def test_a_key_that_a_former_release_left_without_an_answer_is_taken_over(owner_api: Any) -> None:
    first = post(owner_api, REFERENCE, **{"Idempotency-Key": "k1"})
    IdempotencyKey.objects.update(status=None, created_at=timezone.now() - timedelta(seconds=61))
    response = post(owner_api, REFERENCE, **{"Idempotency-Key": "k1"})
    assert (response.status_code, response.json()["id"]) == (200, first.json()["id"])
    assert "Idempotency-Replayed" not in response


def test_a_call_that_a_process_of_a_former_release_is_at_runs_nowhere_else(owner_api: Any) -> None:
    """It commits its key first, without an answer, and acts then: in an update it may do so beside this release."""
    post(owner_api, REFERENCE, **{"Idempotency-Key": "k1"})
    IdempotencyKey.objects.update(status=None)
    ReviewRequest.objects.all().delete()
    response = post(owner_api, REFERENCE, **{"Idempotency-Key": "k1"})
    assert (response.status_code, response["Retry-After"]) == (409, "1")
    assert response.json()["error"] == "request_in_progress"
    assert not ReviewRequest.objects.exists()


def test_a_key_costs_few_statements(owner_api: Any) -> None:
    post(owner_api, REFERENCE | {"email": "a@example.com"})
    with CaptureQueriesContext(connection) as without:
        post(owner_api, REFERENCE | {"email": "c@example.com"})
    with CaptureQueriesContext(connection) as with_key:
        post(owner_api, REFERENCE | {"email": "b@example.com"}, **{"Idempotency-Key": "k1"})
    # The row is read and written, and the transaction has the ask's own as a savepoint; PostgreSQL locks the key.
    assert len(with_key) - len(without) == (4 if settings.SQLITE else 5)


def test_a_refused_call_may_be_mended_under_the_same_key(owner_api: Any) -> None:
    refused(post(owner_api, {"email": "nope"}, **{"Idempotency-Key": "k1"}))
    assert post(owner_api, REFERENCE, **{"Idempotency-Key": "k1"}).status_code == 201


def test_the_same_key_of_another_account_is_another_key(owner_api: Any, stranger_api: Any) -> None:
    ours = post(owner_api, REFERENCE, **{"Idempotency-Key": "k1"})
    theirs = post(stranger_api, REFERENCE, **{"Idempotency-Key": "k1"})
    assert theirs.json()["id"] != ours.json()["id"]


@pytest.mark.parametrize("key", ["x" * 256, "a\tb"])
def test_an_unusable_key_is_refused(owner_api: Any, key: str) -> None:
    refused(post(owner_api, REFERENCE, **{"Idempotency-Key": key}))


# --- Every write ---------------------------------------------------------------------------------------


def writes() -> list[tuple[str, str, Any]]:
    """Route, method and function of each POST and PATCH under /api/v1."""
    urls = [url for outer in get_resolver().url_patterns for url in getattr(outer, "url_patterns", [outer])]
    views = [(str(url.pattern), getattr(url.callback, "view_class", None)) for url in urls]
    return [
        (route, method, getattr(view, method))
        for route, view in views
        if route.startswith("api/v1/")
        for method in ("post", "patch")
        if hasattr(view, method)
    ]


def test_every_write_takes_a_key() -> None:
    missing = [(route, method) for route, method, function in writes() if not getattr(function, "takes_key", False)]
    assert missing == []
    assert len(writes()) >= 13


@pytest.fixture
def hook(account: Account) -> Endpoint:
    return endpoints.subscribe(account=account, url="https://hooks.example/1", names=[])[0]


def test_a_time_that_counts_from_the_call_is_set_once(owner_api: Any, account: Account, now: datetime) -> None:
    request = asked(account, now)
    key = {"HTTP_IDEMPOTENCY_KEY": "k1"}
    first = owner_api.patch(f"{URL}/{request.pk}", {"delay_hours": 48}, format="json", **key)
    ReviewRequest.objects.update(scheduled_for=now)
    second = owner_api.patch(f"{URL}/{request.pk}", {"delay_hours": 48}, format="json", **key)
    assert (first.status_code, second.content, second["Idempotency-Replayed"]) == (200, first.content, "true")
    request.refresh_from_db()
    assert request.scheduled_for == now


@pytest.mark.parametrize("name", ["test", "secret"])
def test_a_webhook_gets_one_test_and_one_secret_for_a_key(owner_api: Any, hook: Endpoint, name: str) -> None:
    first, second = (post(owner_api, {}, f"/api/v1/hooks/{hook.pk}/{name}", **{"Idempotency-Key": "k"}) for _ in "12")
    assert first.status_code in (200, 202)
    assert (second.content, second["Idempotency-Replayed"]) == (first.content, "true")
    assert Notice.objects.count() == (1 if name == "test" else 0)
    third = post(owner_api, {}, f"/api/v1/hooks/{hook.pk}/{name}", **{"Idempotency-Key": "k2"})
    assert third.content != first.content


def test_lifting_twice_under_a_key_is_answered_as_the_first_time(
    owner_api: Any, suppression: Suppression, everything: dict[str, str]
) -> None:
    body, address = {"because": "Asked"}, f"{everything['suppressions']}/lift"
    answers = [post(owner_api, body, address, **{"Idempotency-Key": "k"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert post(owner_api, body, address).status_code == 409


def test_the_same_key_at_another_address_is_another_call(owner_api: Any, account: Account, now: datetime) -> None:
    request = asked(account, now)
    key = {"Idempotency-Key": "k1"}
    assert post(owner_api, {}, f"{URL}/{request.pk}/cancel", **key).status_code == 200
    for address, body in ((f"{URL}/{request.pk}/responded", {}), (URL, REFERENCE), ("/api/v1/suppressions", {})):
        response = post(owner_api, body, address, **key)
        assert (response.status_code, response.json()["error"]) == (409, "idempotency_conflict")
        words = f"This Idempotency-Key was used with another call: POST {URL}/{request.pk}/cancel."
        assert response.json()["error_description"] == words
    response = post(owner_api, {"a": 1}, f"{URL}/{request.pk}/cancel", **key)
    assert response.json()["error_description"] == "This Idempotency-Key was used with another body."


@pytest.mark.parametrize("order", [(True, False), (False, True)], ids=["before", "after"])
def test_what_a_dry_run_answered_is_not_what_the_call_gets(owner_api: Any, order: tuple[bool, bool]) -> None:
    answers = {dry: post(owner_api, REFERENCE | {"dry_run": dry}, **{"Idempotency-Key": "k1"}).json() for dry in order}
    assert "gates" in answers[True]
    assert answers[False]["id"] == str(ReviewRequest.objects.get().pk)
    assert IdempotencyKey.objects.count() == 1


def test_the_same_holds_in_bulk(owner_api: Any) -> None:
    key, address = {"Idempotency-Key": "k1"}, f"{URL}/bulk"
    rehearsal = post(owner_api, {"requests": [REFERENCE | {"dry_run": True}]}, address, **key).json()
    answer = post(owner_api, {"requests": [REFERENCE]}, address, **key).json()
    assert "gates" in rehearsal["results"][0]["review_request"]
    assert answer["results"][0]["status"] == 201
    mixed = {"requests": [REFERENCE, REFERENCE | {"dry_run": True}]}
    assert post(owner_api, mixed, address, **key).status_code == 409


# --- Secrets -------------------------------------------------------------------------------------------


def test_an_answer_with_a_secret_is_kept_encrypted(owner_api: Any, hook: Endpoint, settings: Any) -> None:
    made = post(owner_api, {"url": "https://hooks.example/2"}, "/api/v1/hooks", **{"Idempotency-Key": "k1"})
    rolled = post(owner_api, {}, f"/api/v1/hooks/{hook.pk}/secret", **{"Idempotency-Key": "k2"})
    for row, answer in zip(IdempotencyKey.objects.order_by("key"), (made, rolled), strict=True):
        assert row.is_encrypted
        assert answer.json()["secret"].encode() not in bytes(row.body)
        assert b"hooks.example" not in bytes(row.body)
    settings.WEBHOOK_KEY_FALLBACKS, settings.WEBHOOK_KEY = [settings.WEBHOOK_KEY], "another-" + "x" * 40
    again = post(owner_api, {}, f"/api/v1/hooks/{hook.pk}/secret", **{"Idempotency-Key": "k2"})
    assert again.content == rolled.content
    settings.WEBHOOK_KEY_FALLBACKS = []
    lost = post(owner_api, {}, f"/api/v1/hooks/{hook.pk}/secret", **{"Idempotency-Key": "k2"})
    assert (lost.status_code, lost.json()["error"]) == (409, "idempotency_conflict")
    hook.refresh_from_db()
    assert rolled.json()["secret"] in endpoints_secrets(hook, settings)


def endpoints_secrets(hook: Endpoint, settings: Any) -> list[str]:
    """Decrypt with the key that the test began with."""
    settings.WEBHOOK_KEY_FALLBACKS = [BEGAN_WITH]
    return endpoints.secrets_of(hook)


BEGAN_WITH = settings.WEBHOOK_KEY


def test_an_answer_with_a_secret_is_given_to_the_same_app_alone(
    owner_api: Any, account: Account, owner: User, hook: Endpoint
) -> None:
    app = App(owner, account, make_application())
    own = {"authorization": f"Bearer {app.pair()['access_token']}", "Idempotency-Key": "k1"}
    made = app.server.post("/api/v1/hooks", '{"url": "https://hooks.example/2"}', "application/json", headers=own)
    assert made.status_code == 201
    response = post(owner_api, {"url": "https://hooks.example/2"}, "/api/v1/hooks", **{"Idempotency-Key": "k1"})
    assert (response.status_code, response.json()["error"]) == (409, "idempotency_conflict")
    refreshed = {**own, "authorization": f"Bearer {app.pair()['access_token']}"}
    again = app.server.post(
        "/api/v1/hooks", '{"url": "https://hooks.example/2"}', "application/json", headers=refreshed
    )
    assert again.content == made.content


# --- After the commit ------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("headers", [{}, {"HTTP_IDEMPOTENCY_KEY": "k1"}], ids=["plain", "with a key"])
def test_a_call_waits_for_messages_on_their_way_after_its_change_is_stored(
    owner_api: Any, account: Account, now: datetime, monkeypatch: pytest.MonkeyPatch, headers: dict[str, str]
) -> None:
    """Waiting inside the transaction, the worker could not store what has left, and each would wait for the other."""
    waited = list[bool]()
    monkeypatch.setattr(suppressions, "until_quiet", lambda *_: waited.append(connection.in_atomic_block))
    contact = asked(account, now).contact
    changed = owner_api.patch(f"/api/v1/contacts/{contact.pk}", {"email": "j@x.example"}, format="json", **headers)
    assert (changed.status_code, waited) == (200, [False])
    named = {"HTTP_IDEMPOTENCY_KEY": "k2"} if headers else {}
    added = owner_api.post("/api/v1/suppressions", {"address": "j@x.example"}, format="json", **named)
    assert (added.status_code, waited) == (201, [False, False])
