"""Changes of what is known about a contact."""

from datetime import datetime

import pytest

from oauth.models import Account
from reviews.contacts import change
from reviews.models import Contact, Delivery
from reviews.models.base import Channel
from reviews.requests.matching import Person
from reviews.tests.support.helpers import JANE, asked

pytestmark = pytest.mark.django_db


def test_what_is_planned_follows_and_the_places_left_are_told(account: Account, now: datetime) -> None:
    contact = asked(account, now).contact
    result = change.change(contact=contact, values={"email": " Jane@NEW.example"}, now=now)
    assert result == change.Change(warnings=[], left=[(account.pk, Channel.EMAIL, "jane@example.com")])
    assert (contact.email, Delivery.objects.get().address) == ("jane@new.example", "jane@new.example")


def test_a_number_that_another_contact_has_is_shared_with_a_warning(account: Account, now: datetime) -> None:
    asked(account, now)
    dave = Contact.objects.create(account=account, email="dave@example.com")
    assert change.change(contact=dave, values={"phone": "(212) 555-1234"}, now=now).warnings == [change.SHARED_PHONE]
    dave.refresh_from_db()
    assert (dave.phone, dave.shares_phone) == (JANE.phone, True)
    change.change(contact=dave, values={"phone": "+12125550000"}, now=now)
    dave.refresh_from_db()
    assert not dave.shares_phone


def test_an_address_that_another_contact_has_is_refused(account: Account, now: datetime) -> None:
    jane = asked(account, now).contact
    dave = Contact.objects.create(account=account, email="dave@example.com")
    with pytest.raises(change.AddressTaken) as refusal:
        change.change(contact=dave, values={"email": JANE.email}, now=now)
    assert refusal.value.holder == jane
    assert Contact.objects.get(pk=dave.pk).email == "dave@example.com"


def test_the_last_address_cannot_be_taken_away(account: Account, now: datetime) -> None:
    contact = asked(account, now, person=Person(email=JANE.email)).contact
    with pytest.raises(change.NoAddress):
        change.change(contact=contact, values={"email": ""}, now=now)
    assert Delivery.objects.get().status == "planned"


def test_other_columns_than_the_named_ones_keep_what_a_parallel_call_wrote(account: Account, now: datetime) -> None:
    contact = asked(account, now).contact
    Contact.objects.update(email="jane@new.example", last_name="Doe")
    change.change(contact=contact, values={"first_name": "Janet"}, now=now)
    assert (contact.name, contact.email) == ("Janet Smith", "jane@new.example")
    stored = Contact.objects.get()
    assert (stored.name, stored.email) == ("Janet Doe", "jane@new.example")
