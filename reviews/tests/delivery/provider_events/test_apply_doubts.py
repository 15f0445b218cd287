"""Mails in doubt: where the provider reports on them, that decides; where it does not, they are sent once more.

And reports over which the worker itself dies.
"""

import uuid
from datetime import timedelta
from typing import Any

import pytest

from oauth.models import Account
from reviews import tasks
from reviews.delivery import claims, drain, turns
from reviews.delivery.channels import ChannelError
from reviews.delivery.provider_events import apply, store
from reviews.models import Delivery, DeliveryEvent
from reviews.tests.support.helpers import JANE, Clock, FakeProvider, asked, deliveries

pytestmark = pytest.mark.django_db

OUTCOMES = {"sent": "sent", "delivered": "delivered", "bounced": "bounced", "failed": "failed"}


def report(clock: Clock, kind: str) -> DeliveryEvent:
    """A report that names the mail by our Message-ID, as the provider's own name for it never came back."""
    row = DeliveryEvent(
        provider="postmark",
        key=f"{kind}-{DeliveryEvent.objects.count()}",
        kind=kind,
        provider_id="theirs-1",
        message_key=Delivery.objects.get(step=0, channel="email").message_key,
        address=JANE.email,
        occurred_at=clock(),
        received_at=clock(),
    )
    [stored] = store.store([row], apply_later=False)
    apply.apply(event_id=stored.pk, now=clock())
    return stored


def killed_in_mid_send(account: Account, clock: Clock) -> None:
    asked(account, clock())
    Delivery.objects.update(status="sending", attempts=1, claim=uuid.uuid4(), due_at=clock() + claims.LEASE)


def unanswered(account: Account, clock: Clock, provider: FakeProvider) -> None:
    asked(account, clock())
    provider.errors = [ChannelError("no-answer", "silence", in_doubt=True)]
    drain.send_due(clock)


def first() -> Delivery:
    return Delivery.objects.get(step=0, channel="email")


@pytest.mark.parametrize(("kind", "status"), OUTCOMES.items())
def test_a_report_settles_the_mail_of_a_killed_worker(
    account: Account, clock: Clock, provider: FakeProvider, kind: str, status: str
) -> None:
    killed_in_mid_send(account, clock)
    began = clock()
    clock.forward(seconds=2)
    report(clock, kind)
    assert first().status == "sending"  # the worker may be alive
    clock.forward(seconds=118)
    assert drain.send_due(clock) == 0
    assert not provider.sent
    clock.forward(minutes=1)
    apply.apply_waiting(now=clock())
    row = first()
    assert (row.status, row.provider_id) == (status, "theirs-1")
    if row.status in Delivery.ACCEPTED:
        assert row.sent_at == began
        assert deliveries(row.request) == [(0, "email", status), (1, "sms", "planned")]
    else:
        assert deliveries(row.request) == [(0, "email", status), (0, "sms", "planned")]
    assert drain.send_due(clock) == (row.status not in Delivery.ACCEPTED)  # by text


@pytest.mark.parametrize(("kind", "status"), OUTCOMES.items())
def test_a_report_settles_a_mail_whose_answer_was_lost_at_once(
    account: Account, clock: Clock, provider: FakeProvider, kind: str, status: str
) -> None:
    unanswered(account, clock, provider)
    clock.forward(minutes=10)
    report(clock, kind)
    row = first()
    assert (row.status, row.provider_id, row.claim) == (status, "theirs-1", None)
    clock.forward(hours=1)
    drain.send_due(clock)
    assert "jane@example.com" not in [message.to for message in provider.sent]


def test_a_report_stops_a_repeat_that_a_worker_has_claimed(
    account: Account, clock: Clock, provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    unanswered(account, clock, provider)
    clock.forward(hours=1)
    claim = turns.Turns.claim

    def claim_and_be_told(turns: turns.Turns, *given: object, **named: object) -> list[Delivery]:
        rows = claim(turns, *given, **named)  # type: ignore[arg-type]
        if rows:
            report(clock, "delivered")
        return rows

    monkeypatch.setattr(turns.Turns, "claim", claim_and_be_told)
    assert drain.send_due(clock) == 0
    assert (first().status, provider.sent) == ("delivered", [])


@pytest.mark.parametrize("kind", ["deferred", "unknown"])
def test_a_report_that_decides_nothing_leaves_the_repeat(
    account: Account, clock: Clock, provider: FakeProvider, kind: str
) -> None:
    unanswered(account, clock, provider)
    report(clock, kind)
    clock.forward(hours=1)
    assert drain.send_due(clock) == 1


def test_a_mail_that_was_refused_for_now_is_in_no_doubt(account: Account, clock: Clock, provider: FakeProvider) -> None:
    asked(account, clock())
    provider.errors = [ChannelError("451", "later")]
    drain.send_due(clock)
    stored = report(clock, "sent")
    assert first().status == "planned"
    clock.forward(minutes=2)
    assert drain.send_due(clock) == 1
    tasks.tick()
    stored.refresh_from_db()
    assert stored.delivery == first()


def test_a_mail_that_its_worker_dies_of_is_sent_at_most_twice(
    account: Account, clock: Clock, provider: FakeProvider
) -> None:
    killed_in_mid_send(account, clock)
    clock.forward(seconds=120)
    assert drain.send_due(clock) == 1
    Delivery.objects.filter(step=0).update(
        status="sending", claim=uuid.uuid4(), due_at=clock() + claims.LEASE, sent_at=None
    )  # the worker died again, before it was marked
    clock.forward(seconds=120)
    assert drain.send_due(clock) == 0
    assert (first().status, first().reason) == ("unknown", "Sent twice without an answer; it may have arrived.")
    assert len(provider.sent) == 1


def test_a_death_after_a_refusal_for_now_leaves_the_mail_its_repeat(
    account: Account, clock: Clock, provider: FakeProvider
) -> None:
    asked(account, clock())
    provider.errors = [ChannelError("451", "later")]
    drain.send_due(clock)
    Delivery.objects.update(status="sending", attempts=2, claim=uuid.uuid4(), due_at=clock() + claims.LEASE)
    clock.forward(seconds=120)
    assert drain.send_due(clock) == 1


def test_a_text_whose_worker_died_is_never_repeated_and_its_report_counts(
    account: Account, clock: Clock, provider: FakeProvider
) -> None:
    asked(account, clock(), channel="sms")
    Delivery.objects.update(status="sending", attempts=1, claim=uuid.uuid4(), due_at=clock() + claims.LEASE)
    row = Delivery.objects.get()
    clock.forward(seconds=120 + timedelta(minutes=1).seconds)
    assert drain.send_due(clock) == 0
    given = {"provider": "twilio", "key": "SM9", "provider_id": "SM9", "message_key": row.message_key}
    event = DeliveryEvent.objects.create(
        kind="sent", address=row.address, occurred_at=clock(), received_at=clock(), **given
    )
    assert apply.apply(event_id=event.pk, now=clock()).done
    assert Delivery.objects.get(step=0).status == "sent"


def test_a_text_in_doubt_that_nobody_holds_is_never_repeated(
    account: Account, clock: Clock, provider: FakeProvider
) -> None:
    asked(account, clock(), channel="sms")
    Delivery.objects.update(status="sending", attempts=1, claim=None, lapses=0, due_at=clock())
    assert drain.send_due(clock) == 0
    assert (Delivery.objects.get(step=0).status, provider.sent) == ("unknown", [])


# --- Reports that kill their workers ----------------------------------------------------------


def test_a_report_that_kills_its_worker_costs_only_itself(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    def report_of_nobody(number: int) -> DeliveryEvent:
        given = {"provider": "postmark", "key": f"e{number}", "kind": "unknown", "provider_id": f"p{number}"}
        return DeliveryEvent.objects.create(
            **given, occurred_at=clock(), received_at=clock() - timedelta(hours=2) + timedelta(seconds=number)
        )

    rows = [report_of_nobody(number) for number in range(4)]
    deadly, find, died = rows[1].pk, apply.find_delivery, []

    def die(event: DeliveryEvent) -> Delivery | None:
        if event.pk == deadly:
            died.append(event.pk)
            raise KeyboardInterrupt
        return find(event)

    monkeypatch.setattr(apply, "find_delivery", die)
    with pytest.raises(KeyboardInterrupt):
        apply.apply_waiting(now=clock())
    fresh = report_of_nobody(4)
    for _ in range(apply.MAX_LAPSES):
        with pytest.raises(KeyboardInterrupt):
            apply.apply_waiting(now=clock())
        assert DeliveryEvent.objects.get(pk=fresh.pk).applied_at  # those of which nobody died go first
    assert apply.apply_waiting(now=clock()) == 0
    assert list(DeliveryEvent.objects.filter(applied_at=None).values_list("pk", flat=True)) == [deadly]
    assert len(died) == apply.MAX_LAPSES + 1


def test_reports_that_wait_leave_no_lapse_and_cost_two_statements_for_all(
    account: Account, clock: Clock, provider: FakeProvider, django_assert_num_queries: Any
) -> None:
    killed_in_mid_send(account, clock)
    report(clock, "delivered")
    clock.forward(seconds=60)
    assert apply.apply_waiting(now=clock()) == 0
    assert DeliveryEvent.objects.get(applied_at=None).lapses == 0
    DeliveryEvent.objects.all().delete()
    with django_assert_num_queries(2):
        apply.apply_waiting(now=clock())
