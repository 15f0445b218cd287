"""The list of Settings, Messages: what each card says, and to whom."""

from datetime import datetime
from typing import Any

import pytest
from django.urls import reverse

from oauth.models import Account, Membership, User
from oauth.tests.flow import signed_in
from reviews.admin import sequence_list
from reviews.models import Sequence
from reviews.requests.matching import Person
from reviews.requests.sequences import copy_sequence
from reviews.tests.support.helpers import asked

pytestmark = pytest.mark.django_db

LIST = "/admin/reviews/sequence/"


def shown(user: User) -> str:
    response = signed_in(user).get(LIST)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_a_card_says_what_the_sequence_does_and_how_much_it_is_used(
    account: Account, owner: User, now: datetime
) -> None:
    copy_sequence(Sequence.objects.get(account=account))
    for number in range(2):
        asked(account, now, person=Person(email=f"c{number}@example.com"))
    page = shown(owner)
    assert "<h1>Messages</h1>" in page
    for words in ("First ask", "Reminder after 3 days", "Reminder after 7 days", "by mail, or by text message"):
        assert words in page
    assert "Used for 2 requests" in page
    assert "Not used yet" in page
    assert page.count("Used by default") == 1
    assert page.index("Standard</a>") < page.index("Standard (2)</a>")


def test_of_many_requests_the_newest_are_counted(
    account: Account, owner: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sequence_list, "MOST_LOOKED_AT", 2)
    copy_sequence(Sequence.objects.get(account=account))
    for number in range(3):
        asked(account, now, person=Person(email=f"c{number}@example.com"))
    page = shown(owner)
    assert "Used for 2 of the last 2 requests" in page
    assert "Not used lately" in page


def test_no_slug_and_no_id_is_in_sight(account: Account, owner: User) -> None:
    Sequence.objects.filter(account=account).update(slug="zebra-crossing")
    page = shown(owner)
    assert "zebra" not in page
    assert 'name="_selected_action"' not in page


def test_a_viewer_reads_and_has_no_button_that_changes(account: Account, viewer: User) -> None:
    page = shown(viewer)
    assert ">Read</a>" in page
    for words in ("Send it to me", "Copy", "Write a new sequence"):
        assert words not in page


def test_who_only_looks_in_the_business_in_view_is_offered_no_new_sequence_there(
    account: Account, other_account: Account, owner: User
) -> None:
    Membership.objects.create(account=other_account, user=owner, role="viewer")
    client = signed_in(owner)
    client.post(reverse("switch-business"), {"to": str(other_account.pk)})
    assert "Write a new sequence" not in client.get(LIST).content.decode()
    client.post(reverse("switch-business"), {"to": str(account.pk)})
    assert "Write a new sequence" in client.get(LIST).content.decode()


def test_a_stranger_sees_none_of_them(account: Account, stranger: User) -> None:
    key = Sequence.objects.get(account=account).pk
    assert f"/admin/reviews/sequence/{key}/" not in shown(stranger)


def test_the_operator_sees_whose_each_is(account: Account, other_account: Account, operator: User) -> None:
    page = shown(operator)
    assert "Riverside Dental" in page
    assert "Harbour Garage" in page
    assert "Used for" not in page


def test_an_empty_list_says_what_will_stand_there(account: Account, owner: User) -> None:
    Sequence.objects.filter(account=account).delete()
    assert "stand here once you have written a sequence" in shown(owner)


def test_the_list_costs_the_same_whatever_the_number(
    account: Account, owner: User, django_assert_max_num_queries: Any
) -> None:
    for _ in range(5):
        copy_sequence(Sequence.objects.get(account=account, slug="standard"))
    client = signed_in(owner)
    client.get(LIST)
    with django_assert_max_num_queries(12):
        page = client.get(LIST).content
    assert len(page) < 40_000
    assert reverse("admin:reviews_sequence_add") in page.decode()
