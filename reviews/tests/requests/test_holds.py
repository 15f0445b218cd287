"""Holds: what waits, and when it goes on."""

from datetime import datetime, timedelta

import pytest

from oauth.models import Account
from reviews.contacts import doubts
from reviews.delivery import claims
from reviews.models import Contact, Delivery, InboxItem, ReviewRequest, Suppression
from reviews.requests import holds, lifecycle
from reviews.tests.support.helpers import JANE, Clock, asked

pytestmark = pytest.mark.django_db

UNCLEAR = ReviewRequest.Hold.UNCLEAR_OPT_OUT


def held(account: Account, now: datetime) -> ReviewRequest:
    request = asked(account, now)
    holds.hold([request], UNCLEAR, now=now)
    return request


def test_a_message_that_came_due_leaves_in_the_next_slot_and_the_next_ones_by_as_much_later(
    account: Account, clock: Clock
) -> None:
    request = held(account, clock())
    first = Delivery.objects.get()
    second = Delivery.objects.create(
        account=account,
        request=request,
        step=1,
        channel="email",
        address="jane@example.com",
        created_at=clock(),
        due_at=Delivery.OUT_OF_REACH,
        planned_for=first.leaves_at + timedelta(days=3),
    )
    assert holds.release(request, UNCLEAR, now=clock.forward(days=2))
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.due_at, first.planned_for) == (clock(), None)
    assert (second.due_at, second.planned_for) == (clock() + timedelta(days=3), None)


def test_a_message_that_is_not_due_yet_keeps_its_time(account: Account, clock: Clock) -> None:
    request = asked(account, clock(), delay=timedelta(days=5))
    due_at = Delivery.objects.get().due_at
    holds.hold([request], UNCLEAR, now=clock())
    holds.release(request, UNCLEAR, now=clock.forward(days=1))
    assert Delivery.objects.get().due_at == due_at


def test_a_message_that_a_worker_had_claimed_is_taken_from_it(account: Account, clock: Clock) -> None:
    request = asked(account, clock())
    [claimed] = claims.claim("email", clock())
    holds.hold([request], UNCLEAR, now=clock())
    row = Delivery.objects.get()
    assert (row.claim, row.due_at, row.leaves_at) == (None, Delivery.OUT_OF_REACH, clock())
    claims.release([claimed])
    assert Delivery.objects.get().due_at == Delivery.OUT_OF_REACH


def test_a_hold_is_released_once(account: Account, clock: Clock) -> None:
    request = held(account, clock())
    assert holds.release(request, UNCLEAR, now=clock())
    assert not holds.release(request, UNCLEAR, now=clock())


def test_a_request_that_ends_is_held_no_more(account: Account, clock: Clock) -> None:
    request = held(account, clock())
    lifecycle.cancel_request(request=request, now=clock())
    request.refresh_from_db()
    assert (request.held, request.why) == ("", "Cancelled.")


def test_a_request_whose_number_has_changed_goes_on_when_the_doubt_is_over(account: Account, clock: Clock) -> None:
    request = asked(account, clock())
    suppression, _ = doubts.hold(account=account, number=JANE.phone, evidence="", now=clock())
    Contact.objects.update(phone="+12125550009")
    outcome = InboxItem.Outcome.NOT_AN_OPT_OUT
    assert doubts.lift(suppression=suppression, because="", outcome=outcome, now=clock())
    request.refresh_from_db()
    assert request.held == ""


def test_a_second_number_in_doubt_keeps_the_request_held(account: Account, clock: Clock) -> None:
    request = asked(account, clock())
    first, _ = doubts.hold(account=account, number=JANE.phone, evidence="", now=clock())
    Delivery.objects.update(channel="sms", address="+12125550009")
    doubts.hold(account=account, number="+12125550009", evidence="", now=clock())
    outcome = InboxItem.Outcome.NOT_AN_OPT_OUT
    doubts.lift(suppression=first, because="", outcome=outcome, now=clock())
    request.refresh_from_db()
    assert request.held == "unclear_opt_out"
    doubts.lift(suppression=Suppression.objects.active().get(), because="", outcome=outcome, now=clock())
    request.refresh_from_db()
    assert request.held == ""
