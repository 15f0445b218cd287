"""What follows from a customer's text: an opt-out, a hold, a wrong number, a reply; and how often it is answered."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from oauth.models import Account
from reviews.contacts import opt_outs
from reviews.delivery import drain
from reviews.delivery.provider_events import apply
from reviews.models import Contact, Delivery, DeliveryEvent, InboxItem, ReviewRequest, Suppression
from reviews.requests.ask import Ask, ask
from reviews.requests.matching import Person
from reviews.tests.delivery.provider_events.test_replies import answers
from reviews.tests.support.helpers import Clock, FakeProvider, asked, deliveries
from reviews.tests.support.provider_posts import NUMBER, PUBLIC, SENDER, TOKEN, text

pytestmark = pytest.mark.django_db

JANE = Person(first_name="Jane", phone=NUMBER)
BOTH_WAYS = Person(first_name="Jane", phone=NUMBER, email="jane@example.com")
UNCLEAR, WRONG = "cancel my 3 pm", "Wrong number"


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
    return request


def fresh(request: ReviewRequest) -> ReviewRequest:
    return ReviewRequest.objects.select_related("contact").get(pk=request.pk)


# --- Clear ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    ["Please stop texting me", "take me off your list", "Stop. Thank you", "no mas", "nicht mehr schreiben"],
)
def test_a_clear_sentence_suppresses_and_is_confirmed_once(client: Client, texted: ReviewRequest, body: str) -> None:
    assert len(answers(text(client, body, sid="SM10"))) == 1
    assert answers(text(client, body, sid="SM11")) == []
    assert Suppression.objects.active().get().reason == "stop"
    request = fresh(texted)
    assert (request.status, request.responded_at) == ("suppressed", None)
    event = DeliveryEvent.objects.get(provider_id="SM10")
    assert event.meaning == "stop"
    assert event.meaning_reason
    assert not InboxItem.objects.exists()


@pytest.mark.parametrize("prefix", ["whatsapp:", "rcs:", "sms:", "WhatsApp:"])
def test_a_stop_by_another_kind_of_message_counts(client: Client, texted: ReviewRequest, prefix: str) -> None:
    answer = text(client, "STOP", sid="SM10", number=prefix + NUMBER, sender=prefix + SENDER)
    assert len(answers(answer)) == 1
    assert Suppression.objects.get().address == NUMBER
    assert fresh(texted).status == "suppressed"
    event = DeliveryEvent.objects.get()
    assert (event.address, event.payload["From"], bool(event.applied_at)) == (NUMBER, prefix + NUMBER, True)


def test_a_stop_to_an_agent_of_rcs_reaches_the_account_that_had_texted(client: Client, texted: ReviewRequest) -> None:
    text(client, "STOP", sid="SM10", number=f"rcs:{NUMBER}", sender="rcs:riverside_x1_agent")
    assert Suppression.objects.get().account == texted.account


# --- Unclear ----------------------------------------------------------------------------------------


def test_an_unclear_text_holds_everything_and_asks_staff(
    client: Client, account: Account, clock: Clock, provider: FakeProvider
) -> None:
    request = asked(account, clock(), person=BOTH_WAYS)
    planned = Delivery.objects.get()
    assert answers(text(client, UNCLEAR, sid="SM10")) == []
    request = fresh(request)
    assert (request.status, request.held, request.responded_at) == ("scheduled", "unclear_opt_out", None)
    assert request.why == "Perhaps an opt-out: staff decide."
    row = Delivery.objects.get()
    assert (row.channel, row.due_at, row.leaves_at) == ("email", Delivery.OUT_OF_REACH, planned.due_at)
    clock.forward(days=6)
    assert drain.send_due(clock) == 0
    assert provider.sent == []
    item = InboxItem.objects.get()
    assert (item.kind, item.text, item.contact, item.handled_at) == (
        "unclear_opt_out",
        UNCLEAR,
        request.contact,
        None,
    )
    assert (item.is_to_tell, item.suppression.reason) == (True, "unclear")  # type: ignore[union-attr]
    assert DeliveryEvent.objects.get().meaning == "unclear"


def test_a_second_unclear_text_is_a_second_item_and_no_second_mail(client: Client, texted: ReviewRequest) -> None:
    for sid in ("SM10", "SM11", "SM11"):
        text(client, UNCLEAR, sid=sid)
    assert list(InboxItem.objects.order_by("pk").values_list("is_to_tell", flat=True)) == [True, False]
    assert Suppression.objects.count() == 1


def test_the_follow_up_of_a_text_on_its_way_waits_when_it_comes_due(
    client: Client, texted: ReviewRequest, clock: Clock, provider: FakeProvider
) -> None:
    """It was planned after the hold, by the worker that marked the message before it."""
    text(client, UNCLEAR, sid="SM10")
    due_at = clock.forward(days=4)
    Delivery.objects.filter(step=1).update(due_at=due_at, planned_for=None)
    assert drain.send_due(clock) == 0
    row = Delivery.objects.get(step=1)
    assert (row.status, row.due_at, row.attempts) == ("planned", Delivery.OUT_OF_REACH, 0)
    assert row.reason == "Perhaps an opt-out: staff decide."
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("reviews.delivery.unsent.explain_refusal", lambda *_, **__: pytest.fail("claimed again"))
        drain.send_due(clock)


def test_a_request_that_no_hold_has_reached_is_held_at_the_moment_of_sending(
    client: Client, texted: ReviewRequest, clock: Clock, provider: FakeProvider
) -> None:
    """As after a number in doubt was written into a contact with an open request."""
    text(client, UNCLEAR, sid="SM10")
    ReviewRequest.objects.update(held="")
    Delivery.objects.filter(step=1).update(due_at=clock.forward(days=4), planned_for=None)
    assert drain.send_due(clock) == 0
    assert fresh(texted).held == "unclear_opt_out"
    assert deliveries(texted)[1] == (1, "sms", "planned")


def test_a_mail_in_doubt_of_a_held_request_waits_too(
    client: Client, account: Account, clock: Clock, provider: FakeProvider
) -> None:
    """Its worker died while it was sending; it is not sent a second time while staff decide."""
    asked(account, clock(), person=BOTH_WAYS)
    text(client, UNCLEAR, sid="SM10")
    lapsed = {"status": "sending", "claim": uuid4(), "due_at": clock(), "planned_for": None, "attempts": 1}
    Delivery.objects.update(**lapsed)
    clock.forward(minutes=5)
    assert drain.send_due(clock) == 0
    row = Delivery.objects.get()
    assert (row.status, row.claim, row.due_at) == ("planned", None, Delivery.OUT_OF_REACH)


def test_an_ask_for_a_number_in_doubt_waits_too(client: Client, texted: ReviewRequest, clock: Clock) -> None:
    text(client, UNCLEAR, sid="SM10")
    ReviewRequest.objects.update(status="completed", ended_at=clock(), held="", sent_at=clock() - timedelta(days=400))
    result = ask(account=texted.account, wanted=Ask(person=BOTH_WAYS, channel="email"), now=clock())
    assert (result.request.status, result.request.held) == ("scheduled", "unclear_opt_out")
    assert result.message == "Review request held: Perhaps an opt-out: staff decide."
    assert Delivery.objects.get(request=result.request).due_at == Delivery.OUT_OF_REACH
    other = asked(texted.account, clock(), person=Person(email="bob@example.com"))
    assert other.held == ""


def test_a_clear_stop_ends_what_was_held(client: Client, texted: ReviewRequest) -> None:
    text(client, UNCLEAR, sid="SM10")
    assert len(answers(text(client, "STOP", sid="SM11"))) == 1
    assert answers(text(client, "STOP", sid="SM12")) == []
    suppression = Suppression.objects.get()
    assert (suppression.reason, suppression.evidence) == ("stop", "Text message SM11: STOP")
    request = fresh(texted)
    assert (request.status, request.held) == ("suppressed", "")
    assert deliveries(texted)[1] == (1, "sms", "cancelled")
    assert InboxItem.objects.get().outcome == "opted_out"


def test_a_start_ends_the_hold(client: Client, texted: ReviewRequest) -> None:
    text(client, UNCLEAR, sid="SM10")
    text(client, "START", sid="SM11")
    assert not Suppression.objects.active().exists()
    assert fresh(texted).held == ""
    assert Delivery.objects.get(step=1).due_at != Delivery.OUT_OF_REACH
    assert InboxItem.objects.get().outcome == "restarted"


def test_an_unclear_text_of_a_suppressed_number_stays_a_reply(client: Client, texted: ReviewRequest) -> None:
    text(client, "STOP", sid="SM10")
    text(client, UNCLEAR, sid="SM11")
    assert Suppression.objects.get().reason == "stop"
    assert InboxItem.objects.get().kind == "reply"


def test_an_unclear_text_applied_again_holds_nothing_that_was_released(client: Client, texted: ReviewRequest) -> None:
    text(client, UNCLEAR, sid="SM10")
    event = DeliveryEvent.objects.get()
    text(client, "START", sid="SM11")
    apply.apply(event_id=event.pk, now=timezone.now(), again=True)
    assert fresh(texted).held == ""
    assert not Suppression.objects.active().exists()


# --- Wrong number -----------------------------------------------------------------------------------


def test_a_wrong_number_leaves_its_contact_and_the_request_fails(client: Client, texted: ReviewRequest) -> None:
    assert answers(text(client, WRONG, sid="SM10")) == []
    request = fresh(texted)
    assert (request.contact.phone, request.contact.email) == ("", "")
    assert (request.status, request.reason, request.responded_at) == ("failed", "Wrong number.", None)
    assert deliveries(texted) == [(0, "sms", "sent"), (1, "sms", "cancelled")]
    assert Suppression.objects.get().reason == "wrong_number"
    assert DeliveryEvent.objects.get().meaning == "wrong_number"


def test_what_a_stranger_got_goes_to_the_customer_by_mail(
    client: Client, account: Account, clock: Clock, provider: FakeProvider
) -> None:
    request = asked(account, clock(), person=BOTH_WAYS)
    Delivery.objects.update(channel="sms", address=NUMBER)
    drain.send_due(clock)
    text(client, WRONG, sid="SM10")
    assert (0, "email", "planned") in deliveries(request)
    assert fresh(request).status == "sent"
    clock.now = (timezone.now() + timedelta(days=1)).replace(hour=17)  # noon in New York, whenever the tests run
    drain.send_due(clock)
    assert provider.sent[-1].to == "jane@example.com"


def test_a_text_that_had_not_left_keeps_its_time_as_a_mail(client: Client, account: Account, clock: Clock) -> None:
    request = asked(account, timezone.now(), person=BOTH_WAYS, delay=timedelta(days=5))
    Delivery.objects.update(channel="sms", address=NUMBER)
    due_at = Delivery.objects.get().due_at
    text(client, WRONG, sid="SM10")
    mail = Delivery.objects.get(channel="email")
    assert (mail.status, mail.due_at, mail.address) == ("planned", due_at, "jane@example.com")
    assert fresh(request).status == "scheduled"


def test_a_start_does_not_give_a_wrong_number_back(client: Client, texted: ReviewRequest) -> None:
    text(client, WRONG, sid="SM10")
    text(client, "START", sid="SM11")
    assert Suppression.objects.active().get().reason == "wrong_number"


# --- Innocent, and unknown --------------------------------------------------------------------------


def test_a_reply_becomes_an_item_of_the_inbox(client: Client, texted: ReviewRequest) -> None:
    text(client, "I'll stop by tomorrow", sid="SM10")
    assert fresh(texted).status == "responded"
    item = InboxItem.objects.get()
    assert (item.kind, item.text, item.request, item.contact) == (
        "reply",
        "I'll stop by tomorrow",
        texted,
        texted.contact,
    )
    assert item.event.meaning == "reply"  # type: ignore[union-attr]


def test_a_text_that_fits_no_account_waits_for_the_operator(client: Client, account: Account) -> None:
    text(client, "Thanks", sid="SM10")
    event = DeliveryEvent.objects.get()
    assert (event.applied_at, event.meaning) == (None, "reply")
    later = timezone.now() + timedelta(hours=2)
    assert apply.apply_waiting(now=later) == 0
    assert DeliveryEvent.objects.get().applied_at is None


def test_a_text_that_fits_no_account_is_applied_when_it_fits_soon_after(client: Client, account: Account) -> None:
    text(client, "STOP", sid="SM10")
    Contact.objects.create(account=account, phone=NUMBER)
    assert apply.apply_waiting(now=timezone.now() + timedelta(minutes=5)) == 1
    assert Suppression.objects.get().account == account


# --- Answers ----------------------------------------------------------------------------------------


def test_help_twice_in_a_minute_is_answered_once(client: Client, texted: ReviewRequest) -> None:
    assert len(answers(text(client, "HELP", sid="SM10"))) == 1
    assert answers(text(client, "HELP", sid="SM11")) == []
    DeliveryEvent.objects.update(received_at=timezone.now() - timedelta(hours=24, minutes=1))
    assert len(answers(text(client, "HELP", sid="SM12"))) == 1


def test_two_machines_that_answer_each_other_come_to_an_end(client: Client, texted: ReviewRequest) -> None:
    words = ["HELP", "START", "STOP", "START", "HELP", "START"]
    given = [len(answers(text(client, word, sid=f"SM{number}"))) for number, word in enumerate(words)]
    assert given == [1, 0, 1, 0, 0, 0]  # an answer, and the confirmation of the opt-out


def test_the_answer_is_kept_with_the_text(client: Client, texted: ReviewRequest) -> None:
    [answer] = answers(text(client, "HELP", sid="SM10"))
    assert DeliveryEvent.objects.get().answer == answer


def test_a_number_of_two_contacts_is_held_for_both(client: Client, texted: ReviewRequest, clock: Clock) -> None:
    """The other one wrote to the number before the contact's own changed."""
    other = asked(texted.account, clock(), person=Person(email="bob@example.com"))
    Delivery.objects.filter(request=other).update(channel="sms", address=NUMBER)
    text(client, UNCLEAR, sid="SM10")
    assert (fresh(texted).held, fresh(other).held) == ("unclear_opt_out", "unclear_opt_out")
    opt_outs.opt_out(
        account=texted.account,
        channel="sms",
        address=NUMBER,
        reason=Suppression.Reason.STAFF,
        evidence="",
        now=clock(),
    )
    assert (fresh(texted).status, fresh(other).status) == ("suppressed", "suppressed")
