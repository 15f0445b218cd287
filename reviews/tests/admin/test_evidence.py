"""Evidence in the back-office: a page to print and a signed file, for owners and managers."""

import json
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from oauth.models import Account, User
from oauth.tests.flow import signed_in
from reviewhub.signatures import public_keys
from reviewhub.testing import make_member
from reviewhub.tests.test_signatures import is_genuine
from reviews.contacts import erase, opt_outs
from reviews.models import Contact, Suppression
from reviews.models.base import Channel
from reviews.requests.consents import Agreement
from reviews.tests.support.helpers import JANE, asked

pytestmark = pytest.mark.django_db

TYPED = reverse("admin:reviews_suppression_evidence_of")


@pytest.fixture
def contact(account: Account, now: datetime) -> Contact:
    agreed = Agreement(Channel.SMS, JANE.phone, "Riverside <may> text me.", "Form", now)
    contact = asked(account, now, agreements=(agreed,)).contact
    opt_outs.opt_out(
        account=account,
        channel="sms",
        address=JANE.phone,
        reason=Suppression.Reason.STOP,
        evidence="SM1: STOP",
        now=now,
    )
    return contact


def pages(contact: Contact) -> list[str]:
    rows = {"contact": contact, "suppression": Suppression.objects.get(address=JANE.phone)}
    return [reverse(f"admin:reviews_{name}_evidence", args=[row.pk]) for name, row in rows.items()]


def test_the_page_shows_the_history_and_the_file_is_signed(contact: Contact, owner: User) -> None:
    client = signed_in(owner)
    for address in pages(contact):
        response = client.get(address)
        text = response.content.decode()
        assert response.status_code == 200, address
        for words in ("Riverside &lt;may&gt; text me.", "Agreed", "Withdrew the consent", "SM1: STOP", "Signature"):
            assert words in text
        assert "no-store" in response["Cache-Control"]
        file = client.get(f"{address}?as=json")
        assert "attachment" in file["Content-Disposition"]
        assert JANE.phone not in file["Content-Disposition"]
        document = json.loads(file.content)
        assert is_genuine(document, public_keys())
        assert JANE.phone in [subject["address"] for subject in document["subjects"]]


def test_the_pages_lead_to_it(contact: Contact, owner: User) -> None:
    client = signed_in(owner)
    suppression = Suppression.objects.get()
    for address, row in zip(pages(contact), (contact, suppression), strict=True):
        page = client.get(reverse(f"admin:reviews_{row._meta.model_name}_change", args=[row.pk])).content.decode()
        assert address in page
    assert TYPED in client.get(reverse("admin:reviews_suppression_changelist")).content.decode()


def test_of_who_was_erased_it_is_found_by_typing_the_address(contact: Contact, owner: User, now: datetime) -> None:
    erase.erase(contact=contact, by="Ann", now=now)
    client = signed_in(owner)
    form = {"account": str(contact.account_id), "address": "(212) 555-1234"}
    assert client.get(TYPED).status_code == 200
    page = client.post(TYPED, form).content.decode()
    assert "Riverside &lt;may&gt; text me." in page
    assert '<input type="hidden" name="address" value="(212) 555-1234">' in page
    document = json.loads(client.post(TYPED, form | {"as": "json"}).content)
    assert is_genuine(document, public_keys())
    assert document["subjects"][0]["suppressed"]


@pytest.mark.parametrize("address", ["", "12", "nobody@", "x" * 300])
def test_what_is_no_address_is_refused(account: Account, owner: User, address: str) -> None:
    response = signed_in(owner).post(TYPED, {"account": str(account.pk), "address": address})
    assert response.status_code == 400
    assert "rh-evidence" not in response.content.decode()


def statuses(client: Client, contact: Contact) -> list[int]:
    typed = client.post(TYPED, {"account": str(contact.account_id), "address": JANE.phone})
    return [*(client.get(f"{page}?as=json").status_code for page in pages(contact)), typed.status_code]


def test_owners_managers_and_the_operator_may_see_it(
    account: Account, contact: Contact, owner: User, operator: User
) -> None:
    manager = make_member(account, "manager", "manager@riverside.example")
    for user in (owner, manager, operator):
        assert statuses(signed_in(user), contact) == [200, 200, 200], user


def test_a_viewer_may_not(contact: Contact, viewer: User) -> None:
    assert statuses(signed_in(viewer), contact) == [403, 403, 403]


def test_for_a_stranger_there_is_none(contact: Contact, stranger: User) -> None:
    *found, typed = statuses(signed_in(stranger), contact)
    assert all(status in (403, 404) for status in found)
    assert typed == 400  # the account is none of the choices


def test_nobody_sees_it_without_signing_in(contact: Contact, client: Client) -> None:
    assert statuses(client, contact) == [302, 302, 302]


def test_the_list_of_consents_shows_them(contact: Contact, owner: User, stranger: User) -> None:
    address: Any = reverse("admin:reviews_consent_changelist")
    assert JANE.phone in signed_in(owner).get(address).content.decode()
    assert JANE.phone not in signed_in(stranger).get(address).content.decode()
