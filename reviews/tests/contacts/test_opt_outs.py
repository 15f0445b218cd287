"""An opt-out ends the requests of its address, and what is planned to it."""

from datetime import datetime, timedelta

import pytest

from oauth.models import Account
from reviews.contacts import opt_outs
from reviews.models import Contact, Delivery, Event, Suppression
from reviews.requests.matching import Person
from reviews.tests.support.helpers import JANE, asked, deliveries, in_state

pytestmark = pytest.mark.django_db


def opt_out(account: Account, channel: str, address: str, now: datetime) -> Suppression:
    return opt_outs.opt_out(
        account=account,
        channel=channel,
        address=address,
        reason=Suppression.Reason.UNSUBSCRIBED,
        evidence="pressed the button",
        now=now,
    )


def test_an_opt_out_ends_the_request_and_what_is_planned(account: Account, now: datetime) -> None:
    request = asked(account, now)
    opt_out(account, "email", JANE.email, now)
    request.refresh_from_db()
    assert (request.status, request.reason) == ("suppressed", "Unsubscribed (e-mail)")
    assert deliveries(request) == [(0, "email", "cancelled")]


def test_an_opt_out_ends_nothing_of_another_account(account: Account, other_account: Account, now: datetime) -> None:
    theirs = asked(other_account, now)
    opt_out(account, "email", JANE.email, now)
    theirs.refresh_from_db()
    assert theirs.status == "scheduled"


def test_an_opt_out_of_a_shared_number_ends_the_requests_of_all_who_have_it(account: Account, now: datetime) -> None:
    janes = asked(account, now)
    daves = asked(account, now, person=Person(email="dave@example.com", phone=JANE.phone))
    suppression = opt_out(account, "sms", JANE.phone, now)
    for request in (janes, daves):
        request.refresh_from_db()
        assert (request.status, request.reason) == ("suppressed", "Unsubscribed (text message)")
    assert set(Delivery.objects.values_list("status", flat=True)) == {"cancelled"}
    told = Event.objects.filter(type=Event.Type.CONTACT_OPTED_OUT, suppression=suppression)
    assert set(told.values_list("contact", flat=True)) == {janes.contact_id, daves.contact_id}


def test_an_opt_out_of_an_address_that_no_contact_has_is_recorded_once(account: Account, now: datetime) -> None:
    opt_out(account, "email", "nobody@example.com", now)
    assert Event.objects.get(type=Event.Type.CONTACT_OPTED_OUT).contact is None


def test_an_opt_out_repeated_keeps_the_first_evidence(account: Account, now: datetime) -> None:
    first = opt_out(account, "email", JANE.email, now)
    second = opt_out(account, "email", JANE.email, now + timedelta(days=1))
    assert first == second
    assert Suppression.objects.get().created_at == now


def test_an_opt_out_reaches_messages_to_an_address_that_changed_since(account: Account, now: datetime) -> None:
    request = asked(account, now)
    Contact.objects.update(email="new@example.com")
    opt_out(account, "email", JANE.email, now)
    assert deliveries(request) == [(0, "email", "cancelled")]


def test_an_opt_out_from_an_address_written_to_before_ends_the_request(account: Account, now: datetime) -> None:
    """The contact's number changed after the first text; what they answer to it still counts."""
    request = in_state(account, "sent", now)
    Delivery.objects.update(status="sent", sent_at=now)
    Contact.objects.update(email="new@example.com")
    opt_out(account, "email", JANE.email, now)
    request.refresh_from_db()
    assert request.status == "suppressed"


def test_an_opt_out_cancels_every_message_planned_to_the_address(account: Account, now: datetime) -> None:
    """Also one whose request has ended: a temporary refusal may have planned it again after that."""
    request = in_state(account, "responded", now)
    assert deliveries(request) == [(0, "email", "planned")]
    opt_out(account, "email", JANE.email, now)
    assert deliveries(request) == [(0, "email", "cancelled")]


def test_an_opt_out_on_one_channel_leaves_the_same_words_on_the_other(account: Account, now: datetime) -> None:
    request = asked(account, now)
    Delivery.objects.update(channel="sms", address="+12125550000")
    opt_out(account, "email", "+12125550000", now)
    assert deliveries(request) == [(0, "sms", "planned")]
