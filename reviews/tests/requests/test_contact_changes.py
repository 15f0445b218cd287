"""A change of a contact reaches what is planned to it."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from oauth.models import Account
from reviews.contacts import suppressions
from reviews.delivery import advance, claims, drain, unsent
from reviews.delivery.channels import ChannelError
from reviews.models import Contact, Delivery, Event, ReviewRequest, Suppression
from reviews.models.base import Channel
from reviews.requests import contact_changes, lifecycle, plan
from reviews.requests.ask import Ask, ask
from reviews.requests.consents import Agreement
from reviews.requests.matching import Person
from reviews.tests.support.helpers import JANE, Clock, FakeProvider, asked, deliveries

pytestmark = pytest.mark.django_db

NEW_EMAIL, NEW_PHONE = "jane@new.example", "+13125550199"


def changed(contact: Contact, now: datetime, **values: str) -> None:
    with transaction.atomic():
        Contact.objects.filter(pk=contact.pk).update(**values)
        contact_changes.follow(contacts=[Contact.objects.get(pk=contact.pk)], now=now)


def test_a_planned_message_goes_to_the_new_address_at_its_time(
    account: Account, clock: Clock, provider: FakeProvider
) -> None:
    request = asked(account, clock(), delay=timedelta(hours=2))
    changed(request.contact, clock(), email=NEW_EMAIL)
    row = Delivery.objects.get()
    assert (row.address, row.due_at) == (NEW_EMAIL, clock() + timedelta(hours=2))
    assert row.reason == "The e-mail address changed."
    clock.forward(hours=2)
    drain.send_due(clock)
    assert [message.to for message in provider.sent] == [NEW_EMAIL]


def test_what_was_tried_at_the_old_address_counts_no_more(
    account: Account, clock: Clock, provider: FakeProvider
) -> None:
    request = asked(account, clock())
    provider.errors.append(ChannelError("451", "Try again later"))
    drain.send_due(clock)
    assert Delivery.objects.get().attempts == 1
    changed(request.contact, clock(), email=NEW_EMAIL)
    row = Delivery.objects.get()
    assert (row.attempts, row.error_code, row.error_text) == (0, "", "")


def test_without_its_address_it_moves_to_the_other_channel(account: Account, now: datetime) -> None:
    request = asked(account, now)
    changed(request.contact, now, email="")
    row = Delivery.objects.get()
    assert (row.channel, row.address, row.status) == ("sms", JANE.phone, "planned")
    assert row.reason == "The e-mail address was removed."


def test_there_and_back_again(account: Account, now: datetime) -> None:
    request = asked(account, now)
    changed(request.contact, now, email="")
    changed(request.contact, now, email=NEW_EMAIL, phone="")
    assert deliveries(request) == [(0, "email", "planned")]
    assert Delivery.objects.get().address == NEW_EMAIL


def test_the_other_channel_has_hours_of_its_own(account: Account, now: datetime) -> None:
    """It is ten in New York: too early for a text to Los Angeles, in the number's own zone."""
    request = asked(account, now, person=Person(email=JANE.email, phone="+12135550100"))
    changed(request.contact, now, email="")
    row = Delivery.objects.get()
    assert row.due_at == now + timedelta(hours=2)  # nine o'clock there
    assert "America/Los_Angeles" in row.reason
    request.refresh_from_db()
    assert request.scheduled_for == row.due_at


def test_a_new_number_brings_its_zone(account: Account, now: datetime) -> None:
    request = asked(account, now, person=Person(phone=JANE.phone))
    changed(request.contact, now, phone="+12135550100")
    assert Delivery.objects.get().due_at == now + timedelta(hours=2)


def test_a_new_time_zone_moves_what_would_come_at_the_wrong_hour(account: Account, now: datetime) -> None:
    request = asked(account, now, person=Person(phone=JANE.phone))
    changed(request.contact, now, time_zone="America/Los_Angeles")
    row = Delivery.objects.get()
    assert (row.address, row.due_at) == (JANE.phone, now + timedelta(hours=2))
    changed(request.contact, now, time_zone="America/New_York")
    assert Delivery.objects.get().due_at == row.due_at  # a good hour there as well


def test_a_new_name_changes_nothing(account: Account, now: datetime) -> None:
    request = asked(account, now)
    before = Delivery.objects.values().get()
    changed(request.contact, now, first_name="Janet")
    assert Delivery.objects.values().get() == before


def test_where_no_way_is_left_the_request_fails_at_once(account: Account, now: datetime) -> None:
    request = asked(account, now, channel="email")
    changed(request.contact, now, email="")
    request.refresh_from_db()
    assert (request.status, request.reason) == ("failed", contact_changes.NO_WAY_LEFT)
    row = Delivery.objects.get()
    assert (row.status, row.reason, row.address) == ("cancelled", "The e-mail address was removed.", JANE.email)
    assert Event.objects.filter(type=Event.Type.REQUEST_FAILED, request=request).count() == 1


def test_a_request_that_reached_the_customer_does_not_fail(
    account: Account, clock: Clock, provider: FakeProvider
) -> None:
    request = asked(account, clock(), channel="email")
    drain.send_due(clock)
    changed(request.contact, clock(), email="")
    request.refresh_from_db()
    assert request.status == "sent"
    assert deliveries(request) == [(0, "email", "sent"), (1, "email", "cancelled")]
    assert Delivery.objects.get(step=0).address == JANE.email


def test_a_follow_up_follows_too(account: Account, clock: Clock, provider: FakeProvider) -> None:
    request = asked(account, clock())
    drain.send_due(clock)
    due_at = Delivery.objects.get(step=1).due_at
    changed(request.contact, clock(), phone=NEW_PHONE)
    row = Delivery.objects.get(step=1)
    assert (row.channel, row.address, row.due_at) == ("sms", NEW_PHONE, due_at)


def test_a_suppressed_new_address_is_passed_by(account: Account, now: datetime) -> None:
    request = asked(account, now)
    reason = Suppression.Reason.UNSUBSCRIBED
    suppressions.suppress(account=account, channel="email", address=NEW_EMAIL, reason=reason, evidence="", now=now)
    changed(request.contact, now, email=NEW_EMAIL)
    row = Delivery.objects.get()
    assert (row.channel, row.address) == ("sms", JANE.phone)
    assert row.reason == "The address must not be written to: unsubscribed."


@pytest.mark.parametrize("status", ["sending", "sent", "unknown", "cancelled"])
def test_what_is_planned_no_more_keeps_its_address(account: Account, now: datetime, status: str) -> None:
    request = asked(account, now)
    Delivery.objects.update(status=status)
    changed(request.contact, now, email=NEW_EMAIL)
    assert (Delivery.objects.get().address, Delivery.objects.get().status) == (JANE.email, status)


def test_a_request_that_has_ended_is_left_alone(account: Account, now: datetime) -> None:
    request = asked(account, now)
    ReviewRequest.objects.update(status="cancelled", ended_at=now)
    changed(request.contact, now, email=NEW_EMAIL)
    assert Delivery.objects.get().address == JANE.email


def test_an_ask_that_changes_the_time_zone_moves_what_is_planned(account: Account, now: datetime) -> None:
    asked(account, now, person=Person(phone=JANE.phone))
    answer = ask(account=account, wanted=Ask(Person(phone=JANE.phone, time_zone="America/Los_Angeles")), now=now)
    assert not answer.created
    assert Delivery.objects.get().due_at == now + timedelta(hours=2)


# --- A worker has the message already ------------------------------------------------------------


def test_a_worker_that_has_claimed_it_loses_it(account: Account, clock: Clock, provider: FakeProvider) -> None:
    request = asked(account, clock())
    provider.meanwhile = lambda: changed(request.contact, clock(), email=NEW_EMAIL)
    drain.send_due(clock)
    drain.send_due(clock)
    assert [message.to for message in provider.sent] == [NEW_EMAIL]
    assert Delivery.objects.get(step=0).address == NEW_EMAIL


def test_it_is_not_declared_for_an_address_that_its_row_has_lost(
    account: Account, clock: Clock, provider: FakeProvider
) -> None:
    """Even where the claim is left: whoever changes the row otherwise keeps the worker from the old address."""
    request = asked(account, clock())

    def change() -> None:
        Contact.objects.filter(pk=request.contact_id).update(email=NEW_EMAIL)
        Delivery.objects.update(address=NEW_EMAIL)

    provider.meanwhile = change
    drain.send_due(clock)
    assert provider.sent == []
    clock.forward(minutes=1)
    drain.send_due(clock)
    assert [message.to for message in provider.sent] == [NEW_EMAIL]


def test_a_message_refused_for_now_is_not_tried_again_at_the_removed_address(
    account: Account, clock: Clock, provider: FakeProvider
) -> None:
    """The address changes while the provider is being asked: too late for this try, and in time for the next."""
    request = asked(account, clock())
    original = provider.send

    def refuse(message: Any) -> Any:
        provider.send = original  # type: ignore[method-assign]
        raise ChannelError("451", "Try again later")

    provider.send = refuse  # type: ignore[method-assign]
    drain.send_due(clock)
    Contact.objects.filter(pk=request.contact_id).update(email=NEW_EMAIL)
    clock.forward(minutes=2)
    for _ in range(2):
        drain.send_due(clock)
    assert [message.to for message in provider.sent] == [NEW_EMAIL]


def test_a_follow_up_that_the_worker_planned_from_what_it_had_read_goes_where_the_contact_is(
    account: Account, clock: Clock, provider: FakeProvider
) -> None:
    """The number changes while the first mail is being handed over, and the reminder by text is planned after it."""
    request = asked(account, clock())
    original = provider.send

    def change_meanwhile(message: Any) -> Any:
        Contact.objects.filter(pk=request.contact_id).update(phone=NEW_PHONE)
        return original(message)

    provider.send = change_meanwhile  # type: ignore[method-assign]
    drain.send_due(clock)
    clock.forward(days=3)
    for _ in range(2):
        drain.send_due(clock)
    assert [message.to for message in provider.sent] == [JANE.email, NEW_PHONE]


def test_a_mail_in_doubt_is_not_repeated_to_the_removed_address(
    account: Account, clock: Clock, provider: FakeProvider
) -> None:
    request = asked(account, clock())
    Delivery.objects.update(status="sending", attempts=1, claim="6f1c86a0-0000-4000-8000-000000000000")
    changed(request.contact, clock(), email=NEW_EMAIL)
    clock.forward(minutes=3)
    for _ in range(2):
        drain.send_due(clock)
    assert [message.to for message in provider.sent] == [NEW_EMAIL]


def test_a_suppressed_address_that_the_contact_has_left_is_not_asked_about_for_ever(
    account: Account, now: datetime
) -> None:
    """The statement that declares asks about the message's address: so do the words for its refusal."""
    request = asked(account, now)
    (message,) = claims.claim("email", now)
    reason = Suppression.Reason.BOUNCED
    suppressions.suppress(account=account, channel="email", address=JANE.email, reason=reason, evidence="", now=now)
    message.request.contact.email = NEW_EMAIL
    assert advance.mark_and_declare(sent=[], ready=[message], now=now)[1] == set()
    unsent.explain_refusal(message, steps=plan.steps_of(request), now=now)
    first = Delivery.objects.get(channel="email")
    assert (first.status, first.reason) == ("cancelled", "The address must not be written to: does not exist.")
    assert deliveries(request)[1] == (0, "sms", "planned")  # the other channel takes over


def test_a_mail_in_doubt_of_a_request_that_ended_is_not_led_anywhere(
    account: Account, clock: Clock, provider: FakeProvider
) -> None:
    """It would be due again at once, and again: nothing follows what has ended."""
    request = asked(account, clock())
    claims.claim("email", clock())
    Delivery.objects.update(status="sending")  # the worker died over it
    lifecycle.cancel_request(request=request, now=clock())
    changed(request.contact, clock(), email=NEW_EMAIL)
    clock.forward(minutes=3)
    drain.send_due(clock)
    row = Delivery.objects.get()
    assert (row.status, row.reason, provider.sent) == ("cancelled", "Cancelled.", [])


def test_a_consent_that_the_new_number_lacks_is_named_as_such(account: Account, now: datetime) -> None:
    Account.objects.filter(pk=account.pk).update(texts_need_consent=True)
    account.refresh_from_db()
    agreed = (Agreement(Channel.SMS, JANE.phone, "Text me", "Front desk", now),)
    request = asked(account, now, channel="sms", agreements=agreed)
    changed(request.contact, now, phone=NEW_PHONE)
    assert Delivery.objects.get().reason == "No consent to text messages is recorded."
