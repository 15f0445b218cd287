"""Texts that customers send back: the effect of their meaning."""

from datetime import timedelta
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from django.test import Client
from django.utils import timezone

from oauth.models import Account
from reviewhub.testing import make_account
from reviews.contacts import suppressions
from reviews.contacts.suppressions import suppress
from reviews.delivery import drain
from reviews.delivery.provider_events import apply, replies
from reviews.models import Contact, Delivery, DeliveryEvent, ReviewRequest, Suppression
from reviews.requests.matching import Person
from reviews.tests.support.helpers import Clock, FakeProvider, asked, deliveries
from reviews.tests.support.provider_posts import NUMBER, PUBLIC, SENDER, TOKEN, text

pytestmark = pytest.mark.django_db

JANE = Person(first_name="Jane", phone=NUMBER)


@pytest.fixture(autouse=True)
def configured(settings: Any) -> None:
    settings.PUBLIC_URL, settings.TWILIO_AUTH_TOKEN = PUBLIC, TOKEN
    settings.TWILIO_FROM, settings.TWILIO_MESSAGING_SERVICE_SID = SENDER, ""
    settings.DEFAULT_FROM_EMAIL = "Reviews <reviews@reviews.example>"


@pytest.fixture
def texted(account: Account, clock: Clock, provider: FakeProvider) -> ReviewRequest:
    """A request whose text has left; the reminder is planned."""
    request = asked(account, clock(), person=JANE)
    drain.send_due(clock)
    assert deliveries(request) == [(0, "sms", "sent"), (1, "sms", "planned")]
    return request


def answers(response: Any) -> list[str]:
    """Return the texts that the answer tells Twilio to send."""
    assert (response.status_code, response["Content-Type"]) == (200, "text/xml")
    root = ET.fromstring(response.content)  # noqa: S314 (our own answer)
    assert root.tag == "Response"
    return [message.text or "" for message in root]


# --- STOP ---------------------------------------------------------------------------------------


def test_a_stop_ends_everything_and_is_confirmed_once(client: Client, texted: ReviewRequest) -> None:
    first = answers(text(client, "STOP", sid="SM10"))
    assert first == ["Riverside Dental: you are unsubscribed and get no more texts. Reply START to undo."]
    assert answers(text(client, "stop", sid="SM11")) == []
    texted.refresh_from_db()
    assert (texted.status, texted.reason) == ("suppressed", "Said stop (text message)")
    assert deliveries(texted)[1] == (1, "sms", "cancelled")
    suppression = Suppression.objects.get()
    assert (suppression.reason, suppression.address) == ("stop", NUMBER)
    assert suppression.evidence == "Text message SM10: STOP"


def test_a_stop_that_twilio_repeats_is_not_confirmed_again(client: Client, texted: ReviewRequest) -> None:
    assert len(answers(text(client, "STOP", sid="SM10"))) == 1
    assert answers(text(client, "STOP", sid="SM10")) == []
    assert DeliveryEvent.objects.filter(kind="replied").count() == 1


def test_a_text_that_twilio_answered_itself_is_not_answered_again(client: Client, texted: ReviewRequest) -> None:
    assert answers(text(client, "STOP", sid="SM10", OptOutType="STOP")) == []
    assert Suppression.objects.get().reason == "stop"
    assert answers(text(client, "HELP", sid="SM11", OptOutType="HELP")) == []
    assert answers(text(client, "START", sid="SM12", OptOutType="START")) == []
    assert not Suppression.objects.active().exists()


@pytest.mark.parametrize(("body", "waits"), [("STOP", True), ("Thanks", False)])
def test_a_stop_is_answered_when_nothing_is_on_its_way_also_when_twilio_repeats_it(
    client: Client, texted: ReviewRequest, monkeypatch: pytest.MonkeyPatch, body: str, waits: bool
) -> None:
    calls: list[Any] = []
    monkeypatch.setattr(suppressions, "until_quiet", lambda *places: calls.append(places))
    for _ in range(2):
        text(client, body, sid="SM10")
    place = (texted.account_id, "sms", NUMBER)
    assert calls == [(place,) if waits else ()] * 2


def test_a_stop_concerns_every_account_that_wrote_from_that_number(
    client: Client, texted: ReviewRequest, other_account: Account, clock: Clock, provider: FakeProvider
) -> None:
    own = make_account("Own Number", text_sender="+15005550007")
    silent = make_account("Never wrote")
    Contact.objects.create(account=silent, phone=NUMBER)
    for account in (other_account, own):
        asked(account, clock(), person=JANE)
    drain.send_due(clock)
    [answer] = answers(text(client, "STOP", sid="SM10"))
    assert "Riverside Dental" in answer
    assert "Harbour Garage" in answer
    stopped = set(Suppression.objects.values_list("account__name", flat=True))
    assert stopped == {"Riverside Dental", "Harbour Garage"}


def test_a_stop_to_an_accounts_own_number_is_that_accounts_alone(
    client: Client, texted: ReviewRequest, clock: Clock, provider: FakeProvider
) -> None:
    own = make_account("Own Number", text_sender="+15005550007")
    asked(own, clock(), person=JANE)
    drain.send_due(clock)
    text(client, "STOP", sid="SM10", sender="+15005550007")
    assert Suppression.objects.get().account == own


def test_with_a_messaging_service_any_number_may_be_the_sender(
    client: Client, texted: ReviewRequest, settings: Any
) -> None:
    settings.TWILIO_MESSAGING_SERVICE_SID = "MG1"
    text(client, "STOP", sid="SM10", sender="+15005550099")
    assert Suppression.objects.get().account == texted.account


def test_a_stop_of_a_number_that_nobody_texted_counts_for_accounts_with_such_a_contact(
    client: Client, account: Account, other_account: Account
) -> None:
    Contact.objects.create(account=account, phone=NUMBER)
    assert len(answers(text(client, "STOP", sid="SM10"))) == 1
    assert Suppression.objects.get().account == account


def test_a_stop_to_a_number_that_is_ours_no_more_still_counts(client: Client, texted: ReviewRequest) -> None:
    text(client, "STOP", sid="SM10", sender="+15005550055")
    assert Suppression.objects.get().account == texted.account


def test_a_stop_of_a_stranger_is_kept_for_the_operator(client: Client, account: Account) -> None:
    assert answers(text(client, "STOP", sid="SM10")) == []
    event = DeliveryEvent.objects.get()
    assert (event.account, event.text, event.address, event.meaning) == (None, "STOP", NUMBER, "stop")
    assert event.applied_at is None
    assert not Suppression.objects.exists()


def test_a_stop_ends_the_texts_and_leaves_mail_of_a_later_request(
    client: Client, texted: ReviewRequest, clock: Clock
) -> None:
    text(client, "STOP", sid="SM10")
    assert [row.channel for row in Suppression.objects.active()] == ["sms"]


# --- START, HELP, and everything else -------------------------------------------------------------


def test_a_start_lifts_the_suppression_of_a_stop_and_nothing_else(
    client: Client, texted: ReviewRequest, account: Account, now: Any
) -> None:
    text(client, "STOP", sid="SM10")
    where = {"account": account, "evidence": "", "now": now}
    other = suppress(channel="sms", address="+12125550000", reason=Suppression.Reason.STOP, **where)
    mail = suppress(channel="email", address="jane@example.com", reason=Suppression.Reason.UNSUBSCRIBED, **where)
    assert answers(text(client, "Start", sid="SM11")) == [
        "Riverside Dental: you may get texts again. Reply STOP to end them."
    ]
    assert set(Suppression.objects.active()) == {other, mail}
    lifted = Suppression.objects.get(address=NUMBER)
    assert lifted.lifted_because == "Text message SM11: Start"
    assert answers(text(client, "Start", sid="SM12")) == []


@pytest.mark.parametrize("reason", ["bounced", "staff"])
def test_a_start_does_not_lift_a_suppression_for_another_reason(
    client: Client, texted: ReviewRequest, account: Account, now: Any, reason: str
) -> None:
    suppress(account=account, channel="sms", address=NUMBER, reason=Suppression.Reason(reason), evidence="", now=now)
    assert answers(text(client, "START", sid="SM10")) == []
    assert Suppression.objects.active().exists()


def test_after_a_start_the_next_stop_is_confirmed_again(client: Client, texted: ReviewRequest) -> None:
    for sid, word in (("SM10", "STOP"), ("SM11", "START"), ("SM12", "STOP")):
        assert len(answers(text(client, word, sid=sid))) == 1, sid
    assert Suppression.objects.active().get().reason == "stop"


def test_a_stop_applied_again_does_not_undo_a_later_start(client: Client, texted: ReviewRequest) -> None:
    text(client, "STOP", sid="SM10")
    stop = DeliveryEvent.objects.get()
    text(client, "START", sid="SM11")
    apply.apply(event_id=stop.pk, now=timezone.now(), again=True)
    assert not Suppression.objects.active().exists()


def test_a_reply_applied_again_does_not_answer_a_later_request(
    client: Client, texted: ReviewRequest, other_account: Account
) -> None:
    text(client, "Thanks", sid="SM10")
    event = DeliveryEvent.objects.get()
    later = timezone.now() + timedelta(days=1)
    asked(other_account, later, person=JANE)
    Delivery.objects.filter(account=other_account).update(status="sent", sent_at=later)
    ReviewRequest.objects.filter(account=other_account).update(status="sent", sent_at=later)
    apply.apply(event_id=event.pk, now=later + timedelta(hours=1), again=True)
    event.refresh_from_db()
    assert event.account == texted.account
    assert ReviewRequest.objects.get(account=other_account).status == "sent"


def test_a_stop_applied_again_stops_no_account_that_wrote_later(
    client: Client, texted: ReviewRequest, other_account: Account
) -> None:
    text(client, "STOP", sid="SM10")
    later = timezone.now() + timedelta(days=1)
    asked(other_account, later, person=JANE)
    apply.apply(event_id=DeliveryEvent.objects.get().pk, now=later, again=True)
    assert Suppression.objects.get().account == texted.account


def test_help_answers_with_the_business_and_how_to_reach_it(client: Client, texted: ReviewRequest) -> None:
    [answer] = answers(text(client, "HELP", sid="SM10"))
    for words in ("Riverside Dental", "reviews@reviews.example", "1 Main Street, Springfield", "Reply STOP"):
        assert words in answer
    texted.refresh_from_db()
    assert texted.status == "sent"


def test_help_is_given_to_strangers_too(client: Client, account: Account) -> None:
    [answer] = answers(text(client, "HELP", sid="SM10"))
    assert "reviews@reviews.example" in answer
    assert "Riverside" not in answer


def test_any_other_reply_ends_the_follow_ups_and_is_kept(
    client: Client, texted: ReviewRequest, clock: Clock, provider: FakeProvider
) -> None:
    assert answers(text(client, "You were great!", sid="SM10")) == []
    texted.refresh_from_db()
    assert (texted.status, texted.reason) == ("responded", "Replied by text message.")
    event = DeliveryEvent.objects.get()
    assert (event.kind, event.text, event.account) == ("replied", "You were great!", texted.account)
    assert event.delivery == Delivery.objects.get(step=0)
    clock.forward(days=30)
    assert drain.send_due(clock) == 0


def test_a_reply_belongs_to_the_account_that_texted_last(
    client: Client, texted: ReviewRequest, other_account: Account, clock: Clock, provider: FakeProvider
) -> None:
    clock.forward(minutes=5)
    later = asked(other_account, clock(), person=JANE)
    drain.send_due(clock)
    text(client, "Thanks", sid="SM10")
    later.refresh_from_db()
    texted.refresh_from_db()
    assert (later.status, texted.status) == ("responded", "sent")
    assert DeliveryEvent.objects.get().account == other_account


def test_a_reply_may_be_empty(client: Client, texted: ReviewRequest) -> None:
    assert answers(text(client, "", sid="SM10", NumMedia="1")) == []
    texted.refresh_from_db()
    assert texted.status == "responded"


def test_a_reply_whose_application_failed_is_applied_by_the_sweep(
    client: Client, texted: ReviewRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.raise_request_exception = False
    with monkeypatch.context() as broken:
        broken.setattr(replies, "find_accounts", lambda **_: 1 / 0)
        assert text(client, "STOP", sid="SM10").status_code == 500
    assert DeliveryEvent.objects.get().applied_at is None
    assert apply.apply_waiting(now=timezone.now() + timedelta(minutes=1)) == 1
    assert Suppression.objects.get().reason == "stop"


def test_of_two_helps_at_once_one_is_answered_in_whatever_order_they_are_read(
    client: Client, texted: ReviewRequest
) -> None:
    assert answers(text(client, "HELP", sid="SM10"))
    DeliveryEvent.objects.update(received_at=timezone.now() + timedelta(seconds=1))  # the later one had its turn first
    assert answers(text(client, "HELP", sid="SM11")) == []
