"""The list of customers: ways to reach them, marks, the last ask, and chips by what came of it."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from oauth.models import Account, User
from reviews.contacts.suppressions import suppress
from reviews.models import Contact, ReviewRequest, Suppression
from reviews.requests.matching import Person
from reviews.tests.support.helpers import asked
from reviews.tests.support.lists import chips, exported, page_of, sentences

pytestmark = pytest.mark.django_db


def mark(account: Account, channel: str, address: str, reason: str = "stop") -> Suppression:
    return suppress(
        account=account,
        channel=channel,
        address=address,
        reason=Suppression.Reason(reason),
        evidence="",
        now=timezone.now(),
    )


def test_a_customer_is_said_with_the_last_ask_and_the_ways(account: Account, owner: User, now: datetime) -> None:
    asked(account, now)
    Contact.objects.create(account=account, email="new@example.com")
    said = sentences(page_of(owner, "customers"))
    assert said["Jane Smith"].startswith("First ask by e-mail ")
    assert said["Jane Smith"].endswith("· jane@example.com · +12125551234")
    assert said["new@example.com"] == "Never asked"  # the address is the name here


def test_of_several_asks_the_last_one_is_said(account: Account, owner: User, now: datetime) -> None:
    first = asked(account, now - timedelta(days=400))
    ReviewRequest.objects.filter(pk=first.pk).update(
        status="completed", ended_at=now, sent_at=now - timedelta(days=400)
    )
    asked(account, timezone.now())
    assert ReviewRequest.objects.count() == 2
    assert sentences(page_of(owner, "customers"))["Jane Smith"].startswith("First ask by e-mail")


def test_a_mark_goes_first_in_words(account: Account, owner: User, now: datetime) -> None:
    asked(account, now)
    mark(account, "sms", "+12125551234")
    assert sentences(page_of(owner, "customers"))["Jane Smith"].startswith("No text messages: replied STOP · First ask")
    mark(account, "email", "jane@example.com", "unsubscribed")
    said = sentences(page_of(owner, "customers"))["Jane Smith"]
    assert "No e-mail: unsubscribed" in said
    assert said.endswith("· jane@example.com · +12125551234")
    assert said.count("nsubscribed") == 1  # the end of the request says the same


def test_chips_know_who_answered_who_has_not_and_who_said_no(
    account: Account, other_account: Account, owner: User, operator: User, now: datetime
) -> None:
    for name, status in (("Ann", "sent"), ("Bob", "responded"), ("Cat", "scheduled")):
        request = asked(account, now, person=Person(first_name=name, email=f"{name.lower()}@example.com"))
        ended = now if status == "responded" else None
        ReviewRequest.objects.filter(pk=request.pk).update(status=status, ended_at=ended)
    mark(account, "email", "cat@example.com")
    asked(other_account, now, person=Person(first_name="Dan", email="ann@example.com"))
    mark(other_account, "email", "ann@example.com")
    page = page_of(owner, "customers")
    assert chips(page) == {"All": "3", "Waiting for an answer": "1", "Answered": "1", "Do not contact": "1"}
    for asked_for, names in (("sent", {"Ann"}), ("responded", {"Bob"}), ("never", {"Cat"})):
        assert set(sentences(page_of(owner, "customers", asked=asked_for))) == names
    assert len(exported(owner, "customers", asked="never")) == 2
    assert chips(page_of(operator, "customers"))["All"] == "4"


def test_an_erased_customer_has_nothing_to_be_said(account: Account, owner: User, now: datetime) -> None:
    contact = asked(account, now).contact
    Contact.objects.filter(pk=contact.pk).update(first_name="", last_name="", email="", phone="", erased_at=now)
    assert sentences(page_of(owner, "customers")) == {"Erased contact": "All data erased"}
