"""Rows of each kind through the API: permission to read and to change them."""

from typing import Any

import pytest

from reviews.models import Contact, Suppression

pytestmark = [pytest.mark.attack, pytest.mark.django_db]

API = "/api/v1"


KINDS = ("contacts", "suppressions", "sequences", "feedback")


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_listed_and_read_by_its_account_alone(
    owner_api: Any, stranger_api: Any, everything: dict[str, str], kind: str
) -> None:
    [row] = owner_api.get(f"{API}/{kind}").json()["results"]
    assert owner_api.get(everything[kind]).json() == row
    foreign = stranger_api.get(everything[kind])
    assert (foreign.status_code, foreign.json()["error"]) == (404, "not_found")
    assert str(row["id"]) not in [str(other["id"]) for other in stranger_api.get(f"{API}/{kind}").json()["results"]]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("key", ["999999999", "9" * 30, "7a9c1f0e-5d3b-4c2a-9e8f-1b2c3d4e5f60", "x"])
def test_a_row_that_does_not_exist_is_not_found(owner_api: Any, kind: str, key: str) -> None:
    response = owner_api.get(f"{API}/{kind}/{key}")
    assert (response.status_code, response.json()["error"]) == (404, "not_found")


def test_a_key_that_may_only_read_changes_nothing(
    reader_api: Any, everything: dict[str, str], contact: Contact
) -> None:
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
