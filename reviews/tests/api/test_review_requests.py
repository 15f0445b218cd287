from datetime import timedelta
from typing import Any

import pytest
from django.utils.dateparse import parse_datetime

from oauth.models import Account
from reviews.models import Contact, Delivery, ReviewRequest
from reviews.tests.support.helpers import KEYS, REFERENCE, URL, post, refused

pytestmark = pytest.mark.django_db


# --- The call of the reference --------------------------------------------------------------------


@pytest.mark.parametrize("url", [URL, "/api/zapier/send-review-request"])
def test_the_references_own_example_works(owner_api: Any, account: Account, url: str) -> None:
    response = post(owner_api, REFERENCE, url)
    assert response.status_code == 201
    body = response.json()
    assert set(body) == KEYS
    contact = Contact.objects.get()
    assert body["contact_id"] == str(contact.pk)
    assert body["contact_name"] == "Jane Smith"
    assert body["contact_email"] == "jane@example.com"
    assert body["contact_phone"] == "+12125551234"
    assert body["status"] == "scheduled"
    assert body["message"] == "Review request scheduled for jane@example.com"
    assert (body["reason"], body["external_id"], body["warnings"]) == (None, None, [])
    request = ReviewRequest.objects.get(pk=body["id"])
    assert request.metadata == REFERENCE["metadata"]
    assert contact.company_name == "Smith Industries"
    due = parse_datetime(body["scheduled_for"])
    assert due is not None
    assert body["scheduled_for"].endswith("Z")
    assert due >= request.created_at.replace(microsecond=0) + timedelta(hours=24)
    assert Delivery.objects.get().due_at.replace(microsecond=0) == due


def test_unknown_values_are_null_and_every_key_is_there(owner_api: Any) -> None:
    body = post(owner_api, {"mobile_phone_number": "(212) 555-1234"}).json()
    assert set(body) == KEYS
    assert (body["contact_name"], body["contact_email"]) == (None, None)
    assert body["contact_phone"] == "+12125551234"
    assert body["message"] == "Review request scheduled for +12125551234"


def test_null_and_empty_equal_absent_and_unknown_fields_are_ignored(owner_api: Any) -> None:
    given = {"email": "a@b.example", "first_name": None, "last_name": "", "delay_hours": "", "metadata": None, "x": 1}
    assert post(owner_api, given).status_code == 201


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"email": "", "mobile_phone_number": None}, "email"),
        ({"email": "no address"}, "email"),
        ({"email": ["a@b.example"]}, "email"),
        ({"email": "a" * 250 + "@b.example"}, "email"),
        ({"email": "a\x00b@c.example"}, "email"),
        ({"first_name": "x" * 151}, "first_name"),
        ({"first_name": 5}, "first_name"),
        ({"first_name": {"a": 1}}, "first_name"),
        ({"last_name": "a\x00b"}, "last_name"),
        ({"last_name": "\ud800"}, "last_name"),
        ({"company_name": "x" * 151}, "company_name"),
        ({"delay_hours": -1}, "delay_hours"),
        ({"delay_hours": 8761}, "delay_hours"),
        ({"delay_hours": 10**400}, "delay_hours"),
        ({"delay_hours": 1.5}, "delay_hours"),
        ({"delay_hours": True}, "delay_hours"),
        ({"delay_hours": "soon"}, "delay_hours"),
        ({"metadata": [1]}, "metadata"),
        ({"metadata": "x"}, "metadata"),
        ({"metadata": {str(n): n for n in range(51)}}, "metadata"),
        ({"metadata": {"a": "x" * 16_384}}, "metadata"),
        ({"metadata": {"a": ["\x00"]}}, "metadata"),
        ({"metadata": {"a": "\udfff"}}, "metadata"),
        ({"external_id": "x" * 129}, "external_id"),
        ({"channel": "pigeon"}, "channel"),
        ({"channel": ["email"]}, "channel"),
        ({"sequence": "nope"}, "sequence"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"time_zone": "../../etc/passwd"}, "time_zone"),
        ({"dry_run": "yes"}, "dry_run"),
        ({"email": None, "mobile_phone_number": "12"}, "mobile_phone_number"),
        ({"mobile_phone_number": "12", "channel": "sms"}, "mobile_phone_number"),
        ({"mobile_phone_number": None, "channel": "sms"}, "mobile_phone_number"),
    ],
)
def test_bad_input_is_refused_by_name_and_writes_nothing(owner_api: Any, change: dict[str, Any], field: str) -> None:
    refused(post(owner_api, REFERENCE | change), field)
    assert not Contact.objects.exists()
    assert not ReviewRequest.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        "[]",
        "null",
        "5",
        '"text"',
        '{"email": NaN}',
        '{"metadata": {"a": 1e999}, "email": "a@b.example"}',
        b'{"email": "\xff"}',
        b"\x00",
        "[" * 100_000,
        '{"delay_hours": ' + "9" * 5_000 + "}",
    ],
    ids=range(12),
)
def test_what_is_not_a_json_object_is_refused(owner_api: Any, body: Any) -> None:
    refused(post(owner_api, body))


def test_a_body_over_a_mebibyte_is_too_large(owner_api: Any) -> None:
    response = post(owner_api, {"email": "a@b.example", "first_name": "x" * 1_100_000})
    assert (response.status_code, response.json()["error"]) == (413, "payload_too_large")


def test_another_media_type_is_refused(owner_api: Any) -> None:
    response = owner_api.post(URL, "a=b", content_type="application/x-www-form-urlencoded")
    assert (response.status_code, response.json()["error"]) == (415, "unsupported_media_type")


def test_an_impossible_number_beside_an_address_is_left_out_with_a_warning(owner_api: Any) -> None:
    body = post(owner_api, REFERENCE | {"mobile_phone_number": "12"}).json()
    assert body["contact_phone"] is None
    assert body["warnings"] == [
        "mobile_phone_number was left out: '12' has too few or too many digits; write it like +12125551234."
    ]


def test_a_second_call_answers_with_the_first_request(owner_api: Any) -> None:
    first = post(owner_api, REFERENCE)
    second = post(owner_api, REFERENCE)
    assert (first.status_code, second.status_code) == (201, 200)
    assert second.json()["id"] == first.json()["id"]
    assert second.json()["message"] == "This contact has an open review request already."


def test_a_contact_asked_lately_is_recorded_as_suppressed(owner_api: Any, account: Account) -> None:
    post(owner_api, REFERENCE)
    now = ReviewRequest.objects.get().created_at
    ReviewRequest.objects.update(status="completed", sent_at=now, ended_at=now)
    response = post(owner_api, REFERENCE)
    assert (response.status_code, response.json()["status"]) == (201, "suppressed")
    assert response.json()["reason"] == "This contact was asked today; the account waits 90 days between requests."


# --- Rehearsals -------------------------------------------------------------------------------------


def test_a_dry_run_shows_every_message_and_writes_nothing(owner_api: Any) -> None:
    response = post(owner_api, REFERENCE | {"dry_run": True, "delay_hours": 0})
    assert response.status_code == 200
    body = response.json()
    assert set(body) == {"status", "reason", "gates", "messages"}
    assert (body["status"], body["reason"]) == ("scheduled", None)
    assert [gate["gate"] for gate in body["gates"]] == ["external_id", "open_request", "cool_down", "opt_out"]
    assert [(message["step"], message["channel"]) for message in body["messages"]] == [
        (0, "email"),
        (1, "sms"),
        (2, "email"),
    ]
    for message in body["messages"]:
        assert set(message) == {"step", "channel", "due_at", "local_time", "rule", "subject", "text", "segments"}
        assert "Riverside Dental" in message["text"]
    mail, text, _ = [message["segments"] for message in body["messages"]]
    assert mail is None
    assert (text["encoding"], text["count"], text["culprits"]) == ("GSM-7", 1, [])
    assert not Contact.objects.exists()


def test_a_dry_run_says_which_gate_is_shut(owner_api: Any) -> None:
    post(owner_api, REFERENCE)
    body = post(owner_api, REFERENCE | {"dry_run": True}).json()
    assert (body["status"], body["messages"]) == ("suppressed", [])
    shut = [gate for gate in body["gates"] if not gate["passed"]]
    assert [gate["gate"] for gate in shut] == ["open_request"]
    assert shut[0]["reason"] == body["reason"]


# --- Idempotency keys -------------------------------------------------------------------------------


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
