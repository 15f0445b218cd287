from datetime import datetime, timedelta

import pytest

from oauth.models import Account
from reviews.models import Delivery, ReviewRequest
from reviews.requests import lifecycle
from reviews.tests.support.helpers import asked, deliveries, in_state

pytestmark = pytest.mark.django_db


def test_every_state_can_be_reached_and_the_table_knows_no_other() -> None:
    assert set(lifecycle.MOVES) == set(ReviewRequest.Status.values)
    assert {origin for origins in lifecycle.MOVES.values() for origin in origins} <= set(ReviewRequest.Status.values)


@pytest.mark.parametrize("status", ReviewRequest.Status.values)
def test_only_an_open_request_can_be_cancelled(account: Account, now: datetime, status: str) -> None:
    request = in_state(account, status, now)
    if status in ReviewRequest.OPEN:
        assert lifecycle.cancel_request(request=request, now=now).status == "cancelled"
        assert deliveries(request) == [(0, "email", "cancelled")]
    else:
        with pytest.raises(lifecycle.InvalidMove, match=status):
            lifecycle.cancel_request(request=request, now=now)


@pytest.mark.parametrize("status", ReviewRequest.Status.values)
def test_an_answer_counts_while_open_and_after_the_last_message(account: Account, now: datetime, status: str) -> None:
    request = in_state(account, status, now)
    counted = lifecycle.respond(request=request, now=now, reason="Opened a review site.")
    assert counted == (status in ("scheduled", "sent", "completed"))
    request.refresh_from_db()
    assert (request.status == "responded") == (counted or status == "responded")
    assert (request.responded_at == now) == counted


def test_two_answers_at_once_move_the_request_once(account: Account, now: datetime) -> None:
    request = asked(account, now)
    stale = ReviewRequest.objects.get(pk=request.pk)
    assert lifecycle.respond(request=request, now=now, reason="first")
    assert not lifecycle.respond(request=stale, now=now + timedelta(seconds=1), reason="second")
    request.refresh_from_db()
    assert (request.responded_at, request.reason) == (now, "first")


def test_a_sequence_without_an_answer_is_completed_a_week_after_its_last_message(
    account: Account, now: datetime
) -> None:
    request = in_state(account, "sent", now)
    ReviewRequest.objects.update(sent_at=now)
    Delivery.objects.update(status="sent", sent_at=now)
    assert lifecycle.complete_unanswered(now=now + timedelta(days=6, hours=23)) == 0
    assert lifecycle.complete_unanswered(now=now + timedelta(days=7)) == 1
    request.refresh_from_db()
    assert request.status == "completed"


def test_a_request_with_a_message_ahead_is_not_completed(account: Account, now: datetime) -> None:
    in_state(account, "sent", now)
    ReviewRequest.objects.update(sent_at=now)
    assert lifecycle.complete_unanswered(now=now + timedelta(days=30)) == 0


def test_a_cancelled_request_comes_back_by_taking_back_alone(account: Account, now: datetime) -> None:
    request = asked(account, now)
    lifecycle.cancel_request(request=request, now=now)
    for to in set(ReviewRequest.Status):
        assert not lifecycle.change(request, to, now=now)  # such as by a message that was leaving meanwhile
    assert ReviewRequest.objects.get().status == ReviewRequest.Status.CANCELLED
    assert lifecycle.restore(request=request, now=now, reason="")
