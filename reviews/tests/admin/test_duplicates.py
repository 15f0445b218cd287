"""Possible duplicates: read as a sentence, merged after a question, by whoever may change the business."""

from datetime import datetime

import pytest
from django.urls import reverse

from oauth.models import Account, User
from oauth.tests.flow import signed_in
from reviews.models import Contact, MergeCandidate
from reviews.requests.matching import Person
from reviews.tests.support.helpers import asked
from reviews.tests.support.lists import page_of, sentences

pytestmark = pytest.mark.django_db

ZOE = Person(first_name="Zoë", email="zoe@example.com")


@pytest.fixture
def pair(account: Account, now: datetime) -> MergeCandidate:
    other = Contact.objects.create(account=account, first_name="Bo", phone="+12125550178")
    return MergeCandidate.objects.create(
        account=account, by_email=asked(account, now, person=ZOE).contact, by_phone=other
    )


def question(pair: MergeCandidate) -> str:
    return reverse("admin:reviews_mergecandidate_merge_pair", args=[pair.pk])


def test_a_pair_says_why_it_may_be_one_person(pair: MergeCandidate, owner: User) -> None:
    (words,) = sentences(page_of(owner, "duplicates")).values()
    assert words == "An ask named zoe@example.com of the one and +12125550178 of the other"


def test_a_pair_is_merged_after_a_question(pair: MergeCandidate, owner: User) -> None:
    client = signed_in(owner)
    assert question(pair) in client.get(reverse("admin:reviews_mergecandidate_change", args=[pair.pk])).content.decode()
    assert "Are Zoë and Bo one person?" in client.get(question(pair)).content.decode()
    assert Contact.objects.count() == 2
    shown = client.post(question(pair), follow=True)
    contact = Contact.objects.get()
    assert shown.redirect_chain[-1][0] == reverse("admin:reviews_contact_change", args=[contact.pk])
    assert "all that was known of both stands at Zoë" in shown.content.decode()
    assert (contact.email, contact.phone) == ("zoe@example.com", "+12125550178")
    assert client.post(question(pair)).status_code == 404  # the pair is gone with the other


def test_of_an_erased_customer_nothing_is_merged(pair: MergeCandidate, owner: User, now: datetime) -> None:
    Contact.objects.filter(pk=pair.by_phone_id).update(erased_at=now, phone="")
    shown = signed_in(owner).post(question(pair), follow=True).content.decode()
    assert "One of the two is gone." in shown
    assert Contact.objects.count() == 2


def test_chosen_pairs_are_merged_at_once(pair: MergeCandidate, owner: User) -> None:
    given = {"action": "merge", "_selected_action": [str(pair.pk)]}
    shown = signed_in(owner).post("/admin/reviews/mergecandidate/", given, follow=True).content.decode()
    assert "Merged: 1." in shown
    assert Contact.objects.count() == 1


def test_a_viewer_merges_nothing_and_a_stranger_finds_nothing(
    pair: MergeCandidate, viewer: User, stranger: User
) -> None:
    assert signed_in(viewer).post(question(pair)).status_code == 403
    assert signed_in(stranger).post(question(pair)).status_code == 404
    assert Contact.objects.count() == 2
