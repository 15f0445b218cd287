"""Consents in asks over the API: how they are told, and what is said of those that prove nothing."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine

from oauth.models import Account
from reviews.models import Consent, ReviewRequest
from reviews.tests.support.helpers import REFERENCE, URL, post, refused

pytestmark = pytest.mark.django_db

NOW = datetime.fromisoformat("2026-03-03T15:00:00Z")
CONSENT = {
    "channel": "sms",
    "wording": "Riverside Dental may text me to ask for a review.",
    "source": "Check box on /book",
    "at": "2026-03-01T09:30:00-05:00",
}
ALIAS = "/api/zapier/send-review-request"


@pytest.fixture(autouse=True)
def frozen() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def changed(**changes: Any) -> dict[str, Any]:
    return REFERENCE | {"consent": CONSENT | changes}


@pytest.mark.parametrize("url", [URL, ALIAS])
def test_a_consent_is_kept(owner_api: Any, url: str) -> None:
    assert post(owner_api, changed(), url=url).status_code == 201
    row = Consent.objects.get()
    assert (row.channel, row.address, row.wording, row.source) == (
        "sms",
        "+12125551234",
        CONSENT["wording"],
        CONSENT["source"],
    )
    assert row.at == datetime.fromisoformat("2026-03-01T14:30:00Z")


def test_fields_of_a_form_say_the_same(owner_api: Any) -> None:
    flat = {f"consent_{name}": value for name, value in CONSENT.items()}
    assert post(owner_api, REFERENCE | flat).status_code == 201
    assert post(owner_api, changed()).status_code == 200
    assert Consent.objects.get().wording == CONSENT["wording"]


def test_both_is_a_consent_for_each_address_of_the_ask(owner_api: Any) -> None:
    post(owner_api, changed(channel="both"))
    assert set(Consent.objects.values_list("channel", "address")) == {
        ("sms", "+12125551234"),
        ("email", "jane@example.com"),
    }
    post(owner_api, {"email": "bob@example.com", "consent": CONSENT | {"channel": "both"}})
    assert Consent.objects.filter(address="bob@example.com").count() == 1
    assert Consent.objects.count() == 3


@pytest.mark.parametrize("absent", [{"consent": None}, {"consent": ""}, {"consent_at": "", "consent_wording": None}])
def test_what_is_empty_is_no_consent(owner_api: Any, absent: dict[str, Any]) -> None:
    assert post(owner_api, REFERENCE | absent).status_code == 201
    assert not Consent.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"channel": "fax"}, "consent.channel"),
        ({"channel": None}, "consent.channel"),
        ({"wording": ""}, "consent.wording"),
        ({"wording": " "}, "consent.wording"),
        ({"wording": "x" * 2001}, "consent.wording"),
        ({"wording": 5}, "consent.wording"),
        ({"wording": "a\x00b"}, "consent.wording"),
        ({"source": None}, "consent.source"),
        ({"source": "x" * 201}, "consent.source"),
        ({"at": None}, "consent.at"),
        ({"at": 1772000000}, "consent.at"),
        ({"at": "yesterday"}, "consent.at"),
        ({"at": "2026-03-01"}, "consent.at"),
        ({"at": "2026-03-01T09:30:00"}, "consent.at"),
        ({"at": "2026-03-01 09:30:00Z"}, "consent.at"),
        ({"at": "2026-02-30T09:30:00Z"}, "consent.at"),
        ({"at": "20260301T093000Z"}, "consent.at"),
        ({"at": "0001-01-01T00:00:00+14:00"}, "consent.at"),
        ({"at": "2026-03-03T15:05:01Z"}, "consent.at"),
        ({"at": "1999-12-31T23:59:59Z"}, "consent.at"),
        ({"at": "1970-01-01T00:00:00Z"}, "consent.at"),
    ],
)
def test_a_consent_that_proves_nothing_is_refused_by_name(owner_api: Any, changes: dict[str, Any], field: str) -> None:
    assert set(refused(post(owner_api, changed(**changes)))["fields"]) == {field}
    assert not ReviewRequest.objects.exists()


@pytest.mark.parametrize("consent", [True, "yes", ["sms"], 1])
def test_what_is_no_object_is_refused(owner_api: Any, consent: Any) -> None:
    assert set(refused(post(owner_api, REFERENCE | {"consent": consent}))["fields"]) == {"consent"}


def test_nothing_of_a_consent_may_be_missing(owner_api: Any) -> None:
    fields = refused(post(owner_api, REFERENCE | {"consent": {}}))["fields"]
    assert set(fields) == {"consent.channel", "consent.wording", "consent.source", "consent.at"}
    fields = refused(post(owner_api, REFERENCE | {"consent_at": CONSENT["at"]}))["fields"]
    assert set(fields) == {"consent.channel", "consent.wording", "consent.source"}


def test_a_consent_is_told_in_one_way(owner_api: Any) -> None:
    refused(post(owner_api, changed() | {"consent_at": CONSENT["at"]}), "consent")


@pytest.mark.parametrize("at", ["2026-03-03T15:05:00Z", "2026-03-03T15:00:00.5z", "2026-03-03t15:00:00+00:00"])
def test_a_clock_that_is_a_little_fast_makes_no_consent_of_tomorrow(owner_api: Any, at: str) -> None:
    """Kept as given now: else an opt-out in the next minutes would seem to be older."""
    assert post(owner_api, changed(at=at)).status_code == 201
    assert Consent.objects.get().at == NOW


@pytest.mark.parametrize("wording", ["x" * 2000, "Ja, gern! 👍", "two\nlines"])
def test_wording_is_kept_as_it_is(owner_api: Any, wording: str) -> None:
    post(owner_api, changed(wording=wording, source="x" * 200))
    assert Consent.objects.get().wording == wording


def test_a_consent_needs_the_address_that_it_is_for(owner_api: Any) -> None:
    no_number = {"email": "jane@example.com", "consent": CONSENT}
    refused(post(owner_api, no_number), "consent.channel")
    answer = post(owner_api, no_number | {"mobile_phone_number": "12"})
    assert answer.status_code == 201
    assert "consent was left out with the mobile_phone_number." in answer.json()["warnings"]
    assert not Consent.objects.exists()


def test_a_bad_consent_in_bulk_loses_none_of_the_others(owner_api: Any) -> None:
    others = [{"email": f"{name}@example.com", "consent": CONSENT | {"channel": "email"}} for name in "ab"]
    asks = [others[0], changed(at="never"), others[1]]
    results = post(owner_api, {"requests": asks}, url=f"{URL}/bulk").json()["results"]
    assert [result["status"] for result in results] == [201, 400, 201]
    assert set(results[1]["error"]["fields"]) == {"consent.at"}
    assert set(Consent.objects.values_list("address", flat=True)) == {"a@example.com", "b@example.com"}


def test_a_rehearsal_counts_the_consent_and_keeps_none(owner_api: Any, account: Account) -> None:
    account.texts_need_consent = account.mail_needs_consent = True
    account.save()
    rehearsed = post(owner_api, REFERENCE | {"dry_run": True}).json()
    assert rehearsed["status"] == "suppressed"
    assert rehearsed["gates"][-1] == {
        "gate": "consent",
        "passed": False,
        "reason": "No consent to e-mail is recorded. No consent to text messages is recorded.",
    }
    assert rehearsed["messages"] == []
    with_consent = post(owner_api, changed() | {"dry_run": True}).json()
    assert with_consent["status"] == "scheduled"
    assert {message["channel"] for message in with_consent["messages"]} == {"sms"}
    assert not Consent.objects.exists()
    assert post(owner_api, REFERENCE).json()["reason"] == rehearsed["reason"]


def test_one_key_and_one_body_are_one_consent(owner_api: Any) -> None:
    headers = {"Idempotency-Key": "k"}
    first, second = (post(owner_api, changed(), **headers) for _ in range(2))
    assert (first.content, second["Idempotency-Replayed"]) == (second.content, "true")
    assert Consent.objects.count() == 1
    assert post(owner_api, changed(wording="Other"), **headers).status_code == 409


def test_a_key_that_may_only_read_tells_no_consent(reader_api: Any, stranger_api: Any, account: Account) -> None:
    assert post(reader_api, changed()).json()["error"] == "insufficient_scope"
    assert post(stranger_api, changed()).status_code == 201
    assert not Consent.objects.for_account(account).exists()


def test_other_programs_are_told_with_the_words(owner_api: Any) -> None:
    post(owner_api, changed())
    post(owner_api, {"address": "+12125551234", "evidence": "Told us by phone"}, url="/api/v1/suppressions")
    events = owner_api.get("/api/v1/events?type=consent.given&type=consent.withdrawn").json()["results"]
    withdrawn, given = (event["data"]["consent"] for event in events)
    assert [event["type"] for event in events] == ["consent.withdrawn", "consent.given"]
    assert (given["kind"], given["address"], given["wording"]) == ("given", "+12125551234", CONSENT["wording"])
    assert given["at"] == "2026-03-01T14:30:00Z"
    assert (withdrawn["kind"], withdrawn["wording"]) == ("withdrawn", "Told us by phone")
    assert events[0]["data"]["contact"]["mobile_phone_number"] == "+12125551234"


def test_a_form_builder_gets_a_field_for_each_part(owner_api: Any) -> None:
    fields = {field["key"]: field for field in owner_api.get(f"{URL}/fields").json()["fields"]}
    assert "consent" not in fields
    assert {name for name in fields if name.startswith("consent")} == {f"consent_{name}" for name in CONSENT}
    assert all(not fields[f"consent_{name}"]["required"] for name in CONSENT)
    assert fields["consent_at"]["type"] == "datetime"
    assert fields["consent_at"]["label"] == "Consent Time"
    assert fields["consent_channel"]["choices"] == ["email", "sms", "both"]


def test_times_are_compared_to_the_second(owner_api: Any) -> None:
    with time_machine.travel(NOW + timedelta(seconds=1), tick=False):
        assert post(owner_api, changed(at="2026-03-03T15:05:01Z")).status_code == 201
