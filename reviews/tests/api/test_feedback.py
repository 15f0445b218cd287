"""Feedback through the API."""

from datetime import datetime
from typing import Any

import pytest

from oauth.models import Account
from reviews.models import Contact, InboxItem
from reviews.pages import actions
from reviews.tests.support.helpers import refused

pytestmark = pytest.mark.django_db


API = "/api/v1"


def test_feedback_is_filtered_and_names_its_customer_where_there_is_one(
    owner_api: Any, account: Account, contact: Contact, everything: dict[str, str], now: datetime
) -> None:
    actions.record_scanned_feedback(account=account, rating=None, text="By the door.", now=now)
    scanned, written = owner_api.get(f"{API}/feedback").json()["results"]
    assert (written["rating"], written["contact_id"], written["contact_name"]) == (4, str(contact.pk), "Jane Smith")
    assert (scanned["rating"], scanned["contact_id"], scanned["review_request_id"]) == (None, None, None)
    assert [row["id"] for row in owner_api.get(f"{API}/feedback?rating=4").json()["results"]] == [written["id"]]
    InboxItem.objects.filter(feedback=written["id"]).update(handled_at=now)
    assert [row["id"] for row in owner_api.get(f"{API}/feedback?handled=false").json()["results"]] == [scanned["id"]]
    assert [row["id"] for row in owner_api.get(f"{API}/feedback?handled=true").json()["results"]] == [written["id"]]
    for wrong in ("rating=many", "rating=4.5", "handled=maybe"):
        refused(owner_api.get(f"{API}/feedback?{wrong}"), wrong.partition("=")[0])
