"""Different roles in two accounts: somebody writes only where they may, and a row stays with its account."""

from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from oauth.models import Account, Membership, User
from oauth.tests.flow import signed_in
from reviews.contacts.suppressions import suppress
from reviews.models import Contact, Delivery, InboxItem, ReviewRequest, ReviewSite, Sequence, Suppression
from reviews.pages import actions
from reviews.tests.support.helpers import asked

pytestmark = [pytest.mark.attack, pytest.mark.django_db]

SITE = {"name": "Angi", "url": "https://reviews.example/angi", "position": "1", "is_active": "on"}
ASK = {"first_name": "Jane", "email": "jane@example.com", "delay_hours": "0", "channel": "auto", "sequence": ""}
ADDED: list[tuple[str, type[Any], dict[str, Any]]] = [
    ("reviews_reviewrequest", ReviewRequest, ASK),
    ("reviews_contact", Contact, {"first_name": "Jane", "email": "jane@example.com"}),
    ("reviews_suppression", Suppression, {"channel": "email", "address": "jane@example.com"}),
]


@pytest.fixture
def mixed(owner: User, other_account: Account) -> Client:
    """The owner of one account, who only looks at the other one."""
    Membership.objects.create(account=other_account, user=owner, role="viewer")
    return signed_in(owner)


@pytest.mark.parametrize(("page", "model", "form"), ADDED)
def test_who_writes_in_one_account_adds_nothing_to_one_that_they_only_look_at(
    mixed: Client, account: Account, other_account: Account, page: str, model: type[Any], form: dict[str, Any]
) -> None:
    address, before = reverse(f"admin:{page}_add"), model.objects.count()
    form = form | {"business": str(account.pk)}
    refused = mixed.post(address, form | {"account": str(other_account.pk)})
    assert refused.status_code == 200
    assert "Select a valid choice" in refused.content.decode()
    assert model.objects.count() == before
    assert mixed.post(address, form | {"account": str(account.pk)}).status_code == 302
    assert (
        model.objects.filter(account=account).count()
        == before - model.objects.filter(account=other_account).count() + 1
    )


def test_who_writes_in_one_account_moves_nothing_on_in_one_that_they_only_look_at(
    mixed: Client, account: Account, other_account: Account, now: datetime
) -> None:
    request = asked(other_account, now)
    feedback = actions.record_feedback(delivery=Delivery.objects.get(), rating=2, text="Hm", now=now)
    ReviewRequest.objects.update(status="sent", ended_at=None)
    stop = Suppression.Reason.STOP
    suppression = suppress(
        account=other_account, channel="email", address="x@example.com", reason=stop, evidence="", now=now
    )
    rows: list[tuple[str, str, Any]] = [
        ("reviewrequest", "cancel", request),
        ("inboxitem", "mark_handled", feedback.inbox_item),
        ("suppression", "lift", suppression),
    ]
    for model, action, row in rows:
        form = {"action": action, "_selected_action": [str(row.pk)], "because": "I say so"}
        form["business"] = str(account.pk)
        assert mixed.post(reverse(f"admin:reviews_{model}_changelist"), form).status_code == 302  # it ran, on nothing
    assert ReviewRequest.objects.get().status == "sent"
    assert InboxItem.objects.get().handled_at is None
    assert Suppression.objects.get().lifted_at is None


def test_who_only_looks_at_the_business_in_view_adds_nothing_to_it(
    mixed: Client, account: Account, other_account: Account
) -> None:
    address = reverse("admin:reviews_contact_add")
    assert mixed.get(address).status_code == 403  # Harbour Garage is in view: the first by name
    mixed.post(reverse("switch-business"), {"to": str(account.pk)})
    assert f'name="account" value="{account.pk}"' in mixed.get(address).content.decode()
    form = {"account": str(other_account.pk), "business": str(other_account.pk), "email": "jane@example.com"}
    assert mixed.post(address, form).status_code == 403
    assert not Contact.objects.exists()


def test_sequences_to_choose_from_are_those_of_accounts_that_one_may_write_in(
    mixed: Client, account: Account, other_account: Account
) -> None:
    Sequence.objects.filter(account=other_account).update(name="Not to be chosen")
    mixed.post(reverse("switch-business"), {"to": str(account.pk)})
    content = mixed.get(reverse("admin:reviews_reviewrequest_add")).content.decode()
    assert "Standard</option>" in content
    assert "Not to be chosen" not in content


@pytest.mark.parametrize("role", ["owner", "viewer"])
def test_a_row_cannot_be_moved_to_another_account(
    owner: User, account: Account, other_account: Account, role: str
) -> None:
    Membership.objects.create(account=other_account, user=owner, role=role)
    site = ReviewSite.objects.get(account=account)
    address = reverse("settings-sites-edit", args=[site.pk])
    response = signed_in(owner).post(address, SITE | {"account": str(other_account.pk)})
    site.refresh_from_db()
    assert (response.status_code, site.account, site.name) == (302, account, "Angi")


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"email": "TAKEN@example.com"}, "Ada Lovelace has this address already."),
    ],
)
def test_two_contacts_of_an_account_cannot_be_given_the_same_address(
    owner: User, account: Account, other_account: Account, changed: dict[str, str], words: str
) -> None:
    taken = {"first_name": "Ada", "last_name": "Lovelace", "email": "taken@example.com", "phone": "+12125551234"}
    Contact.objects.create(account=account, **taken)
    contact = Contact.objects.create(account=account, email="jane@example.com")
    elsewhere = Contact.objects.create(account=other_account, email="jane@elsewhere.example")
    client = signed_in(owner)
    response = client.post(reverse("admin:reviews_contact_change", args=[contact.pk]), changed)
    assert response.status_code == 200
    assert words in response.content.decode()
    Membership.objects.create(account=other_account, user=owner, role="manager")
    response = client.post(reverse("admin:reviews_contact_change", args=[elsewhere.pk]), changed)
    assert response.status_code == 302  # in another account the address is free
