"""Requests that staff cancelled and take back: they stand where they stood, unless anything else has happened."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import connection

from oauth.models import Account
from oauth.tests.threads import at_once
from reviewhub.refused import Refused
from reviews.contacts import do_not_contact, doubts, erase, opt_outs, suppressions
from reviews.contacts.change import change
from reviews.delivery import drain, take_back
from reviews.models import Contact, Delivery, Event, InboxItem, ReviewRequest, Suppression
from reviews.requests import ask, contact_changes, holds, lifecycle
from reviews.requests.matching import KnownPerson, Person
from reviews.tests.support.helpers import JANE, Clock, FakeProvider, asked, deliveries

pytestmark = pytest.mark.django_db


def cancel(request: ReviewRequest, clock: Clock) -> ReviewRequest:
    return lifecycle.cancel_request(request=request, now=clock(), reason="Cancelled by Ann.")


def back(request: ReviewRequest, clock: Clock) -> ReviewRequest:
    return take_back.take_back(request=request, by="Ann", now=clock())


def told() -> list[str]:
    return list(Event.objects.order_by("pk").values_list("type", flat=True))


@pytest.fixture
def waiting(account: Account, clock: Clock) -> ReviewRequest:
    return asked(account, clock(), delay=timedelta(hours=48))


@pytest.fixture
def sent(account: Account, clock: Clock, provider: FakeProvider) -> ReviewRequest:
    request = asked(account, clock())
    drain.send_due(clock)
    clock.forward(hours=1)
    request.refresh_from_db()
    return request


# --- What it was ------------------------------------------------------------------------------------


def test_a_request_that_waits_waits_again_for_the_same_time(waiting: ReviewRequest, clock: Clock) -> None:
    due_at = Delivery.objects.get().due_at
    cancel(waiting, clock)
    clock.forward(minutes=5)
    request = back(waiting, clock)
    assert (request.status, request.ended_at, request.reason) == ("scheduled", None, "Cancelling taken back by Ann.")
    assert deliveries(request) == [(0, "email", "planned")]
    assert Delivery.objects.get().due_at == due_at
    assert told() == ["review_request.scheduled", "review_request.cancelled", "review_request.scheduled"]


def test_a_request_that_was_sent_waits_for_the_answer_and_its_reminder_again(
    sent: ReviewRequest, clock: Clock, provider: FakeProvider
) -> None:
    reminder = Delivery.objects.get(step=1).due_at
    cancel(sent, clock)
    clock.forward(hours=1)
    request = back(sent, clock)
    assert (request.status, request.sent_at, request.ended_at) == ("sent", sent.sent_at, None)
    assert deliveries(request) == [(0, "email", "sent"), (1, "sms", "planned")]
    assert Delivery.objects.get(step=1).due_at == reminder
    assert told()[-2:] == ["review_request.cancelled", "review_request.sent"]
    clock.now = reminder
    drain.send_due(clock)
    assert [message.to for message in provider.sent] == [JANE.email, JANE.phone]


def test_what_came_due_meanwhile_leaves_in_the_next_slot(
    account: Account, clock: Clock, provider: FakeProvider
) -> None:
    request = cancel(asked(account, clock()), clock)
    clock.forward(hours=2)
    back(request, clock)
    assert Delivery.objects.get().due_at == clock()
    assert drain.send_due(clock) == 1


def test_a_message_that_a_worker_gave_up_for_the_cancelling_is_planned_again(
    account: Account, clock: Clock, provider: FakeProvider
) -> None:
    request = asked(account, clock())
    provider.meanwhile = lambda: cancel(request, clock)
    drain.send_due(clock)
    assert (provider.sent, deliveries(request)) == ([], [(0, "email", "cancelled")])
    clock.forward(minutes=1)
    back(request, clock)
    assert deliveries(request) == [(0, "email", "planned")]


def test_a_hold_that_staff_asked_for_stands_again(waiting: ReviewRequest, clock: Clock) -> None:
    because = holds.Because.REFUND
    holds.ask_to_hold(request=waiting, by=ReviewRequest.Hold.STAFF, because=because, note="", who="by Bob", now=clock())
    planned_for = Delivery.objects.get().planned_for
    waiting.refresh_from_db()
    why = waiting.why
    cancel(waiting, clock)
    waiting.refresh_from_db()
    assert (waiting.held, waiting.why) == ("", "Cancelled by Ann.")
    request = back(waiting, clock)
    assert (request.held, request.why) == ("staff", why)
    row = Delivery.objects.get()
    assert (row.status, row.due_at, row.planned_for) == ("planned", Delivery.OUT_OF_REACH, planned_for)
    holds.release_asked(request=request, who="by Bob", now=clock())
    assert Delivery.objects.get().due_at == planned_for


def test_what_is_planned_follows_an_address_that_has_changed_meanwhile(waiting: ReviewRequest, clock: Clock) -> None:
    cancel(waiting, clock)
    change(contact=waiting.contact, values={"email": "new@example.com"}, now=clock())
    back(waiting, clock)
    assert Delivery.objects.get().address == "new@example.com"


def test_a_skipped_message_stays_skipped(sent: ReviewRequest, clock: Clock) -> None:
    Delivery.objects.filter(step=1).update(status="cancelled", reason="Skipped by Ann.")
    request = back(cancel(sent, clock), clock)
    assert (request.status, deliveries(request)) == ("sent", [(0, "email", "sent"), (1, "sms", "cancelled")])


# --- What has happened since ------------------------------------------------------------------------


def ask_again(request: ReviewRequest, clock: Clock) -> None:
    ReviewRequest.objects.filter(pk=request.pk).update(sent_at=None)  # else the cool-down is in the way
    assert asked(request.account, clock(), delay=timedelta(hours=1)).is_open


def ask_and_end(request: ReviewRequest, clock: Clock) -> None:
    ask_again(request, clock)
    other = ReviewRequest.objects.exclude(pk=request.pk)
    other.update(status="completed", sent_at=clock(), ended_at=clock())


def stop(request: ReviewRequest, clock: Clock) -> None:
    opt_outs.opt_out(
        account=request.account,
        channel="sms",
        address=JANE.phone,
        reason=Suppression.Reason.STOP,
        evidence="STOP",
        now=clock(),
    )


def stop_and_start(request: ReviewRequest, clock: Clock) -> None:
    stop(request, clock)
    suppressions.lift(suppression=Suppression.objects.get(), because="START", now=clock())


def doubt(request: ReviewRequest, clock: Clock) -> None:
    doubts.hold(account=request.account, number=JANE.phone, evidence="maybe stop", now=clock())


def leave(request: ReviewRequest, clock: Clock) -> None:
    Delivery.objects.filter(request=request, step=0).update(status="sent", sent_at=clock())


def begin_to_leave(request: ReviewRequest, clock: Clock) -> None:
    Delivery.objects.filter(request=request, step=0).update(status="sending")


def wait_a_week(request: ReviewRequest, clock: Clock) -> None:
    clock.forward(days=7, minutes=1)


def be_no_staff(request: ReviewRequest, clock: Clock) -> None:
    ReviewRequest.objects.filter(pk=request.pk).update(reason="Cancelled through the API.")


@pytest.mark.parametrize(
    ("happen", "words"),
    [
        (ask_again, "asked again since"),
        (ask_and_end, "asked again since"),
        (stop, "must not be written to"),
        (stop_and_start, "must not be written to"),
        (doubt, "must not be written to"),
        (lambda request, clock: erase.erase(contact=request.contact, by="Ann", now=clock()), "was erased"),
        (leave, "had left already"),
        (begin_to_leave, "just leaving"),
        (wait_a_week, "more than 7 days ago"),
        (be_no_staff, "Only a request that staff cancelled"),
    ],
)
def test_nothing_is_taken_back_after_something_else_happened(
    waiting: ReviewRequest, clock: Clock, happen: Callable[[ReviewRequest, Clock], None], words: str
) -> None:
    cancel(waiting, clock)
    clock.forward(minutes=1)
    happen(waiting, clock)
    before = deliveries(waiting)
    with pytest.raises(Refused, match=words):
        back(waiting, clock)
    waiting.refresh_from_db()
    assert (waiting.status, deliveries(waiting)) == ("cancelled", before)


def test_a_number_that_is_texted_for_somebody_else_by_now_is_left_to_them(account: Account, clock: Clock) -> None:
    request = asked(account, clock(), person=Person(first_name="Jane", phone=JANE.phone), delay=timedelta(hours=48))
    cancel(request, clock)
    clock.forward(minutes=1)
    Contact.objects.create(account=account, first_name="Bob", phone=JANE.phone, shares_phone=True)
    bob = Contact.objects.get(first_name="Bob")
    other = asked(account, clock(), person=KnownPerson(first_name="Bob", phone=JANE.phone, contact=bob.pk))
    assert (other.contact, other.status) == (bob, "scheduled")
    with pytest.raises(Refused, match="Another contact with this number"):
        back(request, clock)


def test_a_request_of_which_nothing_could_be_sent_is_asked_anew_instead(waiting: ReviewRequest, clock: Clock) -> None:
    cancel(waiting, clock)
    Delivery.objects.update(status="failed")
    with pytest.raises(Refused, match="ask again instead"):
        back(waiting, clock)


def test_a_second_press_changes_nothing(waiting: ReviewRequest, clock: Clock) -> None:
    cancel(waiting, clock)
    back(waiting, clock)
    with pytest.raises(Refused, match="Only a request that staff cancelled"):
        back(waiting, clock)
    assert told().count("review_request.scheduled") == 2


def test_a_crash_in_the_middle_leaves_it_cancelled(
    waiting: ReviewRequest, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(**_: object) -> None:
        assert deliveries(waiting) == [(0, "email", "planned")]
        raise RuntimeError

    cancel(waiting, clock)
    monkeypatch.setattr(contact_changes, "follow", crash)
    with pytest.raises(RuntimeError):
        back(waiting, clock)
    waiting.refresh_from_db()
    assert (waiting.status, deliveries(waiting)) == ("cancelled", [(0, "email", "cancelled")])
    assert told()[-1] == "review_request.cancelled"


def test_another_doubt_than_the_customers_does_not_matter(waiting: ReviewRequest, clock: Clock) -> None:
    cancel(waiting, clock)
    doubts.hold(account=waiting.account, number="+12125550999", evidence="", now=clock())
    assert back(waiting, clock).status == "scheduled"
    assert not InboxItem.objects.exists()


# --- At once ----------------------------------------------------------------------------------------


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="needs connections that wait for each other")
def test_two_presses_at_once_take_it_back_once(waiting: ReviewRequest, clock: Clock) -> None:
    cancel(waiting, clock)

    def press() -> str:
        try:
            return str(back(waiting, clock).status)
        except Refused as refusal:
            return refusal.reason

    assert sorted(at_once(press, press)) == ["Only a request that staff cancelled can be taken back.", "scheduled"]
    assert told().count("review_request.scheduled") == 2


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="needs connections that wait for each other")
@pytest.mark.parametrize("turn", range(5))
def test_a_new_ask_at_the_same_moment_leaves_one_open_request(
    account: Account, waiting: ReviewRequest, clock: Clock, turn: int
) -> None:
    cancel(waiting, clock)

    def press() -> str:
        try:
            return str(back(waiting, clock).status)
        except Refused as refusal:
            return refusal.reason

    def ask_anew() -> str:
        return str(ask.ask(account=account, wanted=ask.Ask(person=JANE), now=clock()).created)

    answers = set(at_once(press, ask_anew))
    assert answers in ({"scheduled", "False"}, {"The customer has been asked again since.", "True"})
    assert ReviewRequest.objects.open().count() == 1
    assert Delivery.objects.filter(status="planned").count() == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="needs connections that wait for each other")
@pytest.mark.parametrize("turn", range(5))
def test_nothing_leaves_when_the_customer_opts_out_at_the_same_moment(
    account: Account, clock: Clock, provider: FakeProvider, turn: int
) -> None:
    request = cancel(asked(account, clock()), clock)
    clock.forward(minutes=1)

    def press() -> None:
        with suppress(Refused):
            back(request, clock)

    contact = request.contact
    at_once(press, lambda: do_not_contact.leave_alone(contact=contact, by="Bob", now=clock()))
    drain.send_due(clock)
    assert provider.sent == []
    request.refresh_from_db()
    assert not request.is_open
