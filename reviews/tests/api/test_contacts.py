"""Contacts through the API."""

from typing import Any

import pytest
from django.db import IntegrityError

from oauth.models import Account
from reviews.contacts import change
from reviews.models import Contact, Delivery, ReviewRequest, Suppression
from reviews.tests.support.helpers import refused

pytestmark = pytest.mark.django_db


API = "/api/v1"


def test_a_contact_shows_its_opt_outs(owner_api: Any, contact: Contact, suppression: Suppression) -> None:
    body = owner_api.get(f"{API}/contacts/{contact.pk}").json()
    assert body == {
        "id": str(contact.pk),
        "first_name": "Jane",
        "last_name": "Smith",
        "company_name": None,
        "email": "jane@example.com",
        "mobile_phone_number": "+12125551234",
        "time_zone": None,
        "language": None,
        "created_at": body["created_at"],
        "updated_at": body["updated_at"],
        "erased_at": None,
        "opt_outs": [{"channel": "email", "reason": "Complained to the mail provider"}],
    }


def test_contacts_are_found_by_address_in_any_spelling(owner_api: Any, account: Account, contact: Contact) -> None:
    Contact.objects.create(account=account, email="bob@example.com")

    def list_emails(**query: str) -> list[str]:
        return [row["email"] for row in owner_api.get(f"{API}/contacts", query).json()["results"]]

    assert list_emails() == ["bob@example.com", "jane@example.com"]
    assert list_emails(email=" Jane@Example.com") == ["jane@example.com"]
    assert list_emails(mobile_phone_number="(212) 555-1234") == ["jane@example.com"]
    assert list_emails(created_before="2020-01-01T00:00:00Z") == []
    refused(owner_api.get(f"{API}/contacts?mobile_phone_number=12"), "mobile_phone_number")


def test_only_named_fields_change(owner_api: Any, contact: Contact) -> None:
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
    ("body", "name"),
    [
        ({"email": "nobody"}, "email"),
        ({"email": 5}, "email"),
        ({"mobile_phone_number": "12"}, "mobile_phone_number"),
        ({"time_zone": "Mars/Base"}, "time_zone"),
        ({"first_name": "x" * 151}, "first_name"),
        ({"first_name": "a\x00"}, "first_name"),
        ({"email": "", "mobile_phone_number": ""}, "email"),
        ({"email": "bob@example.com"}, "email"),
    ],
)
def test_an_impossible_change_is_refused_and_loses_nothing(
    owner_api: Any, account: Account, contact: Contact, body: dict[str, Any], name: str
) -> None:
    Contact.objects.create(account=account, email="bob@example.com", phone="+12125550002")
    refused(owner_api.patch(f"{API}/contacts/{contact.pk}", body, format="json"), name)
    contact.refresh_from_db()
    assert (contact.email, contact.phone, contact.first_name) == ("jane@example.com", "+12125551234", "Jane")


def test_the_faster_of_two_calls_takes_the_address(
    owner_api: Any, account: Account, contact: Contact, monkeypatch: pytest.MonkeyPatch
) -> None:
    save = change._save

    def find_another_faster(*given: Any) -> dict[str, str]:
        if not Contact.objects.filter(email="bob@example.com").exists():
            Contact.objects.create(account=account, email="bob@example.com")
            raise IntegrityError  # as the constraint says it to whoever comes second
        return save(*given)

    monkeypatch.setattr(change, "_save", find_another_faster)
    refused(owner_api.patch(f"{API}/contacts/{contact.pk}", {"email": "bob@example.com"}, format="json"), "email")


def test_a_number_may_be_shared(owner_api: Any, account: Account, contact: Contact) -> None:
    other = Contact.objects.create(account=account, email="bob@example.com", phone="+12125550002")
    body = owner_api.patch(f"{API}/contacts/{contact.pk}", {"mobile_phone_number": other.phone}, format="json").json()
    assert body["mobile_phone_number"] == "+12125550002"
    found = owner_api.get(f"{API}/contacts", {"mobile_phone_number": other.phone}).json()["results"]
    assert {row["email"] for row in found} == {"bob@example.com", "jane@example.com"}


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


# --- Who an ask is about, and where it goes -------------------------------------------------------


def ask(client: Any, **body: Any) -> Any:
    return client.post(f"{API}/review-requests", body, format="json")


def test_two_people_with_one_number_are_two_contacts(owner_api: Any, account: Account) -> None:
    carol = {"first_name": "Carol", "email": "carol@example.com", "mobile_phone_number": "+12125550177"}
    dave = {"first_name": "Dave", "email": "dave@example.com", "mobile_phone_number": "+12125550177"}
    first = ask(owner_api, **carol).json()
    answer = ask(owner_api, **dave, external_id="job-2")
    assert answer.status_code == 201
    body = answer.json()
    assert (body["contact_name"], body["contact_email"]) == ("Dave", "dave@example.com")
    assert body["contact_id"] != first["contact_id"]
    assert "Another contact has this mobile number as well" in body["warnings"][0]
    (found,) = owner_api.get(f"{API}/review-requests", {"external_id": "job-2"}).json()["results"]
    assert found["id"] == body["id"]
    assert owner_api.get(f"{API}/contacts/{first['contact_id']}").json()["first_name"] == "Carol"


@pytest.mark.parametrize(
    ("change", "address"),
    [({"email": "jane@new.example"}, "jane@new.example"), ({"email": None}, "+12125551234")],
)
def test_a_planned_message_follows_a_changed_address_and_the_answers_say_so(
    owner_api: Any, account: Account, change: dict[str, Any], address: str
) -> None:
    body = ask(owner_api, email="jane@example.com", mobile_phone_number="+12125551234", delay_hours=24).json()
    owner_api.patch(f"{API}/contacts/{body['contact_id']}", change, format="json")
    shown = owner_api.get(f"{API}/review-requests/{body['id']}").json()
    assert [message["address"] for message in shown["messages"]] == [address]
    assert shown["message"] == f"Review request scheduled for {address}"


def test_a_request_without_any_way_left_fails_at_once(owner_api: Any, account: Account) -> None:
    body = ask(owner_api, email="jane@example.com", mobile_phone_number="+12125551234", channel="email").json()
    owner_api.patch(f"{API}/contacts/{body['contact_id']}", {"email": None}, format="json")
    shown = owner_api.get(f"{API}/review-requests/{body['id']}").json()
    assert (shown["status"], shown["messages"][0]["status"]) == ("failed", "cancelled")
    assert shown["reason"] == "The contact has no address left that this request may be sent to."


def test_a_request_says_to_which_address_it_went(owner_api: Any, account: Account, contact: Contact) -> None:
    Delivery.objects.update(status="sent", sent_at=contact.created_at)
    ReviewRequest.objects.update(status="sent", sent_at=contact.created_at)
    owner_api.patch(f"{API}/contacts/{contact.pk}", {"email": "jane@new.example"}, format="json")
    (listed,) = owner_api.get(f"{API}/review-requests").json()["results"]
    assert (listed["contact_email"], listed["message"]) == (
        "jane@new.example",
        "Review request sent to jane@example.com",
    )


def test_a_contacts_language_is_read_changed_and_taken_away(owner_api: Any, contact: Contact) -> None:
    address = f"{API}/contacts/{contact.pk}"
    assert owner_api.patch(address, {"language": "de-at"}, format="json").json()["language"] == "de-AT"
    assert owner_api.get(address).json()["language"] == "de-AT"
    problem = refused(owner_api.patch(address, {"language": "tlh"}, format="json"), "language")
    assert "There are: en, de, es, fr" in str(problem)
    assert owner_api.patch(address, {"language": None}, format="json").json()["language"] is None


def test_an_ask_gives_the_contact_its_language_and_a_later_one_another(owner_api: Any, account: Account) -> None:
    ask = {"email": "jane@example.com", "language": "de-AT"}
    made = owner_api.post(f"{API}/review-requests", ask, format="json").json()
    assert made["language"] == "de-AT"
    assert Contact.objects.get().language == "de-AT"
    owner_api.post(f"{API}/review-requests", ask | {"language": "es"}, format="json")
    assert Contact.objects.get().language == "es"
    again = owner_api.get(f"{API}/review-requests/{made['id']}").json()
    assert again["language"] == "es"  # what is written in: the customer's own goes first
    owner_api.post(f"{API}/review-requests", {"email": "jane@example.com"}, format="json")
    assert Contact.objects.get().language == "es"
