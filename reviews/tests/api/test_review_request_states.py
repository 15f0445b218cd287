"""Calls that move a review request: cancelled, answered, held, released; by its id and by the caller's own."""

import uuid
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.utils import timezone

from oauth.models import Account
from reviews.contacts import doubts
from reviews.models import Delivery, Event, InboxItem, RequestAlias, ReviewRequest, Suppression
from reviews.tests.support.helpers import ENDED, JANE, REFERENCE, URL, asked, in_state, post, refused

pytestmark = pytest.mark.django_db

CALLS = ("cancel", "responded", "hold", "release")
REFUND = {"because": "refund"}


def call(api: Any, request: ReviewRequest | str, name: str, body: Any = None) -> Any:
    key = request.pk if isinstance(request, ReviewRequest) else request
    return post(api, (REFUND if name == "hold" else {}) if body is None else body, f"{URL}/{key}/{name}")


def told() -> list[str]:
    return list(Event.objects.order_by("pk").values_list("type", flat=True))


# --- What each does --------------------------------------------------------------------------------


def test_a_held_request_says_why_and_keeps_what_is_planned(owner_api: Any, account: Account, now: datetime) -> None:
    request = asked(account, now)
    leaves_at = Delivery.objects.get().due_at
    body = call(owner_api, request, "hold", {"because": "refund", "note": "The fridge came back!"}).json()
    words = "A refund is under way. The fridge came back! Held through the API."
    assert (body["status"], body["held"], body["reason"]) == ("scheduled", True, words)
    assert body["message"] == f"Review request held: {words}"
    [message] = body["messages"]
    assert (message["status"], message["due_at"]) == ("planned", f"{leaves_at:%Y-%m-%dT%H:%M:%SZ}")
    assert Delivery.objects.get().due_at == Delivery.OUT_OF_REACH
    assert told() == ["review_request.scheduled", "review_request.held"]
    listed = owner_api.get(URL).json()["results"][0]
    assert (listed["held"], listed["reason"]) == (True, words)


def test_a_released_request_goes_on(owner_api: Any, account: Account, now: datetime) -> None:
    request = asked(account, now, delay=timedelta(hours=1))  # long past, by the clock of the calls
    call(owner_api, request, "hold")
    body = call(owner_api, request, "release").json()
    assert (body["status"], body["held"], body["reason"]) == ("scheduled", False, None)
    row = Delivery.objects.get()
    assert row.planned_for is None
    assert row.due_at >= timezone.now() - timedelta(minutes=1)
    assert row.reason.startswith("Released through the API.")
    assert body["scheduled_for"] == body["messages"][0]["due_at"] == f"{row.due_at:%Y-%m-%dT%H:%M:%SZ}"
    assert told() == ["review_request.scheduled", "review_request.held", "review_request.released"]


def test_who_has_answered_is_asked_no_more(owner_api: Any, account: Account, now: datetime) -> None:
    request = asked(account, now)
    body = call(owner_api, request, "responded", {"site": "Google", "because": "four lines, by name"}).json()
    words = "Reviewed on Google. four lines, by name. Told through the API."
    assert (body["status"], body["reason"]) == ("responded", words)
    assert body["responded_at"]
    assert [message["status"] for message in body["messages"]] == ["cancelled"]
    assert told() == ["review_request.scheduled", "review_request.responded"]


def test_who_has_answered_while_held_is_held_no_more(owner_api: Any, account: Account, now: datetime) -> None:
    request = asked(account, now)
    call(owner_api, request, "hold")
    body = call(owner_api, request, "responded").json()
    assert (body["held"], body["reason"]) == (False, "The customer has answered. Told through the API.")
    request.refresh_from_db()
    assert (request.held_at, request.asked_hold, request.hold_reason) == (None, "", "")


@pytest.mark.parametrize("name", CALLS)
def test_each_may_be_repeated(owner_api: Any, account: Account, now: datetime, name: str) -> None:
    request = asked(account, now)
    if name == "release":
        call(owner_api, request, "hold")
    first = call(owner_api, request, name)
    before = told()
    again = call(owner_api, request, name)
    assert (first.status_code, again.status_code, again.json()) == (200, 200, first.json())
    assert told() == before


def test_a_second_reason_to_hold_changes_nothing(owner_api: Any, account: Account, now: datetime) -> None:
    request = asked(account, now)
    first = call(owner_api, request, "hold")
    assert call(owner_api, request, "hold", {"because": "dispute"}).json() == first.json()


def test_what_was_never_held_is_released_as_it_is(owner_api: Any, account: Account, now: datetime) -> None:
    request = asked(account, now)
    before = Delivery.objects.values().get()
    assert call(owner_api, request, "release").status_code == 200
    assert Delivery.objects.values().get() == before
    assert told() == ["review_request.scheduled"]


# --- States that do not allow it --------------------------------------------------------------------

ALLOWED = {  # of requests that have ended
    "cancel": {"cancelled"},
    "responded": {"responded", "completed"},
    "hold": set[str](),
    "release": set[str](),
}


@pytest.mark.parametrize("state", ENDED)
@pytest.mark.parametrize("name", CALLS)
def test_what_has_ended_is_moved_by_few(owner_api: Any, account: Account, now: datetime, name: str, state: str) -> None:
    request = in_state(account, state, now)
    before = told()
    response = call(owner_api, request, name)
    request.refresh_from_db()
    if state in ALLOWED[name]:
        assert response.status_code == 200
        assert request.status == ("responded" if name == "responded" else state)
    else:
        assert (response.status_code, response.json()["error"]) == (409, "invalid_state")
        assert state in response.json()["error_description"]
        assert (request.status, told()) == (state, before)


@pytest.mark.parametrize("is_asked", [False, True])
def test_a_doubt_is_not_released_by_a_call(owner_api: Any, account: Account, now: datetime, is_asked: bool) -> None:
    request = asked(account, now)
    if is_asked:
        call(owner_api, request, "hold")
    doubts.hold(account=account, number=JANE.phone, evidence="maybe stop?", now=now)
    response = call(owner_api, request, "release")
    assert (response.status_code, response.json()["error"]) == (409, "invalid_state")
    assert "Perhaps an opt-out: staff decide." in response.json()["error_description"]
    request.refresh_from_db()
    assert request.held == "unclear_opt_out"


def test_a_hold_that_was_asked_for_during_a_doubt_stays_when_that_is_over(
    owner_api: Any, account: Account, now: datetime
) -> None:
    request = asked(account, now)
    doubt, _ = doubts.hold(account=account, number=JANE.phone, evidence="maybe stop?", now=now)
    body = call(owner_api, request, "hold").json()
    assert (body["held"], body["reason"]) == (True, "Perhaps an opt-out: staff decide.")
    outcome = InboxItem.Outcome.NOT_AN_OPT_OUT
    assert doubts.lift(suppression=doubt, because="", outcome=outcome, now=now)
    body = owner_api.get(f"{URL}/{request.pk}").json()
    assert (body["held"], body["reason"]) == (True, "A refund is under way. Held through the API.")
    assert Delivery.objects.get().due_at == Delivery.OUT_OF_REACH
    assert call(owner_api, request, "release").json()["held"] is False
    assert told()[1:] == ["review_request.held", "review_request.released"]


def test_a_new_request_to_a_number_in_doubt_is_told_as_held(owner_api: Any, account: Account, now: datetime) -> None:
    Suppression.objects.all().delete()
    doubts.hold(account=account, number="+12125551234", evidence="maybe stop?", now=now)
    assert post(owner_api, REFERENCE).json()["held"] is True
    assert told() == ["review_request.scheduled", "review_request.held"]


# --- By the caller's own id --------------------------------------------------------------------------


@pytest.mark.parametrize("external_id", ["job-1047", "Ä ö|1", "100%", "a:b?c#d", "external_id:x"])
def test_the_callers_own_id_stands_for_the_id(
    owner_api: Any, account: Account, now: datetime, external_id: str
) -> None:
    request = asked(account, now, external_id=external_id)
    key = f"external_id:{quote(external_id, safe='')}"
    assert owner_api.get(f"{URL}/{key}").json()["id"] == str(request.pk)
    assert call(owner_api, key, "hold").json()["held"] is True
    assert call(owner_api, key, "release").json()["held"] is False
    assert call(owner_api, key, "responded").json()["status"] == "responded"
    patched = owner_api.patch(f"{URL}/{key}", {"metadata": {"a": 1}}, format="json")
    assert (patched.status_code, patched.json()["error"]) == (409, "invalid_state")
    assert call(owner_api, key, "cancel").status_code == 409


def test_a_further_id_stands_for_it_as_well(owner_api: Any, account: Account, now: datetime) -> None:
    request = asked(account, now, external_id="job-1")
    RequestAlias.objects.create(account=account, request=request, external_id="job-2", created_at=now)
    assert owner_api.get(f"{URL}/external_id:job-2").json()["id"] == str(request.pk)
    assert call(owner_api, "external_id:job-2", "cancel").json()["status"] == "cancelled"


@pytest.mark.parametrize("key", ["external_id:", "external_id:nope", "external_id:%00", "external_id:a%2Fb", "x:y"])
def test_an_id_that_nothing_has_is_not_found(owner_api: Any, account: Account, now: datetime, key: str) -> None:
    asked(account, now)
    for response in (owner_api.get(f"{URL}/{key}"), call(owner_api, key, "hold")):
        assert (response.status_code, response.json()["error"]) == (404, "not_found")


def test_an_id_in_capitals_is_the_same_id(owner_api: Any, account: Account, now: datetime) -> None:
    request = asked(account, now)
    assert owner_api.get(f"{URL}/{str(request.pk).upper()}").json()["id"] == str(request.pk)


# --- Input, and who may ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "body", "field"),
    [
        ("hold", {}, "because"),
        ("hold", {"because": None}, "because"),
        ("hold", {"because": "rating"}, "because"),
        ("hold", {"because": ["refund"]}, "because"),
        ("hold", REFUND | {"note": "x" * 201}, "note"),
        ("hold", REFUND | {"note": 5}, "note"),
        ("hold", REFUND | {"note": "a\x00b"}, "note"),
        ("responded", {"site": "x" * 61}, "site"),
        ("responded", {"site": {"name": "Google"}}, "site"),
        ("responded", {"because": "x" * 101}, "because"),
        ("responded", {"because": "\ud800"}, "because"),
    ],
)
def test_bad_input_is_refused_by_name_and_moves_nothing(
    owner_api: Any, account: Account, now: datetime, name: str, body: Any, field: str
) -> None:
    request = asked(account, now)
    refused(call(owner_api, request, name, body), field)
    refused(post(owner_api, "[1]", f"{URL}/{request.pk}/{name}"))
    request.refresh_from_db()
    assert (request.status, request.held) == ("scheduled", "")


@pytest.mark.parametrize("name", CALLS)
def test_what_is_null_or_empty_is_absent_and_no_body_is_needed(
    owner_api: Any, account: Account, now: datetime, name: str
) -> None:
    request = asked(account, now)
    body = {"site": None, "because": "", "note": ""} if name != "hold" else REFUND | {"note": None}
    assert call(owner_api, request, name, body).status_code == 200
    if name != "hold":
        assert owner_api.post(f"{URL}/{request.pk}/{name}").status_code == 200


@pytest.mark.parametrize("name", CALLS)
def test_neither_a_stranger_nor_who_may_only_read_moves_a_request(
    stranger_api: Any, reader_api: Any, account: Account, now: datetime, name: str
) -> None:
    request = asked(account, now, external_id="job-1")
    RequestAlias.objects.create(account=account, request=request, external_id="job-2", created_at=now)
    for key in (str(request.pk), "external_id:job-1", "external_id:job-2", str(uuid.uuid4())):
        response = call(stranger_api, key, name)
        assert (response.status_code, response.json()["error"]) == (404, "not_found")
        response = call(reader_api, key, name)
        assert (response.status_code, response.json()["error"]) == (403, "insufficient_scope")
    assert stranger_api.get(f"{URL}?external_id=job-2").json()["results"] == []
    request.refresh_from_db()
    assert (request.status, request.held) == ("scheduled", "")
