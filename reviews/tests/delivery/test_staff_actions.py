"""Decisions of staff about single messages: made once, only from the state they saw, and with every gate in place."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from oauth.models import Account
from oauth.tests.threads import at_once
from reviewhub.refused import Refused
from reviews.contacts import doubts
from reviews.contacts.suppressions import suppress
from reviews.delivery import drain, staff_actions
from reviews.delivery.channels import ChannelError
from reviews.delivery.reconcile import reconcile
from reviews.insights.counters import totals
from reviews.models import ChannelHealth, Contact, Delivery, FollowUpStep, ReviewRequest, Suppression, Tally
from reviews.requests import lifecycle
from reviews.requests.matching import Person
from reviews.tests.support.helpers import Clock, FakeProvider, asked, deliveries

MAIL_ONLY = Person(first_name="Jane", email="jane@example.com")
TEXT_ONLY = Person(first_name="Jane", phone="+12125551234")


@pytest.fixture
def failed(account: Account, clock: Clock, provider: FakeProvider) -> Delivery:
    """A mail that was refused for good; its request failed with it."""
    asked(account, clock.now, person=MAIL_ONLY)
    provider.errors = [ChannelError("554", "Not today", permanent=True)]
    drain.send_due(clock)
    row = Delivery.objects.get()
    assert (row.status, row.request.status) == ("failed", "failed")
    return row


@pytest.fixture
def unknown(account: Account, clock: Clock, provider: FakeProvider) -> Delivery:
    """A text to which the provider did not answer, a day ago."""
    asked(account, clock.now, person=TEXT_ONLY)
    provider.errors = [ChannelError("no-answer", "timed out", in_doubt=True)]
    drain.send_due(clock)
    row = Delivery.objects.get(status="unknown")
    clock.forward(hours=24)
    return row


# --- Retry -------------------------------------------------------------------------------------------------


def test_a_retried_message_leaves_and_its_request_goes_on(
    failed: Delivery, clock: Clock, provider: FakeProvider
) -> None:
    clock.forward(hours=1)
    planned = staff_actions.retry(delivery=failed, now=clock.now)
    assert (planned.status, planned.due_at, planned.reason, planned.attempts, planned.error_code) == (
        "planned",
        clock.now,
        "Retried by staff.",
        0,
        "",
    )
    request = ReviewRequest.objects.get()
    assert (request.status, request.ended_at, request.reason) == ("scheduled", None, "Retried by staff.")
    assert drain.send_due(clock) == 1
    assert [message.to for message in provider.sent] == ["jane@example.com"]
    assert ReviewRequest.objects.get().status == "sent"
    assert deliveries(request) == [(0, "email", "sent"), (1, "email", "planned")]


def test_a_retried_message_goes_where_the_contact_is_now(
    failed: Delivery, clock: Clock, provider: FakeProvider
) -> None:
    Contact.objects.update(email="jane@new.example")
    assert staff_actions.retry(delivery=failed, now=clock.now).address == "jane@new.example"
    drain.send_due(clock)
    assert [message.to for message in provider.sent] == ["jane@new.example"]


def test_a_second_press_does_nothing(failed: Delivery, clock: Clock) -> None:
    staff_actions.retry(delivery=failed, now=clock.now)
    clock.forward(minutes=5)
    with pytest.raises(Refused, match="is planned by now"):
        staff_actions.retry(delivery=failed, now=clock.now)
    assert Delivery.objects.get().due_at < clock.now
    assert Tally.objects.get(name="failed").value == 1


@pytest.mark.postgres
@pytest.mark.skipif(connection.vendor != "postgresql", reason="needs connections that wait for each other")
@pytest.mark.django_db(transaction=True)
def test_of_four_presses_at_once_one_counts(account: Account, now: datetime) -> None:
    asked(account, now, person=MAIL_ONLY)
    Delivery.objects.update(status="failed")
    ReviewRequest.objects.update(status="failed", ended_at=now)
    row = Delivery.objects.get()

    def press() -> str:
        try:
            return staff_actions.retry(delivery=row, now=now).status
        except Refused:
            return "refused"

    assert sorted(at_once(press, press, press, press)) == ["planned", "refused", "refused", "refused"]
    assert Tally.objects.get(name="failed").value == 1


def test_a_failure_stays_counted_when_it_is_retried_and_fails_again(
    failed: Delivery, clock: Clock, provider: FakeProvider
) -> None:
    for again in (1, 2):
        staff_actions.retry(delivery=failed, now=clock.now)
        assert totals()["failed", "email"] == again
        provider.errors = [ChannelError("554", "Not today", permanent=True)]
        drain.send_due(clock)
        assert Delivery.objects.get().status == "failed"


def test_a_retried_text_waits_for_its_window(account: Account, clock: Clock, provider: FakeProvider) -> None:
    asked(account, clock.now, person=TEXT_ONLY)
    provider.errors = [ChannelError("30007", "filtered", permanent=True)]
    drain.send_due(clock)
    clock.forward(hours=12)  # ten in the evening there
    planned = staff_actions.retry(delivery=Delivery.objects.get(), now=clock.now)
    assert planned.due_at == clock.now + timedelta(hours=11)
    assert planned.reason.startswith("Retried by staff. 22:00 → 09:00, America/New_York")


@pytest.mark.parametrize("ending", ["cancelled", "responded", "suppressed", "completed"])
def test_nothing_follows_a_request_that_has_ended(failed: Delivery, clock: Clock, ending: str) -> None:
    ReviewRequest.objects.update(status=ending)
    with pytest.raises(Refused, match=f"The request has ended: {ending}"):
        staff_actions.retry(delivery=failed, now=clock.now)
    assert Delivery.objects.get().status == "failed"
    assert not Tally.objects.filter(value__gt=0).exists()


def test_a_customer_who_was_asked_again_is_not_asked_twice(failed: Delivery, account: Account, clock: Clock) -> None:
    asked(account, clock.now, person=MAIL_ONLY)
    with pytest.raises(Refused, match="asked again since"):
        staff_actions.retry(delivery=failed, now=clock.now)
    assert sorted(ReviewRequest.objects.values_list("status", flat=True)) == ["failed", "scheduled"]


def test_an_address_that_must_not_be_written_to_is_not_retried(
    failed: Delivery, account: Account, clock: Clock
) -> None:
    where: dict[str, Any] = {"account": account, "channel": "email", "address": "jane@example.com"}
    suppress(**where, reason=Suppression.Reason.UNSUBSCRIBED, evidence="", now=clock.now)
    with pytest.raises(Refused, match="must not be written to: unsubscribed"):
        staff_actions.retry(delivery=failed, now=clock.now)


def test_while_the_number_is_in_doubt_nothing_is_retried(failed: Delivery, clock: Clock) -> None:
    """The request had ended when the doubt came, and so is not held: by mail, nothing would stop it."""
    contact = failed.request.contact
    Contact.objects.filter(pk=contact.pk).update(phone="+12125550009")
    doubts.hold(account=failed.account, number="+12125550009", evidence="maybe stop?", now=clock())
    with pytest.raises(Refused, match="Perhaps an opt-out"):
        staff_actions.retry(delivery=failed, now=clock())
    failed.refresh_from_db()
    assert failed.status == "failed"


def test_what_the_other_channel_took_over_is_not_sent_twice(
    account: Account, clock: Clock, provider: FakeProvider
) -> None:
    asked(account, clock.now)
    provider.errors = [ChannelError("554", "Not today", permanent=True)]
    drain.send_due(clock)
    row = Delivery.objects.get(status="failed")
    with pytest.raises(Refused, match="The other channel took over"):
        staff_actions.retry(delivery=row, now=clock.now)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda: Account.objects.update(is_active=False), "switched off"),
        (lambda: Delivery.objects.update(address=""), "erased"),
        (lambda: Delivery.objects.update(status="bounced"), "is bounced by now"),
    ],
)
def test_what_cannot_leave_is_refused_with_the_reason(
    failed: Delivery, clock: Clock, change: Callable[[], int], words: str
) -> None:
    change()
    with pytest.raises(Refused, match=words):
        staff_actions.retry(delivery=failed, now=clock.now)


def test_a_failed_follow_up_of_an_open_request_is_retried_without_touching_it(
    account: Account, clock: Clock, provider: FakeProvider
) -> None:
    asked(account, clock.now, person=MAIL_ONLY)
    drain.send_due(clock)
    clock.forward(days=4)
    provider.errors = [ChannelError("554", "Not today", permanent=True)]
    drain.send_due(clock)
    request = ReviewRequest.objects.get()
    staff_actions.retry(delivery=Delivery.objects.get(status="failed"), now=clock.now)
    assert ReviewRequest.objects.filter(status="sent", reason=request.reason, sent_at=request.sent_at).exists()


# --- Unknown -----------------------------------------------------------------------------------------------


def test_staff_decide_after_a_day(unknown: Delivery, clock: Clock) -> None:
    early = clock.now - timedelta(seconds=1)
    for decide in (staff_actions.send_again, staff_actions.it_was_sent):
        with pytest.raises(Refused, match="too early"):
            decide(delivery=unknown, now=early)
    assert Delivery.objects.get(pk=unknown.pk).status == "unknown"


def test_a_text_that_staff_know_to_have_left_counts_as_sent(unknown: Delivery, clock: Clock) -> None:
    assert deliveries(unknown.request) == [(0, "sms", "unknown")]
    settled = staff_actions.it_was_sent(delivery=unknown, now=clock.now)
    assert (settled.status, settled.sent_at) == ("sent", unknown.due_at)
    assert ReviewRequest.objects.get().status == "sent"
    assert deliveries(unknown.request) == [(0, "sms", "sent"), (1, "sms", "planned")]
    with pytest.raises(Refused, match="is sent by now"):
        staff_actions.it_was_sent(delivery=unknown, now=clock.now)


def test_what_went_on_meanwhile_is_not_planned_twice(unknown: Delivery, clock: Clock) -> None:
    reconcile(now=clock.now)  # no provider to ask: the sequence goes on without it
    assert deliveries(unknown.request) == [(0, "sms", "unknown"), (1, "sms", "planned")]
    staff_actions.it_was_sent(delivery=unknown, now=clock.now)
    assert deliveries(unknown.request) == [(0, "sms", "sent"), (1, "sms", "planned")]


def test_a_text_that_left_is_counted_once_folded_or_not(unknown: Delivery, clock: Clock) -> None:
    from reviews.insights.counters import fold

    fold(now=clock.now)
    staff_actions.it_was_sent(delivery=unknown, now=clock.now)
    assert totals()["sent", "sms"] == 1
    assert Tally.objects.get(name="sent", channel="sms").value == 1


def test_a_text_that_left_is_counted_once_before_any_fold(unknown: Delivery, clock: Clock) -> None:
    staff_actions.it_was_sent(delivery=unknown, now=clock.now)
    assert totals()["sent", "sms"] == 1


def test_what_was_sent_stays_sent_when_its_request_has_ended(unknown: Delivery, clock: Clock) -> None:
    lifecycle.cancel_request(request=unknown.request, now=clock.now)
    staff_actions.it_was_sent(delivery=unknown, now=clock.now)
    assert Delivery.objects.get(pk=unknown.pk).status == "sent"
    assert ReviewRequest.objects.get().status == "cancelled"


def test_a_text_is_sent_again_when_staff_say_so(unknown: Delivery, clock: Clock, provider: FakeProvider) -> None:
    Delivery.objects.exclude(pk=unknown.pk).update(due_at=clock.now + timedelta(days=9))
    staff_actions.send_again(delivery=unknown, now=clock.now)
    assert drain.send_due(clock) == 1
    assert [message.to for message in provider.sent] == ["+12125551234"]
    with pytest.raises(Refused, match="is sent by now"):
        staff_actions.send_again(delivery=unknown, now=clock.now)


def test_nothing_is_sent_again_for_a_request_that_has_ended(unknown: Delivery, clock: Clock) -> None:
    lifecycle.cancel_request(request=unknown.request, now=clock.now)
    with pytest.raises(Refused, match="The request has ended: cancelled"):
        staff_actions.send_again(delivery=unknown, now=clock.now)


def test_a_failed_message_is_no_unknown_one(failed: Delivery, clock: Clock) -> None:
    clock.forward(days=2)
    for decide in (staff_actions.send_again, staff_actions.it_was_sent):
        with pytest.raises(Refused, match="is failed by now"):
            decide(delivery=failed, now=clock.now)
    assert Delivery.objects.get().status == "failed"


# --- Providers and requests --------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_pause_ends_at_once_and_once(now: datetime) -> None:
    ChannelHealth.objects.create(channel="email", failures=10, paused_until=now + timedelta(seconds=50))
    ChannelHealth.objects.create(channel="sms", failures=10, paused_until=now + timedelta(seconds=50))
    assert staff_actions.resume(channel="email", now=now)
    assert not staff_actions.resume(channel="email", now=now)
    assert list(ChannelHealth.objects.paused(now)) == ["sms"]


def test_a_request_is_reopened_only_from_failed(account: Account, now: datetime) -> None:
    request = asked(account, now)
    for status in set(ReviewRequest.Status.values) - {"failed"}:
        ReviewRequest.objects.update(status=status, ended_at=now)
        assert not lifecycle.reopen(request=request, now=now, reason="x")
        assert ReviewRequest.objects.get().status == status


def test_steps_of_a_removed_sequence_do_not_matter(unknown: Delivery, clock: Clock) -> None:
    Delivery.objects.exclude(pk=unknown.pk).delete()
    FollowUpStep.objects.filter(position__gt=0).delete()
    staff_actions.it_was_sent(delivery=unknown, now=clock.now)
    assert deliveries(unknown.request) == [(0, "sms", "sent")]
