"""A call with an Idempotency-Key is made once, and answered the same each time."""

from datetime import timedelta
from typing import Any

import pytest

from reviews.tests.support.helpers import REFERENCE, post, refused

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


def test_a_key_whose_first_call_runs_is_asked_to_wait(owner_api: Any) -> None:
    from reviews.models import IdempotencyKey

    post(owner_api, REFERENCE, **{"Idempotency-Key": "k1"})
    IdempotencyKey.objects.update(status=None)
    response = post(owner_api, REFERENCE, **{"Idempotency-Key": "k1"})
    assert (response.status_code, response.json()["error"]) == (409, "request_in_progress")
    assert response["Retry-After"] == "1"


def test_a_call_that_died_with_its_process_is_taken_over(owner_api: Any) -> None:
    from reviews.models import IdempotencyKey

    first = post(owner_api, REFERENCE, **{"Idempotency-Key": "k1"})
    row = IdempotencyKey.objects.get()
    IdempotencyKey.objects.update(status=None, created_at=row.created_at - timedelta(minutes=2))
    response = post(owner_api, REFERENCE, **{"Idempotency-Key": "k1"})
    assert (response.status_code, response.json()["id"]) == (200, first.json()["id"])


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
