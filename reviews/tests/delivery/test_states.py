"""The states of a message: every move of the table is made, no other is, and each records its event."""

import uuid
from datetime import datetime, timedelta

import pytest

from oauth.models import Account
from reviews.delivery import states
from reviews.models import Delivery, Event
from reviews.tests.support.helpers import asked

pytestmark = pytest.mark.django_db

TABLE = [
    (by, to, before) for by, moves in Delivery.MOVES.items() for to, origins in moves.items() for before in origins
]
POSSIBLE = [(by, to, before) for by, moves in Delivery.MOVES.items() for to in moves for before in Delivery.Status]


def in_state(account: Account, now: datetime, status: Delivery.Status) -> Delivery:
    asked(account, now)
    Delivery.objects.update(status=status, claim=uuid.uuid4())
    return Delivery.objects.get()


@pytest.mark.parametrize(("by", "to", "before"), POSSIBLE)
def test_a_message_moves_as_the_table_says_and_in_no_other_way(
    account: Account, now: datetime, by: Delivery.Mover, to: Delivery.Status, before: Delivery.Status
) -> None:
    row = in_state(account, now, before)
    was_moved = states.move(row, to, by=by, now=now, reason="moved")
    assert was_moved == ((by, to, before) in TABLE)
    assert row.status == (to if was_moved else before)
    stored = Delivery.objects.get()
    if was_moved:
        assert (stored.status, stored.reason, stored.claim) == (to, "moved", None)
    else:
        assert (stored.status, stored.reason, stored.claim) == (before, "", row.claim)


@pytest.mark.parametrize("by", Delivery.Mover)
def test_a_state_that_the_mover_does_not_lead_to_is_an_error_of_ours(
    account: Account, now: datetime, by: Delivery.Mover
) -> None:
    row = in_state(account, now, Delivery.Status.PLANNED)
    for to in set(Delivery.Status) - set(Delivery.MOVES[by]):
        with pytest.raises(KeyError):
            states.move(row, to, by=by, now=now)


def test_a_worker_moves_nothing_without_its_claim(account: Account, now: datetime) -> None:
    row = in_state(account, now, Delivery.Status.SENDING)
    Delivery.objects.update(claim=uuid.uuid4())
    assert not states.move(row, Delivery.Status.FAILED, by=Delivery.Mover.WORKER, now=now)
    assert Delivery.objects.get().status == Delivery.Status.SENDING
    assert not Event.objects.filter(type="message.failed").exists()


def test_a_worker_moves_no_message_that_nobody_holds(account: Account, now: datetime) -> None:
    in_state(account, now, Delivery.Status.SENDING)
    Delivery.objects.update(claim=None)
    row = Delivery.objects.get()
    assert not states.move(row, Delivery.Status.FAILED, by=Delivery.Mover.WORKER, now=now)


def test_only_the_worker_moves_a_message_that_is_being_sent_and_a_restore_while_none_runs() -> None:
    movers = {by for by, _, before in TABLE if before == Delivery.Status.SENDING}
    assert movers == {Delivery.Mover.WORKER, Delivery.Mover.RESTORE}


def test_every_state_but_the_first_can_be_reached_from_planned() -> None:
    reached = {Delivery.Status.PLANNED}
    for _ in Delivery.Status:
        reached |= {to for _, to, before in TABLE if before in reached}
    assert reached == set(Delivery.Status)


def test_a_cancelled_message_is_planned_again_by_staff_alone() -> None:
    moves = [move for move in TABLE if move[2] == Delivery.Status.CANCELLED]
    assert moves == [(Delivery.Mover.TAKE_BACK, Delivery.Status.PLANNED, Delivery.Status.CANCELLED)]


@pytest.mark.parametrize(
    ("before", "to", "types"),
    [
        ("unknown", "sent", ["message.sent"]),
        ("sent", "delivered", ["message.delivered"]),
        ("unknown", "delivered", ["message.sent", "message.delivered"]),
        ("sent", "bounced", ["message.bounced"]),
        ("delivered", "failed", ["message.failed"]),
    ],
)
def test_a_move_records_what_other_programs_are_told(
    account: Account, now: datetime, before: str, to: str, types: list[str]
) -> None:
    row = in_state(account, now, Delivery.Status(before))
    later = now + timedelta(minutes=1)
    assert states.move(row, Delivery.Status(to), by=Delivery.Mover.PROVIDER, now=later)
    assert not states.move(row, Delivery.Status(to), by=Delivery.Mover.PROVIDER, now=later)  # once
    rows = Event.objects.filter(delivery=row).order_by("pk")
    assert list(rows.values_list("type", "occurred_at")) == [(type_, later) for type_ in types]
