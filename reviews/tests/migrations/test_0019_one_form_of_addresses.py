"""The update that brings e-mail addresses into their one form: rows stand here as earlier releases wrote them."""

import logging
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.db import connection

from oauth.models import Account, User
from reviews.contacts import opt_outs, suppressions
from reviews.models import (
    Contact,
    Delivery,
    DeliveryEvent,
    Event,
    InboxItem,
    MergeCandidate,
    ReviewRequest,
    Suppression,
)
from reviews.models.addresses import hash_address
from reviews.requests.matching import Person
from reviews.tests.support.helpers import asked

pytestmark = pytest.mark.django_db

FORMER, TODAY = "x@münchen.example", "x@xn--mnchen-3ya.example"
step = import_module("reviews.migrations.0019_one_form_of_addresses")


def update() -> None:
    step.bring_into_form(apps, connection.schema_editor())


def of_old(account: Account, email: str, **values: Any) -> Contact:
    return Contact.objects.create(account=account, email=email, **values)


def asked_of_old(account: Account, email: str, now: datetime) -> ReviewRequest:
    """A request on its way to the address, as earlier releases planned it."""
    request = asked(account, now, person=Person(email="of-old@example.com"))
    contact = Contact.objects.filter(account=account, email=email).exclude(pk=request.contact_id).first()
    Delivery.objects.filter(request=request).update(address=email)
    if contact is not None:
        ReviewRequest.objects.filter(pk=request.pk).update(contact=contact)
        request.contact.delete()
    else:
        Contact.objects.filter(pk=request.contact_id).update(email=email)
    request.refresh_from_db()
    return request


def suppressed(account: Account, address: str, at: datetime, reason: str = "unsubscribed", **values: Any) -> Any:
    """A suppression as earlier releases wrote it: the hash is of the form that was typed."""
    return Suppression.objects.create(
        account=account,
        channel="email" if "@" in address else "sms",
        address=address,
        address_hash=hash_address(account.pk, "email" if "@" in address else "sms", address),
        reason=reason,
        created_at=at,
        **values,
    )


def is_suppressed(account: Account, address: str, channel: str = "email") -> bool:
    return suppressions.of(account=account, channel=channel, address=address).exists()


def test_an_address_in_other_letters_gets_its_form_wherever_it_is_compared(account: Account, now: datetime) -> None:
    request = asked_of_old(account, FORMER, now)
    suppressed(account, "anna@straße.example", now)
    DeliveryEvent.objects.create(
        account=account, provider="p", key="1", address=FORMER, occurred_at=now, received_at=now, payload={}
    )
    update()
    update()  # a second run finds nothing to do
    request.refresh_from_db()
    assert request.contact.email == TODAY
    assert Delivery.objects.get().address == TODAY
    assert DeliveryEvent.objects.get().address == TODAY
    opt_out = Suppression.objects.get()
    assert opt_out.address == "anna@xn--strae-oqa.example"
    assert opt_out.address_hash == hash_address(account.pk, "email", opt_out.address)


def test_addresses_in_plain_letters_stay(account: Account, now: datetime) -> None:
    asked(account, now)
    opt_out = suppressed(account, "bob@example.com", now)
    contact = Contact.objects.get()
    before = Contact.objects.values().get(), Delivery.objects.values().get(), Suppression.objects.values().get()
    update()
    assert before == (
        Contact.objects.values().get(),
        Delivery.objects.values().get(),
        Suppression.objects.values().get(),
    )
    assert contact.email == "jane@example.com"
    assert opt_out.address == "bob@example.com"


def test_the_hash_of_who_was_erased_stays_and_counts_in_the_new_form(account: Account, now: datetime) -> None:
    erased = suppressed(account, FORMER, now, reason="erased")
    Suppression.objects.update(address="")
    update()
    erased.refresh_from_db()
    assert erased.address_hash == hash_address(account.pk, "email", FORMER)
    assert is_suppressed(account, TODAY)
    assert asked(account, now, person=Person(email=TODAY)).status == "suppressed"


@pytest.mark.parametrize("first", [FORMER, TODAY])
def test_two_contacts_whose_addresses_are_one_become_the_older(
    account: Account, now: datetime, first: str, caplog: pytest.LogCaptureFixture
) -> None:
    operator = User.objects.create_user("op@example.com", is_superuser=True)
    second = TODAY if first == FORMER else FORMER
    older = of_old(account, first, first_name="Xaver", time_zone="Europe/Berlin")
    newer = of_old(account, second, first_name="Xaver Z.", last_name="Huber", phone="+4915112345678")
    Contact.objects.filter(pk=older.pk).update(created_at=now - timedelta(days=2))
    ended = asked_of_old(account, second, now)
    ReviewRequest.objects.filter(pk=ended.pk).update(status="completed", ended_at=now, contact=newer)
    Event.objects.create(account=account, type="contact.opted_out", occurred_at=now, contact=newer)
    MergeCandidate.objects.create(account=account, by_email=older, by_phone=newer)
    InboxItem.objects.create(account=account, contact=newer, kind="feedback", created_at=now)
    with caplog.at_level(logging.WARNING):
        update()
    contact = Contact.objects.get()
    assert contact.pk == older.pk
    assert (contact.email, contact.phone) == (TODAY, "+4915112345678")
    assert (contact.first_name, contact.last_name, contact.time_zone) == ("Xaver", "Huber", "Europe/Berlin")
    assert {request.contact_id for request in ReviewRequest.objects.all()} == {older.pk}
    assert {event.contact_id for event in Event.objects.filter(type="contact.opted_out")} == {older.pk}
    assert InboxItem.objects.get().contact_id == older.pk
    note = LogEntry.objects.get()
    assert (note.user_id, note.object_id, note.change_message) == (operator.pk, str(older.pk), step.MERGED)
    [line] = [record.getMessage() for record in caplog.records if record.name == step.__name__]
    assert f"account {account.pk}" in line
    assert "contacts merged: 1" in line
    assert "@" not in line


def test_of_two_open_requests_that_of_the_older_contact_goes_on(account: Account, now: datetime) -> None:
    older, newer = of_old(account, FORMER), of_old(account, TODAY)
    Contact.objects.filter(pk=older.pk).update(created_at=now - timedelta(days=2))
    theirs = asked(account, now, person=Person(email=TODAY))
    assert theirs.contact_id == newer.pk
    first = asked_of_old(account, FORMER, now)
    assert first.contact_id == older.pk
    update()
    first.refresh_from_db()
    theirs.refresh_from_db()
    assert (first.status, first.contact_id) == ("scheduled", older.pk)
    assert (theirs.status, theirs.reason, theirs.contact_id) == ("cancelled", step.MERGED, older.pk)
    assert theirs.ended_at is not None
    assert dict(Delivery.objects.values_list("request", "status")) == {first.pk: "planned", theirs.pk: "cancelled"}
    assert Event.objects.filter(type="review_request.cancelled", request=theirs).count() == 1


def test_three_contacts_of_one_address_become_one(account: Account, now: datetime) -> None:
    for email in (FORMER, TODAY, "x@mu\u0308nchen.example"):
        of_old(account, email)
    update()
    assert Contact.objects.get().email == TODAY


def test_the_same_address_in_two_accounts_stays_two(account: Account, other_account: Account, now: datetime) -> None:
    of_old(account, FORMER)
    of_old(other_account, TODAY)
    update()
    assert Contact.objects.filter(email=TODAY).count() == 2


def test_an_opt_out_of_one_of_the_two_counts_for_both(account: Account, now: datetime) -> None:
    of_old(account, FORMER, phone="+4915112345678")
    of_old(account, TODAY, phone="+4915112345679")
    suppressed(account, FORMER, now)
    suppressed(account, "+4915112345679", now, reason="stop")
    update()
    assert is_suppressed(account, TODAY)
    for number in ("+4915112345678", "+4915112345679"):
        assert is_suppressed(account, number, "sms")


@pytest.mark.parametrize(
    ("reasons", "kept"),
    [
        (("unsubscribed", "unsubscribed"), 0),
        (("unsubscribed", "complained"), 1),
        (("complained", "unsubscribed"), 0),
        (("staff", "complained"), 0),
    ],
)
def test_of_two_opt_outs_of_one_address_the_one_that_is_harder_to_lift_stays(
    account: Account, now: datetime, reasons: tuple[str, str], kept: int
) -> None:
    rows = [suppressed(account, FORMER, now, reasons[0]), suppressed(account, TODAY, now, reasons[1])]
    update()
    for row in rows:
        row.refresh_from_db()
        assert (row.address, row.address_hash) == (TODAY, hash_address(account.pk, "email", TODAY))
    assert [row.lifted_at is None for row in rows] == [kept == 0, kept == 1]
    assert str(rows[kept].pk) in rows[1 - kept].lifted_because
    # It was never allowed again: what a provider reported before counts as ever.
    where: dict[str, Any] = {"account": account, "channel": "email", "address": TODAY}
    assert not suppressions.lifted_since(**where, moment=now + timedelta(seconds=1))


def test_a_suppression_that_was_lifted_stays_lifted(account: Account, now: datetime) -> None:
    suppressed(account, FORMER, now, lifted_at=now, lifted_because="Asked for it.")
    update()
    assert not is_suppressed(account, TODAY)
    where: dict[str, Any] = {"account": account, "channel": "email", "address": TODAY}
    assert suppressions.lifted_since(**where, moment=now)


@pytest.mark.parametrize("email", ["bıll@example.com", "jörg@example.com", "a@xn--a.example", '"a b"@example.com'])
def test_what_no_mail_can_go_to_stays_is_counted_and_gets_none(
    account: Account, now: datetime, email: str, caplog: pytest.LogCaptureFixture
) -> None:
    contact = of_old(account, email, phone="+12125551234")
    of_old(account, f"other-{email}" if email[0] != '"' else '"other"@example.com')
    with caplog.at_level(logging.WARNING):
        update()
    contact.refresh_from_db()
    assert contact.email == email
    assert "left as they are, since no mail can go there: 2" in caplog.text
    assert email not in caplog.text
    request = asked(account, now, person=Person(phone="+12125551234"))
    assert list(Delivery.objects.filter(request=request).values_list("channel", flat=True)) == ["sms"]


def test_the_whole_takes_several_batches(account: Account, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(step, "BATCH", 2)
    monkeypatch.setattr(step, "READ", 3)
    for number in range(8):
        asked_of_old(account, f"c{number}@münchen.example", now)
        suppressed(account, f"s{number}@münchen.example", now)
    update()
    for model, column in ((Contact, "email"), (Delivery, "address"), (Suppression, "address")):
        assert all(value.endswith("@xn--mnchen-3ya.example") for value in model.objects.values_list(column, flat=True))


def test_an_opt_out_after_the_update_ends_what_was_planned_before(account: Account, now: datetime) -> None:
    request = asked_of_old(account, FORMER, now)
    update()
    reason = Suppression.Reason.UNSUBSCRIBED
    opt_outs.opt_out(account=account, channel="email", address=TODAY, reason=reason, evidence="", now=now)
    request.refresh_from_db()
    assert request.status == "suppressed"
    assert Delivery.objects.get().status == "cancelled"
