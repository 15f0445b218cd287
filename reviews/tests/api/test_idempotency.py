"""A call with an Idempotency-Key is made once, and answered the same each time."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any
from unittest.mock import Mock

import pytest
from django.conf import settings
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from rest_framework.response import Response

from reviews.api import review_requests
from reviews.models import IdempotencyKey, ReviewRequest
from reviews.tests.support.helpers import REFERENCE, post, refused
from reviews.tests.support.races import PATIENCE, alone

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
    IdempotencyKey.objects.update(status=None)
    response = post(owner_api, REFERENCE, **{"Idempotency-Key": "k1"})
    assert (response.status_code, response.json()["id"]) == (200, first.json()["id"])
    assert "Idempotency-Replayed" not in response


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
