"""The list of addresses that must not be written to: which way, why, whose, and what was lifted."""

from datetime import datetime

import pytest
from django.utils import timezone

from oauth.models import Account, User
from reviews.contacts.suppressions import suppress
from reviews.models import Contact, Suppression
from reviews.tests.support.lists import page_of, sentences

pytestmark = pytest.mark.django_db


def mark(account: Account, channel: str, address: str, reason: str, evidence: str, now: datetime) -> None:
    words = Suppression.Reason(reason)
    suppress(account=account, channel=channel, address=address, reason=words, evidence=evidence, now=now)


def test_an_address_is_said_with_the_way_the_reason_and_the_customer(
    account: Account, other_account: Account, owner: User, now: datetime
) -> None:
    Contact.objects.create(account=account, first_name="Ava", last_name="Martin", email="ava@example.com")
    Contact.objects.create(account=account, first_name="Bob", phone="+12125551234")
    Contact.objects.create(account=other_account, first_name="Eve", email="nobody@example.com")
    mark(account, "email", "ava@example.com", "unsubscribed", "Pressed the link.", now)
    mark(account, "sms", "+12125551234", "stop", "STOP", now)
    mark(account, "email", "nobody@example.com", "staff", f"Added by {owner}.", now)
    assert sentences(page_of(owner, "do_not_contact")) == {
        "ava@example.com": "No e-mail: unsubscribed · Ava Martin · Pressed the link.",
        "+12125551234": "No text messages: replied STOP · Bob · STOP",
        "nobody@example.com": f"No e-mail: added by your team · Added by {owner}.",
    }


def test_what_was_lifted_says_so_first(account: Account, owner: User, now: datetime) -> None:
    mark(account, "email", "ava@example.com", "staff", "", now)
    Suppression.objects.update(lifted_at=timezone.now(), lifted_because="asked for it")
    said = sentences(page_of(owner, "do_not_contact"))["ava@example.com"]
    assert said == "Lifted just now: asked for it · No e-mail: added by your team"


def test_every_reason_has_its_words(account: Account, owner: User, now: datetime) -> None:
    from reviews.admin.lists.words import REASONS

    assert set(REASONS) == set(Suppression.Reason)


def test_an_erased_customers_address_is_not_shown(account: Account, owner: User, now: datetime) -> None:
    mark(account, "email", "ava@example.com", "erased", "", now)
    Suppression.objects.update(address="")
    assert sentences(page_of(owner, "do_not_contact")) == {"Erased address": "No e-mail: the customer was erased"}
