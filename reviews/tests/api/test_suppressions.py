"""Suppressions through the API."""

from typing import Any

import pytest

from reviews.models import Contact, Delivery, Suppression
from reviews.tests.support.helpers import refused

pytestmark = pytest.mark.django_db


API = "/api/v1"


def test_an_address_is_suppressed_once_and_planned_messages_to_it_end(owner_api: Any, contact: Contact) -> None:
    first = owner_api.post(f"{API}/suppressions", {"address": "Jane@Example.com", "evidence": "CRM"}, format="json")
    again = owner_api.post(f"{API}/suppressions", {"address": "jane@example.com"}, format="json")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert (first.json()["channel"], first.json()["reason"], first.json()["evidence"]) == ("email", "staff", "CRM")
    assert Delivery.objects.get().status == "cancelled"
    number = owner_api.post(f"{API}/suppressions", {"address": "(212) 555-1234"}, format="json").json()
    assert (number["channel"], number["address"]) == ("sms", "+12125551234")


@pytest.mark.parametrize("body", [{}, {"address": ""}, {"address": "a@"}, {"address": "12"}, {"address": 5}])
def test_a_malformed_address_is_refused(owner_api: Any, body: dict[str, Any]) -> None:
    refused(owner_api.post(f"{API}/suppressions", body, format="json"), "address")
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


def test_a_suppression_of_an_erased_contact_cannot_be_lifted(owner_api: Any, contact: Contact) -> None:
    owner_api.delete(f"{API}/contacts/{contact.pk}")
    for row in owner_api.get(f"{API}/suppressions").json()["results"]:
        assert row["address"] is None
        lifted = owner_api.post(f"{API}/suppressions/{row['id']}/lift", {"because": "x"}, format="json")
        assert lifted.status_code == 409


@pytest.mark.parametrize("query", ["channel=pigeon", "reason=x", "created_after=soon", "active=maybe"])
def test_filters_that_make_no_sense_are_refused(owner_api: Any, query: str) -> None:
    refused(owner_api.get(f"{API}/suppressions?{query}"), query.partition("=")[0])
