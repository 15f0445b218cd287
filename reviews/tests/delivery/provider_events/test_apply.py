"""Effects of provider events on a delivery, in whatever order they come."""

import itertools
import random
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import InternalError, connection, transaction

from oauth.models import Account
from reviews import tasks
from reviews.contacts import suppressions
from reviews.delivery import drain
from reviews.delivery.channels import ChannelError
from reviews.delivery.claims import LEASE
from reviews.delivery.provider_events import apply, parse, store
from reviews.models import Delivery, DeliveryEvent, ReviewRequest, Suppression
from reviews.requests import lifecycle
from reviews.requests.matching import Person
from reviews.tests.support.helpers import JANE, Clock, FakeProvider, asked, deliveries

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


def event(now: datetime, kind: str, **given: Any) -> DeliveryEvent:
    number = DeliveryEvent.objects.count()
    values = {"provider": "postmark", "key": f"e{number}", "provider_id": "id-1", "address": JANE.email}
    return DeliveryEvent.objects.create(kind=kind, **{"occurred_at": now, "received_at": now, **values, **given})


def applied(now: datetime, kind: str, **given: Any) -> DeliveryEvent:
    row = event(now, kind, **given)
    assert apply.apply(event_id=row.pk, now=now).done
    row.refresh_from_db()
    return row


@pytest.fixture
def sent(account: Account, clock: Clock, provider: FakeProvider) -> ReviewRequest:
    """A request whose mail was accepted as id-1; its reminder, a text, is planned."""
    request = asked(account, clock())
    drain.send_due(clock)
    assert deliveries(request) == [(0, "email", "sent"), (1, "sms", "planned")]
    return request


def first() -> Delivery:
    return Delivery.objects.get(step=0, channel="email")


# --- Moves ------------------------------------------------------------------------------------


def test_a_delivered_mail_is_delivered_and_the_event_is_the_accounts(sent: ReviewRequest, clock: Clock) -> None:
    row = applied(clock(), "delivered")
    assert first().status == "delivered"
    assert (row.account, row.delivery, row.applied_at) == (sent.account, first(), clock())


@pytest.mark.parametrize("kind", ["deferred", "unknown", "sent"])
def test_an_event_without_news_changes_nothing_and_is_kept(sent: ReviewRequest, clock: Clock, kind: str) -> None:
    before = Delivery.objects.filter(step=0).values().get()
    row = applied(clock(), kind)
    assert Delivery.objects.filter(step=0).values().get() == before
    assert row.delivery == first()
    assert not Suppression.objects.exists()


def test_a_bounce_suppresses_the_address_with_evidence_and_the_other_channel_takes_over(
    sent: ReviewRequest, clock: Clock, provider: FakeProvider
) -> None:
    row = applied(clock(), "bounced", code="5.1.1", text="no such user")
    assert deliveries(sent) == [(0, "email", "bounced"), (0, "sms", "planned"), (1, "sms", "planned")]
    assert (first().error_code, first().error_text) == ("5.1.1", "no such user")
    suppression = Suppression.objects.get()
    assert (suppression.address, suppression.reason) == (JANE.email, "bounced")
    assert suppression.evidence == f"Bounced, reported by postmark (event {row.pk}). 5.1.1 no such user"
    drain.send_due(clock)
    assert [message.to for message in provider.sent] == [JANE.email, JANE.phone]


def test_a_failure_says_nothing_about_the_address(sent: ReviewRequest, clock: Clock) -> None:
    applied(clock(), "failed", code="5.7.1", text="blocked")
    assert deliveries(sent)[:2] == [(0, "email", "failed"), (0, "sms", "planned")]
    assert not Suppression.objects.exists()


def test_the_follow_up_follows_the_message_that_took_over_and_is_not_sent_twice(
    sent: ReviewRequest, clock: Clock, provider: FakeProvider
) -> None:
    """Planned as a text after the mail, it becomes a mail after the text: the other channel of what was sent."""
    applied(clock(), "failed", code="5.7.1")
    assert deliveries(sent) == [(0, "email", "failed"), (0, "sms", "planned"), (1, "email", "planned")]
    drain.send_due(clock)
    clock.forward(days=3)
    drain.send_due(clock)
    assert [message.to for message in provider.sent] == [JANE.email, JANE.phone, JANE.email]
    assert [row for row in deliveries(sent) if row[0] == 1] == [(1, "email", "sent")]


def test_a_bounce_after_the_reminder_left_does_not_ask_a_first_time_again(
    sent: ReviewRequest, clock: Clock, provider: FakeProvider
) -> None:
    clock.forward(days=3)
    drain.send_due(clock)
    applied(clock(), "bounced", code="5.1.1")
    assert deliveries(sent) == [(0, "email", "bounced"), (1, "sms", "sent"), (2, "sms", "planned")]


def test_a_bounce_of_the_only_address_fails_the_request(account: Account, clock: Clock, provider: FakeProvider) -> None:
    request = asked(account, clock(), person=Person(email=JANE.email))
    drain.send_due(clock)
    applied(clock(), "bounced", code="5.1.1", text="no such user")
    clock.forward(days=4)
    drain.send_due(clock)
    request.refresh_from_db()
    assert deliveries(request) == [(0, "email", "bounced"), (1, "email", "cancelled")]
    assert (request.status, len(provider.sent)) == ("failed", 1)


@pytest.mark.parametrize("kind", ["complained", "unsubscribed"])
def test_a_complaint_ends_everything(sent: ReviewRequest, clock: Clock, kind: str) -> None:
    applied(clock(), kind)
    sent.refresh_from_db()
    assert (sent.status, Suppression.objects.get().reason) == ("suppressed", kind)
    assert deliveries(sent) == [(0, "email", "sent"), (1, "sms", "cancelled")]


def test_a_mail_refused_for_an_old_opt_out_failed_and_ends_everything(sent: ReviewRequest, clock: Clock) -> None:
    applied(clock(), "unsubscribed", code="unsubscribed", text="on the suppression list")
    assert deliveries(sent) == [(0, "email", "failed"), (1, "sms", "cancelled")]


def test_an_unknown_text_that_failed_gives_way_to_the_other_channel(
    account: Account, clock: Clock, provider: FakeProvider
) -> None:
    request = asked(account, clock(), person=Person(phone=JANE.phone, email=JANE.email), channel="auto")
    Delivery.objects.update(channel="sms", address=JANE.phone)
    provider.errors = [ChannelError("no-answer", "timed out", in_doubt=True)]
    drain.send_due(clock)
    row = Delivery.objects.get(step=0)
    assert row.status == "unknown"
    given = {"provider": "twilio", "provider_id": "SM9", "address": JANE.phone, "message_key": row.message_key}
    applied(clock(), "failed", code="30007", **given)
    assert deliveries(request)[:2] == [(0, "sms", "failed"), (0, "email", "planned")]


def test_an_unknown_text_that_was_passed_on_counts_as_sent(
    account: Account, clock: Clock, provider: FakeProvider
) -> None:
    request = asked(account, clock(), person=Person(phone=JANE.phone))
    provider.errors = [ChannelError("no-answer", "timed out", in_doubt=True)]
    drain.send_due(clock)
    row = Delivery.objects.get(step=0)
    given = {"provider": "twilio", "provider_id": "SM9", "address": JANE.phone, "message_key": row.message_key}
    applied(clock(), "sent", **given)
    row.refresh_from_db()
    request.refresh_from_db()
    assert (row.status, row.provider_id, row.sent_at) == ("sent", "SM9", clock())
    assert (request.status, request.sent_at) == ("sent", clock())
    assert deliveries(request) == [(0, "sms", "sent"), (1, "sms", "planned")]


def test_a_cancelled_message_stays_so(sent: ReviewRequest, clock: Clock) -> None:
    Delivery.objects.filter(step=0).update(status="cancelled")
    applied(clock(), "delivered")
    assert first().status == "cancelled"


# --- Order and repetition ---------------------------------------------------------------------


@pytest.mark.parametrize("order", list(itertools.permutations([("delivered", 1), ("bounced", 2), ("sent", 0)])))
def test_the_latest_event_counts_in_any_order(sent: ReviewRequest, clock: Clock, order: Any) -> None:
    for kind, minute in order:
        applied(clock(), kind, occurred_at=clock() + minute * MINUTE, code="5.1.1" if kind == "bounced" else "")
    assert first().status == "bounced"


@pytest.mark.parametrize("order", list(itertools.permutations([("delivered", 3), ("failed", 2), ("bounced", 1)])))
def test_an_older_failure_does_not_undo_an_arrival(sent: ReviewRequest, clock: Clock, order: Any) -> None:
    for kind, minute in order:
        applied(clock(), kind, occurred_at=clock() + minute * MINUTE, code="" if kind == "delivered" else "x")
    assert (first().status, first().error_code) == ("delivered", "")


@pytest.mark.parametrize("order", list(itertools.permutations(["delivered", "failed", "bounced"])))
def test_of_the_same_moment_the_worst_counts(sent: ReviewRequest, clock: Clock, order: Any) -> None:
    for kind in order:
        applied(clock(), kind, code="x")
    assert first().status == "bounced"


@pytest.mark.parametrize("seed", range(20))
def test_neither_the_order_of_events_nor_their_repetition_counts(sent: ReviewRequest, clock: Clock, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 (orders, no secrets)
    reported = [(chance.choice(["sent", "delivered", "failed", "bounced"]), chance.randrange(4)) for _ in range(5)]
    rows = [event(clock(), kind, occurred_at=clock() + minute * MINUTE, code="x") for kind, minute in reported]
    for row in chance.choices(rows, k=5) + chance.sample(rows, k=5):
        apply.apply(event_id=row.pk, now=clock(), again=chance.random() < 0.5)
    states = [(minute, apply.RANKS[DeliveryEvent.Kind(kind)]) for kind, minute in reported if kind != "sent"]
    expected = list(apply.STATES.values())[max(states)[1]] if states else "sent"
    assert first().status == expected
    assert Delivery.objects.filter(step=0).count() <= 2
    assert Delivery.objects.filter(step=1).count() == 1


def test_applied_again_nothing_changes(sent: ReviewRequest, clock: Clock) -> None:
    rows = [applied(clock(), kind, code="5.1.1" if kind == "bounced" else "") for kind in ("delivered", "bounced")]

    def everything() -> list[Any]:
        return [list(model.objects.order_by("pk").values()) for model in (Delivery, ReviewRequest, Suppression)]

    before = everything()
    for row in [*rows, *rows]:
        apply.apply(event_id=row.pk, now=clock.forward(minutes=1), again=True)
    assert everything() == before


def test_an_old_opt_out_applied_again_does_not_undo_its_lifting_by_staff(sent: ReviewRequest, clock: Clock) -> None:
    row = applied(clock(), "complained")
    suppressions.lift(suppression=Suppression.objects.get(), because="asked for it", now=clock.forward(days=1))
    apply.apply(event_id=row.pk, now=clock.forward(days=1), again=True)
    assert not Suppression.objects.active().exists()


# --- Before its message, and without it ---------------------------------------------------------


def test_an_event_that_overtakes_the_providers_answer_waits_for_it(
    account: Account, clock: Clock, provider: FakeProvider
) -> None:
    """The event comes before the worker has written the provider's id of the message."""
    asked(account, clock())
    row = event(clock(), "delivered")
    assert not apply.apply(event_id=row.pk, now=clock()).done
    drain.send_due(clock)
    clock.forward(seconds=20)
    assert apply.apply_waiting(now=clock()) == 1
    assert first().status == "delivered"


def test_an_event_about_a_message_in_mid_sending_waits_until_it_is_settled(
    account: Account, clock: Clock, provider: FakeProvider
) -> None:
    asked(account, clock())
    Delivery.objects.update(status="sending", due_at=clock() + LEASE)
    row = event(clock(), "delivered", provider_id="", message_key=first().message_key)
    assert not apply.apply(event_id=row.pk, now=clock()).done
    row.refresh_from_db()
    assert (row.delivery, row.account, row.applied_at) == (first(), account, None)
    Delivery.objects.update(status="sent")
    assert apply.apply(event_id=row.pk, now=clock()).done
    assert first().status == "delivered"


def test_an_event_whose_message_is_never_found_is_kept_and_sought_no_longer(db: None, clock: Clock) -> None:
    row = event(clock(), "bounced")
    clock.forward(minutes=59)
    assert apply.apply_waiting(now=clock()) == 0
    clock.forward(minutes=2)
    assert apply.apply_waiting(now=clock()) == 1
    row.refresh_from_db()
    assert (row.account, row.delivery) == (None, None)
    assert apply.apply_waiting(now=clock()) == 0


def test_an_event_that_cannot_be_applied_holds_up_no_other(
    sent: ReviewRequest, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    event(clock(), "bounced", code="x")
    event(clock(), "delivered", received_at=clock() + MINUTE)
    monkeypatch.setattr(suppressions, "suppress", lambda **_: 1 / 0)
    assert apply.apply_waiting(now=clock.forward(minutes=5)) == 1
    assert first().status == "delivered"


def test_a_database_that_is_away_is_no_fault_of_each_event(
    account: Account, clock: Clock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(**_: Any) -> None:
        raise InternalError("cannot execute UPDATE in a read-only transaction")

    for _ in range(3):
        event(clock(), "delivered")
    monkeypatch.setattr(apply, "apply", refuse)
    with pytest.raises(InternalError):
        apply.apply_waiting(now=clock.forward(minutes=5))
    assert caplog.records == []


def test_the_minutely_task_applies_what_a_lost_task_left(sent: ReviewRequest, clock: Clock) -> None:
    from django.utils import timezone

    event(timezone.now() - MINUTE, "delivered")
    tasks.tick()
    assert first().status == "delivered"


@pytest.mark.parametrize(
    ("stored", "reported"), [("<k@x>", "<k@x>"), ("<k@x>", "k@x"), ("k@x", "<k@x>"), ("id-1", "id-1")]
)
def test_a_message_is_found_with_and_without_brackets(
    sent: ReviewRequest, clock: Clock, stored: str, reported: str
) -> None:
    Delivery.objects.filter(step=0).update(provider_id=stored)
    applied(clock(), "delivered", provider_id=reported)
    assert first().status == "delivered"


def test_an_event_about_a_text_finds_no_mail(sent: ReviewRequest, clock: Clock) -> None:
    row = event(clock(), "delivered", provider="twilio")
    assert apply.find_delivery(row) is None


# --- Refusals at the moment of sending ----------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (ChannelError("451", "4.3.0 try later"), "deferred"),
        (ChannelError("550", "no such user", address_gone=True), "bounced"),
        (ChannelError("554", "policy", permanent=True), "failed"),
        (ChannelError("21610", "unsubscribed recipient", opted_out=True), "unsubscribed"),
        (ChannelError("504", "gateway", in_doubt=True), "unknown"),
    ],
)
def test_a_providers_refusal_is_kept_with_its_own_words(
    account: Account, clock: Clock, provider: FakeProvider, error: ChannelError, kind: str
) -> None:
    asked(account, clock(), channel="email")
    provider.errors = [error]
    drain.send_due(clock)
    row = DeliveryEvent.objects.get()
    assert (row.kind, row.provider, row.code, row.text) == (kind, "smtp", error.code, error.text)
    assert (row.account, row.delivery, row.applied_at) == (account, Delivery.objects.get(step=0), clock())


@pytest.mark.parametrize(
    "error", [ChannelError("connect", "refused", untried=True), ChannelError("no-answer", "silence", in_doubt=True)]
)
def test_where_no_provider_answered_nothing_is_kept(
    account: Account, clock: Clock, provider: FakeProvider, error: ChannelError
) -> None:
    asked(account, clock(), channel="sms")
    provider.errors = [error]
    drain.send_due(clock)
    assert not DeliveryEvent.objects.exists()


def test_a_refusal_is_written_in_the_callers_transaction_in_one_statement(
    account: Account, clock: Clock, django_assert_num_queries: Any
) -> None:
    asked(account, clock())
    row = first()
    with transaction.atomic():
        with django_assert_num_queries(1):
            store.record_refusal(row, ChannelError("451", "later"), now=clock())
        store.record_refusal(row, ChannelError("451", "later"), now=clock())  # the same attempt
        assert DeliveryEvent.objects.count() == 1
        transaction.set_rollback(True)
    assert not DeliveryEvent.objects.exists()


@pytest.mark.parametrize(
    ("backend", "name"),
    [
        ("anymail.backends.postmark.EmailBackend", "postmark"),
        ("django.core.mail.backends.smtp.EmailBackend", "smtp"),
    ],
)
def test_the_provider_is_named_by_its_channel(settings: Any, backend: str, name: str) -> None:
    settings.EMAIL_BACKEND = backend
    assert store.provider_of("email") == name
    assert store.provider_of("sms") == parse.TWILIO


def test_applying_costs_few_statements(sent: ReviewRequest, clock: Clock, django_assert_num_queries: Any) -> None:
    row = event(clock(), "delivered")
    # Savepoint, the event, its message, the request's lock, the message again, later reports, the move, its event
    # (with the notices of it, for which SQLite takes one more), done.
    with django_assert_num_queries(10 if connection.vendor == "postgresql" else 11):
        apply.apply(event_id=row.pk, now=clock())


def test_every_state_that_an_event_brings_has_its_moves() -> None:
    sent_back, in_doubt = Delivery.Status.PLANNED, Delivery.Status.UNKNOWN
    assert set(Delivery.MOVES[Delivery.Mover.PROVIDER]) == {*apply.STATES.values(), sent_back, in_doubt}
    assert lifecycle.MOVES["failed"] == ("scheduled", "sent")
