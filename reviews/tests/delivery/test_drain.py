import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import InternalError, OperationalError

from oauth.models import Account
from reviews.contacts import opt_outs, suppressions
from reviews.delivery import claims, drain, prepare
from reviews.models import Delivery, FollowUpStep, Suppression
from reviews.requests import lifecycle, plan
from reviews.requests.matching import Person
from reviews.tests.support.helpers import JANE, Clock, FakeProvider, asked, deliveries
from reviews.worker import heartbeat, queue

pytestmark = pytest.mark.django_db


def claimed(now: datetime) -> list[Delivery]:
    return claims.claim(channel="email", now=now)


# --- The way of a message ----------------------------------------------------------------------


def test_a_due_message_is_sent_once_and_the_request_counts_as_sent(
    account: Account, clock: Clock, provider: FakeProvider
) -> None:
    request = asked(account, clock())
    assert [drain.send_due(clock), drain.send_due(clock)] == [1, 0]
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
    assert drain.send_due(clock) == 0
    clock.forward(minutes=1)
    assert drain.send_due(clock) == 1


def test_the_follow_up_waits_three_days_and_takes_the_other_channel(
    account: Account, clock: Clock, provider: FakeProvider
) -> None:
    request = asked(account, clock())
    drain.send_due(clock)
    assert deliveries(request) == [(0, "email", "sent"), (1, "sms", "planned")]
    clock.forward(days=2, hours=23)
    assert drain.send_due(clock) == 0
    clock.forward(hours=1)
    assert drain.send_due(clock) == 1
    assert provider.sent[-1].to == "+12125551234"
    assert deliveries(request)[-1] == (2, "email", "planned")


def test_the_whole_sequence_ends_completed_when_nobody_answers(
    account: Account, clock: Clock, provider: FakeProvider
) -> None:
    request = asked(account, clock())
    for _ in range(3):
        drain.send_due(clock)
        clock.forward(days=7)
    assert deliveries(request) == [(0, "email", "sent"), (1, "sms", "sent"), (2, "email", "sent")]
    assert lifecycle.complete_unanswered(now=clock()) == 1


def test_an_answer_ends_the_sequence(account: Account, clock: Clock, provider: FakeProvider) -> None:
    request = asked(account, clock())
    drain.send_due(clock)
    lifecycle.respond(request=request, now=clock(), reason="pressed")
    clock.forward(days=30)
    assert drain.send_due(clock) == 0
    assert deliveries(request) == [(0, "email", "sent"), (1, "sms", "cancelled")]


def test_a_message_that_waited_for_the_night_leaves_in_the_morning(
    account: Account, clock: Clock, provider: FakeProvider
) -> None:
    asked(account, clock(), person=Person(phone="+12125551234"), delay=timedelta(hours=4))
    clock.forward(hours=12)  # the worker was down until ten in the evening
    assert drain.send_due(clock) == 0
    put_off = Delivery.objects.get()
    assert put_off.reason.startswith("22:00 → 09:00")
    clock.forward(hours=11)
    assert drain.send_due(clock) == 1


# --- Claims -------------------------------------------------------------------------------------


def test_a_claimed_message_is_nobody_elses_until_the_claim_lapses(account: Account, now: datetime) -> None:
    asked(account, now)
    assert len(claimed(now)) == 1
    assert claimed(now) == []
    assert claimed(now + claims.LEASE - timedelta(seconds=1)) == []
    assert claimed(now + claims.LEASE) == []  # it may have killed its worker: it is claimed alone
    [row] = claims.claim_lapsed("email", now + claims.LEASE)
    assert row.lapses == 1


@pytest.mark.django_db(transaction=True)
def test_messages_whose_claim_was_not_answered_are_claimed_anew_at_once(
    account: Account, clock: Clock, provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(2):
        asked(account, clock(), person=Person(email=f"c{number}@example.com"))
    read, answers = claims._read, [OperationalError("the connection was lost"), InternalError("read-only")]

    def lose_answers(due_at: dict[int, datetime]) -> list[Delivery]:
        if due_at and answers:
            raise answers.pop()
        return read(due_at)

    monkeypatch.setattr(claims, "_read", lose_answers)
    monkeypatch.setattr(queue, "RECONNECT", 0.0)
    assert drain.send_due(clock) == 2
    assert not answers
    assert list(Delivery.objects.filter(status="sent").values_list("lapses", flat=True)) == [0, 0]


def test_a_renewed_claim_lasts_another_lease_and_only_while_the_message_is_being_sent(
    account: Account, now: datetime
) -> None:
    for number in range(2):
        asked(account, now, person=Person(email=f"c{number}@example.com"))
    sending, planned = claimed(now)
    Delivery.objects.filter(pk=sending.pk).update(status="sending")
    later = now + timedelta(seconds=100)
    claims.renew([sending, planned], later)
    assert Delivery.objects.get(pk=sending.pk).due_at == later + claims.LEASE
    assert Delivery.objects.get(pk=planned.pk).due_at == now + claims.LEASE
    Delivery.objects.filter(pk=sending.pk).update(claim=uuid.uuid4())  # somebody else's by now
    claims.renew([sending], later + timedelta(seconds=60))
    assert Delivery.objects.get(pk=sending.pk).due_at == later + claims.LEASE


def test_a_claim_takes_no_more_than_it_may_and_the_oldest_first(account: Account, now: datetime) -> None:
    for minute in (3, 1, 2):
        asked(account, now - timedelta(minutes=minute), person=Person(email=f"c{minute}@example.com"))
    found = claims.claim(channel="email", now=now, limit=2)
    assert [row.address for row in found] == ["c3@example.com", "c2@example.com"]


def test_messages_in_doubt_come_last(account: Account, clock: Clock, provider: FakeProvider) -> None:
    asked(account, clock() - timedelta(minutes=5), person=Person(email="doubt@example.com"))
    Delivery.objects.update(status="sending")
    for number in range(claims.BATCH + 1):
        asked(account, clock(), person=Person(email=f"fresh{number}@example.com"))
    drain.send_due(clock)
    assert [message.to for message in provider.sent][claims.BATCH + 1 :] == ["doubt@example.com"]


def test_a_mail_in_doubt_is_not_repeated_when_its_request_has_ended(
    account: Account, clock: Clock, provider: FakeProvider
) -> None:
    request = asked(account, clock())
    Delivery.objects.update(status="sending", attempts=1)
    lifecycle.cancel_request(request=request, now=clock())
    assert drain.send_due(clock) == 0
    assert provider.sent == []
    assert Delivery.objects.get().status == "cancelled"


def test_messages_in_doubt_are_claimed_one_at_a_time(account: Account, now: datetime) -> None:
    for number in range(2):
        asked(account, now, person=Person(email=f"doubt{number}@example.com"))
    Delivery.objects.update(status="sending")
    assert claimed(now) == []
    assert [len(claims.claim_lapsed("email", now)) for _ in range(3)] == [1, 1, 0]


def test_a_worker_that_lost_its_claim_sends_nothing(account: Account, clock: Clock, provider: FakeProvider) -> None:
    asked(account, clock())
    taken_over = uuid.uuid4()
    provider.meanwhile = lambda: Delivery.objects.update(claim=taken_over)
    assert drain.send_due(clock) == 0
    assert provider.sent == []
    assert Delivery.objects.get().claim == taken_over


def test_a_cluster_that_is_about_to_end_hands_back_what_it_has_not_begun(
    account: Account, clock: Clock, provider: FakeProvider
) -> None:
    first = asked(account, clock(), person=Person(email="first@example.com"))
    asked(account, clock.forward(seconds=1), person=Person(email="second@example.com"))
    provider.meanwhile = lambda: heartbeat.set_stopping(True)
    try:
        assert drain.send_due(clock) == 1
        assert drain.send_due(clock) == 0
    finally:
        heartbeat.set_stopping(False)
    assert Delivery.objects.get(request=first, step=0).status == "sent"
    row = Delivery.objects.get(address="second@example.com")
    assert (row.status, row.claim, row.attempts, row.due_at) == ("planned", None, 0, clock())


def test_one_accounts_import_does_not_delay_anothers_single_message(
    account: Account, other_account: Account, clock: Clock, provider: FakeProvider
) -> None:
    for number in range(3 * claims.BATCH):
        asked(account, clock(), person=Person(email=f"import{number}@example.com"))
    asked(other_account, clock.forward(minutes=1), person=Person(email="single@example.com"))
    drain.send_due(clock)
    order = [message.to for message in provider.sent]
    assert len(order) == 3 * claims.BATCH + 1
    assert order.index("single@example.com") <= 2 * claims.BATCH


def test_nothing_is_claimed_while_the_provider_is_paused(account: Account, now: datetime) -> None:
    asked(account, now)
    claims.pause("email", period=timedelta(minutes=1), now=now)
    assert claimed(now) == []
    assert len(claimed(now + timedelta(minutes=1))) == 1


def test_what_another_worker_pauses_in_mid_batch_is_left_as_it_was(
    account: Account, clock: Clock, provider: FakeProvider
) -> None:
    for number in range(3):
        asked(account, clock(), person=Person(email=f"c{number}@example.com"))
    provider.meanwhile = lambda: claims.pause("email", period=timedelta(minutes=1), now=clock())
    assert drain.send_due(clock) == 0
    rows = Delivery.objects.values_list("status", "claim", "attempts", "due_at")
    assert set(rows) == {("planned", None, 0, clock())}
    clock.forward(minutes=1)
    assert drain.send_due(clock) == 3


# --- The worker ---------------------------------------------------------------------------------


def test_a_worker_keeps_its_connections_between_drains_until_it_is_closed(account: Account, clock: Clock) -> None:
    fake, made = FakeProvider(), list[str]()

    def channels(name: str) -> FakeProvider:
        made.append(name)
        return fake

    worker = drain.Worker(channels)
    for number, expected in enumerate([["email"], ["email"], ["email", "email"]]):
        asked(account, clock(), person=Person(email=f"c{number}@example.com"))
        assert worker.send_due(clock) == 1
        assert made == expected
        if number == 1:
            worker.close()


def test_a_process_works_as_another_worker_for_a_while(account: Account, clock: Clock, provider: FakeProvider) -> None:
    asked(account, clock(), person=Person(email="first@example.com"))
    other = FakeProvider()
    with drain.working_as(drain.Worker(lambda _: other)):
        assert drain.send_due(clock) == 1
    asked(account, clock(), person=Person(email="second@example.com"))
    assert drain.send_due(clock) == 1
    assert [[message.to for message in each.sent] for each in (other, provider)] == [
        ["first@example.com"],
        ["second@example.com"],
    ]


# --- Gates at the moment of sending ------------------------------------------------------------


@pytest.mark.parametrize("ending", ["cancel", "respond", "opt out", "suppress", "account off"])
def test_what_ends_between_claim_and_send_is_not_sent(
    account: Account, clock: Clock, provider: FakeProvider, ending: str
) -> None:
    request = asked(account, clock())
    endings: dict[str, Callable[[], object]] = {
        "cancel": lambda: lifecycle.cancel_request(request=request, now=clock()),
        "respond": lambda: lifecycle.respond(request=request, now=clock(), reason="pressed"),
        "opt out": lambda: opt_outs.opt_out(**where(account), reason=Suppression.Reason.STOP, **when(clock)),
        "suppress": lambda: suppressions.suppress(**where(account), reason=Suppression.Reason.BOUNCED, **when(clock)),
        "account off": lambda: Account.objects.update(is_active=False),
    }
    provider.meanwhile = endings[ending]
    drain.send_due(clock)
    assert not [message for message in provider.sent if message.to == JANE.email]
    row = Delivery.objects.get(step=0, channel="email")
    assert (row.status, row.attempts) == ("cancelled", 0)
    assert row.reason


def test_a_suppressed_address_gives_way_to_the_other_channel_at_the_last_moment(
    account: Account, clock: Clock, provider: FakeProvider
) -> None:
    request = asked(account, clock())
    provider.meanwhile = lambda: suppressions.suppress(
        **where(account), reason=Suppression.Reason.BOUNCED, **when(clock)
    )
    drain.send_due(clock)
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
    assert drain.send_due(clock) == 0
    row = Delivery.objects.get(step=0)
    assert row.due_at == first + timedelta(days=1)
    assert row.reason.endswith(", America/New_York: this number got 3 messages in 24 hours")


def test_a_step_that_was_removed_fails_with_that_reason(account: Account, clock: Clock, provider: FakeProvider) -> None:
    request = asked(account, clock(), person=Person(email="a@b.example"))
    FollowUpStep.objects.filter(position=0).delete()
    drain.send_due(clock)
    request.refresh_from_db()
    assert (request.status, request.reason) == ("failed", "This step was removed from the sequence.")


def test_a_channel_whose_provider_was_taken_away_gives_way_to_the_other(
    account: Account, clock: Clock, provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = asked(account, clock(), channel="auto")
    for module in (prepare, plan):
        monkeypatch.setattr(module, "available_channels", lambda: {"sms"})
    drain.send_due(clock)
    assert deliveries(request) == [(0, "email", "failed"), (0, "sms", "sent"), (1, "sms", "planned")]
    assert Delivery.objects.get(channel="email").reason == "No provider is set up for this channel."


def test_no_mail_leaves_without_a_postal_address(account: Account, clock: Clock, provider: FakeProvider) -> None:
    asked(account, clock(), person=Person(email="a@b.example"))
    Account.objects.update(postal_address=" ")
    drain.send_due(clock)
    assert provider.sent == []
    assert "no postal address" in Delivery.objects.get().error_text


def where(account: Account) -> dict[str, Any]:
    return {"account": account, "channel": "email", "address": JANE.email}


def when(clock: Clock) -> dict[str, Any]:
    return {"evidence": "test", "now": clock()}
