"""Answers of staff: through the same engine as every message, and part of no request (docs/rules.md N2)."""

from datetime import datetime, timedelta
from email import message_from_bytes
from typing import Any

import pytest
from django.test import Client

from oauth.models import Account, User
from reviewhub.refused import Refused
from reviews.contacts import do_not_contact, erase, evidence, merge, opt_outs, suppressions
from reviews.contacts.export import known_about
from reviews.delivery import advance, answers, claims, drain, reconcile, staff_actions, unsent
from reviews.delivery.channels import ChannelError, mime
from reviews.delivery.provider_events import apply
from reviews.inbox import items
from reviews.insights import reports
from reviews.insights.periods import Period
from reviews.models import Contact, Delivery, DeliveryEvent, Event, InboxItem, ReviewRequest, Suppression
from reviews.pages import actions
from reviews.requests.matching import Person
from reviews.tests.support.conversations import COMPLAINT, answer, text_in
from reviews.tests.support.helpers import JANE, Clock, FakeProvider, asked

pytestmark = pytest.mark.django_db

NUMBER = JANE.phone


@pytest.fixture
def texting(account: Account) -> Account:
    """The account, with a number of its own for texts."""
    account.text_sender = "+12125550100"
    account.save()
    return account


@pytest.fixture
def complaint(texting: Account, clock: Clock, provider: FakeProvider) -> InboxItem:
    """The reply of a customer who was asked by text, an hour ago."""
    asked(texting, clock(), person=Person(first_name="Jane", email=JANE.email, phone=NUMBER), channel="sms")
    drain.send_due(clock)
    text_in(texting, COMPLAINT, clock.forward(hours=1))
    provider.sent.clear()
    return InboxItem.objects.get()


@pytest.fixture
def low_stars(account: Account, clock: Clock, provider: FakeProvider) -> InboxItem:
    """The feedback of a customer who was asked by mail."""
    asked(account, clock(), person=Person(first_name="Jane", email=JANE.email))
    drain.send_due(clock)
    opened = Delivery.objects.get(step=0)
    actions.record_feedback(delivery=opened, rating=1, text="It hurts.", now=clock.forward(hours=1))
    provider.sent.clear()
    return InboxItem.objects.get()


# --- What leaves -----------------------------------------------------------------------------------


def test_a_text_is_answered_by_text_from_the_accounts_number(
    complaint: InboxItem, owner: User, clock: Clock, provider: FakeProvider
) -> None:
    answer(complaint, owner, clock(), words="Sorry!\nCome at four.")
    complaint.refresh_from_db()
    assert (complaint.handled_by, complaint.handled_at) == (owner, clock())
    assert drain.send_due(clock) == 1
    [message] = provider.sent
    assert (message.to, message.sender, message.text) == (NUMBER, "+12125550100", "Sorry!\nCome at four.")
    row = Delivery.objects.answers().get()
    assert (row.status, row.text, row.attempts, row.written_by) == ("sent", message.text, 1, owner)


def test_a_mail_answers_the_mail_that_the_customer_had(
    low_stars: InboxItem, owner: User, account: Account, clock: Clock, provider: FakeProvider
) -> None:
    account.reply_to = "desk@riverside.example"
    account.save()
    asking = Delivery.objects.get(step=0)
    row = answer(low_stars, owner, clock(), channel="email", words="I am sorry. Call me: https://a.example/x <b>")
    assert drain.send_due(clock) == 1
    [message] = provider.sent
    mail = message_from_bytes(mime.serialize(message))
    assert mail["Subject"] == f"Re: {asking.subject}"
    assert mail["Reply-To"] == "desk@riverside.example"
    assert str(row.message_key) in mail["Message-ID"]
    assert str(asking.message_key) in mail["In-Reply-To"] == mail["References"]
    assert mail["List-Unsubscribe"] is None
    assert mail["Auto-Submitted"] is None
    assert message.text.startswith("I am sorry. Call me:")
    assert account.postal_address in message.text
    assert '<a href="https://a.example/x"' in message.html
    assert "&lt;b&gt;" in message.html
    assert "No more mail" not in message.html


def test_without_a_mail_before_the_subject_names_the_business(
    complaint: InboxItem, owner: User, clock: Clock, provider: FakeProvider
) -> None:
    answer(complaint, owner, clock(), channel="email")
    drain.send_due(clock)
    assert provider.sent[0].subject == "Re: Your message to Riverside Dental"
    assert "In-Reply-To" not in provider.sent[0].headers


def test_a_mail_in_doubt_is_sent_once_more_with_the_same_subject_and_id(
    low_stars: InboxItem, owner: User, clock: Clock, provider: FakeProvider
) -> None:
    answer(low_stars, owner, clock(), channel="email")
    provider.errors = [ChannelError("no-answer", "silence", in_doubt=True)]
    drain.send_due(clock)
    clock.forward(hours=1)
    drain.send_due(clock)
    row = Delivery.objects.answers().get()
    assert row.status == "sent"
    assert provider.sent[0].headers["Message-ID"].startswith(f"<{row.message_key}@")
    assert provider.sent[0].text.count("Riverside Dental") == 1


# --- What it never touches -----------------------------------------------------------------------


def test_an_answer_is_no_part_of_a_request(texting: Account, owner: User, clock: Clock, provider: FakeProvider) -> None:
    request = asked(texting, clock(), person=Person(first_name="Jane", email=JANE.email, phone=NUMBER))
    drain.send_due(clock)
    InboxItem.objects.create(account=texting, contact=request.contact, kind="reply", text="Hm", created_at=clock())
    before = list(Event.objects.values_list("pk", flat=True))
    planned = list(request.deliveries.values_list("step", "channel", "status", "due_at"))
    scope = reports.Scope([texting.pk], Period.until_today(7, clock()))
    numbers = reports.count(scope)
    answer(InboxItem.objects.get(), owner, clock())
    assert drain.send_due(clock) == 1
    row = Delivery.objects.answers().get()
    report(row, "delivered", clock.forward(minutes=1))
    request.refresh_from_db()
    assert (request.status, list(request.deliveries.values_list("step", "channel", "status", "due_at"))) == (
        "sent",
        planned,
    )
    assert list(Event.objects.values_list("pk", flat=True)) == before
    assert reports.count(scope) == numbers
    row.refresh_from_db()
    assert row.status == "delivered"


def report(row: Delivery, kind: str, now: datetime) -> None:
    event = DeliveryEvent.objects.create(
        provider="twilio" if row.channel == "sms" else "smtp",
        key=f"{kind} {row.pk}",
        kind=kind,
        provider_id=row.provider_id,
        message_key=row.message_key,
        address=row.address,
        occurred_at=now,
        received_at=now,
    )
    apply.apply(event_id=event.pk, now=event.received_at)


# --- Gates ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("reason", ["stop", "unclear", "wrong_number", "staff"])
def test_an_answer_to_a_closed_number_is_refused_and_one_that_waits_is_cancelled(
    complaint: InboxItem, owner: User, clock: Clock, provider: FakeProvider, reason: str
) -> None:
    where: dict[str, Any] = {"account": complaint.account, "channel": "sms", "address": NUMBER}
    answer(complaint, owner, clock())
    provider.meanwhile = lambda: suppressions.suppress(
        **where, reason=Suppression.Reason(reason), evidence="", now=clock()
    )
    assert drain.send_due(clock) == 0
    row = Delivery.objects.answers().get()
    assert row.status == "cancelled"
    assert row.reason.startswith("The address must not be written to: ")
    complaint.refresh_from_db()
    assert complaint.handled_at is None, "what was not answered waits again"
    with pytest.raises(Refused, match="must not be written to"):
        answer(complaint, owner, clock())
    assert provider.sent == []


def test_a_stop_cancels_a_planned_answer_in_its_own_row(complaint: InboxItem, owner: User, clock: Clock) -> None:
    answer(complaint, owner, clock())
    text_in(complaint.account, "STOP", clock())
    assert Delivery.objects.answers().get().status == "cancelled"


def test_a_customer_to_leave_alone_gets_no_answer(complaint: InboxItem, owner: User, clock: Clock) -> None:
    answer(complaint, owner, clock())
    contact = Contact.objects.get()
    assert do_not_contact.planned_for(contact) == 1
    do_not_contact.leave_alone(contact=contact, by="Anna", now=clock())
    assert Delivery.objects.answers().get().status == "cancelled"


def test_a_business_that_is_switched_off_answers_nobody(
    complaint: InboxItem, owner: User, clock: Clock, provider: FakeProvider
) -> None:
    answer(complaint, owner, clock())
    provider.meanwhile = lambda: Account.objects.update(is_active=False)
    assert drain.send_due(clock) == 0
    assert Delivery.objects.answers().get().reason == answers.SWITCHED_OFF == unsent.SWITCHED_OFF


def test_an_answer_needs_no_consent(
    complaint: InboxItem, owner: User, texting: Account, clock: Clock, provider: FakeProvider
) -> None:
    texting.texts_need_consent = True
    texting.save()
    answer(complaint, owner, clock())
    assert drain.send_due(clock) == 1


@pytest.mark.parametrize(("written", "leaves"), [(9.9, 9.9), (10, 21), (20.9, 21), (21, 21)])
def test_a_text_leaves_at_any_hour_that_the_law_allows(
    complaint: InboxItem, owner: User, clock: Clock, provider: FakeProvider, written: float, leaves: float
) -> None:
    """The customer wrote at 11:00. At 20:54, past the account's hours, it leaves; from 21:00 on it waits for 8:00."""
    replied_at = clock()
    row = answer(complaint, owner, clock.forward(hours=written))
    assert row.due_at == replied_at + timedelta(hours=leaves)
    assert drain.send_due(clock) == (written == leaves)


def test_a_mail_leaves_at_any_hour(low_stars: InboxItem, owner: User, clock: Clock, provider: FakeProvider) -> None:
    row = answer(low_stars, owner, clock.forward(hours=14), channel="email")
    assert row.due_at == clock()
    assert drain.send_due(clock) == 1


def test_answers_within_a_day_of_the_customers_words_do_not_count_for_the_cap(
    complaint: InboxItem, owner: User, clock: Clock, provider: FakeProvider
) -> None:
    for number in range(5):
        answer(complaint, owner, clock(), words=f"Answer {number}")
        assert drain.send_due(clock) == 1, "the fifth text of the day leaves as well"
    request = ReviewRequest.objects.get()
    request.status = "completed"
    request.save()
    other = Contact.objects.create(account=complaint.account, first_name="Joe", phone=NUMBER, shares_phone=True)
    later = clock.forward(hours=22)
    Delivery.objects.create(
        account=complaint.account,
        request=ReviewRequest.objects.create(
            account=complaint.account,
            contact=other,
            sequence=request.sequence,
            status="scheduled",
            scheduled_for=later,
            created_at=later,
        ),
        step=0,
        channel="sms",
        address=NUMBER,
        due_at=later,
        created_at=later,
    )
    assert drain.send_due(clock) == 1, "one text counts so far: the ask"


def test_later_answers_count_and_wait_for_the_cap(
    complaint: InboxItem, owner: User, clock: Clock, provider: FakeProvider
) -> None:
    clock.forward(hours=25)
    for number in range(3):
        answer(complaint, owner, clock(), words=f"Answer {number}")
        assert drain.send_due(clock) == 1
    row = answer(complaint, owner, clock(), words="One more")
    assert drain.send_due(clock) == 0
    row.refresh_from_db()
    assert row.status == "planned"
    assert "3 messages in 24 hours" in row.reason
    assert row.due_at > clock()


# --- What goes wrong -------------------------------------------------------------------------------


def test_a_text_in_doubt_is_found_by_its_words_and_not_sent_twice(
    complaint: InboxItem, owner: User, clock: Clock, provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = answer(complaint, owner, clock(), words="Same words")
    drain.send_due(clock)
    second = answer(complaint, owner, clock.forward(minutes=1), words="Same words")
    provider.errors = [ChannelError("no-answer", "timed out", in_doubt=True)]
    drain.send_due(clock)
    second.refresh_from_db()
    first.refresh_from_db()
    assert second.status == "unknown"
    asked_for: list[dict[str, Any]] = []

    def find(**query: Any) -> str:
        asked_for.append(query)
        return "SM9"

    monkeypatch.setattr(reconcile, "find_text", find)
    clock.forward(minutes=6)
    assert reconcile.reconcile(now=clock()) == 1
    second.refresh_from_db()
    assert (second.status, second.provider_id) == ("sent", "SM9")
    assert asked_for[0]["containing"] == "Same words"
    assert first.provider_id in asked_for[0]["but"]
    assert drain.send_due(clock) == 0


def test_a_text_that_never_left_is_sent_after_all(
    complaint: InboxItem, owner: User, clock: Clock, provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer(complaint, owner, clock())
    provider.errors = [ChannelError("no-answer", "timed out", in_doubt=True)]
    drain.send_due(clock)
    monkeypatch.setattr(reconcile, "find_text", lambda **_: None)
    reconcile.reconcile(now=clock.forward(minutes=6))
    assert drain.send_due(clock) == 1


def test_a_text_in_doubt_for_a_day_is_left_to_staff_and_waits_again(
    complaint: InboxItem, owner: User, clock: Clock, provider: FakeProvider
) -> None:
    row = answer(complaint, owner, clock())
    provider.errors = [ChannelError("no-answer", "timed out", in_doubt=True)]
    drain.send_due(clock)
    reconcile.reconcile(now=clock.forward(hours=25))
    row.refresh_from_db()
    complaint.refresh_from_db()
    assert (row.reason, complaint.handled_at) == (reconcile.LEFT_TO_STAFF, None)
    staff_actions.it_was_sent(delivery=row, now=clock())
    row.refresh_from_db()
    assert row.status == "sent"


def test_a_worker_that_dies_over_a_text_does_not_send_it_twice(
    complaint: InboxItem, owner: User, clock: Clock, provider: FakeProvider
) -> None:
    row = answer(complaint, owner, clock())
    [claimed] = claims.claim("sms", clock())
    advance.mark_and_declare(sent=[], ready=[claimed], now=clock())  # and it dies, before or after the call
    clock.forward(minutes=3)
    assert drain.send_due(clock) == 0
    row.refresh_from_db()
    assert (row.status, provider.sent) == ("unknown", [])


def test_a_worker_that_dies_before_it_sends_loses_nothing(
    complaint: InboxItem, owner: User, clock: Clock, provider: FakeProvider
) -> None:
    answer(complaint, owner, clock())
    assert len(claims.claim("sms", clock())) == 1
    clock.forward(minutes=3)
    assert drain.send_due(clock) == 1


def test_a_refused_answer_waits_again_and_can_be_retried(
    complaint: InboxItem, owner: User, clock: Clock, provider: FakeProvider
) -> None:
    row, asks = answer(complaint, owner, clock()), Delivery.objects.asks().count()
    provider.errors = [ChannelError("30007", "filtered", permanent=True)]
    drain.send_due(clock)
    complaint.refresh_from_db()
    row.refresh_from_db()
    assert (row.status, complaint.handled_at) == ("failed", None)
    assert Delivery.objects.asks().count() == asks, "nothing falls back to another way"
    staff_actions.retry(delivery=row, now=clock())
    assert drain.send_due(clock) == 1


def test_an_address_that_does_not_exist_becomes_an_item_of_the_customer(
    low_stars: InboxItem, owner: User, clock: Clock, provider: FakeProvider
) -> None:
    answer(low_stars, owner, clock(), channel="email")
    provider.errors = [ChannelError("550 5.1.1", "No such user", permanent=True, address_gone=True)]
    drain.send_due(clock)
    bounce = InboxItem.objects.get(kind="bounce")
    assert (bounce.contact, bounce.request) == (low_stars.contact, None)


def test_an_answer_that_a_later_one_replaced_lets_nothing_wait(
    complaint: InboxItem, owner: User, clock: Clock, provider: FakeProvider
) -> None:
    first = answer(complaint, owner, clock(), words="First")
    answer(complaint, owner, clock(), words="Second")
    items.wait_again(first)
    complaint.refresh_from_db()
    assert complaint.handled_at is not None


def test_an_answer_follows_a_changed_number(
    complaint: InboxItem, owner: User, clock: Clock, provider: FakeProvider
) -> None:
    answer(complaint, owner, clock())
    Contact.objects.update(phone="+12125559999")
    drain.send_due(clock)
    drain.send_due(clock)
    assert [message.to for message in provider.sent] == ["+12125559999"]


def test_an_answer_whose_number_was_removed_is_cancelled(
    complaint: InboxItem, owner: User, clock: Clock, provider: FakeProvider
) -> None:
    answer(complaint, owner, clock())
    Contact.objects.update(phone="")
    assert drain.send_due(clock) == 0
    assert Delivery.objects.answers().get().reason == "The customer's address was removed."


# --- Writing ---------------------------------------------------------------------------------------


def test_a_double_press_writes_once(complaint: InboxItem, owner: User, clock: Clock) -> None:
    first = answer(complaint, owner, clock(), token="one form")
    again = answer(complaint, owner, clock(), token="one form", read=answers.Read())
    assert first == again
    assert Delivery.objects.answers().count() == 1


def test_the_second_of_two_people_is_told(
    complaint: InboxItem, owner: User, stranger: User, clock: Clock, provider: FakeProvider
) -> None:
    read = answers.Read(item=complaint.pk)
    first = answer(complaint, owner, clock(), read=read, token="a")
    with pytest.raises(answers.AnsweredMeanwhile) as told:
        answer(complaint, stranger, clock(), read=read, token="b")
    assert told.value.answer == first
    assert Delivery.objects.answers().count() == 1
    answer(complaint, stranger, clock(), read=read, token="b", all_the_same=True)
    assert drain.send_due(clock) == 2


def test_what_the_writer_had_not_read_keeps_waiting(complaint: InboxItem, owner: User, clock: Clock) -> None:
    text_in(complaint.account, "Hello? Anybody?", clock())
    answer(complaint, owner, clock(), read=answers.Read(item=complaint.pk))
    assert list(InboxItem.objects.filter(handled_at=None).values_list("text", flat=True)) == ["Hello? Anybody?"]


@pytest.mark.parametrize(("words", "channel"), [("", "sms"), (" \n\0 ", "email"), ("x" * 1_001, "sms")])
def test_words_that_cannot_leave_are_refused(
    complaint: InboxItem, owner: User, clock: Clock, words: str, channel: str
) -> None:
    with pytest.raises(Refused):
        answer(complaint, owner, clock(), words=words, channel=channel)
    assert not Delivery.objects.answers().exists()


def test_nobody_at_the_printed_code_can_be_answered(account: Account, owner: User, clock: Clock) -> None:
    actions.record_scanned_feedback(account=account, rating=1, text="Bad", now=clock())
    with pytest.raises(Refused, match="Nobody is known"):
        answer(InboxItem.objects.get(), owner, clock())


# --- The customer's record -----------------------------------------------------------------------


def test_erasing_and_handing_out_include_answers(
    complaint: InboxItem, owner: User, clock: Clock, provider: FakeProvider
) -> None:
    answer(complaint, owner, clock(), words="Dear Jane")
    drain.send_due(clock)
    answer(complaint, owner, clock(), words="Dear Jane again")
    contact = Contact.objects.get()
    known = known_about(contact)
    assert [row["words"] for row in known["answers"]] == ["Dear Jane", "Dear Jane again"]
    subject = evidence.subjects_at(contact.account, "sms", NUMBER)
    history = evidence.document(account=contact.account, subjects=subject, now=clock())["history"]
    assert {entry["what"] for entry in history if "answer" in entry["what"]} == {"answer", "answer_not_sent"}
    erase.erase(contact=contact, by="Anna", now=clock())
    rows = Delivery.objects.answers().values_list("status", "address", "words", "text", "subject")
    assert set(rows) == {("sent", "", "", "", ""), ("cancelled", "", "", "", "")}


def test_answers_go_along_with_a_merge(complaint: InboxItem, owner: User, clock: Clock) -> None:
    answer(complaint, owner, clock())
    other = Contact.objects.get()
    kept = Contact.objects.create(account=other.account, first_name="Jane", phone="+12125557777")
    merge.merge(kept=kept, other=other, by="Anna", now=clock())
    assert Delivery.objects.answers().get().contact == kept


# --- What the customer replies -------------------------------------------------------------------


def test_a_reply_to_an_answer_lands_with_the_customer_and_is_no_response_to_what_has_ended(
    complaint: InboxItem, owner: User, clock: Clock, provider: FakeProvider
) -> None:
    ReviewRequest.objects.update(status="completed", responded_at=None)
    before = ReviewRequest.objects.values().get()
    answer(complaint, owner, clock())
    drain.send_due(clock)
    text_in(complaint.account, "Four is fine, thank you", clock.forward(minutes=5))
    reply = InboxItem.objects.latest("pk")
    assert (reply.contact, reply.text, reply.handled_at) == (complaint.contact, "Four is fine, thank you", None)
    assert ReviewRequest.objects.values().get() == before


def test_whoever_writes_with_the_business_is_not_reminded(
    texting: Account, owner: User, clock: Clock, provider: FakeProvider
) -> None:
    request = asked(texting, clock(), person=Person(first_name="Jane", email=JANE.email, phone=NUMBER), channel="sms")
    drain.send_due(clock)
    InboxItem.objects.create(account=texting, contact=request.contact, kind="reply", text="Hm", created_at=clock())
    answer(InboxItem.objects.get(), owner, clock())
    drain.send_due(clock)
    text_in(texting, "Thank you, I will be there", clock.forward(minutes=5))
    request.refresh_from_db()
    assert request.status == "responded"


@pytest.mark.parametrize("words", ["I'm driving", "I am out of office until Monday.\n– Jane"])
def test_an_absence_notice_that_answers_each_answer_waits_once(
    complaint: InboxItem, owner: User, clock: Clock, provider: FakeProvider, words: str
) -> None:
    for number in range(3):
        answer(complaint, owner, clock.forward(minutes=5), words=f"Answer {number}")
        drain.send_due(clock)
        text_in(complaint.account, words if number else words.upper(), clock.forward(minutes=1))
    notices = InboxItem.objects.exclude(pk=complaint.pk).order_by("pk")
    assert [row.handled_at is not None for row in notices] == [True, True, True]
    assert [row.note for row in notices] == ["", items.AUTOMATIC, items.AUTOMATIC]
    assert [row.handled_by for row in notices] == [owner, None, None], "the first one waited for its answer"
    text_in(complaint.account, words, clock.forward(hours=25))
    assert InboxItem.objects.filter(handled_at=None).count() == 1, "a day later it is new"


def test_what_a_person_says_twice_waits_twice(
    complaint: InboxItem, owner: User, clock: Clock, provider: FakeProvider
) -> None:
    """A short word, and the same words without a text of ours between them."""
    for words in ("Yes", "Hello? Is anybody there?"):
        InboxItem.objects.update(handled_at=clock())
        text_in(complaint.account, words, clock.forward(minutes=1))
        if words == "Yes":
            answer(complaint, owner, clock.forward(minutes=1), read=answers.Read(item=complaint.pk))
            drain.send_due(clock)
        text_in(complaint.account, words, clock.forward(minutes=1))
        assert InboxItem.objects.filter(handled_at=None).count() == 2, words


def test_a_stop_in_a_conversation_is_a_stop(complaint: InboxItem, owner: User, clock: Clock) -> None:
    answer(complaint, owner, clock())
    opt_outs.opt_out(
        account=complaint.account,
        channel="sms",
        address=NUMBER,
        reason=Suppression.Reason.STOP,
        evidence="",
        now=clock(),
    )
    assert Delivery.objects.answers().get().status == "cancelled"


def test_the_link_of_an_answer_leads_nowhere(complaint: InboxItem, owner: User, clock: Clock, client: Client) -> None:
    row = answer(complaint, owner, clock())
    assert client.get(f"/r/{row.link_token}").status_code == 404
