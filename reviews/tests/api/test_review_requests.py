"""Review requests through the API: sending one or many, dry runs, reading, and permissions."""

import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils.dateparse import parse_datetime

from oauth.models import Account
from reviews.models import Contact, Delivery, ReviewRequest, ReviewSite
from reviews.requests import lifecycle
from reviews.requests.ask import NO_SITE
from reviews.tests.support.helpers import KEYS, REFERENCE, URL, asked, post, refused

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
    body = {"email": "a@b.example", "first_name": None, "last_name": "", "delay_hours": "", "metadata": None, "x": 1}
    assert post(owner_api, body).status_code == 201


@pytest.mark.parametrize("hours", ["24.0", "24", "2.4e1"])
def test_a_number_without_a_fraction_is_whole_however_it_is_written(owner_api: Any, hours: str) -> None:
    """Case A7."""
    body = post(owner_api, f'{{"email": "a@b.example", "delay_hours": {hours}}}').json()
    request = ReviewRequest.objects.get()
    assert request.scheduled_for >= request.created_at + timedelta(hours=24)
    assert body["status"] == "scheduled"


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
        ({"delay_hours": 1e300}, "delay_hours"),
        ({"delay_hours": -0.5}, "delay_hours"),
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
def test_a_body_that_is_no_json_object_is_refused(owner_api: Any, body: Any) -> None:
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
    assert set(body) == {"status", "reason", "gates", "messages", "warnings"}
    assert (body["status"], body["reason"]) == ("scheduled", None)
    gates = ["external_id", "open_request", "cool_down", "opt_out", "consent"]
    assert [gate["gate"] for gate in body["gates"]] == gates
    assert [(message["step"], message["channel"]) for message in body["messages"]] == [
        (0, "email"),
        (1, "sms"),
        (2, "email"),
    ]
    for message in body["messages"]:
        expected = {"step", "channel", "language", "due_at", "local_time", "rule", "subject", "text", "segments"}
        assert set(message) == expected
        assert "Riverside Dental" in message["text"]
    mail, text, _ = [message["segments"] for message in body["messages"]]
    assert mail is None
    assert (text["encoding"], text["count"], text["culprits"]) == ("GSM-7", 1, [])
    assert not Contact.objects.exists()


def test_an_account_without_a_review_site_is_told_wherever_it_asks(owner_api: Any, account: Account) -> None:
    with_site = post(owner_api, {"email": "a@b.example"}).json()
    ReviewSite.objects.for_account(account).update(is_active=False)
    asked = post(owner_api, {"email": "c@d.example"}).json()
    rehearsed = post(owner_api, {"email": "e@f.example", "dry_run": True}).json()
    assert with_site["warnings"] == []
    assert asked["warnings"] == rehearsed["warnings"] == [NO_SITE]


def test_a_dry_run_says_which_gate_is_shut(owner_api: Any) -> None:
    post(owner_api, REFERENCE)
    body = post(owner_api, REFERENCE | {"dry_run": True}).json()
    assert (body["status"], body["messages"]) == ("scheduled", [])  # the open one's, as the call answers
    shut = [gate for gate in body["gates"] if not gate["passed"]]
    assert [gate["gate"] for gate in shut] == ["open_request"]
    assert shut[0]["reason"] == body["reason"]


# --- Reading ----------------------------------------------------------------------------------------


def test_a_request_is_read_with_its_messages(owner_api: Any) -> None:
    created = post(owner_api, REFERENCE).json()
    body = owner_api.get(f"{URL}/{created['id']}").json()
    assert {key: body[key] for key in KEYS - {"message"}} == {key: created[key] for key in KEYS - {"message"}}
    assert (body["responded_at"], body["sent_at"]) == (None, None)
    [message] = body["messages"]
    assert {key: message[key] for key in ("step", "channel", "status", "sent_at", "error")} == {
        "step": 0,
        "channel": "email",
        "status": "planned",
        "sent_at": None,
        "error": None,
    }
    assert message["due_at"] == created["scheduled_for"]


def test_the_list_is_newest_first_in_pages_of_the_accounts_own(
    owner_api: Any, account: Account, other_account: Account, now: datetime
) -> None:
    from reviews.requests.matching import Person

    for minute in range(3):
        asked(account, now + timedelta(minutes=minute), person=Person(email=f"c{minute}@example.com"))
    asked(other_account, now)
    first = owner_api.get(f"{URL}?page_size=2").json()
    assert [row["contact_email"] for row in first["results"]] == ["c2@example.com", "c1@example.com"]
    assert first["previous"] is None
    second = owner_api.get(first["next"]).json()
    assert [row["contact_email"] for row in second["results"]] == ["c0@example.com"]
    assert second["next"] is None


def test_the_list_filters(owner_api: Any, account: Account, now: datetime) -> None:
    from reviews.requests.matching import Person

    early = asked(account, now, external_id="job-1")
    late = asked(account, now + timedelta(hours=1), person=Person(email="late@example.com"))
    lifecycle.cancel_request(request=early, now=now)

    def list_ids(query: str) -> list[str]:
        return [row["id"] for row in owner_api.get(f"{URL}?{query}").json()["results"]]

    assert list_ids("status=cancelled") == [str(early.pk)]
    assert list_ids(f"contact_id={late.contact_id}") == [str(late.pk)]
    assert list_ids("external_id=job-1") == [str(early.pk)]
    assert list_ids("created_after=2026-03-03T15:30:00Z") == [str(late.pk)]
    assert list_ids("created_before=2026-03-03T15:30:00Z") == [str(early.pk)]


@pytest.mark.parametrize(
    "query",
    [
        "status=gone",
        "contact_id=5",
        "created_after=soon",
        "external_id=a%00b",
        "cursor=x",
        "page_size=0",
        "page_size=many",
    ],
)
def test_a_filter_that_makes_no_sense_is_refused(owner_api: Any, query: str) -> None:
    refused(owner_api.get(f"{URL}?{query}"), query.partition("=")[0])


def test_the_list_costs_the_same_for_one_and_for_many(
    owner_api: Any, account: Account, now: datetime, django_assert_num_queries: Any
) -> None:
    from reviews.requests.matching import Person

    for number in range(30):
        asked(account, now, person=Person(email=f"c{number}@example.com"))
    owner_api.get(URL)  # the key's last use is noted once a minute
    with django_assert_num_queries(2):
        assert len(owner_api.get(URL).json()["results"]) == 30


# --- Many at once -----------------------------------------------------------------------------------


def test_one_bad_ask_loses_none_of_the_others(owner_api: Any) -> None:
    asks = [{"email": "a@b.example"}, {"email": "nope"}, [], {"email": "a@b.example"}, {"email": "c@d.example"}]
    response = post(owner_api, {"requests": asks}, f"{URL}/bulk")
    assert response.status_code == 200
    results = response.json()["results"]
    assert [(row["index"], row["status"]) for row in results] == [(0, 201), (1, 400), (2, 400), (3, 200), (4, 201)]
    assert set(results[0]["review_request"]) == KEYS
    assert results[1]["error"]["fields"]["email"]
    assert results[3]["review_request"]["id"] == results[0]["review_request"]["id"]


def test_a_rehearsal_among_others_sees_those_before_it(owner_api: Any) -> None:
    ask = {"email": "a@b.example"}
    asks = [ask | {"dry_run": True}, ask, ask | {"dry_run": True}, {"email": "c@d.example", "sequence": "none"}]
    results = post(owner_api, {"requests": asks}, f"{URL}/bulk").json()["results"]
    assert [row["status"] for row in results] == [200, 201, 200, 400]
    assert [results[place]["review_request"]["status"] for place in (0, 2)] == ["scheduled", "scheduled"]
    assert [bool(results[place]["review_request"]["messages"]) for place in (0, 2)] == [True, False]
    assert results[3]["error"]["fields"]["sequence"]
    assert ReviewRequest.objects.count() == 1


@pytest.mark.parametrize("asks", [None, [], "x", {"email": "a@b.example"}, [{"email": "a@b.example"}] * 501])
def test_a_bulk_call_needs_one_to_five_hundred_asks(owner_api: Any, asks: Any) -> None:
    refused(post(owner_api, {"requests": asks}, f"{URL}/bulk"), "requests")
    assert not ReviewRequest.objects.exists()


def test_a_bulk_call_may_be_larger_than_a_single_one(owner_api: Any) -> None:
    asks = [{"email": "a@b.example", "ignored": "x" * 1_500_000}]
    assert post(owner_api, {"requests": asks}, f"{URL}/bulk").status_code == 200


# --- Who may ----------------------------------------------------------------------------------------


def test_a_strangers_request_does_not_exist(stranger_api: Any, account: Account, now: datetime) -> None:
    request = asked(account, now)
    for response in (
        stranger_api.get(f"{URL}/{request.pk}"),
        stranger_api.post(f"{URL}/{request.pk}/cancel"),
        stranger_api.get(f"{URL}/{uuid.uuid4()}"),
    ):
        assert (response.status_code, response.json()["error"]) == (404, "not_found")
    assert stranger_api.get(URL).json()["results"] == []
    assert stranger_api.get(f"{URL}?contact_id={request.contact_id}").json()["results"] == []
    request.refresh_from_db()
    assert request.status == "scheduled"


def test_a_key_that_may_only_read_cannot_write(reader_api: Any, account: Account, now: datetime) -> None:
    request = asked(account, now)
    for url in (URL, f"{URL}/bulk", f"{URL}/{request.pk}/cancel", "/api/zapier/send-review-request"):
        response = post(reader_api, REFERENCE, url)
        assert (response.status_code, response.json()["error"]) == (403, "insufficient_scope")
    assert reader_api.get(f"{URL}/{request.pk}").status_code == 200
    assert ReviewRequest.objects.count() == 1


@pytest.mark.parametrize("url", [URL, f"{URL}/bulk", f"{URL}/fields", f"{URL}/{uuid.UUID(int=1)}"])
def test_nobody_gets_in_without_a_key(client: Any, db: None, url: str) -> None:
    response = client.get(url)
    assert (response.status_code, response.json()["error"]) == (401, "unauthorized")
    assert response["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(("method", "url"), [("PUT", URL), ("GET", f"{URL}/bulk"), ("DELETE", f"{URL}/fields")])
def test_a_method_that_does_not_exist_says_which_do(owner_api: Any, method: str, url: str) -> None:
    response = owner_api.generic(method, url)
    assert (response.status_code, response.json()["error"]) == (405, "method_not_allowed")
    assert response["Allow"]
