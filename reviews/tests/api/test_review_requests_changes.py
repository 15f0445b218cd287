"""Changes of a request over the API: another time for what is planned, other metadata."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from oauth.models import Account
from reviews.contacts import doubts
from reviews.delivery import claims
from reviews.models import Delivery, ReviewRequest
from reviews.models.base import MAX_DELAY_HOURS
from reviews.requests import holds
from reviews.tests.support.helpers import JANE, REFERENCE, URL, asked, in_state, post, refused

pytestmark = pytest.mark.django_db


def patch(api: Any, request: ReviewRequest | str, body: Any) -> Any:
    key = request.pk if isinstance(request, ReviewRequest) else request
    return api.patch(f"{URL}/{key}", body, format="json")


def at(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


@pytest.fixture
def all_day(account: Account) -> Account:
    """The account, which sends at any hour, so that no time is moved."""
    account.window_end = account.window_start
    account.save()
    return account


@pytest.fixture
def request_(all_day: Account) -> ReviewRequest:
    return asked(all_day, timezone.now(), delay=timedelta(hours=5))


def test_another_time_moves_what_is_planned(owner_api: Any, request_: ReviewRequest) -> None:
    wanted = timezone.now() + timedelta(days=9)
    body = patch(owner_api, request_, {"scheduled_for": at(wanted)}).json()
    assert (body["status"], body["scheduled_for"]) == ("scheduled", at(wanted))
    [message] = body["messages"]
    assert (message["due_at"], message["reason"]) == (at(wanted), "Given another time through the API.")
    assert at(Delivery.objects.get().due_at) == at(wanted)


@pytest.mark.parametrize("hours", [0, 48, 24.0, MAX_DELAY_HOURS])
def test_hours_count_from_the_call_on(owner_api: Any, request_: ReviewRequest, hours: float) -> None:
    body = patch(owner_api, request_, {"delay_hours": hours}).json()
    due_at = parse_datetime(body["scheduled_for"])
    assert due_at is not None
    assert abs(due_at - timezone.now() - timedelta(hours=hours)) < timedelta(seconds=30)


@pytest.mark.parametrize("moment", ["2001-02-03T04:05:06Z", "0001-01-01T00:00:00+00:00"])
def test_a_past_time_is_now(owner_api: Any, request_: ReviewRequest, moment: str) -> None:
    body = patch(owner_api, request_, {"scheduled_for": moment}).json()
    due_at = parse_datetime(body["scheduled_for"])
    assert due_at is not None
    assert abs(due_at - timezone.now()) < timedelta(seconds=30)


def test_a_time_at_night_is_moved_into_the_window(owner_api: Any, account: Account) -> None:
    request = asked(account, timezone.now())
    midnight = (timezone.now() + timedelta(days=3)).replace(hour=5, minute=0, second=0, microsecond=0)  # in New York
    body = patch(owner_api, request, {"scheduled_for": at(midnight)}).json()
    due_at = parse_datetime(body["scheduled_for"])
    assert due_at is not None
    assert timedelta(hours=7) < due_at - midnight < timedelta(hours=10)
    assert "outside the account's hours" in body["messages"][0]["reason"]


def test_what_follows_keeps_its_distance(owner_api: Any, request_: ReviewRequest) -> None:
    first = Delivery.objects.get()
    follow_up = Delivery.objects.create(
        account=request_.account,
        request=request_,
        step=1,
        channel="email",
        address="jane@example.com",
        created_at=first.created_at,
        due_at=first.due_at + timedelta(days=3),
    )
    wanted = timezone.now() + timedelta(days=9)
    patch(owner_api, request_, {"scheduled_for": at(wanted)})
    follow_up.refresh_from_db()
    assert at(follow_up.due_at) == at(wanted + timedelta(days=3))


def test_metadata_take_the_place_of_what_was_there(owner_api: Any, request_: ReviewRequest) -> None:
    before = Delivery.objects.values().get()
    assert patch(owner_api, request_, {"metadata": {"job": 7}}).json()["metadata"] == {"job": 7}
    assert patch(owner_api, request_, {"metadata": {"crew": "B"}}).json()["metadata"] == {"crew": "B"}
    for body in ({}, {"metadata": None}, {"scheduled_for": "", "delay_hours": None}):
        assert patch(owner_api, request_, body).json()["metadata"] == {"crew": "B"}
    assert Delivery.objects.values().get() == before
    assert patch(owner_api, request_, {"metadata": {}}).json()["metadata"] == {}


@pytest.mark.parametrize("by", ["doubt", "call"])
def test_what_is_held_stays_so_and_keeps_the_new_time(owner_api: Any, request_: ReviewRequest, by: str) -> None:
    now = timezone.now()
    if by == "doubt":
        doubts.hold(account=request_.account, number=JANE.phone, evidence="maybe stop?", now=now)
    else:
        post(owner_api, {"because": "dispute"}, f"{URL}/{request_.pk}/hold")
    wanted = now + timedelta(days=9)
    body = patch(owner_api, request_, {"scheduled_for": at(wanted)}).json()
    assert (body["held"], body["scheduled_for"], body["messages"][0]["due_at"]) == (True, at(wanted), at(wanted))
    row = Delivery.objects.get()
    assert (row.due_at, row.planned_for and at(row.planned_for)) == (Delivery.OUT_OF_REACH, at(wanted))
    if by == "call":
        post(owner_api, {}, f"{URL}/{request_.pk}/release")
        assert at(Delivery.objects.get().due_at) == at(wanted)


def test_a_message_that_a_worker_has_claimed_is_taken_from_it(owner_api: Any, all_day: Account) -> None:
    request = asked(all_day, timezone.now())
    [claimed] = claims.claim("email", timezone.now())
    wanted = timezone.now() + timedelta(days=2)
    assert patch(owner_api, request, {"scheduled_for": at(wanted)}).json()["scheduled_for"] == at(wanted)
    claims.release([claimed])  # as the worker does that cannot send
    row = Delivery.objects.get()
    assert (row.claim, at(row.due_at)) == (None, at(wanted))


# --- When it is too late -----------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["sent", "responded", "completed", "suppressed", "cancelled", "failed"])
@pytest.mark.parametrize("body", [{"delay_hours": 1}, {"metadata": {"a": 1}}])
def test_what_has_begun_or_ended_is_not_changed(
    owner_api: Any, account: Account, now: datetime, state: str, body: dict[str, Any]
) -> None:
    request = in_state(account, state, now)
    before = Delivery.objects.values().get()
    response = patch(owner_api, request, body)
    assert (response.status_code, response.json()["error"]) == (409, "invalid_state")
    request.refresh_from_db()
    assert (request.metadata, Delivery.objects.values().get()) == ({}, before)


@pytest.mark.parametrize(
    ("state", "words"), [("sending", "is being sent"), ("unknown", "is being sent"), ("cancelled", "is planned")]
)
def test_what_may_just_be_leaving_is_not_changed(
    owner_api: Any, request_: ReviewRequest, state: str, words: str
) -> None:
    Delivery.objects.update(status=state)
    response = patch(owner_api, request_, {"delay_hours": 1})
    assert (response.status_code, response.json()["error"]) == (409, "invalid_state")
    assert words in response.json()["error_description"]


# --- Input, and who may ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"delay_hours": -1}, "delay_hours"),
        ({"delay_hours": MAX_DELAY_HOURS + 1}, "delay_hours"),
        ({"delay_hours": 1.5}, "delay_hours"),
        ({"delay_hours": True}, "delay_hours"),
        ({"delay_hours": "24"}, "delay_hours"),
        ({"delay_hours": 1, "scheduled_for": "2027-01-01T00:00:00Z"}, "scheduled_for"),
        ({"scheduled_for": "2099-01-01T00:00:00Z"}, "scheduled_for"),
        ({"scheduled_for": "9999-12-31T23:59:59-14:00"}, "scheduled_for"),
        ({"scheduled_for": "2027-01-01"}, "scheduled_for"),
        ({"scheduled_for": "2027-01-01T00:00:00"}, "scheduled_for"),
        ({"scheduled_for": 1767312000}, "scheduled_for"),
        ({"metadata": [1]}, "metadata"),
        ({"metadata": {str(n): n for n in range(51)}}, "metadata"),
        ({"metadata": {"a": "\x00"}}, "metadata"),
    ],
)
def test_bad_input_is_refused_by_name_and_changes_nothing(
    owner_api: Any, request_: ReviewRequest, body: Any, field: str
) -> None:
    before = Delivery.objects.values().get()
    refused(patch(owner_api, request_, body), field)
    refused(owner_api.generic("PATCH", f"{URL}/{request_.pk}", "[]", content_type="application/json"))
    assert Delivery.objects.values().get() == before


def test_neither_a_stranger_nor_who_may_only_read_changes_a_request(
    stranger_api: Any, reader_api: Any, all_day: Account
) -> None:
    request = asked(all_day, timezone.now(), external_id="job-1")
    for key in (str(request.pk), "external_id:job-1"):
        response = patch(stranger_api, key, {"delay_hours": 1})
        assert (response.status_code, response.json()["error"]) == (404, "not_found")
        response = patch(reader_api, key, {"delay_hours": 1})
        assert (response.status_code, response.json()["error"]) == (403, "insufficient_scope")
    assert post(reader_api, REFERENCE).status_code == 403


def test_a_hold_by_staff_is_told_and_ended_like_one_of_the_api(owner_api: Any, account: Account, now: datetime) -> None:
    request = asked(account, now)
    holds.ask_to_hold(
        request=request,
        by=ReviewRequest.Hold.STAFF,
        because=holds.Because.OPEN_JOB,
        note="Second coat on Friday.",
        who="by Ann",
        now=now,
    )
    body = owner_api.get(f"{URL}/{request.pk}").json()
    assert (body["held"], body["reason"]) == (
        True,
        "The job is not finished. Second coat on Friday. Held by Ann.",
    )
    assert post(owner_api, {}, f"{URL}/{request.pk}/release").json()["held"] is False
