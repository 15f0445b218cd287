"""An account that demands consents: looked at once more when a message is about to leave, whatever changed since."""

import concurrent.futures
from datetime import timedelta
from threading import Event as Signal
from typing import Any

import pytest
from django.conf import settings as given
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from oauth.models import Account
from reviews.contacts import opt_outs
from reviews.contacts.change import change
from reviews.delivery import advance, claims, drain
from reviews.models import Consent, Contact, Delivery, Event, ReviewRequest, Suppression
from reviews.models.base import Channel
from reviews.requests.consents import Agreement
from reviews.requests.matching import Person
from reviews.tests.support.helpers import JANE, Clock, FakeProvider, asked, deliveries

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
NEVER_AGREED = "No consent to text messages is recorded."


def agreement(clock: Clock, channel: Channel = Channel.SMS) -> Agreement:
    address = JANE.phone if channel is Channel.SMS else JANE.email
    return Agreement(channel=channel, address=address, wording="Yes", source="Form", at=clock() - DAY)


def demand(account: Account, *channels: str) -> None:
    names = {"sms": "texts_need_consent", "email": "mail_needs_consent"}
    Account.objects.filter(pk=account.pk).update(**{names[channel]: True for channel in channels})
    account.refresh_from_db()


def withdraw(account: Account, clock: Clock) -> None:
    """Take the consent back, and lift the opt-out at once, so that the ledger alone is left to stop a message."""
    suppression = opt_outs.opt_out(
        account=account,
        channel="sms",
        address=JANE.phone,
        reason=Suppression.Reason.STOP,
        evidence="STOP",
        now=clock(),
    )
    Suppression.objects.filter(pk=suppression.pk).update(lifted_at=clock())


def test_a_text_with_a_consent_leaves(account: Account, clock: Clock, provider: FakeProvider) -> None:
    demand(account, "sms")
    asked(account, clock(), channel="sms", agreements=(agreement(clock),))
    assert drain.send_due(clock) == 1


def test_an_account_that_demands_it_from_now_on_sends_nothing_that_was_planned_before(
    account: Account, clock: Clock, provider: FakeProvider
) -> None:
    request = asked(account, clock(), channel="sms")
    demand(account, "sms")
    assert drain.send_due(clock) == 0
    message = Delivery.objects.get()
    assert (message.status, message.reason, message.attempts) == ("cancelled", NEVER_AGREED, 0)
    request.refresh_from_db()
    assert (request.status, request.reason) == ("suppressed", NEVER_AGREED)
    assert Event.objects.latest("pk").type == "review_request.suppressed"
    assert provider.sent == []


def test_what_changes_between_claim_and_send_counts(account: Account, clock: Clock, provider: FakeProvider) -> None:
    asked(account, clock(), channel="sms")
    provider.meanwhile = lambda: demand(account, "sms")
    assert drain.send_due(clock) == 0
    assert Delivery.objects.get().reason == NEVER_AGREED


def test_the_other_channel_takes_over_where_it_may(account: Account, clock: Clock, provider: FakeProvider) -> None:
    account.sequences.get().steps.filter(position=0).update(channel="sms")
    request = asked(account, clock())
    demand(account, "sms")
    assert drain.send_due(clock) == 1
    assert {(0, "sms", "cancelled"), (0, "email", "sent")} <= set(deliveries(request))
    assert [message.to for message in provider.sent] == [JANE.email]
    request.refresh_from_db()
    assert request.status == "sent"


def test_a_follow_up_is_planned_on_a_channel_that_was_agreed_to(
    account: Account, clock: Clock, provider: FakeProvider
) -> None:
    demand(account, "sms")
    asked(account, clock())
    drain.send_due(clock)
    assert Delivery.objects.get(step=1).channel == "email"


def test_where_neither_was_agreed_to_nothing_takes_over(account: Account, clock: Clock, provider: FakeProvider) -> None:
    request = asked(account, clock())
    demand(account, "sms", "email")
    assert drain.send_due(clock) == 0
    request.refresh_from_db()
    assert (request.status, request.reason) == ("suppressed", "No consent to e-mail is recorded.")


def test_a_consent_that_was_withdrawn_stops_what_was_planned_anew(
    account: Account, clock: Clock, provider: FakeProvider
) -> None:
    demand(account, "sms")
    request = asked(account, clock(), channel="sms", agreements=(agreement(clock),))
    withdraw(account, clock)
    # As if staff had the ended request's message sent again.
    ReviewRequest.objects.filter(pk=request.pk).update(status="scheduled", ended_at=None)
    Delivery.objects.update(status="planned")
    assert drain.send_due(clock) == 0
    assert Delivery.objects.get().reason == "Consent to text messages was withdrawn, and none was given since."


def test_a_consent_is_for_its_number_and_not_for_the_next_one(
    account: Account, clock: Clock, provider: FakeProvider
) -> None:
    """A changed number is followed only where its owner agreed, too."""
    demand(account, "sms")
    account.sequences.get().steps.filter(position=0).update(channel="sms")
    request = asked(account, clock(), agreements=(agreement(clock),))
    change(contact=request.contact, values={"phone": "+12125550188"}, now=clock())
    assert drain.send_due(clock) == 1
    assert [message.to for message in provider.sent] == [JANE.email]


def test_an_account_that_is_off_moves_to_no_other_channel(
    account: Account, clock: Clock, provider: FakeProvider
) -> None:
    account.sequences.get().steps.filter(position=0).update(channel="sms")
    request = asked(account, clock())
    demand(account, "sms")
    Account.objects.filter(pk=account.pk).update(is_active=False)
    assert drain.send_due(clock) == 0
    assert deliveries(request) == [(0, "sms", "cancelled")]


# --- Cost, and races ------------------------------------------------------------------------------

on_postgres = pytest.mark.skipif(given.SQLITE, reason="needs PostgreSQL: SQLite lets one writer in at a time")


def claimed(account: Account, clock: Clock, **wanted: Any) -> Delivery:
    asked(account, clock(), channel="sms", **wanted)
    (row,) = claims.claim("sms", clock())
    return row


@pytest.mark.parametrize("is_demanded", [False, True])
def test_to_declare_is_the_same_statement_for_all(account: Account, clock: Clock, is_demanded: bool) -> None:
    if is_demanded:
        demand(account, "sms")
    row = claimed(account, clock, agreements=(agreement(clock),))
    with CaptureQueriesContext(connection) as queries:
        assert advance.mark_and_declare(sent=[], ready=[row], now=clock())[1] == {row.pk}
    assert len([query for query in queries if "UPDATE" in query["sql"]]) == 1


def test_an_account_that_demands_nothing_is_asked_of_no_consent(
    account: Account, clock: Clock, provider: FakeProvider
) -> None:
    with CaptureQueriesContext(connection) as queries:
        asked(account, clock())
        drain.send_due(clock)
    selects = [
        query["sql"] for query in queries if query["sql"].startswith("SELECT") and "reviews_consent" in query["sql"]
    ]
    assert selects == []


@on_postgres
@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_declared", [False, True])
def test_a_consent_that_is_withdrawn_while_a_worker_declares(account: Account, clock: Clock, is_declared: bool) -> None:
    """The worker waits for the withdrawal and finds the message cancelled; what it had declared before is on its way.

    No message is declared once the withdrawal is committed.
    """
    demand(account, "sms")
    row = claimed(account, clock, agreements=(agreement(clock),))
    if is_declared:
        assert advance.mark_and_declare(sent=[], ready=[row], now=clock())[1] == {row.pk}

    begun = Signal()

    def declare() -> set[int]:
        begun.set()
        try:
            return advance.mark_and_declare(sent=[], ready=[row], now=clock())[1]
        finally:
            connections.close_all()

    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            withdraw(account, clock)
            if not is_declared:
                waiting = pool.submit(declare)
                assert begun.wait(10)
                assert not concurrent.futures.wait([waiting], timeout=0.3).done
        if not is_declared:
            assert waiting.result(10) == set()
    row.refresh_from_db()
    assert row.status == ("sending" if is_declared else "cancelled")
    assert ReviewRequest.objects.get().status == "suppressed"
    assert Consent.objects.filter(kind="withdrawn").count() == 1


@on_postgres
@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_asks_at_once_with_one_consent_one_keeps_it(account: Account, clock: Clock) -> None:
    def tell(number: int) -> None:
        try:
            person = Person(email=f"c{number}@example.com", phone=JANE.phone)
            asked(account, clock(), person=person, agreements=(agreement(clock),))
        finally:
            connections.close_all()

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        list(pool.map(tell, [1] * 4))
    assert Consent.objects.count() == Event.objects.filter(type="consent.given").count() == 1
    assert Contact.objects.count() == 1
