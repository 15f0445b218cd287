"""Lists of the back-office: their cost, their times, whose rows they hold."""

import csv
from datetime import UTC, datetime
from typing import Any

import pytest
from django.urls import reverse

from oauth.models import Account, Membership, User
from oauth.tests.flow import signed_in
from reviews.contacts.suppressions import suppress
from reviews.models import (
    Contact,
    Delivery,
    DeliveryEvent,
    ReviewRequest,
    Suppression,
)
from reviews.pages import actions
from reviews.requests.matching import Person
from reviews.tests.support.helpers import asked
from reviews.tests.support.lists import LISTS, exported, page_of

pytestmark = pytest.mark.django_db


# --- Cost -------------------------------------------------------------------------------------------


TABLES = ["delivery", "deliveryevent"]  # the others: reviewhub/tests/backoffice/test_lists.py


@pytest.mark.parametrize("model", TABLES)
def test_a_list_costs_no_query_for_a_row(
    account: Account, owner: User, operator: User, now: datetime, model: str, django_assert_max_num_queries: Any
) -> None:
    for number in range(20):
        request = asked(account, now, person=Person(email=f"c{number}@example.com"))
        delivery = Delivery.objects.get(request=request)
        actions.record_feedback(delivery=delivery, rating=3, text="so so", now=now)
        DeliveryEvent.objects.create(
            account=account, delivery=delivery, provider="p", key=str(number), occurred_at=now, received_at=now
        )
        suppress(
            account=account,
            channel="email",
            address=f"c{number}@example.com",
            reason=Suppression.Reason.STAFF,
            evidence="",
            now=now,
        )
    for user in (owner, operator):
        client = signed_in(user)
        client.get("/admin/")
        with django_assert_max_num_queries(9):
            response = client.get(reverse(f"admin:reviews_{model}_changelist"))
        assert response.content.count(b"data-row") >= 20


@pytest.mark.parametrize("name", LISTS)
def test_each_list_comes_as_a_file_to_whoever_sees_it(
    full: Account, owner: User, viewer: User, stranger: User, operator: User, name: str
) -> None:
    query = {"handled": "all"} if name == "inbox" else {}
    for user in (owner, viewer, operator):
        lines = list(csv.reader(exported(user, name, **query)))
        assert len(lines) >= 2, user
        assert {len(line) for line in lines} == {len(lines[0])}
    assert "export.csv" in page_of(viewer, name, **query)
    text = "\n".join(exported(stranger, name, **query))
    for word in ("Zebedee", "zebedee@example.com", "Quagga"):
        assert word not in text


@pytest.mark.parametrize("name", LISTS)
def test_no_list_offers_to_delete_chosen_rows(full: Account, owner: User, operator: User, name: str) -> None:
    for user in (owner, operator):
        assert "delete_selected" not in page_of(user, name, select="1")
    never = Contact.objects.create(account=full, email="never@example.com")
    form = {"action": "delete_selected", "_selected_action": [str(never.pk)], "post": "yes"}
    signed_in(operator).post(LISTS["customers"], form)
    assert Contact.objects.filter(pk=never.pk).exists()


# --- Lists ------------------------------------------------------------------------------------------


def test_times_are_those_of_the_business_in_view(
    account: Account, other_account: Account, owner: User, operator: User
) -> None:
    asked(account, datetime(2026, 3, 3, 15, 0, tzinfo=UTC))
    for user, shown, zone in ((owner, "3 Mar 2026, 10:00", "America/New_York"), (operator, "3 Mar 2026, 15:00", "UTC")):
        content = signed_in(user).get(reverse("admin:reviews_reviewrequest_changelist")).content.decode()
        assert shown in content
        assert f"Times are in the zone {zone}." in content


def test_the_zone_follows_the_switch(account: Account, other_account: Account, owner: User) -> None:
    Account.objects.filter(pk=other_account.pk).update(time_zone="Europe/London")
    Membership.objects.create(account=other_account, user=owner, role="viewer")
    client = signed_in(owner)
    assert "Times are in the zone Europe/London." in client.get("/admin/").content.decode()  # Harbour Garage
    client.post(reverse("switch-business"), {"to": str(account.pk)})
    assert "Times are in the zone America/New_York." in client.get("/admin/").content.decode()


def test_the_operator_of_all_businesses_can_tell_their_rows_apart(
    account: Account, other_account: Account, operator: User, viewer: User, now: datetime
) -> None:
    asked(account, now)
    asked(other_account, now, person=Person(email="b@example.com", first_name="Bert"))
    address = reverse("admin:reviews_reviewrequest_changelist")
    both = signed_in(operator).get(address).content.decode()
    assert both.count("<i>Harbour Garage</i>") == both.count("<i>") - 1 == 1
    assert f"?account={other_account.pk}" in both
    one = signed_in(operator).get(f"{address}?account={other_account.pk}").content.decode()
    assert "Bert" in one
    assert "Jane Smith" not in one
    single = signed_in(viewer).get(address).content.decode()
    assert "<i>" not in single
    assert "?account=" not in single


def test_a_long_list_is_counted_to_its_bound_and_not_acted_on_beyond(
    account: Account, owner: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reviewhub.backoffice.changelist.MOST_COUNTED", 2)
    requests = [asked(account, now, person=Person(email=f"c{number}@example.com")) for number in range(3)]
    client, address = signed_in(owner), reverse("admin:reviews_reviewrequest_changelist")
    assert "2 or more" in client.get(address).content.decode()
    form = {"action": "cancel", "select_across": "1", "_selected_action": [str(requests[0].pk)]}
    assert "filter the list first" in client.post(address, form, follow=True).content.decode()
    assert ReviewRequest.objects.filter(status="scheduled").count() == 3
    client.post(f"{address}?q=c1%40example.com", form)
    assert ReviewRequest.objects.filter(status="scheduled").count() == 2
