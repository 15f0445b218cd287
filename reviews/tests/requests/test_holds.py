"""Holds: what waits, and when it goes on."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from oauth.models import Account
from reviews.contacts import change, doubts, merge
from reviews.delivery import claims
from reviews.models import Contact, Delivery, InboxItem, ReviewRequest, Suppression
from reviews.requests import holds, lifecycle, plan
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


IN_DOUBT = "+12125550009"


def test_a_request_whose_customer_gets_a_number_in_doubt_is_held(account: Account, clock: Clock) -> None:
    request = asked(account, clock(), person=replace(JANE, phone=""))
    doubts.hold(account=account, number=IN_DOUBT, evidence="maybe stop?", now=clock())
    change.change(contact=request.contact, values={"phone": IN_DOUBT}, now=clock())
    request.refresh_from_db()
    row = Delivery.objects.get()
    assert (request.held, row.due_at, row.leaves_at) == (UNCLEAR, Delivery.OUT_OF_REACH, clock())


def test_merging_with_a_customer_whose_number_is_in_doubt_holds_the_request(account: Account, clock: Clock) -> None:
    request = asked(account, clock(), person=replace(JANE, phone=""))
    other = Contact.objects.create(account=account, phone=IN_DOUBT)
    doubts.hold(account=account, number=IN_DOUBT, evidence="maybe stop?", now=clock())
    merge.merge(kept=request.contact, other=other, by="owner", now=clock())
    request.refresh_from_db()
    assert (request.held, Delivery.objects.get().due_at) == (UNCLEAR, Delivery.OUT_OF_REACH)


def test_what_takes_the_place_of_a_failed_message_waits_with_its_follow_up(account: Account, clock: Clock) -> None:
    request = asked(account, clock())
    first = Delivery.objects.get()
    plan.confirm_sent(first, steps=plan.steps_of(request), now=clock())
    holds.hold([request], UNCLEAR, now=clock())
    Delivery.objects.filter(pk=first.pk).update(status="failed")
    first.refresh_from_db()
    first.request.held = UNCLEAR
    plan.fall_back(first, steps=plan.steps_of(request), now=clock())
    rows = Delivery.objects.filter(status="planned").order_by("step")
    assert [(row.step, row.due_at) for row in rows] == [(0, Delivery.OUT_OF_REACH), (1, Delivery.OUT_OF_REACH)]
    between = rows[1].leaves_at - rows[0].leaves_at
    assert between >= timedelta(days=3)
    holds.release(request, UNCLEAR, now=clock.forward(days=2))
    first_due_at, second_due_at = rows.values_list("due_at", flat=True)
    assert (first_due_at, second_due_at - first_due_at) == (clock(), between)


def test_a_doubt_that_a_merge_has_spread_ends_with_the_first_one(account: Account, clock: Clock) -> None:
    """The inbox asks about the number that the text came from: nobody could decide about the other one."""
    request = asked(account, clock())
    other = Contact.objects.create(account=account, phone=IN_DOUBT)
    doubt, _ = doubts.hold(account=account, number=IN_DOUBT, evidence="maybe stop?", now=clock())
    merge.merge(kept=request.contact, other=other, by="owner", now=clock())
    assert Suppression.objects.active().filter(reason="unclear").count() == 2
    outcome = InboxItem.Outcome.NOT_AN_OPT_OUT
    doubts.lift(suppression=doubt, because="No opt-out.", outcome=outcome, now=clock.forward(hours=1))
    request.refresh_from_db()
    assert (Suppression.objects.active().count(), request.held) == (0, "")


def test_a_request_says_since_when_it_is_held_whatever_holds_it_next(account: Account, clock: Clock) -> None:
    request, since = asked(account, clock()), clock()
    because = holds.Because.REFUND
    holds.ask_to_hold(request=request, by=ReviewRequest.Hold.API, because=because, who="through the API", now=since)
    doubt, _ = doubts.hold(account=account, number=JANE.phone, evidence="maybe stop?", now=clock.forward(hours=1))
    request.refresh_from_db()
    assert (request.held, request.held_at, request.asked_hold) == (UNCLEAR, since, "api")
    outcome = InboxItem.Outcome.NOT_AN_OPT_OUT
    doubts.lift(suppression=doubt, because="", outcome=outcome, now=clock.forward(hours=1))
    request.refresh_from_db()
    assert (request.held, request.held_at) == ("api", since)
    assert Delivery.objects.get().due_at == Delivery.OUT_OF_REACH
    again = holds.release_asked(request=request, who="by Ann", now=clock())
    assert (again.held, again.held_at, again.why) == ("", None, "")
    second = asked(account, clock(), person=replace(JANE, email="eve@example.com", phone="+12125550101"))
    doubts.hold(account=account, number="+12125550101", evidence="maybe stop?", now=clock())
    second.refresh_from_db()
    assert second.held_at == clock()
