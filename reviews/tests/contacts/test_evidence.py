"""Evidence: all that happened to an address, in order, and nothing of anybody else."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from oauth.models import Account
from reviewhub.signatures import public_keys
from reviewhub.tests.test_signatures import is_genuine
from reviews.contacts import doubts, erase, evidence, opt_outs, suppressions
from reviews.delivery import drain
from reviews.models import Consent, Contact, Delivery, DeliveryEvent, ReviewRequest, Suppression
from reviews.models.addresses import hash_address
from reviews.models.base import Channel
from reviews.requests.consents import Agreement
from reviews.requests.matching import Person
from reviews.tests.support.helpers import JANE, Clock, FakeProvider, asked

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
WORDS = "Riverside may text me."


@pytest.fixture
def story(account: Account, clock: Clock, provider: FakeProvider) -> ReviewRequest:
    """Jane agreed, got a text, said STOP, and asked for texts again."""
    agreed = Agreement(Channel.SMS, JANE.phone, WORDS, "Booking form", clock() - DAY)
    request = asked(account, clock(), channel="sms", agreements=(agreed,))
    assert drain.send_due(clock) == 1
    message = Delivery.objects.get(step=0)
    clock.forward(hours=1)
    DeliveryEvent.objects.create(
        account=account,
        delivery=message,
        provider="twilio",
        key="SM9",
        provider_id="SM9",
        kind="replied",
        address=JANE.phone,
        text="STOP, said Jane",
        occurred_at=clock(),
        received_at=clock(),
    )
    suppression = opt_outs.opt_out(
        account=account,
        channel="sms",
        address=JANE.phone,
        reason=Suppression.Reason.STOP,
        evidence="Text message SM9: STOP, said Jane",
        now=clock.forward(seconds=1),
    )
    suppressions.lift(suppression=suppression, because="Text message SM10: START", now=clock.forward(hours=1))
    asked(account, clock(), person=Person(email="bob@example.com", phone="+12125550177"))
    return request


def of(account: Account, address: str, channel: str = "sms") -> dict[str, Any]:
    subjects = evidence.subjects_at(account, channel, address)
    return evidence.document(account=account, subjects=subjects, now=timezone.now())


def test_the_history_is_whole_and_in_order(account: Account, story: ReviewRequest, now: datetime) -> None:
    document = of(account, JANE.phone)
    assert [entry["what"] for entry in document["history"]] == [
        "consent.given",
        "asked",
        "message",
        "reply",
        "consent.withdrawn",
        "suppressed",
        "lifted",
        "message_not_sent",  # the reminder, when it was due
    ]
    given, ask, message, reply, withdrawn, suppressed, lifted, reminder = document["history"]
    assert (reminder["status"], reminder["sent_at"]) == ("cancelled", None)
    assert (given["wording"], given["source"], given["told_by"]) == (WORDS, "Booking form", "api")
    assert given["at"] == f"{now - DAY:%Y-%m-%dT%H:%M:%SZ}"
    assert (ask["review_request"], ask["status"]) == (str(story.pk), "suppressed")
    assert (message["status"], message["sent_at"], message["address"]) == ("sent", message["at"], JANE.phone)
    assert "Reply STOP" in message["text"]
    assert (reply["text"], reply["provider_id"]) == ("STOP, said Jane", "SM9")
    assert withdrawn["wording"] == suppressed["evidence"] == "Text message SM9: STOP, said Jane"
    assert (suppressed["reason"], lifted["because"]) == ("stop", "Text message SM10: START")
    assert document["subjects"] == [
        {
            "channel": "sms",
            "address": JANE.phone,
            "address_hash": Consent.objects.earliest("at").address_hash,
            "consent": "withdrawn",
            "suppressed": None,
        }
    ]


def test_a_held_message_is_due_when_it_was_planned_for(account: Account, clock: Clock) -> None:
    asked(account, clock(), channel="sms")
    planned_for = Delivery.objects.get().due_at
    doubts.hold(account=account, number=JANE.phone, evidence="Text message 1: cancel", now=clock())
    message = next(entry for entry in of(account, JANE.phone)["history"] if entry["what"] == "message_not_sent")
    assert message["at"] == message["due_at"] == f"{planned_for:%Y-%m-%dT%H:%M:%SZ}"


def test_the_document_is_signed_and_names_the_business(account: Account, story: ReviewRequest) -> None:
    document = of(account, JANE.phone)
    assert is_genuine(document, public_keys())
    document["history"][2]["text"] = "Something else"
    assert not is_genuine(document, public_keys())
    assert document["account"] == {"id": str(account.pk), "name": "Riverside Dental"}
    assert document["keys"] == "http://testserver/.well-known/reviewhub-evidence-keys.json"


def test_nothing_of_another_address_or_account_stands_in_it(
    account: Account, other_account: Account, story: ReviewRequest, clock: Clock
) -> None:
    asked(other_account, clock())
    document = of(account, JANE.phone)
    assert "bob" not in str(document)
    assert len([entry for entry in document["history"] if entry["what"] == "asked"]) == 1
    assert [entry["what"] for entry in of(other_account, JANE.phone)["history"]] == ["asked"]
    assert of(account, "+12125550111")["history"] == []


def test_a_message_that_is_held_has_the_time_of_its_plan(account: Account, now: datetime) -> None:
    asked(account, now, channel="sms")
    doubts.hold(account=account, number=JANE.phone, evidence="maybe stop?", now=now)
    due_at = f"{now:%Y-%m-%dT%H:%M:%SZ}"
    held = next(entry for entry in of(account, JANE.phone)["history"] if entry["what"] == "message_not_sent")
    assert (held["at"], held["due_at"]) == (due_at, due_at)


def test_a_contact_has_the_history_of_former_addresses_too(account: Account, story: ReviewRequest) -> None:
    contact = story.contact
    Contact.objects.filter(pk=contact.pk).update(phone="+12125550188")
    contact.refresh_from_db()
    subjects = evidence.subjects_of(contact)
    assert {subject.address for subject in subjects} == {JANE.email, JANE.phone, "+12125550188"}
    document = evidence.document(account=account, subjects=subjects, now=timezone.now())
    assert [entry["what"] for entry in document["history"]].count("consent.given") == 1


def test_of_who_was_erased_the_typed_address_finds_what_must_be_kept(
    account: Account, story: ReviewRequest, clock: Clock
) -> None:
    erase.erase(contact=story.contact, by="Ann", now=clock.forward(hours=1))
    document = of(account, JANE.phone)
    entries = {entry["what"]: entry for entry in document["history"]}
    assert (entries["consent.given"]["wording"], entries["consent.given"]["address"]) == (WORDS, None)
    assert entries["message"]["sent_at"] is not None
    assert entries["message"]["text"] is None
    reasons = [entry["reason"] for entry in document["history"] if entry["what"] == "suppressed"]
    assert reasons == ["stop", "erased"]
    assert "Jane" not in str(document)
    assert document["subjects"][0]["suppressed"] == "erased"
    contact = Contact.objects.get(pk=story.contact_id)
    by_contact = evidence.document(account=account, subjects=evidence.subjects_of(contact), now=timezone.now())
    assert JANE.phone not in str(by_contact)
    assert "consent.given" in [entry["what"] for entry in by_contact["history"]]


def test_the_erased_keep_when_and_to_what_they_agreed_and_not_who(account: Account, clock: Clock) -> None:
    agreed = Agreement(
        Channel.SMS, JANE.phone, "I, Jane Smith, agree to texts to 212-555-1234", "Mail of jane@example.com", clock()
    )
    request = asked(account, clock(), agreements=(agreed,))
    erase.erase(contact=request.contact, by="Ann", now=clock())
    row = Consent.objects.get(kind="given")
    assert (row.address, row.at) == ("", clock())
    assert (row.wording, row.source) == ("I, [name] [name], agree to texts to [number]", "Mail of [email]")
    assert Consent.objects.filter(kind="withdrawn", address_hash=row.address_hash, wording="").exists()


def test_who_was_erased_under_the_former_form_of_an_address_is_found_by_todays(account: Account, now: datetime) -> None:
    Suppression.objects.create(
        account=account,
        channel="email",
        address_hash=hash_address(account.pk, "email", "x@münchen.example"),
        reason="erased",
        created_at=now,
    )
    document = of(account, "x@xn--mnchen-3ya.example", "email")
    assert [subject["suppressed"] for subject in document["subjects"]] == [None, "erased"]
    assert [entry["what"] for entry in document["history"]] == ["suppressed"]
