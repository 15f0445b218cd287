"""A customer who is left alone: all addresses, whatever is under way to them, once."""

from typing import Any

import pytest

from oauth.models import Account
from reviews.contacts import do_not_contact, doubts, suppressions
from reviews.delivery import drain
from reviews.models import Contact, Event, InboxItem, ReviewRequest, Suppression
from reviews.models.base import Channel
from reviews.tests.support.helpers import JANE, Clock, FakeProvider, asked, deliveries

pytestmark = pytest.mark.django_db


def leave_alone(contact: Contact, clock: Clock, words: str = "") -> int:
    return do_not_contact.leave_alone(contact=contact, by="Ann", words=words, now=clock())


def test_both_addresses_are_suppressed_and_nothing_leaves_any_more(
    account: Account, clock: Clock, provider: FakeProvider
) -> None:
    request = asked(account, clock())
    drain.send_due(clock)
    assert do_not_contact.planned_for(request.contact) == 1
    assert leave_alone(request.contact, clock, words="Leave me in peace.") == 2
    rows = Suppression.objects.active().order_by("channel").values_list("channel", "address", "reason")
    assert list(rows) == [("email", JANE.email, "staff"), ("sms", JANE.phone, "staff")]
    evidence = "Leave me in peace. (taken for a wish not to be written to, by Ann)"
    assert set(Suppression.objects.values_list("evidence", flat=True)) == {evidence}
    request.refresh_from_db()
    assert (request.status, request.reason) == ("suppressed", "Not to be contacted, said Ann.")
    assert deliveries(request) == [(0, "email", "sent"), (1, "sms", "cancelled")]
    clock.forward(days=30)
    assert drain.send_due(clock) == 0
    assert asked(account, clock()).status == "suppressed"
    assert Event.objects.filter(type="contact.opted_out").count() == 2


def test_it_may_be_said_again_and_an_earlier_opt_out_keeps_its_reason(account: Account, clock: Clock) -> None:
    contact = asked(account, clock()).contact
    where: Any = {"account": account, "channel": Channel.SMS, "address": JANE.phone}
    suppressions.suppress(**where, reason=Suppression.Reason.STOP, evidence="STOP", now=clock())
    for _ in range(2):
        assert leave_alone(contact, clock) == 2
    assert Suppression.objects.count() == 2
    assert (suppressions.of(**where).get().reason, suppressions.of(**where).get().evidence) == ("stop", "STOP")


def test_a_doubt_is_decided_by_it(account: Account, clock: Clock) -> None:
    request = asked(account, clock())
    suppression, _ = doubts.hold(account=account, number=JANE.phone, evidence="maybe stop", now=clock())
    item = InboxItem.objects.create(
        account=account, kind="unclear_opt_out", suppression=suppression, text="maybe stop", created_at=clock()
    )
    leave_alone(request.contact, clock)
    suppression.refresh_from_db()
    item.refresh_from_db()
    assert (suppression.reason, item.outcome) == ("staff", "opted_out")
    request.refresh_from_db()
    assert (request.status, request.held) == ("suppressed", "")


def test_a_customer_without_an_address_is_left_as_they_are(account: Account, clock: Clock) -> None:
    contact = Contact.objects.create(account=account, first_name="Bob")
    other = asked(account, clock())
    assert leave_alone(contact, clock) == 0
    assert ReviewRequest.objects.get() == other
    assert not Suppression.objects.exists()
