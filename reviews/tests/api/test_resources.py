"""Contacts, suppressions, sequences and feedback through the API."""

from datetime import datetime
from typing import Any

import pytest

from oauth.models import Account
from reviews.contacts import change, opt_outs
from reviews.models import Contact, Delivery, Feedback, Sequence, Suppression
from reviews.pages import actions
from reviews.tests.support.helpers import asked, refused

pytestmark = pytest.mark.django_db

API = "/api/v1"


@pytest.fixture
def contact(account: Account, now: datetime) -> Contact:
    return asked(account, now).contact


@pytest.fixture
def suppression(account: Account, now: datetime) -> Suppression:
    return opt_outs.opt_out(
        account=account,
        channel="email",
        address="jane@example.com",
        reason=Suppression.Reason.COMPLAINED,
        evidence="A report",
        now=now,
    )


@pytest.fixture
def everything(account: Account, contact: Contact, suppression: Suppression, now: datetime) -> dict[str, str]:
    """An address of each kind of row."""
    actions.record_feedback(delivery=Delivery.objects.all()[0], rating=4, text="Fine.", now=now)
    return {
        "contacts": f"{API}/contacts/{contact.pk}",
        "suppressions": f"{API}/suppressions/{suppression.pk}",
        "sequences": f"{API}/sequences/{Sequence.objects.get(account=account).pk}",
        "feedback": f"{API}/feedback/{Feedback.objects.get().pk}",
    }


KINDS = ("contacts", "suppressions", "sequences", "feedback")


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_listed_and_read_by_its_account_alone(
    owner_api: Any, stranger_api: Any, everything: dict[str, str], kind: str
) -> None:
    [row] = owner_api.get(f"{API}/{kind}").json()["results"]
    assert owner_api.get(everything[kind]).json() == row
    foreign = stranger_api.get(everything[kind])
    assert (foreign.status_code, foreign.json()["error"]) == (404, "not_found")
    assert str(row["id"]) not in [str(one["id"]) for one in stranger_api.get(f"{API}/{kind}").json()["results"]]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("key", ["999999999", "9" * 30, "7a9c1f0e-5d3b-4c2a-9e8f-1b2c3d4e5f60", "x"])
def test_what_does_not_exist_is_not_found(owner_api: Any, kind: str, key: str) -> None:
    response = owner_api.get(f"{API}/{kind}/{key}")
    assert (response.status_code, response.json()["error"]) == (404, "not_found")


def test_who_may_only_read_changes_nothing(reader_api: Any, everything: dict[str, str], contact: Contact) -> None:
    calls = [
        reader_api.patch(everything["contacts"], {"first_name": "X"}, format="json"),
        reader_api.delete(everything["contacts"]),
        reader_api.post(f"{API}/suppressions", {"address": "a@example.com"}, format="json"),
        reader_api.post(f"{everything['suppressions']}/lift", {"because": "x"}, format="json"),
    ]
    assert [(call.status_code, call.json()["error"]) for call in calls] == [(403, "insufficient_scope")] * 4
    contact.refresh_from_db()
    assert (contact.first_name, contact.erased_at) == ("Jane", None)


def test_a_stranger_changes_nothing(stranger_api: Any, everything: dict[str, str], contact: Contact) -> None:
    calls = [
        stranger_api.patch(everything["contacts"], {"first_name": "X"}, format="json"),
        stranger_api.delete(everything["contacts"]),
        stranger_api.post(f"{everything['suppressions']}/lift", {"because": "x"}, format="json"),
    ]
    assert [call.status_code for call in calls] == [404] * 3
    assert Suppression.objects.get().lifted_at is None


# --- Contacts ---------------------------------------------------------------------------------------


def test_a_contact_says_where_it_must_not_be_written_to(
    owner_api: Any, contact: Contact, suppression: Suppression
) -> None:
    body = owner_api.get(f"{API}/contacts/{contact.pk}").json()
    assert body == {
        "id": str(contact.pk),
        "first_name": "Jane",
        "last_name": "Smith",
        "company_name": None,
        "email": "jane@example.com",
        "mobile_phone_number": "+12125551234",
        "time_zone": None,
        "created_at": body["created_at"],
        "updated_at": body["updated_at"],
        "erased_at": None,
        "opt_outs": [{"channel": "email", "reason": "Complained to the mail provider"}],
    }


def test_contacts_are_found_by_address_in_any_spelling(owner_api: Any, account: Account, contact: Contact) -> None:
    Contact.objects.create(account=account, email="bob@example.com")

    def found(**query: str) -> list[str]:
        return [row["email"] for row in owner_api.get(f"{API}/contacts", query).json()["results"]]

    assert found() == ["bob@example.com", "jane@example.com"]
    assert found(email=" Jane@Example.com") == ["jane@example.com"]
    assert found(mobile_phone_number="(212) 555-1234") == ["jane@example.com"]
    assert found(created_before="2020-01-01T00:00:00Z") == []
    refused(owner_api.get(f"{API}/contacts?mobile_phone_number=12"), "mobile_phone_number")


def test_only_what_is_named_changes(owner_api: Any, contact: Contact) -> None:
    address = f"{API}/contacts/{contact.pk}"
    body = owner_api.patch(
        address, {"last_name": "Doe", "email": " JANE.DOE@example.com", "time_zone": "America/Denver"}, format="json"
    ).json()
    assert (body["first_name"], body["last_name"], body["email"]) == ("Jane", "Doe", "jane.doe@example.com")
    body = owner_api.patch(address, {"mobile_phone_number": None, "first_name": ""}, format="json").json()
    assert (body["mobile_phone_number"], body["first_name"], body["time_zone"]) == (None, None, "America/Denver")
    assert owner_api.patch(address, {}, format="json").status_code == 200
    assert owner_api.patch(address, {"unknown": 1, "id": "x"}, format="json").status_code == 200


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({"email": "nobody"}, "email"),
        ({"email": 5}, "email"),
        ({"mobile_phone_number": "12"}, "mobile_phone_number"),
        ({"time_zone": "Mars/Base"}, "time_zone"),
        ({"first_name": "x" * 151}, "first_name"),
        ({"first_name": "a\x00"}, "first_name"),
        ({"email": "", "mobile_phone_number": ""}, "email"),
        ({"email": "bob@example.com"}, "email"),
        ({"mobile_phone_number": "+12125550002"}, "mobile_phone_number"),
    ],
)
def test_a_change_that_cannot_be_is_refused_and_loses_nothing(
    owner_api: Any, account: Account, contact: Contact, given: dict[str, Any], name: str
) -> None:
    Contact.objects.create(account=account, email="bob@example.com", phone="+12125550002")
    refused(owner_api.patch(f"{API}/contacts/{contact.pk}", given, format="json"), name)
    contact.refresh_from_db()
    assert (contact.email, contact.phone, contact.first_name) == ("jane@example.com", "+12125551234", "Jane")


def test_the_faster_of_two_calls_takes_the_address(
    owner_api: Any, account: Account, contact: Contact, monkeypatch: pytest.MonkeyPatch
) -> None:
    holders = change.holders

    def then_another_is_faster(row: Contact) -> dict[str, Contact]:
        before = holders(row)
        Contact.objects.get_or_create(account=account, email="bob@example.com")
        return before

    monkeypatch.setattr(change, "holders", then_another_is_faster)
    refused(owner_api.patch(f"{API}/contacts/{contact.pk}", {"email": "bob@example.com"}, format="json"), "email")


def test_erasing_is_for_good_and_may_be_repeated(owner_api: Any, contact: Contact) -> None:
    address = f"{API}/contacts/{contact.pk}"
    for _ in range(2):
        response = owner_api.delete(address)
        assert (response.status_code, response.content) == (204, b"")
    body = owner_api.get(address).json()
    assert (body["email"], body["first_name"]) == (None, None)
    assert body["erased_at"] is not None
    assert owner_api.get(f"{API}/contacts").json()["results"] == []
    assert owner_api.patch(address, {"email": "jane@example.com"}, format="json").status_code == 404
    assert Suppression.objects.filter(reason="erased").count() == 2


def test_lists_cost_the_same_for_one_and_for_many(
    owner_api: Any, account: Account, contact: Contact, django_assert_num_queries: Any
) -> None:
    Contact.objects.bulk_create(Contact(account=account, email=f"c{number}@example.com") for number in range(30))
    owner_api.get(f"{API}/contacts")  # the key's last use is noted once a minute
    with django_assert_num_queries(3):  # the key, the page, its opt-outs
        assert len(owner_api.get(f"{API}/contacts").json()["results"]) == 31


# --- Suppressions -----------------------------------------------------------------------------------


def test_an_address_is_suppressed_once_and_ends_what_was_planned(owner_api: Any, contact: Contact) -> None:
    first = owner_api.post(f"{API}/suppressions", {"address": "Jane@Example.com", "evidence": "CRM"}, format="json")
    again = owner_api.post(f"{API}/suppressions", {"address": "jane@example.com"}, format="json")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert (first.json()["channel"], first.json()["reason"], first.json()["evidence"]) == ("email", "staff", "CRM")
    assert Delivery.objects.get().status == "cancelled"
    number = owner_api.post(f"{API}/suppressions", {"address": "(212) 555-1234"}, format="json").json()
    assert (number["channel"], number["address"]) == ("sms", "+12125551234")


@pytest.mark.parametrize("given", [{}, {"address": ""}, {"address": "a@"}, {"address": "12"}, {"address": 5}])
def test_what_is_no_address_is_refused(owner_api: Any, given: dict[str, Any]) -> None:
    refused(owner_api.post(f"{API}/suppressions", given, format="json"), "address")
    assert not Suppression.objects.exists()


def test_a_suppression_is_lifted_once_with_a_reason(owner_api: Any, suppression: Suppression) -> None:
    address = f"{API}/suppressions/{suppression.pk}"
    refused(owner_api.post(f"{address}/lift", {}, format="json"), "because")
    body = owner_api.post(f"{address}/lift", {"because": "Asked by phone"}, format="json").json()
    assert body["lifted_at"] is not None
    assert body["lifted_because"].startswith("Asked by phone (")
    again = owner_api.post(f"{address}/lift", {"because": "Again"}, format="json")
    assert (again.status_code, again.json()["error"]) == (409, "invalid_state")
    assert owner_api.get(f"{API}/suppressions?active=true").json()["results"] == []
    assert len(owner_api.get(f"{API}/suppressions?active=false").json()["results"]) == 1


def test_nobody_is_left_to_be_allowed_again_after_erasure(owner_api: Any, contact: Contact) -> None:
    owner_api.delete(f"{API}/contacts/{contact.pk}")
    for row in owner_api.get(f"{API}/suppressions").json()["results"]:
        assert row["address"] is None
        lifted = owner_api.post(f"{API}/suppressions/{row['id']}/lift", {"because": "x"}, format="json")
        assert lifted.status_code == 409


@pytest.mark.parametrize("query", ["channel=pigeon", "reason=x", "created_after=soon", "active=maybe"])
def test_filters_that_make_no_sense_are_refused(owner_api: Any, query: str) -> None:
    refused(owner_api.get(f"{API}/suppressions?{query}"), query.partition("=")[0])


# --- Sequences and feedback -------------------------------------------------------------------------


def test_a_sequence_shows_its_steps_in_order(owner_api: Any, account: Account) -> None:
    [body] = owner_api.get(f"{API}/sequences").json()["results"]
    assert (body["slug"], body["is_default"]) == ("standard", True)
    assert [(step["step"], step["delay_hours"]) for step in body["steps"]] == [(0, 0), (1, 72), (2, 168)]


def test_feedback_is_filtered_and_names_its_customer_where_there_is_one(
    owner_api: Any, account: Account, contact: Contact, everything: dict[str, str], now: datetime
) -> None:
    actions.record_scanned_feedback(account=account, rating=None, text="By the door.", now=now)
    scanned, told = owner_api.get(f"{API}/feedback").json()["results"]
    assert (told["rating"], told["contact_id"], told["contact_name"]) == (4, str(contact.pk), "Jane Smith")
    assert (scanned["rating"], scanned["contact_id"], scanned["review_request_id"]) == (None, None, None)
    assert [row["id"] for row in owner_api.get(f"{API}/feedback?rating=4").json()["results"]] == [told["id"]]
    Feedback.objects.filter(pk=told["id"]).update(handled_at=now)
    assert [row["id"] for row in owner_api.get(f"{API}/feedback?handled=false").json()["results"]] == [scanned["id"]]
    assert [row["id"] for row in owner_api.get(f"{API}/feedback?handled=true").json()["results"]] == [told["id"]]
    for wrong in ("rating=many", "rating=4.5", "handled=maybe"):
        refused(owner_api.get(f"{API}/feedback?{wrong}"), wrong.partition("=")[0])
    assert len(owner_api.get(f"{API}/feedback?handled=&rating=").json()["results"]) == 2
