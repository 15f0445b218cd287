from datetime import datetime, timedelta

import pytest

from oauth.models import Account
from reviews.contacts import opt_outs
from reviews.models import Contact, Delivery, FollowUpStep, ReviewRequest, Suppression
from reviews.models.base import Channel
from reviews.requests import lifecycle, plan
from reviews.tests.support.helpers import JANE, asked, deliveries

pytestmark = pytest.mark.django_db

ENDED = ["responded", "completed", "suppressed", "cancelled", "failed"]


def opt_out(account: Account, channel: str, address: str, now: datetime) -> Suppression:
    return opt_outs.opt_out(
        account=account,
        channel=channel,
        address=address,
        reason=Suppression.Reason.UNSUBSCRIBED,
        evidence="pressed the button",
        now=now,
    )


def in_state(account: Account, status: str, now: datetime) -> ReviewRequest:
    request = asked(account, now)
    ended = now if status in ENDED else None
    ReviewRequest.objects.filter(pk=request.pk).update(status=status, ended_at=ended)
    request.refresh_from_db()
    return request


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


def test_an_opt_out_repeated_keeps_the_first_evidence(account: Account, now: datetime) -> None:
    first = opt_out(account, "email", JANE.email, now)
    second = opt_out(account, "email", "JANE@example.com", now + timedelta(days=1))
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


@pytest.mark.parametrize(
    ("rule", "only", "blocked", "previous", "expected"),
    [
        ("auto", "auto", [], None, "email"),
        ("sms", "auto", [], None, "sms"),
        ("other", "auto", [], "email", "sms"),
        ("other", "auto", [], "sms", "email"),
        ("other", "auto", ["sms"], "email", "email"),  # only one left: it takes over
        ("email", "auto", ["email"], None, "sms"),
        ("other", "email", [], "email", "email"),  # the caller chose the channel for the whole request
        ("auto", "sms", ["sms"], None, None),
        ("auto", "auto", ["sms", "email"], None, None),
    ],
)
def test_the_channel_of_a_step(
    rule: str, only: str, blocked: list[str], previous: str | None, expected: str | None
) -> None:
    jane = Contact(email=JANE.email, phone=JANE.phone)
    found = plan.pick_channel(
        contact=jane, rule=rule, only=only, blocked=dict.fromkeys(blocked, "gone"), previous=previous
    )
    assert found == (Channel(expected) if expected else None)


def test_a_step_needs_an_address_on_its_channel() -> None:
    only_mail = Contact(email=JANE.email)
    for rule in FollowUpStep.ChannelRule.values:
        assert plan.pick_channel(contact=only_mail, rule=rule, only="auto", blocked={}) == "email"
