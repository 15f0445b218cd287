"""Contacts and suppressions, as staff work with them."""

import json
from datetime import datetime
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from oauth.models import Account, Membership, User
from oauth.tests.flow import signed_in
from reviews.contacts.suppressions import suppress
from reviews.models import (
    Contact,
    Delivery,
    ReviewRequest,
    Suppression,
)
from reviews.requests.matching import Person
from reviews.tests.support.helpers import asked

pytestmark = pytest.mark.django_db

CONTACTS, SUPPRESSIONS = "/admin/reviews/contact/", "/admin/reviews/suppression/"
ZOE = Person(first_name="Zoë", email="zoe@example.com", phone="+12125550177")


@pytest.fixture
def contact(account: Account, now: datetime) -> Contact:
    return asked(account, now, person=ZOE).contact


def page(contact: Contact, action: str = "change") -> str:
    names = {"erase": "reviews_contact_erase", "hand_out": "reviews_contact_hand_out"}
    return reverse(f"admin:{names.get(action, 'reviews_contact_change')}", args=[contact.pk])


def opted_out(account: Account, now: datetime) -> Suppression:
    return suppress(
        account=account,
        channel="sms",
        address="+12125550177",
        reason=Suppression.Reason.STOP,
        evidence="Replied STOP",
        now=now,
    )


def test_the_page_of_a_contact_tells_requests_and_opt_outs(
    contact: Contact, account: Account, owner: User, now: datetime
) -> None:
    client = signed_in(owner)
    shown = client.get(page(contact)).content.decode()
    assert shown.count("May be written to") == 2
    assert reverse("admin:reviews_reviewrequest_change", args=[ReviewRequest.objects.get().pk]) in shown
    opted_out(account, now)
    shown = client.get(page(contact)).content.decode()
    ways = shown.split("Ways to write")[1].split("What happened")[0]
    assert ways.count("Replied that no more messages are wanted") == 1
    assert ways.count("May be written to") == 1
    assert "Replied STOP" in ways


def save(user: User, contact: Contact, **values: str) -> str:
    """Save the contact's page with these values changed; return the page that comes then."""
    names = ("first_name", "last_name", "company_name", "email", "phone", "time_zone")
    form_data = {name: getattr(contact, name) for name in names} | values
    return str(signed_in(user).post(page(contact), form_data, follow=True).content.decode())


def test_an_address_that_staff_change_or_remove_reaches_what_is_planned(contact: Contact, owner: User) -> None:
    save(owner, contact, email="Zoe@NEW.example")
    assert Delivery.objects.get().address == "zoe@new.example"
    contact.refresh_from_db()
    save(owner, contact, email="")
    assert (Delivery.objects.get().channel, Delivery.objects.get().address) == ("sms", contact.phone)


def test_a_number_may_be_shared_and_an_address_may_not(contact: Contact, account: Account, owner: User) -> None:
    other = Contact.objects.create(account=account, email="max@example.com")
    assert "Another contact has this mobile number as well" in save(owner, other, phone="(212) 555-0177")
    other.refresh_from_db()
    assert (other.phone, other.shares_phone) == (contact.phone, True)
    assert "has this address already" in save(owner, other, email="zoe@example.com")
    added = {"account": str(account.pk), "first_name": "Ida", "phone": contact.phone}
    address = reverse("admin:reviews_contact_add")
    shown = signed_in(owner).post(address, added, follow=True).content.decode()
    assert "Another contact has this mobile number as well" in shown
    assert Contact.objects.get(first_name="Ida").shares_phone


def test_a_contact_is_erased_after_a_question(contact: Contact, owner: User) -> None:
    client = signed_in(owner)
    assert "Erase for good" in client.get(page(contact, "erase")).content.decode()
    assert Contact.objects.get().erased_at is None
    shown = client.post(page(contact, "erase"), follow=True).content.decode()
    assert "Erased. The addresses will not be written to again." in shown
    assert "zoe@example.com" not in shown
    assert str(Contact.objects.get()) == "Erased contact"
    assert client.get(page(contact, "erase")).status_code in (403, 404)
    assert client.post(page(contact), {"first_name": "Back"}).status_code == 403


def test_all_that_is_known_is_handed_out(contact: Contact, account: Account, owner: User, now: datetime) -> None:
    opted_out(account, now)
    known = json.loads(signed_in(owner).get(page(contact, "hand_out")).content)
    assert known["contact"]["email"] == "zoe@example.com"
    assert known["opt_outs"][0]["reason"] == "stop"
    (request,) = known["review_requests"]
    assert request["messages"][0]["address"] == "zoe@example.com"
    assert request["feedback"] is None


def test_two_chosen_ones_are_merged_and_three_are_not(account: Account, owner: User, contact: Contact) -> None:
    other = Contact.objects.create(account=account, phone="+12125550178", company_name="Zoo")
    third = Contact.objects.create(account=account, phone="+12125550179")
    client = signed_in(owner)

    def merge(*chosen: Contact) -> str:
        given = {"action": "merge", "_selected_action": [str(one.pk) for one in chosen]}
        return str(client.post(CONTACTS, given, follow=True).content.decode())

    assert "Choose two customers" in merge(contact, other, third)
    assert "Merged into Zoë" in merge(other, contact)
    assert set(Contact.objects.all()) == {contact, third}
    assert Contact.objects.get(pk=contact.pk).company_name == "Zoo"


def test_a_viewer_reads_and_changes_nothing(contact: Contact, viewer: User) -> None:
    client = signed_in(viewer)
    assert client.get(page(contact)).status_code == 200
    assert client.get(page(contact, "hand_out")).status_code == 200
    assert client.post(page(contact, "erase")).status_code == 403
    assert client.post(f"{SUPPRESSIONS}take-in", {}).status_code in (403, 404)
    assert Contact.objects.get().email == "zoe@example.com"


def test_another_accounts_contact_does_not_exist(contact: Contact, stranger: User) -> None:
    client = signed_in(stranger)
    for action in ("erase", "hand_out"):
        assert client.get(page(contact, action)).status_code in (302, 403, 404)
        assert client.post(page(contact, action)).status_code in (302, 403, 404)
    assert Contact.objects.get().email == "zoe@example.com"


# --- Suppressions ---------------------------------------------------------------------------------


def take_in(user: User, account: Account, lines: str) -> Any:
    address = reverse("admin:reviews_suppression_take_in")
    given = {"account": str(account.pk), "addresses": lines, "evidence": "our old program"}
    return signed_in(user).post(address, given, follow=True)


def test_a_list_of_opt_outs_is_taken_in_and_stops_what_is_under_way(
    contact: Contact, account: Account, owner: User
) -> None:
    shown = take_in(owner, account, ' Zoe@Example.com,\n"+1 212 555 0177"\n\nzoe@example.com\n(212) 555-0199\n')
    assert "not written to any more: 3." in shown.content.decode()
    assert set(Suppression.objects.values_list("channel", "address", "reason")) == {
        ("email", "zoe@example.com", "staff"),
        ("sms", "+12125550177", "staff"),
        ("sms", "+12125550199", "staff"),
    }
    assert "our old program (taken in by " in Suppression.objects.first().evidence  # type: ignore[union-attr]
    assert ReviewRequest.objects.get().status == "suppressed"


def test_lines_that_are_no_address_are_named_and_nothing_is_taken_in(account: Account, owner: User) -> None:
    shown = take_in(owner, account, "a@b.de\nnobody@\n12\n")
    assert shown.status_code == 400
    assert "Line 2: Enter a valid email address." in shown.content.decode()
    assert "Line 3:" in shown.content.decode()
    assert not Suppression.objects.exists()


def test_a_list_is_taken_in_only_for_an_account_of_ones_own(account: Account, stranger: User) -> None:
    assert take_in(stranger, account, "a@b.de").status_code == 400
    assert not Suppression.objects.exists()


def test_those_in_force_come_out_as_a_file(
    account: Account, other_account: Account, owner: User, now: datetime
) -> None:
    opted_out(account, now)
    opted_out(other_account, now)
    response = signed_in(owner).get(reverse("admin:reviews_suppression_export"), {"lifted_at__isempty": "1"})
    lines = b"".join(response.streaming_content).decode("utf-8-sig").splitlines()  # type: ignore[attr-defined]
    assert lines[0].startswith("Address,Way,Why,Customer,Since,Evidence")
    assert [line.split(",")[:3] for line in lines[1:]] == [["+12125550177", "Text message", "Said stop"]]


def test_a_member_of_two_accounts_sees_one_at_a_time(account: Account, other_account: Account, owner: User) -> None:
    Membership.objects.create(account=other_account, user=owner, role="viewer")
    asked(account, timezone.now())
    asked(other_account, timezone.now(), person=Person(email="b@example.com"))
    client, address = signed_in(owner), reverse("admin:reviews_contact_changelist")
    for business, shown, hidden in (
        (account, "jane@example.com", "b@example.com"),
        (other_account, "b@example.com", "jane@example.com"),
    ):
        client.post(reverse("switch-business"), {"to": str(business.pk)})
        content = client.get(address).content.decode()
        assert shown in content
        assert hidden not in content
    theirs = Contact.objects.get(email="b@example.com")
    response = client.post(reverse("admin:reviews_contact_change", args=[theirs.pk]), {"first_name": "x"})
    assert response.status_code == 403  # a manager elsewhere is only a viewer here


def test_nobody_deletes_a_contact_erasing_is_the_way(account: Account, owner: User, operator: User) -> None:
    contact = Contact.objects.create(account=account, email="b@example.com")
    address = reverse("admin:reviews_contact_delete", args=[contact.pk])
    form = {"action": "delete_selected", "_selected_action": [str(contact.pk)], "post": "yes"}
    for user in (owner, operator):
        client = signed_in(user)
        assert client.post(address, {"post": "yes"}).status_code == 403
        client.post(reverse("admin:reviews_contact_changelist"), form)
        assert "Delete selected" not in client.get(reverse("admin:reviews_contact_changelist")).content.decode()
        assert "/delete/" not in client.get(page(contact)).content.decode()
        assert "/delete/" not in client.get(reverse("admin:reviews_contact_edit", args=[contact.pk])).content.decode()
    assert list(Contact.objects.all()) == [contact]


def test_the_form_keeps_a_customers_language_and_the_page_says_it(account: Account, owner: User) -> None:
    client = signed_in(owner)
    contact = Contact.objects.create(account=account, email="eva@example.com", language="de-AT")
    address = reverse("admin:reviews_contact_edit", args=[contact.pk])
    assert "German (de-AT)" in client.get(address).content.decode()
    data = {"account": str(account.pk), "email": "eva@example.com", "language": "de-AT"}
    client.post(address, data | {"first_name": "Eva"})
    contact.refresh_from_db()
    assert (contact.first_name, contact.language) == ("Eva", "de-AT")
    client.post(address, data | {"language": "es"})
    contact.refresh_from_db()
    assert contact.language == "es"
    page = client.get(reverse("admin:reviews_contact_change", args=[contact.pk])).content.decode()
    assert "is written to in Spanish" in page
    assert "Select a valid choice" in client.post(address, data | {"language": "tlh"}).content.decode()
