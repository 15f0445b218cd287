"""Errors of providers, and messages that a worker leaves behind when it dies."""

import uuid
from datetime import timedelta

import pytest

from oauth.models import Account
from reviews.delivery import claims, drain, prepare
from reviews.delivery.channels import ChannelError
from reviews.models import ChannelHealth, Delivery, ReviewRequest, Suppression
from reviews.requests.matching import Person
from reviews.tests.support.helpers import JANE, Clock, FakeProvider, asked, deliveries

pytestmark = pytest.mark.django_db


# --- What providers answer ----------------------------------------------------------------------


def test_a_temporary_refusal_is_tried_again_after_growing_waits_then_given_up(
    account: Account, clock: Clock, provider: FakeProvider
) -> None:
    request = asked(account, clock(), person=Person(email="a@b.example"))
    provider.errors = [ChannelError("451", "busy") for _ in range(7)]
    waits = []
    for _ in range(6):
        drain.send_due(clock)
        row = Delivery.objects.get()
        assert (row.status, row.error_code) == ("planned", "451")
        waits.append((row.due_at - clock()) / timedelta(minutes=1))
        Delivery.objects.update(due_at=clock())
    assert [low <= wait <= low * 1.2 for low, wait in zip((1, 5, 15, 60, 240, 720), waits, strict=True)] == [True] * 6
    drain.send_due(clock)
    request.refresh_from_db()
    assert (request.status, request.reason) == ("failed", "busy")
    assert Delivery.objects.get().attempts == 7


def test_no_retry_comes_before_the_provider_said(account: Account, clock: Clock, provider: FakeProvider) -> None:
    asked(account, clock())
    provider.errors = [ChannelError("429", "slow down", retry_after=timedelta(minutes=30))]
    drain.send_due(clock)
    assert Delivery.objects.get().due_at == clock() + timedelta(minutes=30)


def test_a_bounce_suppresses_the_address_and_the_other_channel_takes_over(
    account: Account, clock: Clock, provider: FakeProvider
) -> None:
    request = asked(account, clock())
    provider.errors = [ChannelError("550", "no such user", address_gone=True)]
    drain.send_due(clock)
    assert deliveries(request) == [(0, "email", "bounced"), (0, "sms", "sent"), (1, "sms", "planned")]
    suppression = Suppression.objects.get()
    assert (suppression.address, suppression.reason, suppression.evidence) == (
        JANE.email,
        "bounced",
        "550 no such user",
    )


def test_a_number_the_provider_knows_as_opted_out_ends_the_request(
    account: Account, clock: Clock, provider: FakeProvider
) -> None:
    request = asked(account, clock(), channel="sms")
    provider.errors = [ChannelError("21610", "unsubscribed recipient", opted_out=True)]
    drain.send_due(clock)
    request.refresh_from_db()
    assert request.status == "suppressed"
    assert Suppression.objects.get().reason == "stop"


def test_a_failed_follow_up_does_not_undo_that_the_request_was_sent(
    account: Account, clock: Clock, provider: FakeProvider
) -> None:
    request = asked(account, clock(), person=Person(email="a@b.example"))
    drain.send_due(clock)
    provider.errors = [ChannelError("554", "policy", permanent=True)]
    drain.send_due(Clock(clock.forward(days=3)))
    request.refresh_from_db()
    assert request.status == "sent"
    assert deliveries(request) == [(0, "email", "sent"), (1, "email", "failed"), (2, "email", "planned")]


def test_a_text_without_an_answer_is_unknown_and_never_repeated(
    account: Account, clock: Clock, provider: FakeProvider
) -> None:
    asked(account, clock(), person=Person(phone="+12125551234"))
    provider.errors = [ChannelError("no-answer", "timed out", in_doubt=True)]
    drain.send_due(clock)
    clock.forward(hours=2)
    assert drain.send_due(clock) == 0
    assert Delivery.objects.get(step=0).status == "unknown"


def test_a_mail_without_an_answer_is_sent_again_under_the_same_message_id(
    account: Account, clock: Clock, provider: FakeProvider
) -> None:
    asked(account, clock())
    key = Delivery.objects.get().message_key
    provider.errors = [ChannelError("connection", "reset", in_doubt=True)]
    drain.send_due(clock)
    assert Delivery.objects.get().due_at == clock() + timedelta(hours=1)
    clock.forward(hours=1)
    assert drain.send_due(clock) == 1
    assert provider.sent[0].headers["Message-ID"] == f"<{key}@testserver>"


@pytest.mark.parametrize(("channel", "outcome", "count"), [("email", "sent", 1), ("sms", "unknown", 0)])
def test_a_worker_killed_in_mid_send_leaves_a_row_in_doubt(
    account: Account, clock: Clock, provider: FakeProvider, channel: str, outcome: str, count: int
) -> None:
    asked(account, clock(), channel=channel)
    Delivery.objects.update(status="sending", attempts=1, claim=uuid.uuid4(), due_at=clock() + claims.LEASE)
    assert drain.send_due(clock) == 0
    clock.forward(seconds=120)
    assert drain.send_due(clock) == count
    assert Delivery.objects.get(step=0).status == outcome


def test_a_message_that_kills_its_worker_fails_after_five_lapsed_claims(
    account: Account, clock: Clock, provider: FakeProvider
) -> None:
    asked(account, clock(), person=Person(email="a@b.example"))
    for _ in range(5):
        assert Delivery.objects.get().status != "failed"
        Delivery.objects.update(status="planned", claim=uuid.uuid4(), due_at=clock())
        provider.errors = [ZeroDivisionError()]
        drain.send_due(clock)
    assert provider.sent == []
    row = Delivery.objects.get()
    assert (row.status, row.lapses) == ("failed", 5)
    assert row.reason == "The worker died or hung 5 times over this message."
    assert ReviewRequest.objects.get().status == "failed"


def test_an_unexpected_error_in_mid_send_holds_up_no_other_message(
    account: Account, clock: Clock, provider: FakeProvider
) -> None:
    asked(account, clock() - timedelta(minutes=1), person=Person(email="first@example.com"))
    asked(account, clock(), person=Person(email="second@example.com"))
    provider.errors = [ZeroDivisionError()]
    assert drain.send_due(clock) == 1
    assert [message.to for message in provider.sent] == ["second@example.com"]
    assert Delivery.objects.get(address="first@example.com").status == "sending"


def test_an_unexpected_error_before_sending_is_tried_again_later(
    account: Account, clock: Clock, provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked(account, clock())
    monkeypatch.setattr(prepare, "render", lambda *_: 1 / 0)
    drain.send_due(clock)
    row = Delivery.objects.get()
    assert (row.status, row.attempts, row.error_code) == ("planned", 1, "internal")
    assert row.due_at > clock()


def test_a_provider_that_is_down_costs_no_attempt_and_is_left_alone_for_a_while(
    account: Account, clock: Clock, provider: FakeProvider
) -> None:
    asked(account, clock())
    provider.down = True
    assert drain.send_due(clock) == 0
    row = Delivery.objects.get()
    assert (row.status, row.attempts, row.claim) == ("planned", 0, None)
    assert Delivery.objects.next_due(clock()) is None
    provider.down = False
    clock.forward(seconds=15)
    assert drain.send_due(clock) == 1


def test_ten_failures_in_a_row_pause_the_provider_for_everyone(
    account: Account, clock: Clock, provider: FakeProvider
) -> None:
    for number in range(12):
        asked(account, clock(), person=Person(email=f"c{number}@example.com"))
    provider.errors = [ChannelError("500", "broken") for _ in range(10)]
    assert drain.send_due(clock) == 0
    assert ChannelHealth.objects.get(channel="email").paused_until == clock() + timedelta(minutes=1)
    assert Delivery.objects.filter(attempts=0, claim=None).count() == 2
    assert drain.send_due(clock) == 0
    clock.forward(minutes=1)
    assert drain.send_due(clock) >= 2
