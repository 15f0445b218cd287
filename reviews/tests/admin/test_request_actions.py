"""Buttons on the page of a request: send now, skip, retry, mark as responded; only from where it stands."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.urls import reverse

from oauth.models import Account, User
from oauth.tests.flow import signed_in
from oauth.tests.threads import at_once
from reviewhub.refused import Refused
from reviews.contacts import opt_outs
from reviews.delivery import claims, drain, staff_actions
from reviews.models import Delivery, ReviewRequest, Suppression
from reviews.requests import lifecycle
from reviews.tests.support.helpers import Clock, FakeProvider, asked, deliveries

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting(account: Account, clock: Clock) -> ReviewRequest:
    """A request whose first message waits for two days."""
    return asked(account, clock(), delay=timedelta(hours=48))


@pytest.fixture
def sent(account: Account, clock: Clock, provider: FakeProvider) -> ReviewRequest:
    """One whose first message has left; the reminder is planned on the other channel."""
    request = asked(account, clock())
    drain.send_due(clock)
    assert deliveries(request) == [(0, "email", "sent"), (1, "sms", "planned")]
    return request


def upcoming(request: ReviewRequest) -> Delivery:
    return Delivery.objects.filter(request=request).latest("step", "pk")


# --- Send now ---------------------------------------------------------------------------------------


def test_a_waiting_message_leaves_now(waiting: ReviewRequest, clock: Clock, provider: FakeProvider) -> None:
    planned = staff_actions.send_now(delivery=upcoming(waiting), now=clock())
    assert (planned.due_at, planned.reason) == (clock(), "Sent early by staff.")
    assert drain.send_due(clock) == 1
    assert [message.to for message in provider.sent] == ["jane@example.com"]


def test_the_hours_hold_for_a_message_that_is_hurried(account: Account, clock: Clock) -> None:
    clock.now = datetime.fromisoformat("2026-03-04T04:00:00+00:00")  # 23:00 in New York
    request = asked(account, clock(), delay=timedelta(hours=48))
    planned = staff_actions.send_now(delivery=upcoming(request), now=clock())
    assert planned.due_at == datetime.fromisoformat("2026-03-04T14:00:00+00:00")
    assert "outside the account's hours" in planned.reason
    with pytest.raises(Refused, match="as soon as it may already"):
        staff_actions.send_now(delivery=upcoming(request), now=clock())


def test_what_was_opted_out_of_is_not_hurried(account: Account, waiting: ReviewRequest, clock: Clock) -> None:
    for channel, address in (("email", "jane@example.com"), ("sms", "+12125551234")):
        opt_outs.opt_out(
            account=account,
            channel=channel,
            address=address,
            reason=Suppression.Reason.STOP,
            evidence="",
            now=clock(),
        )
    with pytest.raises(Refused, match="is cancelled by now"):
        staff_actions.send_now(delivery=upcoming(waiting), now=clock())


# --- Skip -------------------------------------------------------------------------------------------


def test_a_skipped_step_makes_room_for_the_next(sent: ReviewRequest, clock: Clock) -> None:
    following = staff_actions.skip(delivery=upcoming(sent), by="Ann", now=clock())
    assert deliveries(sent) == [(0, "email", "sent"), (1, "sms", "cancelled"), (2, "email", "planned")]
    assert following is not None
    assert following.due_at >= clock() + timedelta(hours=168)
    assert Delivery.objects.get(step=1).reason == "Skipped by Ann."


def test_the_first_ask_can_be_skipped_and_the_reminder_asks(
    waiting: ReviewRequest, clock: Clock, provider: FakeProvider
) -> None:
    staff_actions.skip(delivery=upcoming(waiting), by="Ann", now=clock())
    clock.forward(hours=73)
    assert drain.send_due(clock) == 1
    waiting.refresh_from_db()
    assert waiting.status == "sent"
    assert deliveries(waiting)[:2] == [(0, "email", "cancelled"), (1, "sms", "sent")]


def test_the_last_step_is_skipped_and_the_request_ends_by_itself(
    sent: ReviewRequest, clock: Clock, provider: FakeProvider
) -> None:
    staff_actions.skip(delivery=upcoming(sent), by="Ann", now=clock())
    assert staff_actions.skip(delivery=upcoming(sent), by="Ann", now=clock()) is None
    clock.forward(days=8)
    assert lifecycle.complete_unanswered(now=clock()) == 1


def test_a_request_of_which_nothing_would_be_sent_is_to_be_cancelled(account: Account, clock: Clock) -> None:
    request = asked(account, clock(), delay=timedelta(hours=48))
    staff_actions.skip(delivery=upcoming(request), by="Ann", now=clock())
    staff_actions.skip(delivery=upcoming(request), by="Ann", now=clock())
    with pytest.raises(Refused, match="cancel the request instead"):
        staff_actions.skip(delivery=upcoming(request), by="Ann", now=clock())
    assert deliveries(request)[-1][2] == "planned"


# --- The race with a worker -------------------------------------------------------------------------


def test_what_a_worker_holds_is_left_to_it(account: Account, clock: Clock) -> None:
    request = asked(account, clock())
    [held] = claims.claim("email", clock())
    for move in (
        lambda: staff_actions.send_now(delivery=upcoming(request), now=clock()),
        lambda: staff_actions.skip(delivery=upcoming(request), by="Ann", now=clock()),
    ):
        with pytest.raises(Refused, match="it is leaving now"):
            move()
    assert Delivery.objects.get().claim == held.claim


def test_what_a_worker_was_killed_with_before_it_began_can_be_skipped(account: Account, clock: Clock) -> None:
    request = asked(account, clock())
    claims.claim("email", clock())
    clock.forward(hours=1)  # the claim has lapsed
    staff_actions.skip(delivery=upcoming(request), by="Ann", now=clock())
    assert deliveries(request)[0][2] == "cancelled"


def test_what_may_have_left_is_not_skipped(account: Account, clock: Clock) -> None:
    request = asked(account, clock())
    Delivery.objects.update(status="sending")
    with pytest.raises(Refused, match="it is leaving now"):
        staff_actions.skip(delivery=upcoming(request), by="Ann", now=clock())


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="needs connections that wait for each other")
def test_two_presses_at_once_skip_one_step(sent: ReviewRequest, clock: Clock) -> None:
    seen = upcoming(sent)

    def skip() -> str:
        try:
            following = staff_actions.skip(delivery=seen, by="Ann", now=clock())
        except Refused as refusal:
            return str(refusal)
        return f"next {following.step if following else None}"

    answers = sorted(at_once(skip, skip))
    assert answers == ["Nothing was changed: the message is cancelled by now.", "next 2"]
    assert deliveries(sent) == [(0, "email", "sent"), (1, "sms", "cancelled"), (2, "email", "planned")]


# --- The buttons ------------------------------------------------------------------------------------

BUTTONS = {
    "send_now": "It is due",
    "skip": "Skipped: the next message is due",
    "mark_responded": "Marked as answered",
    "cancel_this": "Cancelled: no more messages leave.",
}


def address(request: ReviewRequest, name: str) -> str:
    return reverse(f"admin:reviews_reviewrequest_{name}", args=[request.pk])


def press(client: Client, request: ReviewRequest, name: str) -> str:
    given = {"seen": str(upcoming(request).pk)}
    return client.post(address(request, name), given, follow=True).content.decode()


@pytest.mark.parametrize("name", BUTTONS)
def test_each_button_asks_first_and_acts_once(waiting: ReviewRequest, owner: User, now: datetime, name: str) -> None:
    with time_machine.travel(now, tick=False):
        client = signed_in(owner)
        before = deliveries(waiting)
        assert "Jane Smith" in client.get(address(waiting, name)).content.decode()
        assert deliveries(waiting) == before
        assert BUTTONS[name] in press(client, waiting, name)


@pytest.mark.parametrize("name", [*BUTTONS, "retry"])
def test_a_viewer_and_a_stranger_press_nothing(waiting: ReviewRequest, viewer: User, stranger: User, name: str) -> None:
    Delivery.objects.update(status="failed") if name == "retry" else None
    before = deliveries(waiting)
    assert signed_in(viewer).post(address(waiting, name)).status_code == 403
    assert signed_in(stranger).post(address(waiting, name)).status_code in (403, 404)
    assert deliveries(waiting) == before


def test_a_second_press_on_skip_leaves_the_next_message_alone(sent: ReviewRequest, owner: User) -> None:
    client, given = signed_in(owner), {"seen": str(upcoming(sent).pk)}
    assert f'name="seen" value="{given["seen"]}"' in client.get(address(sent, "skip")).content.decode()
    for words in ("Skipped: the next message is due", "Nothing was changed: the message is cancelled by now."):
        assert words in client.post(address(sent, "skip"), given, follow=True).content.decode()
    assert deliveries(sent)[2] == (2, "email", "planned")
    for seen in ("x", "", "999999"):
        client.post(address(sent, "skip"), {"seen": seen})
    assert deliveries(sent)[2] == (2, "email", "planned")


def test_marking_as_responded_ends_the_follow_ups(sent: ReviewRequest, owner: User) -> None:
    press(signed_in(owner), sent, "mark_responded")
    sent.refresh_from_db()
    assert (sent.status, sent.reason) == ("responded", f"Marked as responded by {owner}.")
    assert deliveries(sent)[1][2] == "cancelled"


def test_a_failed_message_is_sent_again_from_its_request(
    account: Account, waiting: ReviewRequest, owner: User, now: datetime
) -> None:
    Delivery.objects.update(status="failed", error_code="554")
    ReviewRequest.objects.update(status="failed", ended_at=now)
    assert "It is planned again" in press(signed_in(owner), waiting, "retry")
    waiting.refresh_from_db()
    assert (waiting.status, deliveries(waiting)[0][2]) == ("scheduled", "planned")


def test_a_request_that_has_ended_meanwhile_says_so(waiting: ReviewRequest, owner: User, now: datetime) -> None:
    client = signed_in(owner)
    lifecycle.cancel_request(request=waiting, now=now)
    assert client.post(address(waiting, "skip")).status_code == 403  # no such button any more
    page = client.get(reverse("admin:reviews_reviewrequest_change", args=[waiting.pk])).content.decode()
    assert "Skip this message" not in page
