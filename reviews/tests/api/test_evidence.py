"""Evidence over the API: for whom it is, and that others can check it."""

from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from oauth.models import Account
from reviewhub.tests.test_signatures import is_genuine
from reviews.contacts import erase
from reviews.models import Contact
from reviews.tests.support.helpers import JANE, asked, refused

pytestmark = pytest.mark.django_db

URL = "/api/v1/evidence"
KEYS = "/.well-known/reviewhub-evidence-keys.json"


@pytest.fixture
def contact(account: Account, now: datetime) -> Contact:
    return asked(account, now).contact


def test_everybody_can_check_it(reader_api: Any, contact: Contact) -> None:
    response = reader_api.get(f"/api/v1/contacts/{contact.pk}/evidence")
    assert response.status_code == 200
    assert response["Cache-Control"] == "no-store"
    answer = Client().get(KEYS)
    assert (answer["Content-Type"], answer["Access-Control-Allow-Origin"]) == ("application/jwk-set+json", "*")
    assert answer["Cache-Control"] == "public, max-age=3600"
    assert response.json()["keys"].endswith(KEYS)
    assert is_genuine(response.json(), answer.json()["keys"])
    assert {subject["address"] for subject in response.json()["subjects"]} == {JANE.email, JANE.phone}
    assert Client().post(KEYS).status_code == 405


@pytest.mark.parametrize("address", ["+12125551234", "(212) 555-1234", " 212 555 1234 "])
def test_an_address_is_read_like_everywhere(reader_api: Any, contact: Contact, address: str) -> None:
    body = reader_api.get(URL, {"address": address}).json()
    assert [entry["what"] for entry in body["history"]] == ["asked"]


def test_an_address_of_nobody_has_no_history_and_that_is_signed_too(owner_api: Any) -> None:
    body = owner_api.get(URL, {"address": "nobody@example.com"}).json()
    assert (body["history"], body["subjects"][0]["consent"]) == ([], None)
    assert is_genuine(body, Client().get(KEYS).json()["keys"])


def test_a_stranger_gets_nothing(stranger_api: Any, contact: Contact) -> None:
    answer = stranger_api.get(f"/api/v1/contacts/{contact.pk}/evidence")
    assert (answer.status_code, answer.json()["error"]) == (404, "not_found")
    assert stranger_api.get(URL, {"address": JANE.phone}).json()["history"] == []


@pytest.mark.parametrize("path", ["/api/v1/evidence?address=jane@example.com", "/api/v1/contacts/{id}/evidence"])
def test_it_needs_a_key_that_may_read(
    api_client: Any, owner: Any, account: Account, contact: Contact, path: str
) -> None:
    path = path.replace("{id}", str(contact.pk))
    answer = api_client(owner, account, ["write"]).get(path)
    assert (answer.status_code, answer.json()["error"]) == (403, "insufficient_scope")
    assert Client().get(path).status_code == 401
    assert api_client(owner, account).post(path, {}, format="json").status_code == 405


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("", "address"),
        ("address=", "address"),
        ("address=%20", "address"),
        ("address=a@example.com&address=b@example.com", "address"),
        ("address=12", "address"),
        ("address=not@an", "address"),
        ("address=a@example.com%00", "address"),
        ("address=a@example.com&email=b@example.com", "email"),
    ],
)
def test_what_names_no_address_is_refused(owner_api: Any, query: str, field: str) -> None:
    refused(owner_api.get(f"{URL}?{query}"), field)


@pytest.mark.parametrize("key", ["7a9c1f0e-5d3b-4c2a-9e8f-1b2c3d4e5f60", "x", "1"])
def test_a_contact_that_does_not_exist_is_not_found(owner_api: Any, key: str) -> None:
    assert owner_api.get(f"/api/v1/contacts/{key}/evidence").json()["error"] == "not_found"


def test_who_was_erased_is_found_by_the_address_alone(owner_api: Any, contact: Contact, now: datetime) -> None:
    erase.erase(contact=contact, by="Ann", now=now)
    body = owner_api.get(URL, {"address": JANE.email}).json()
    assert "suppressed" in [entry["what"] for entry in body["history"]]
    by_contact = owner_api.get(f"/api/v1/contacts/{contact.pk}/evidence").json()
    assert JANE.email not in str(by_contact)
