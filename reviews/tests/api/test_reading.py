"""Reading, cancelling, many at once, and who may do it."""

import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest

from oauth.models import Account
from reviews.models import ReviewRequest
from reviews.requests import lifecycle
from reviews.tests.support.helpers import KEYS, REFERENCE, URL, asked, post, refused

pytestmark = pytest.mark.django_db


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

    def found(query: str) -> list[str]:
        return [row["id"] for row in owner_api.get(f"{URL}?{query}").json()["results"]]

    assert found("status=cancelled") == [str(early.pk)]
    assert found(f"contact_id={late.contact_id}") == [str(late.pk)]
    assert found("external_id=job-1") == [str(early.pk)]
    assert found("created_after=2026-03-03T15:30:00Z") == [str(late.pk)]
    assert found("created_before=2026-03-03T15:30:00Z") == [str(early.pk)]


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


# --- Cancelling -------------------------------------------------------------------------------------


def test_a_request_is_cancelled_once(owner_api: Any) -> None:
    created = post(owner_api, REFERENCE).json()
    response = post(owner_api, {}, f"{URL}/{created['id']}/cancel")
    assert (response.status_code, response.json()["status"]) == (200, "cancelled")
    assert response.json()["messages"][0]["status"] == "cancelled"
    again = post(owner_api, {}, f"{URL}/{created['id']}/cancel")
    assert (again.status_code, again.json()["error"]) == (409, "invalid_state")


def test_cancelling_needs_no_body(owner_api: Any) -> None:
    created = post(owner_api, REFERENCE).json()
    assert owner_api.post(f"{URL}/{created['id']}/cancel").status_code == 200


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
    assert [results[place]["review_request"]["status"] for place in (0, 2)] == ["scheduled", "suppressed"]
    assert results[3]["error"]["fields"]["sequence"]
    assert ReviewRequest.objects.count() == 1


@pytest.mark.parametrize("asks", [None, [], "x", {"email": "a@b.example"}, [{"email": "a@b.example"}] * 501])
def test_a_bulk_call_needs_one_to_five_hundred_asks(owner_api: Any, asks: Any) -> None:
    refused(post(owner_api, {"requests": asks}, f"{URL}/bulk"), "requests")
    assert not ReviewRequest.objects.exists()


def test_a_bulk_call_may_be_larger_than_a_single_one(owner_api: Any) -> None:
    asks = [{"email": "a@b.example", "ignored": "x" * 1_500_000}]
    assert post(owner_api, {"requests": asks}, f"{URL}/bulk").status_code == 200


# --- The fields -------------------------------------------------------------------------------------


@pytest.mark.parametrize("url", [f"{URL}/fields", "/api/zapier/send-review-request/fields"])
def test_the_fields_are_those_of_the_input(owner_api: Any, url: str) -> None:
    fields = {field["key"]: field for field in owner_api.get(url).json()["fields"]}
    assert set(REFERENCE) <= set(fields)
    assert fields["email"] == {
        "key": "email",
        "label": "Email",
        "type": "string",
        "required": False,
        "helpText": "Contact's email address (required if no mobile_phone_number)",
        "placeholder": "jane@example.com",
    }
    assert (fields["delay_hours"]["type"], fields["delay_hours"]["default"]) == ("integer", "0")
    assert fields["metadata"]["dict"] is True
    assert all({"key", "label", "type", "required", "helpText"} <= set(field) for field in fields.values())


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
