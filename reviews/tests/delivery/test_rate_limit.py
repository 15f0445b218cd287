"""The rate of a sender of texts, whichever worker sends."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError

from oauth.models import Account
from reviews.delivery import claims, drain, rate_limit
from reviews.models import Delivery, ReviewRequest
from reviews.requests import lifecycle
from reviews.requests.matching import Person
from reviews.tests.support.helpers import Clock, FakeProvider, asked

pytestmark = pytest.mark.django_db


def ask_by_text(account: Account, clock: Clock, count: int, first: int = 0) -> None:
    for number in range(first, first + count):
        asked(account, clock(), person=Person(phone=f"+1212555{1000 + number}"))


def test_a_sender_sends_no_more_than_its_rate(
    account: Account, clock: Clock, provider: FakeProvider, settings: Any
) -> None:
    settings.TEXTS_PER_SECOND = 10
    ask_by_text(account, clock, 25)
    sent = []
    for _ in range(31):
        drain.send_due(clock)
        sent.append(len(provider.sent))
        clock.forward(milliseconds=100)
    assert sent[:25] == list(range(1, 26))  # one each tenth of a second, and none is lost
    assert sent[-1] == 25


def test_a_text_that_waits_says_why_and_holds_up_nobody(
    account: Account, clock: Clock, provider: FakeProvider, settings: Any
) -> None:
    settings.TEXTS_PER_SECOND, settings.TWILIO_FROM = 1, "+15005550006"
    ask_by_text(account, clock, 2)
    asked(account, clock(), person=Person(email="mail@example.com"))
    drain.send_due(clock)
    assert {message.to for message in provider.sent} == {"+12125551000", "mail@example.com"}
    row = Delivery.objects.get(address="+12125551001")
    assert (row.claim, row.status, row.due_at) == (None, "planned", clock() + timedelta(seconds=1))
    assert row.reason == "Waits its turn: +15005550006 sends 1 texts a second."


def test_a_place_that_was_missed_by_far_is_given_anew(account: Account, clock: Clock, settings: Any) -> None:
    settings.TEXTS_PER_SECOND = 1
    ask_by_text(account, clock, 3)
    assert len(rate_limit.admit(claims.claim("sms", clock()), clock())) == 1
    clock.forward(hours=1)  # no worker ran: the two must not leave at once now
    assert len(rate_limit.admit(claims.claim("sms", clock()), clock())) == 1


def test_an_account_with_its_own_number_has_its_own_rate(
    account: Account, other_account: Account, clock: Clock, provider: FakeProvider, settings: Any
) -> None:
    settings.TEXTS_PER_SECOND = 1
    Account.objects.filter(pk=other_account.pk).update(text_sender="+15005550001", texts_per_second=100)
    ask_by_text(account, clock, 3)
    ask_by_text(Account.objects.get(pk=other_account.pk), clock, 3, first=100)
    for _ in range(3):
        drain.send_due(clock)
        clock.forward(milliseconds=10)
    assert len([message for message in provider.sent if message.sender == "+15005550001"]) == 3
    assert len(provider.sent) == 4


def test_without_a_rate_all_leave_at_once(account: Account, clock: Clock, provider: FakeProvider) -> None:
    ask_by_text(account, clock, 5)
    assert drain.send_due(clock) == 5


def test_what_is_cancelled_while_it_waits_for_its_place_stays_cancelled(
    account: Account, clock: Clock, provider: FakeProvider, settings: Any
) -> None:
    settings.TEXTS_PER_SECOND = 1
    ask_by_text(account, clock, 2)
    drain.send_due(clock)
    lifecycle.cancel_request(request=ReviewRequest.objects.get(contact__phone="+12125551001"), now=clock())
    clock.forward(seconds=2)
    assert drain.send_due(clock) == 0


def test_places_that_the_database_did_not_take_are_not_given(
    account: Account, clock: Clock, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(row: Delivery) -> int:
        raise OperationalError

    settings.TEXTS_PER_SECOND = 1
    ask_by_text(account, clock, 3)
    rows = claims.claim("sms", clock())
    with monkeypatch.context() as broken:
        broken.setattr(rate_limit, "rate", away)
        with pytest.raises(OperationalError):
            rate_limit._give_places("", rows, clock())
    assert len(rate_limit.admit(rows, clock())) == 1
