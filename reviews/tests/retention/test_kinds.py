"""Rows that are too old, to the second, and those that stay whatever their age."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.admin.models import ADDITION, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.utils import timezone
from django_q.models import Task

from oauth.models import Account, User
from reviewhub import env
from reviews.contacts import erase
from reviews.contacts.suppressions import suppress
from reviews.models import Consent, Contact, Delivery, DeliveryEvent, Feedback, InboxItem, ReviewRequest, Suppression
from reviews.models.base import Channel
from reviews.requests.consents import Agreement
from reviews.requests.matching import Person
from reviews.retention.kinds import KINDS, Kind
from reviews.retention.purge import purge
from reviews.tests.support.helpers import asked

pytestmark = pytest.mark.django_db

JANE = Person(first_name="Jane", last_name="Smith", email="jane@example.com", phone="+12125550177")
SECOND = timedelta(seconds=1)


def kind(name: str) -> Kind:
    (found,) = (kind for kind in KINDS if kind.name == name)
    return found


def run(name: str, now: datetime) -> None:
    assert purge(kind(name), now, go_on=bool)


def age_of(name: str) -> timedelta:
    return timedelta(days=kind(name).days)


@pytest.fixture
def request_(account: Account, now: datetime) -> ReviewRequest:
    """A request that was sent and has ended."""
    request = asked(account, now, person=JANE)
    Delivery.objects.update(status=Delivery.Status.SENT, due_at=now, sent_at=now, subject="How was it?", text="Hi Jane")
    ReviewRequest.objects.update(status=ReviewRequest.Status.COMPLETED, sent_at=now, ended_at=now)
    return request


def test_a_message_is_emptied_on_its_day_and_counts_on(request_: ReviewRequest, now: datetime) -> None:
    run("messages", now + age_of("messages"))
    assert Delivery.objects.get().text == "Hi Jane"
    run("messages", now + age_of("messages") + SECOND)
    message = Delivery.objects.get()
    assert (message.subject, message.text, message.status, message.sent_at) == ("", "", "sent", now)
    assert message.address == "jane@example.com"


@pytest.mark.parametrize("state", ReviewRequest.OPEN)
def test_messages_of_an_open_request_are_left_alone(request_: ReviewRequest, now: datetime, state: str) -> None:
    ReviewRequest.objects.update(status=state)
    run("messages", now + 2 * age_of("messages"))
    run("contacts", now + 2 * age_of("contacts"))
    assert Delivery.objects.get().text == "Hi Jane"
    assert Contact.objects.get().first_name == "Jane"


@pytest.mark.parametrize("state", Delivery.PENDING)
def test_a_message_that_may_leave_is_left_alone(request_: ReviewRequest, now: datetime, state: str) -> None:
    Delivery.objects.update(status=state)
    run("messages", now + 2 * age_of("messages"))
    assert Delivery.objects.get().text == "Hi Jane"


def said(account: Account, key: str, meaning: str, now: datetime) -> None:
    times = {"occurred_at": now, "received_at": now, "applied_at": now}
    facts: dict[str, Any] = {"provider": "twilio", "kind": "replied", "meaning": meaning, "payload": {"Body": key}}
    DeliveryEvent.objects.create(account=account, key=key, text=key, **facts, **times)


def test_words_are_emptied_and_what_proves_an_opt_out_stays(
    account: Account, request_: ReviewRequest, now: datetime
) -> None:
    for words, meaning in (
        ("Lovely", "reply"),
        ("STOP", "stop"),
        ("no more perhaps", "unclear"),
        ("who?", "wrong_number"),
    ):
        said(account, words, meaning, now)
    Feedback.objects.create(account=account, request=request_, rating=2, text="Cold", created_at=now, updated_at=now)
    about = {"account": account, "request": request_, "created_at": now}
    InboxItem.objects.create(kind="feedback", text="Cold", handled_at=now, note="Called her", **about)
    InboxItem.objects.create(kind="feedback", text="Nobody called", **about)
    InboxItem.objects.create(kind="unclear_opt_out", text="no more perhaps", handled_at=now, **about)
    run("words", now + age_of("words") + SECOND)
    assert sorted(DeliveryEvent.objects.values_list("text", flat=True)) == ["", "STOP", "no more perhaps", "who?"]
    assert list(Feedback.objects.values_list("rating", "text")) == [(2, "")]
    assert sorted(InboxItem.objects.values_list("text", "note")) == [
        ("", ""),
        ("Nobody called", ""),
        ("no more perhaps", ""),
    ]


def test_a_report_is_emptied_once_it_is_applied(account: Account, now: datetime) -> None:
    said(account, "one", "stop", now)
    said(account, "two", "stop", now)
    DeliveryEvent.objects.filter(key="two").update(applied_at=None)
    run("reports", now + age_of("reports") + SECOND)
    assert list(DeliveryEvent.objects.order_by("key").values_list("text", "payload")) == [
        ("one", {}),
        ("two", {"Body": "two"}),
    ]


def test_a_forgotten_contact_counts_on_stays_opted_out_and_may_come_back(account: Account, now: datetime) -> None:
    agreed = Agreement(Channel.EMAIL, JANE.email, "I agree", "Form", now)
    asked(account, now, person=JANE, agreements=(agreed,))
    suppress(
        account=account,
        channel=Channel.SMS,
        address=JANE.phone,
        reason=Suppression.Reason.STOP,
        evidence="STOP",
        now=now,
    )
    Delivery.objects.update(status=Delivery.Status.SENT, due_at=now, sent_at=now, text="Hi Jane")
    ReviewRequest.objects.update(status=ReviewRequest.Status.COMPLETED, sent_at=now, ended_at=now)
    Contact.objects.update(created_at=now, updated_at=now)
    ReviewRequest.objects.update(created_at=now)
    Delivery.objects.update(created_at=now)

    run("contacts", now + age_of("contacts"))
    assert Contact.objects.get().first_name == "Jane"
    later = now + age_of("contacts") + SECOND
    run("contacts", later)
    contact = Contact.objects.get()
    assert (contact.name, contact.email, contact.phone) == ("", "", "")
    assert contact.erased_at is not None
    assert ReviewRequest.objects.get().status == ReviewRequest.Status.COMPLETED
    assert Delivery.objects.get().status == Delivery.Status.SENT
    opted_out = Suppression.objects.get()
    assert (opted_out.address, opted_out.evidence) == (JANE.phone, "STOP")
    assert Consent.objects.get().wording == "I agree"

    again = asked(account, later, person=JANE)
    assert again.status == ReviewRequest.Status.SCHEDULED
    assert again.contact_id != contact.pk
    assert [message.channel for message in again.deliveries.all()] == ["email"]


@pytest.mark.parametrize("lately", ["asked", "responded", "answered", "changed", "agreed", "waits in the inbox"])
def test_a_contact_of_whom_something_was_heard_stays(request_: ReviewRequest, now: datetime, lately: str) -> None:
    Contact.objects.update(created_at=now, updated_at=now)
    ReviewRequest.objects.update(created_at=now)
    Delivery.objects.update(created_at=now)
    later, facts = now + age_of("contacts") + SECOND, {"account": request_.account, "contact": request_.contact}
    match lately:
        case "asked":
            ReviewRequest.objects.update(created_at=later)
        case "responded":
            ReviewRequest.objects.update(responded_at=later)
        case "agreed":
            at = {"at": now, "recorded_at": later}
            Consent.objects.create(id=uuid4(), channel="email", kind="given", wording="Yes", **at, **facts)
        case "answered":
            Delivery.objects.create(
                kind="answer", channel="email", due_at=later, created_at=later, status="sent", **facts
            )
        case "changed":
            Contact.objects.update(updated_at=later)
        case _:
            InboxItem.objects.create(kind="reply", text="Hello?", created_at=now, **facts)
    run("contacts", later)
    assert Contact.objects.get().first_name == "Jane"


def test_whom_the_account_may_not_ask_again_yet_is_not_forgotten(request_: ReviewRequest) -> None:
    now = timezone.now()
    Account.objects.update(cooldown_days=3_000)
    long_ago = now - age_of("contacts") - SECOND
    for rows in (Contact.objects, ReviewRequest.objects, Delivery.objects):
        rows.update(created_at=long_ago)
    Contact.objects.update(updated_at=long_ago)
    ReviewRequest.objects.update(sent_at=long_ago, ended_at=long_ago)
    run("contacts", now)
    assert Contact.objects.get().first_name == "Jane"
    Account.objects.update(cooldown_days=1_000)
    run("contacts", now)
    assert Contact.objects.get().first_name == ""


def test_what_a_forgotten_contact_said_stays_where_it_may_be_an_opt_out_and_so_do_the_words_of_others(
    account: Account, request_: ReviewRequest, now: datetime
) -> None:
    ava = asked(account, now, person=Person(first_name="Ava", phone=JANE.phone))
    for words, meaning in (("Lovely", "reply"), ("STOP", "stop"), ("perhaps no more", "unclear")):
        said(account, words, meaning, now)
    DeliveryEvent.objects.update(delivery=request_.deliveries.get())
    said(account, "I am Ava", "reply", now)
    DeliveryEvent.objects.filter(key="I am Ava").update(address=JANE.phone)
    about = {"account": account, "contact": request_.contact, "created_at": now, "handled_at": now}
    InboxItem.objects.create(kind="unclear_opt_out", text="perhaps no more", **about)
    InboxItem.objects.create(kind="reply", text="Lovely", **about)
    later = now + timedelta(days=1)
    assert erase.forget(contacts=[request_.contact, ava.contact], now=later) == 1  # Ava's request is open
    erase.blank_late_events(later)
    kept = {"", "STOP", "perhaps no more", "I am Ava"}
    assert set(DeliveryEvent.objects.values_list("text", flat=True)) == kept
    assert set(InboxItem.objects.values_list("text", flat=True)) == {"", "perhaps no more"}


def test_logs_versions_and_failed_tasks_are_deleted_on_their_day(account: Account, owner: User) -> None:
    now = timezone.now()
    LogEntry.objects.create(
        user=owner, content_type=ContentType.objects.get_for_model(Account), object_repr="a", action_flag=ADDITION
    )
    Task.objects.create(id="a" * 32, name="a", func="a", started=now, stopped=now, success=False)
    versions = Account.history.count()
    assert versions
    for name, rows in (("log", LogEntry.objects), ("history", Account.history), ("tasks", Task.objects)):
        had = rows.count()
        run(name, now + age_of(name) - timedelta(minutes=1))
        assert rows.count() == had, name
        run(name, now + age_of(name) + timedelta(minutes=1))
        assert rows.count() == 0, name


def test_the_operator_says_for_how_long(request_: ReviewRequest, now: datetime, settings: Any) -> None:
    settings.KEEP_DAYS = {"messages": 0}
    run("messages", now + timedelta(days=36_000))
    assert Delivery.objects.get().text == "Hi Jane"
    settings.KEEP_DAYS = {"messages": 7}
    run("messages", now + timedelta(days=7) + SECOND)
    assert Delivery.objects.get().text == ""


def test_the_setting_knows_all_kinds() -> None:
    assert tuple(kind.name for kind in KINDS) == env.KINDS
