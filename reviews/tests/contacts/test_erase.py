"""Erasing a customer: nothing of them is left, and they are never asked again."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.contrib.admin.models import ADDITION, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core import serializers

from oauth.models import Account, User
from reviews.contacts import change, doubts, erase, suppressions
from reviews.contacts.suppressions import suppress
from reviews.inbox import decisions
from reviews.models import Contact, Delivery, DeliveryEvent, InboxItem, MergeCandidate, ReviewRequest, Suppression
from reviews.models.base import Channel
from reviews.pages import actions
from reviews.requests.ask import Ask, ask
from reviews.requests.consents import Agreement
from reviews.requests.matching import Person
from reviews.tests.support.helpers import FakeProvider, asked

pytestmark = pytest.mark.django_db

ZEBEDEE = Person(
    first_name="Zebedee",
    last_name="Quagga",
    company_name="Quagga & Sons",
    email="zebedee@example.com",
    phone="+12125550177",
)
TRACES = ("Zebedee", "zebedee", "Quagga", "2125550177", "JOB-7")


@pytest.fixture
def contact(account: Account, owner: User, now: datetime) -> Contact:
    """A customer with a trace in every table that may have one."""
    agreed = Agreement(Channel.SMS, ZEBEDEE.phone, "I, Zebedee, agree to texts", "Call from 212-555-0177", now)
    told = {"external_id": "JOB-7", "metadata": {"note": "Zebedee called"}, "agreements": (agreed,)}
    request = asked(account, now, person=ZEBEDEE, **told)
    delivery = Delivery.objects.get()
    Delivery.objects.filter(pk=delivery.pk).update(subject="Zebedee?", text="Hi Zebedee", error_text="zebedee@… full")
    for key, about in (("1", {"delivery": delivery}), ("2", {"address": "+12125550177"})):
        DeliveryEvent.objects.create(
            account=account,
            provider="test",
            key=key,
            text="Zebedee here",
            occurred_at=now,
            received_at=now,
            payload={"to": "zebedee@example.com"},
            **about,
        )
    other = Contact.objects.create(account=account, email="other@example.com")
    MergeCandidate.objects.create(account=account, by_email=other, by_phone=request.contact)
    actions.record_feedback(delivery=delivery, rating=2, text="Zebedee was not amused", now=now)
    suppress(
        account=account,
        channel="sms",
        address="+12125550177",
        reason=Suppression.Reason.STOP,
        evidence="Zebedee wrote STOP",
        now=now,
    )
    LogEntry.objects.create(
        user=owner,
        content_type=ContentType.objects.get_for_model(Contact),
        object_id=str(request.contact_id),
        object_repr="Zebedee Quagga",
        action_flag=ADDITION,
    )
    return request.contact


def traces() -> list[str]:
    """Every row of ours, and of Django's log, that still names the customer."""
    models: list[Any] = [*apps.get_app_config("reviews").get_models(), LogEntry]
    rows = [row for model in models for row in model._default_manager.all()]
    texts = [serializers.serialize("json", [row]) for row in rows]
    return [text for text in texts if any(trace in text for trace in TRACES)]


def test_nothing_of_the_customer_is_left(contact: Contact, now: datetime) -> None:
    assert len(traces()) >= 8
    erase.erase(contact=contact, by="owner", now=now)
    assert traces() == []
    contact.refresh_from_db()
    assert contact.erased_at == now
    request = ReviewRequest.objects.get()
    assert (request.status, request.feedback.rating, request.feedback.text) == ("responded", 2, "")
    assert Delivery.objects.get().status == "cancelled"


def test_a_list_that_is_imported_later_asks_nobody_who_was_erased(
    account: Account, contact: Contact, now: datetime
) -> None:
    erase.erase(contact=contact, by="owner", now=now)
    assert {(row.channel, row.address, row.reason) for row in Suppression.objects.active()} == {
        ("email", "", "erased"),
        ("sms", "", "stop"),
    }
    again = ask(account=account, wanted=Ask(ZEBEDEE), now=now + timedelta(days=400))
    assert (again.created, again.request.status) == (True, "suppressed")
    assert again.request.contact != contact


def test_what_is_under_way_is_stopped(account: Account, provider: FakeProvider, now: datetime) -> None:
    request = asked(account, now, person=ZEBEDEE)
    erase.erase(contact=request.contact, by="owner", now=now)
    request.refresh_from_db()
    assert (request.status, request.reason) == ("suppressed", "Erased by owner.")
    assert Delivery.objects.get().status == "cancelled"
    assert provider.sent == []


def test_who_shares_the_number_is_not_texted_and_keeps_the_rest(account: Account, now: datetime) -> None:
    """The number is not written to again, whoever else has it; the request of that other person goes on by mail."""
    dave = Person(first_name="Dave", email="dave@example.com", phone=ZEBEDEE.phone)
    daves = asked(account, now, person=dave, channel="auto")
    Delivery.objects.update(channel="sms", address=ZEBEDEE.phone)
    zebedees = asked(account, now, person=ZEBEDEE)
    erase.erase(contact=zebedees.contact, by="owner", now=now)
    daves.refresh_from_db()
    assert daves.status == "scheduled"
    message = Delivery.objects.get(request=daves)
    assert (message.channel, message.address, message.status) == ("email", "dave@example.com", "planned")
    assert Contact.objects.get(email="dave@example.com").phone == ZEBEDEE.phone


def test_what_a_call_brings_while_a_worker_is_waited_for_is_ended_too(
    account: Account, contact: Contact, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def change_and_ask(*places: Any) -> bool:
        change.change(contact=contact, values={"email": "new@example.com"}, now=now)
        asked(account, now, person=Person(email="new@example.com"))
        return True

    monkeypatch.setattr(suppressions, "until_quiet", change_and_ask)
    erase.erase(contact=contact, by="owner", now=now)
    assert not ReviewRequest.objects.open().exists()
    assert not Delivery.objects.pending().exists()


def test_other_customers_keep_everything(
    account: Account, other_account: Account, contact: Contact, now: datetime
) -> None:
    theirs = asked(other_account, now, person=ZEBEDEE)
    erase.erase(contact=contact, by="owner", now=now)
    assert theirs.contact.email == "zebedee@example.com"
    theirs.refresh_from_db()
    assert theirs.status == "scheduled"
    assert not Suppression.objects.for_account(other_account).exists()


def test_what_providers_tell_later_is_blanked_too(contact: Contact, account: Account, now: datetime) -> None:
    erase.erase(contact=contact, by="owner", now=now)
    late = DeliveryEvent.objects.create(
        account=account,
        delivery=Delivery.objects.get(),
        provider="test",
        key="late",
        occurred_at=now,
        received_at=now,
        payload={"to": "zebedee@example.com"},
    )
    erase.blank_late_events(now + timedelta(hours=1))
    late.refresh_from_db()
    assert late.payload == {}


def test_a_number_in_doubt_is_suppressed_for_good_and_stops_nobody_else(
    account: Account, operator: User, now: datetime
) -> None:
    """A doubt would end, one way or the other, after the number was forgotten: then it would concern nobody, or all."""
    zebedees = asked(account, now, person=ZEBEDEE)
    daves = asked(account, now, person=Person(first_name="Dave", email="dave@example.com", phone=ZEBEDEE.phone))
    marys = asked(account, now, person=Person(first_name="Mary", email="mary@example.com"))
    doubt, _ = doubts.hold(account=account, number=ZEBEDEE.phone, evidence="maybe stop?", now=now)
    item = InboxItem.objects.create(account=account, kind="unclear_opt_out", suppression=doubt, created_at=now)
    erase.erase(contact=zebedees.contact, by="owner", now=now)
    item.refresh_from_db()
    assert (Suppression.objects.get(channel="sms").reason, item.outcome) == ("erased", "opted_out")
    decisions.close_undecided(now=now + timedelta(days=8))
    states = [(row.status, row.held) for row in ReviewRequest.objects.filter(pk__in=[daves.pk, marys.pk])]
    assert states == [("scheduled", ""), ("scheduled", "")]
    assert set(Delivery.objects.filter(status="planned").values_list("due_at", flat=True)) == {now}
    assert ask(account=account, wanted=Ask(ZEBEDEE), now=now).request.status == "suppressed"
