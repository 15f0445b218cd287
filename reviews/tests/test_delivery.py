import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from oauth.models import Account
from reviews import delivery, lifecycle, wakeups
from reviews.channels import ChannelError
from reviews.contacts import Person
from reviews.models import ChannelHealth, Delivery, FollowUpStep, ReviewRequest, Suppression
from reviews.tests.helpers import JANE, Clock, FakeProvider, asked, deliveries

pytestmark = pytest.mark.django_db


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> FakeProvider:
    fake = FakeProvider()
    monkeypatch.setattr(delivery, "get_channel", lambda _: fake)
    return fake


@pytest.fixture
def clock(now: datetime) -> Clock:
    return Clock(now)


def claimed(now: datetime) -> list[Delivery]:
    return delivery.claim(now)


# --- The way of a message ----------------------------------------------------------------------


def test_a_due_message_is_sent_once_and_the_request_counts_as_sent(
    account: Account, clock: Clock, provider: FakeProvider
) -> None:
    request = asked(account, clock())
    assert [delivery.drain(clock), delivery.drain(clock)] == [1, 0]
    assert [message.to for message in provider.sent] == ["jane@example.com"]
    request.refresh_from_db()
    assert (request.status, request.sent_at) == ("sent", clock())
    first = Delivery.objects.get(step=0)
    assert (first.status, first.provider_id, first.attempts, first.claim) == ("sent", "id-1", 1, None)
    assert first.text.startswith("Hi Jane,")
    assert first.due_at == clock()


def test_nothing_leaves_before_it_is_due(account: Account, clock: Clock, provider: FakeProvider) -> None:
    asked(account, clock(), delay=timedelta(hours=2))
    clock.forward(hours=1, minutes=59)
    assert delivery.drain(clock) == 0
    clock.forward(minutes=1)
    assert delivery.drain(clock) == 1


def test_the_follow_up_waits_three_days_and_takes_the_other_channel(
    account: Account, clock: Clock, provider: FakeProvider
) -> None:
    request = asked(account, clock())
    delivery.drain(clock)
    assert deliveries(request) == [(0, "email", "sent"), (1, "sms", "planned")]
    clock.forward(days=2, hours=23)
    assert delivery.drain(clock) == 0
    clock.forward(hours=1)
    assert delivery.drain(clock) == 1
    assert provider.sent[-1].to == "+12125551234"
    assert deliveries(request)[-1] == (2, "email", "planned")


def test_the_whole_sequence_ends_completed_when_nobody_answers(
    account: Account, clock: Clock, provider: FakeProvider
) -> None:
    request = asked(account, clock())
    for _ in range(3):
        delivery.drain(clock)
        clock.forward(days=7)
    assert deliveries(request) == [(0, "email", "sent"), (1, "sms", "sent"), (2, "email", "sent")]
    assert lifecycle.complete_unanswered(now=clock()) == 1


def test_an_answer_ends_the_sequence(account: Account, clock: Clock, provider: FakeProvider) -> None:
    request = asked(account, clock())
    delivery.drain(clock)
    lifecycle.respond(request=request, now=clock(), reason="pressed")
    clock.forward(days=30)
    assert delivery.drain(clock) == 0
    assert deliveries(request) == [(0, "email", "sent"), (1, "sms", "cancelled")]


def test_a_message_that_waited_for_the_night_leaves_in_the_morning(
    account: Account, clock: Clock, provider: FakeProvider
) -> None:
    asked(account, clock(), person=Person(phone="+12125551234"), delay=timedelta(hours=4))
    clock.forward(hours=12)  # the worker was down until ten in the evening
    assert delivery.drain(clock) == 0
    put_off = Delivery.objects.get()
    assert put_off.reason.startswith("22:00 → 09:00")
    clock.forward(hours=11)
    assert delivery.drain(clock) == 1


# --- Claims -------------------------------------------------------------------------------------


def test_a_claimed_message_is_nobody_elses_until_the_claim_lapses(account: Account, now: datetime) -> None:
    asked(account, now)
    assert len(claimed(now)) == 1
    assert claimed(now) == []
    assert claimed(now + delivery.LEASE - timedelta(seconds=1)) == []
    assert len(claimed(now + delivery.LEASE)) == 1


def test_a_claim_takes_no_more_than_it_may_and_the_oldest_first(account: Account, now: datetime) -> None:
    for minute in (3, 1, 2):
        asked(account, now - timedelta(minutes=minute), person=Person(email=f"c{minute}@example.com"))
    assert [row.address for row in delivery.claim(now, limit=2)] == ["c3@example.com", "c2@example.com"]


def test_messages_in_doubt_come_last(account: Account, now: datetime) -> None:
    asked(account, now - timedelta(minutes=5), person=Person(email="doubt@example.com"))
    Delivery.objects.update(status="sending")
    asked(account, now, person=Person(email="fresh@example.com"))
    assert [row.address for row in claimed(now)] == ["fresh@example.com"]
    assert [row.address for row in claimed(now)] == ["doubt@example.com"]


def test_a_worker_that_lost_its_claim_sends_nothing(account: Account, clock: Clock, provider: FakeProvider) -> None:
    asked(account, clock())
    batch = delivery._Batch(claimed(clock()), clock)
    Delivery.objects.update(claim=uuid.uuid4())  # another worker took it over meanwhile
    assert batch.send(clock() + timedelta(minutes=1)) == 0
    assert provider.sent == []


def test_what_is_not_begun_in_time_is_handed_back_as_it_was(
    account: Account, clock: Clock, provider: FakeProvider
) -> None:
    request = asked(account, clock())
    delivery._Batch(claimed(clock.forward(minutes=1)), clock).send(until=clock())
    row = Delivery.objects.get()
    assert (row.status, row.claim, row.due_at) == ("planned", None, request.scheduled_for)


def test_a_cluster_that_is_about_to_end_hands_its_batch_back(
    account: Account, clock: Clock, provider: FakeProvider
) -> None:
    asked(account, clock())
    batch = delivery._Batch(claimed(clock()), clock)
    wakeups.set_stopping(True)
    try:
        assert batch.send(clock() + timedelta(minutes=1)) == 0
        assert delivery.drain(clock) == 0
    finally:
        wakeups.set_stopping(False)
    assert Delivery.objects.get().claim is None


# --- Gates at the moment of sending ------------------------------------------------------------


@pytest.mark.parametrize("ending", ["cancel", "respond", "opt out", "suppress", "account off"])
def test_what_ends_between_claim_and_send_is_not_sent(
    account: Account, clock: Clock, provider: FakeProvider, ending: str
) -> None:
    request = asked(account, clock())
    batch = delivery._Batch(claimed(clock()), clock)
    endings: dict[str, Callable[[], object]] = {
        "cancel": lambda: lifecycle.cancel_request(request=request, now=clock()),
        "respond": lambda: lifecycle.respond(request=request, now=clock(), reason="pressed"),
        "opt out": lambda: lifecycle.opt_out(**where(account), reason=Suppression.Reason.STOP, **when(clock)),
        "suppress": lambda: lifecycle.suppressions.suppress(
            **where(account), reason=Suppression.Reason.BOUNCED, **when(clock)
        ),
        "account off": lambda: Account.objects.update(is_active=False),
    }
    endings[ending]()
    assert batch.send(clock() + timedelta(minutes=1)) == 0
    assert provider.sent == []
    row = Delivery.objects.get(step=0, channel="email")
    assert (row.status, row.attempts) == ("cancelled", 0)
    assert row.reason


def test_a_suppressed_address_gives_way_to_the_other_channel_at_the_last_moment(
    account: Account, clock: Clock, provider: FakeProvider
) -> None:
    request = asked(account, clock())
    lifecycle.suppressions.suppress(**where(account), reason=Suppression.Reason.BOUNCED, **when(clock))
    delivery.drain(clock)
    assert deliveries(request) == [(0, "email", "cancelled"), (0, "sms", "sent"), (1, "sms", "planned")]


def test_a_number_gets_three_messages_in_a_day_whoever_sends(
    account: Account, other_account: Account, clock: Clock, provider: FakeProvider
) -> None:
    first = clock()
    for minute in range(3):
        Delivery.objects.create(
            account=other_account,
            request=asked(other_account, first, person=Person(email=f"x{minute}@example.com")),
            step=5,
            channel="sms",
            address="+12125551234",
            status="sent",
            due_at=first,
            created_at=first,
            sent_at=first + timedelta(minutes=minute),
        )
    Delivery.objects.filter(step=0).delete()
    asked(account, clock.forward(hours=1), person=Person(phone="+12125551234"))
    assert delivery.drain(clock) == 0
    row = Delivery.objects.get(step=0)
    assert (row.due_at, row.reason) == (first + timedelta(days=1), "This number got 3 messages in 24 hours.")


def test_a_step_that_was_removed_fails_with_that_reason(account: Account, clock: Clock, provider: FakeProvider) -> None:
    request = asked(account, clock(), person=Person(email="a@b.example"))
    FollowUpStep.objects.filter(position=0).delete()
    delivery.drain(clock)
    request.refresh_from_db()
    assert (request.status, request.reason) == ("failed", "This step was removed from the sequence.")


def test_a_channel_whose_provider_was_taken_away_gives_way_to_the_other(
    account: Account, clock: Clock, provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = asked(account, clock(), channel="auto")
    for module in (delivery, lifecycle):
        monkeypatch.setattr(module, "available_channels", lambda: {"sms"})
    delivery.drain(clock)
    assert deliveries(request) == [(0, "email", "failed"), (0, "sms", "sent"), (1, "sms", "planned")]
    assert Delivery.objects.get(channel="email").reason == "No provider is set up for this channel."


def test_no_mail_leaves_without_a_postal_address(account: Account, clock: Clock, provider: FakeProvider) -> None:
    asked(account, clock(), person=Person(email="a@b.example"))
    Account.objects.update(postal_address=" ")
    delivery.drain(clock)
    assert provider.sent == []
    assert "no postal address" in Delivery.objects.get().error_text


# --- What providers answer ----------------------------------------------------------------------


def test_a_temporary_refusal_is_tried_again_after_growing_waits_then_given_up(
    account: Account, clock: Clock, provider: FakeProvider
) -> None:
    request = asked(account, clock(), person=Person(email="a@b.example"))
    provider.errors = [ChannelError("451", "busy") for _ in range(5)]
    waits = []
    for _ in range(4):
        delivery.drain(clock)
        row = Delivery.objects.get()
        assert (row.status, row.error_code) == ("planned", "451")
        waits.append((row.due_at - clock()) / timedelta(minutes=1))
        Delivery.objects.update(due_at=clock())
    assert [low <= wait <= low * 1.2 for low, wait in zip((1, 5, 15, 60), waits, strict=True)] == [True] * 4
    delivery.drain(clock)
    request.refresh_from_db()
    assert (request.status, request.reason) == ("failed", "busy")
    assert Delivery.objects.get().attempts == 5


def test_no_retry_comes_before_the_provider_said(account: Account, clock: Clock, provider: FakeProvider) -> None:
    asked(account, clock())
    provider.errors = [ChannelError("429", "slow down", retry_after=timedelta(minutes=30))]
    delivery.drain(clock)
    assert Delivery.objects.get().due_at == clock() + timedelta(minutes=30)


def test_a_bounce_suppresses_the_address_and_the_other_channel_takes_over(
    account: Account, clock: Clock, provider: FakeProvider
) -> None:
    request = asked(account, clock())
    provider.errors = [ChannelError("550", "no such user", address_gone=True)]
    delivery.drain(clock)
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
    delivery.drain(clock)
    request.refresh_from_db()
    assert request.status == "suppressed"
    assert Suppression.objects.get().reason == "stop"


def test_a_failed_follow_up_does_not_undo_that_the_request_was_sent(
    account: Account, clock: Clock, provider: FakeProvider
) -> None:
    request = asked(account, clock(), person=Person(email="a@b.example"))
    delivery.drain(clock)
    provider.errors = [ChannelError("554", "policy", permanent=True)]
    delivery.drain(Clock(clock.forward(days=3)))
    request.refresh_from_db()
    assert request.status == "sent"
    assert deliveries(request) == [(0, "email", "sent"), (1, "email", "failed"), (2, "email", "planned")]


def test_a_text_without_an_answer_is_unknown_and_never_repeated(
    account: Account, clock: Clock, provider: FakeProvider
) -> None:
    asked(account, clock(), person=Person(phone="+12125551234"))
    provider.errors = [ChannelError("no-answer", "timed out", in_doubt=True)]
    delivery.drain(clock)
    clock.forward(hours=2)
    assert delivery.drain(clock) == 0
    assert Delivery.objects.get(step=0).status == "unknown"


def test_a_mail_without_an_answer_is_sent_again_under_the_same_message_id(
    account: Account, clock: Clock, provider: FakeProvider
) -> None:
    asked(account, clock())
    key = Delivery.objects.get().message_key
    provider.errors = [ChannelError("connection", "reset", in_doubt=True)]
    delivery.drain(clock)
    clock.forward(minutes=2)
    assert delivery.drain(clock) == 1
    assert provider.sent[0].headers["Message-ID"] == f"<{key}@testserver>"


@pytest.mark.parametrize(("channel", "outcome", "count"), [("email", "sent", 1), ("sms", "unknown", 0)])
def test_a_worker_killed_in_mid_send_leaves_a_row_in_doubt(
    account: Account, clock: Clock, provider: FakeProvider, channel: str, outcome: str, count: int
) -> None:
    asked(account, clock(), channel=channel)
    Delivery.objects.update(status="sending", attempts=1, claim=uuid.uuid4(), due_at=clock() + delivery.LEASE)
    assert delivery.drain(clock) == 0
    clock.forward(seconds=120)
    assert delivery.drain(clock) == count
    assert Delivery.objects.get(step=0).status == outcome


def test_a_message_that_kills_its_worker_fails_after_five_tries(
    account: Account, clock: Clock, provider: FakeProvider
) -> None:
    asked(account, clock(), person=Person(email="a@b.example"))
    Delivery.objects.update(status="sending", attempts=5)
    delivery.drain(clock)
    assert provider.sent == []
    assert Delivery.objects.get().status == "failed"


def test_an_unexpected_error_in_mid_send_holds_up_no_other_message(
    account: Account, clock: Clock, provider: FakeProvider
) -> None:
    asked(account, clock() - timedelta(minutes=1), person=Person(email="first@example.com"))
    asked(account, clock(), person=Person(email="second@example.com"))
    provider.errors = [ZeroDivisionError()]
    assert delivery.drain(clock) == 1
    assert [message.to for message in provider.sent] == ["second@example.com"]
    assert Delivery.objects.get(address="first@example.com").status == "sending"


def test_an_unexpected_error_before_sending_is_tried_again_later(
    account: Account, clock: Clock, provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked(account, clock())
    monkeypatch.setattr(delivery, "render", lambda *_: 1 / 0)
    delivery.drain(clock)
    row = Delivery.objects.get()
    assert (row.status, row.attempts, row.error_code) == ("planned", 1, "internal")
    assert row.due_at > clock()


def test_a_provider_that_is_down_costs_no_attempt_and_is_left_alone_for_a_while(
    account: Account, clock: Clock, provider: FakeProvider
) -> None:
    asked(account, clock())
    provider.down = True
    assert delivery.drain(clock) == 0
    row = Delivery.objects.get()
    assert (row.status, row.attempts, row.claim) == ("planned", 0, None)
    assert Delivery.objects.next_due(clock()) is None
    provider.down = False
    clock.forward(seconds=15)
    assert delivery.drain(clock) == 1


def test_ten_failures_in_a_row_pause_the_provider_for_everyone(
    account: Account, clock: Clock, provider: FakeProvider
) -> None:
    for number in range(12):
        asked(account, clock(), person=Person(email=f"c{number}@example.com"))
    provider.errors = [ChannelError("500", "broken") for _ in range(10)]
    assert delivery.drain(clock) == 0
    assert ChannelHealth.objects.get(channel="email").paused_until == clock() + timedelta(minutes=1)
    assert Delivery.objects.filter(attempts=0, claim=None).count() == 2
    assert delivery.drain(clock) == 0
    clock.forward(minutes=1)
    assert delivery.drain(clock) >= 2


def where(account: Account) -> dict[str, Any]:
    return {"account": account, "channel": "email", "address": JANE.email}


def when(clock: Clock) -> dict[str, Any]:
    return {"evidence": "test", "now": clock()}


def test_only_lifecycle_and_asking_write_a_requests_status() -> None:
    """The one table of moves holds only while nobody writes beside it."""
    import re
    from pathlib import Path

    root = Path(lifecycle.__file__).parent
    writes = re.compile(r"ReviewRequest\b[^\n]*\.update\([^)]*status=|request\.status = ")
    found = {
        path.name
        for path in root.rglob("*.py")
        if "tests" not in path.parts and "migrations" not in path.parts and writes.search(path.read_text())
    }
    assert found <= {"lifecycle.py"}
    assert ReviewRequest.objects.none().count() == 0
