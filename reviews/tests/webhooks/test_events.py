"""Events: each change is recorded once, in its own transaction, with the keys of its rows and nothing of their data."""

import os
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from oauth.models import Account
from reviews.contacts import doubts, erase, merge, opt_outs
from reviews.delivery import drain, reconcile, staff_actions
from reviews.delivery.channels import ChannelError
from reviews.delivery.provider_events import apply
from reviews.models import (
    Contact,
    Delivery,
    DeliveryEvent,
    Endpoint,
    Event,
    FollowUpStep,
    InboxItem,
    Notice,
    ReviewRequest,
    ReviewSite,
    Suppression,
)
from reviews.models.event import new_event_id
from reviews.pages import actions
from reviews.requests import lifecycle
from reviews.requests.matching import Person
from reviews.tests.support.helpers import JANE, Clock, FakeProvider, asked
from reviews.webhooks import events

pytestmark = pytest.mark.django_db


def happened(account: Account) -> list[str]:
    return list(Event.objects.for_account(account).order_by("pk").values_list("type", flat=True))


def since(account: Account, before: list[str]) -> list[str]:
    found = happened(account)
    assert found[: len(before)] == before
    return found[len(before) :]


def report(kind: str, row: Delivery, clock: Clock, **more: Any) -> None:
    made = DeliveryEvent.objects.create(
        provider="smtp" if row.channel == "email" else "twilio",
        key=f"{kind} {clock()}",
        kind=kind,
        provider_id=row.provider_id,
        address=row.address,
        occurred_at=clock(),
        received_at=clock(),
        **more,
    )
    assert apply.apply(event_id=made.pk, now=clock()).done


@pytest.fixture
def sent(account: Account, clock: Clock, provider: FakeProvider) -> ReviewRequest:
    request = asked(account, clock())
    drain.send_due(clock)
    return ReviewRequest.objects.get(pk=request.pk)


def test_a_hold_and_its_end_are_told_to_who_wants_to_know(account: Account, now: datetime) -> None:
    types = "review_request.held review_request.released"
    for wanted in (types, "message.sent", ""):
        Endpoint.objects.create(account=account, url="https://x.example", event_types=wanted)
    request = asked(account, now)
    doubt, _ = doubts.hold(account=account, number=JANE.phone, evidence="maybe stop?", now=now)
    doubts.lift(suppression=doubt, because="", outcome=InboxItem.Outcome.NOT_AN_OPT_OUT, now=now)
    assert happened(account) == ["review_request.scheduled", *types.split()]
    told = Notice.objects.filter(event__type__in=types.split()).values_list("endpoint__event_types", flat=True)
    assert sorted(told) == ["", "", types, types]
    assert set(Event.objects.values_list("request_id", flat=True)) == {request.pk}


def test_an_ask_is_recorded_once(account: Account, now: datetime) -> None:
    request = asked(account, now)
    (event,) = Event.objects.all()
    assert (event.type, event.request_id, event.account_id) == ("review_request.scheduled", request.pk, account.pk)
    assert event.occurred_at == now
    asked(account, now)  # joins the open one
    assert happened(account) == ["review_request.scheduled"]


def test_an_ask_that_may_not_be_sent_is_recorded_as_suppressed(
    account: Account, sent: ReviewRequest, now: datetime
) -> None:
    lifecycle.respond(request=sent, now=now, reason="")
    before = happened(account)
    asked(account, now)  # the cool-down
    assert since(account, before) == ["review_request.suppressed"]


def test_every_message_that_leaves_is_recorded_and_its_request_once(
    account: Account, sent: ReviewRequest, clock: Clock
) -> None:
    first = ["review_request.scheduled", "message.sent", "review_request.sent"]
    assert sorted(happened(account)) == sorted(first)
    told = Event.objects.get(type="message.sent")
    assert (told.request_id, told.delivery_id) == (sent.pk, Delivery.objects.get(step=0).pk)
    clock.forward(days=3)
    drain.send_due(clock)
    assert sorted(happened(account)) == sorted([*first, "message.sent"])


def test_a_press_is_recorded_once_and_feedback_each_time(account: Account, sent: ReviewRequest, clock: Clock) -> None:
    row, site, before = Delivery.objects.get(step=0), ReviewSite.objects.get(account=account), happened(account)
    row.request, row.account = sent, account
    for _ in range(2):
        actions.record_press(delivery=row, site=site, now=clock())
    assert since(account, before) == ["review_request.responded", "link.clicked"]
    before = happened(account)
    for text in ("Good", "Better"):
        actions.record_feedback(delivery=row, rating=4, text=text, now=clock())
    assert since(account, before) == ["feedback.created", "feedback.updated"]
    actions.record_scanned_feedback(account=account, rating=2, text="", now=clock())
    assert since(account, before)[2:] == ["feedback.created"]


def test_reports_of_providers_are_recorded_unless_an_older_one_comes_late(
    account: Account, sent: ReviewRequest, clock: Clock
) -> None:
    row, before = Delivery.objects.get(step=0), happened(account)
    report("delivered", row, clock)
    assert since(account, before) == ["message.delivered"]
    clock.forward(minutes=5)
    report("bounced", row, clock, code="550")
    assert since(account, before) == ["message.delivered", "message.bounced"]
    report("delivered", row, Clock(clock() - timedelta(minutes=1)))  # an older word changes nothing
    assert since(account, before) == ["message.delivered", "message.bounced"]


def test_a_refused_message_is_recorded(account: Account, clock: Clock, provider: FakeProvider) -> None:
    asked(account, clock(), Person(email="ada@example.com"))
    provider.errors = [ChannelError("550", "No such user", permanent=True, address_gone=True)]
    drain.send_due(clock)
    assert happened(account) == ["review_request.scheduled", "message.bounced", "review_request.failed"]


def test_a_message_that_cannot_be_written_is_recorded_as_failed(
    account: Account, clock: Clock, provider: FakeProvider
) -> None:
    asked(account, clock(), Person(email="ada@example.com"))
    FollowUpStep.objects.filter(position=0).delete()
    drain.send_due(clock)
    assert happened(account)[1:] == ["message.failed", "review_request.failed"]
    row = Delivery.objects.get()
    staff_actions.retry(delivery=row, now=clock())
    assert happened(account)[-1] == "review_request.scheduled"


def test_a_text_that_turns_out_to_have_left_is_recorded_as_sent(
    account: Account, clock: Clock, provider: FakeProvider
) -> None:
    asked(account, clock(), Person(phone="+12125551234"))
    provider.errors = [ChannelError("timeout", "", in_doubt=True)]
    drain.send_due(clock)
    assert happened(account) == ["review_request.scheduled"]
    row = Delivery.objects.select_related("account", "request__contact").get()
    reconcile.record_sent(row, by=Delivery.Mover.RECONCILIATION, provider_id="SM1", now=clock())
    assert happened(account)[1:] == ["message.sent", "review_request.sent"]


def test_a_text_in_doubt_that_is_reported_as_delivered_is_recorded_as_sent_too(
    account: Account, clock: Clock, provider: FakeProvider
) -> None:
    asked(account, clock(), Person(phone="+12125551234"))
    provider.errors = [ChannelError("timeout", "", in_doubt=True)]
    drain.send_due(clock)
    report("delivered", Delivery.objects.get(), clock, message_key=Delivery.objects.get().message_key)
    assert happened(account)[1:] == ["message.sent", "message.delivered", "review_request.sent"]


def test_an_opt_out_is_recorded_once_with_its_contact(account: Account, sent: ReviewRequest, now: datetime) -> None:
    before = happened(account)
    for _ in range(2):
        opt_outs.opt_out(
            account=account,
            channel="email",
            address="jane@example.com",
            reason=Suppression.Reason.UNSUBSCRIBED,
            evidence="",
            now=now,
        )
    assert since(account, before) == ["contact.opted_out", "review_request.suppressed"]
    told = Event.objects.get(type="contact.opted_out")
    assert (told.contact_id, told.suppression_id) == (sent.contact_id, Suppression.objects.get().pk)


def test_an_opt_out_of_an_address_without_a_contact_names_none(account: Account, now: datetime) -> None:
    where: dict[str, Any] = {"channel": "email", "address": "nobody@example.com", "evidence": ""}
    opt_outs.opt_out(account=account, reason=Suppression.Reason.STAFF, now=now, **where)
    assert Event.objects.get().contact_id is None


def test_an_erasure_is_recorded_and_no_opt_out_beside_it(account: Account, sent: ReviewRequest, now: datetime) -> None:
    before = happened(account)
    erase.erase(contact=sent.contact, by="staff", now=now)
    assert since(account, before) == ["review_request.suppressed", "contact.erased"]


def test_the_end_of_a_request_is_recorded(account: Account, sent: ReviewRequest, clock: Clock) -> None:
    before = happened(account)
    Delivery.objects.filter(status="planned").delete()
    assert lifecycle.complete_unanswered(now=clock.forward(days=8)) == 1
    assert since(account, before) == ["review_request.completed"]
    again = asked(account, clock.forward(days=100))
    lifecycle.cancel_request(request=again, now=clock())
    assert since(account, before)[1:] == ["review_request.scheduled", "review_request.cancelled"]


def test_each_of_many_ends_is_recorded(account: Account, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lifecycle, "COMPLETE_AT_ONCE", 2)
    for number in range(5):
        asked(account, now, Person(email=f"{number}@example.com"))
    Delivery.objects.all().delete()
    ReviewRequest.objects.update(status="sent", sent_at=now - timedelta(days=8))
    assert lifecycle.complete_unanswered(now=now) == 5
    told = Event.objects.filter(type="review_request.completed").values_list("request", flat=True)
    assert set(told) == set(ReviewRequest.objects.values_list("pk", flat=True))


def test_a_merge_takes_events_along(account: Account, now: datetime) -> None:
    first = asked(account, now, Person(email="ada@example.com")).contact
    second = Contact.objects.create(account=account, phone="+12125551234")
    Event.objects.create(account=account, type="contact.opted_out", occurred_at=now, contact=second)
    merge.merge(kept=first, other=second, by="staff", now=now)
    assert Event.objects.filter(contact=first).count() == 1


# --- With the change, or not at all --------------------------------------------------------------------


def test_a_change_that_is_rolled_back_leaves_no_event(account: Account, sent: ReviewRequest, now: datetime) -> None:
    before = happened(account)
    with transaction.atomic():
        lifecycle.respond(request=sent, now=now, reason="")
        assert since(account, before)
        transaction.set_rollback(True)
    assert happened(account) == before


def test_a_change_whose_event_cannot_be_written_does_not_happen(
    account: Account, sent: ReviewRequest, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(events, "record", fail)
    with pytest.raises(RuntimeError), transaction.atomic():
        lifecycle.respond(request=sent, now=now, reason="")
    assert ReviewRequest.objects.get(pk=sent.pk).status == "sent"
    with pytest.raises(RuntimeError):
        asked(account, now, Person(email="ada@example.com"))
    assert not Contact.objects.filter(email="ada@example.com").exists()


# --- For whom ------------------------------------------------------------------------------------------


def endpoint(account: Account, types: str = "", **more: Any) -> Endpoint:
    return Endpoint.objects.create(account=account, url="https://hooks.example/", event_types=types, secret="x", **more)


def test_each_endpoint_that_wants_it_gets_a_notice(account: Account, other_account: Account, now: datetime) -> None:
    every, some = endpoint(account), endpoint(account, "feedback.created review_request.scheduled")
    endpoint(account, "review_request.sent")
    endpoint(account, "review_request")  # a part of a name is none
    endpoint(account, is_active=False)
    endpoint(other_account)
    asked(account, now)
    assert set(Notice.objects.values_list("endpoint", flat=True)) == {every.pk, some.pk}
    assert set(Notice.objects.values_list("status", "due_at", "tries")) == {("waiting", now, 0)}


def test_a_message_that_leaves_writes_the_notices_of_its_events(
    account: Account, clock: Clock, provider: FakeProvider
) -> None:
    endpoint(account, "message.sent")
    endpoint(account, "review_request.sent")
    asked(account, clock())
    drain.send_due(clock)
    assert set(Notice.objects.values_list("event__type", flat=True)) == {"message.sent", "review_request.sent"}
    assert Notice.objects.count() == 2


def test_many_asks_cost_as_few_statements_as_one(
    account: Account, now: datetime, django_assert_num_queries: Any
) -> None:
    endpoint(account)
    made = [Event(account=account, type="feedback.created", occurred_at=now) for _ in range(50)]
    with django_assert_num_queries(1 if connection.vendor == "postgresql" else 2):
        events.record(*made)
    assert Notice.objects.count() == 50
    with django_assert_num_queries(0):
        events.record()


# --- Keys and keeping ----------------------------------------------------------------------------------


def test_keys_are_in_the_order_of_making() -> None:
    made = [new_event_id() for _ in range(5_000)]
    assert made == sorted(set(made))
    assert {one.version for one in made} == {7}
    assert {one.variant for one in made} == {"specified in RFC 4122"}


def milliseconds() -> int:
    return time.time_ns() // 1_000_000


def test_keys_begin_with_the_time_and_never_run_ahead_of_it() -> None:
    begun = milliseconds()
    made = [new_event_id() for _ in range(20_000)]
    assert begun <= made[0].int >> 80 <= made[-1].int >> 80 <= milliseconds()


def test_keys_are_in_the_order_of_making_over_threads() -> None:
    """Each thread makes a key when another one has just made the one before."""
    made, turn = [], threading.Lock()

    def make(number: int) -> None:
        for _ in range(500):
            with turn:
                made.append(new_event_id())

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(make, range(8)))
    assert len(made) == 4_000
    assert made == sorted(set(made))


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_forked_processes_make_different_keys() -> None:
    """The workers are forked from a process that may have made keys before: none begins where another one stands."""
    new_event_id()
    made, pipes = [], {}
    for _ in range(4):
        reads, writes = os.pipe()
        child = os.fork()
        if child == 0:
            os.write(writes, b"".join(new_event_id().bytes for _ in range(1_000)))
            os._exit(0)
        os.close(writes)
        pipes[child] = reads
    for child, pipe in pipes.items():
        with open(pipe, "rb") as written:
            keys = written.read()
        made += [keys[start : start + 16] for start in range(0, len(keys), 16)]
        os.waitpid(child, 0)
    assert len(made) == 4_000
    # Random bits alone: those that two processes share even where their clocks differ.
    assert len({key[12:] for key in made}) > 3_990


def test_a_key_sorts_after_those_that_the_former_code_made() -> None:
    """The former code took the time in ms and filled the rest with random bits: here, with the highest."""
    highest = uuid.UUID(int=(milliseconds() - 1) << 80 | 0x7FFF << 64 | 0xBFFF_FFFF_FFFF_FFFF)
    assert (highest.version, highest.variant) == (7, uuid.RFC_4122)
    assert new_event_id() > highest


def test_a_key_is_of_the_type_that_databases_give_back(account: Account, now: datetime) -> None:
    made = Event.objects.create(account=account, type="feedback.created", occurred_at=now)
    assert type(made.pk) is uuid.UUID
    assert Event.objects.get(pk=made.pk).pk == made.pk


def test_events_are_deleted_after_a_month_with_their_notices(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.utils import timezone

    endpoint(account)
    asked(account, timezone.now())
    monkeypatch.setattr(events, "FORGET_AT_ONCE", 1)
    assert events.forget(timezone.now() + events.KEPT - timedelta(minutes=1)) == 0
    Event.objects.create(account=account, type="feedback.created", occurred_at=timezone.now())
    assert events.forget(timezone.now() + events.KEPT + timedelta(minutes=1)) == 2
    assert not Notice.objects.exists()
    assert JANE.email  # and the contact stays
    assert Contact.objects.count() == 1
