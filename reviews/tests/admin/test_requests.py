"""Review requests in the back-office: shown, filtered, cancelled."""

from datetime import datetime

import pytest
from django.urls import reverse

from oauth.models import Account, User
from oauth.tests.flow import signed_in
from reviews.models import (
    Delivery,
    ReviewRequest,
    Sequence,
)
from reviews.requests.matching import Person
from reviews.tests.support.helpers import asked

pytestmark = pytest.mark.django_db


def test_cancelling_counts_what_had_ended(account: Account, owner: User, now: datetime) -> None:
    client = signed_in(owner)
    first, second = asked(account, now), asked(account, now, person=Person(email="b@example.com"))
    for _ in range(2):
        response = client.post(
            reverse("admin:reviews_reviewrequest_changelist"),
            {"action": "cancel", "_selected_action": [str(first.pk), str(second.pk)]},
            follow=True,
        )
    assert "Cancelled: 0. Had ended already, or are not yours to cancel: 2." in response.content.decode()
    assert set(ReviewRequest.objects.values_list("status", flat=True)) == {"cancelled"}


def test_a_request_is_cancelled_from_its_page_after_a_question(account: Account, owner: User, now: datetime) -> None:
    client, request = signed_in(owner), asked(account, now)
    page = reverse("admin:reviews_reviewrequest_change", args=[request.pk])
    address = reverse("admin:reviews_reviewrequest_cancel_this", args=[request.pk])
    assert address in client.get(page).content.decode()
    assert "Cancel the request to Jane Smith?" in client.get(address).content.decode()
    assert Delivery.objects.get().status == "planned"  # asking changes nothing
    content = client.post(address, follow=True).content.decode()
    request.refresh_from_db()
    assert (request.status, request.reason) == ("cancelled", f"Cancelled by {owner}.")
    assert Delivery.objects.get().status == "cancelled"
    assert "no more messages leave" in content
    assert address not in content  # it has ended
    assert client.post(address).status_code == 403


def test_nobody_but_its_people_cancels_a_request_from_its_page(
    account: Account, viewer: User, stranger: User, now: datetime
) -> None:
    request = asked(account, now)
    address = reverse("admin:reviews_reviewrequest_cancel_this", args=[request.pk])
    for user, status in ((viewer, 403), (stranger, 404)):
        for answer in (signed_in(user).get(address), signed_in(user).post(address)):
            assert answer.status_code == status
            assert "Jane" not in answer.content.decode()
    request.refresh_from_db()
    assert request.status == "scheduled"


def test_a_request_is_shown_with_the_very_message(account: Account, owner: User, now: datetime) -> None:
    request = asked(account, now)
    Delivery.objects.update(status="sent", sandbox=True, subject="How did we do?", text="Hi Jane, it is us")
    content = signed_in(owner).get(reverse("admin:reviews_reviewrequest_change", args=[request.pk])).content.decode()
    assert "Hi Jane, it is us" in content
    assert "Sandbox: never left" in content


def test_requests_are_filtered_by_sequence(account: Account, owner: User, now: datetime) -> None:
    asked(account, now)
    other = Sequence.objects.create(account=account, name="Short", slug="short")
    other.steps.create(position=0, email_subject="s", email_text="{{ link }}", sms_text="{{ link }}")
    asked(account, now, person=Person(email="b@example.com", first_name="Bert"), sequence="short")
    content = signed_in(owner).get(reverse("admin:reviews_reviewrequest_changelist"), {"sequence": other.pk}).content
    assert b"Bert" in content
    assert b"Jane Smith" not in content


@pytest.mark.parametrize("choice", ["account", "sequence"])
def test_a_filter_knows_only_what_it_offers(
    account: Account, other_account: Account, owner: User, now: datetime, choice: str
) -> None:
    asked(account, now)
    foreign = other_account.pk if choice == "account" else Sequence.objects.get(account=other_account).pk
    for value in (foreign, "no id", "\0"):
        response = signed_in(owner).get(reverse("admin:reviews_reviewrequest_changelist"), {choice: str(value)})
        content = response.content.decode() if response.status_code == 200 else ""
        assert "Harbour Garage" not in content
        assert response.status_code in (200, 302)
