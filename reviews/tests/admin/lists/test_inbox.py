"""The list of the inbox: each kind of item in its words."""

from datetime import datetime

import pytest

from oauth.models import Account, User
from reviews.contacts.suppressions import suppress
from reviews.models import Contact, InboxItem, Suppression
from reviews.tests.support.lists import chips, page_of, sentences

pytestmark = pytest.mark.django_db


def item(account: Account, now: datetime, name: str, **columns: object) -> InboxItem:
    contact = Contact.objects.create(account=account, first_name=name, email=f"{name.lower()}@example.com")
    return InboxItem.objects.create(**({"account": account, "contact": contact, "created_at": now} | columns))


def test_each_kind_is_said_in_words(account: Account, owner: User, now: datetime) -> None:
    bounced = suppress(
        account=account,
        channel="email",
        address="dan@example.com",
        reason=Suppression.Reason.BOUNCED,
        evidence="5.1.1",
        now=now,
    )
    item(account, now, "Ann", kind="feedback", stars=2, text="Waited\nlong.")
    item(account, now, "Bob", kind="reply", text="Thanks!")
    item(account, now, "Cat", kind="unclear_opt_out", text="stop it please")
    item(account, now, "Dan", kind="bounce", text="550 5.1.1 no such user", suppression=bounced)
    item(account, now, "Eve", kind="feedback", stars=5)
    item(account, now, "Fay", kind="feedback", text="x", contact=None)
    page = page_of(owner, "inbox")
    assert sentences(page) == {
        "Ann": "2 of 5 stars · “Waited long.”",
        "Bob": "Replied · “Thanks!”",
        "Cat": "Perhaps an opt-out · “stop it please” · waits for your decision",
        "Dan": "dan@example.com does not exist",
        "Eve": "5 of 5 stars · no words",
        "Somebody at the printed code": "“x”",
    }
    assert chips(page)["Waiting"] == "6"
    assert set(sentences(page_of(owner, "inbox", kind__exact="reply"))) == {"Bob"}


def test_what_is_handled_says_by_whom_or_how(account: Account, owner: User, now: datetime) -> None:
    item(account, now, "Ann", kind="reply", text="a", handled_at=now, handled_by=owner)
    item(account, now, "Bob", kind="unclear_opt_out", text="b", handled_at=now, outcome="opted_out")
    item(account, now, "Cat", kind="reply", text="c", handled_at=now)
    assert sentences(page_of(owner, "inbox")) == {}
    said = sentences(page_of(owner, "inbox", handled="yes"))
    assert said["Ann"] == f"Replied · “a” · handled by {owner}"
    assert said["Bob"].endswith("Opted out")
    assert said["Cat"].endswith("handled")


def test_words_are_cut_where_the_room_ends(account: Account, owner: User, now: datetime) -> None:
    item(account, now, "Ann", kind="reply", text="word " * 200)
    assert len(sentences(page_of(owner, "inbox"))["Ann"]) < 130
