"""Planned messages: what their request may still change, by the model's table of moves."""

from datetime import datetime, timedelta

import pytest

from oauth.models import Account
from reviews.models import Delivery
from reviews.requests import planned_messages
from reviews.tests.support.helpers import JANE, asked

pytestmark = pytest.mark.django_db


def in_state(account: Account, now: datetime, status: Delivery.Status) -> Delivery:
    asked(account, now)
    Delivery.objects.update(status=status)
    return Delivery.objects.select_related("request").get()


@pytest.mark.parametrize("of", ["request", "address"])
@pytest.mark.parametrize("status", Delivery.Status)
def test_only_planned_messages_are_cancelled(account: Account, now: datetime, status: Delivery.Status, of: str) -> None:
    row = in_state(account, now, status)
    if of == "request":
        planned_messages.cancel(row.request, "why")
    else:
        planned_messages.cancel_to_address(account=account, channel="email", address=str(JANE.email), reason="why")
    stored = Delivery.objects.get()
    may_cancel = status in Delivery.MOVES[Delivery.Mover.REQUEST][Delivery.Status.CANCELLED]
    assert (stored.status, stored.reason) == ((Delivery.Status.CANCELLED, "why") if may_cancel else (status, ""))
    assert may_cancel == (status == Delivery.Status.PLANNED)


@pytest.mark.parametrize("status", Delivery.Status)
def test_only_planned_messages_are_planned_anew(account: Account, now: datetime, status: Delivery.Status) -> None:
    row = in_state(account, now, status)
    other = Delivery(channel="sms", address="+12125551234", due_at=now + timedelta(days=1), reason="later")
    planned_messages.replace(row, other)
    stored = Delivery.objects.get()
    assert (stored.channel == "sms") == (status in Delivery.MOVES[Delivery.Mover.REQUEST][Delivery.Status.PLANNED])
    assert (stored.channel == "sms") == (status == Delivery.Status.PLANNED)
    assert stored.status == status


def test_a_step_is_added_once_on_each_channel(account: Account, now: datetime) -> None:
    row = in_state(account, now, Delivery.Status.SENT)
    again = Delivery(
        account=account, request=row.request, step=row.step, channel="email", address="x", due_at=now, created_at=now
    )
    planned_messages.add(again)
    assert Delivery.objects.get().status == Delivery.Status.SENT
