"""Turns of accounts: whose messages a worker claims next, and who comes first although others are claimed already."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from oauth.models import Account
from reviewhub.testing import make_account
from reviews.delivery import drain
from reviews.delivery.turns import GUESTS, Turns
from reviews.models import Delivery, Pause
from reviews.requests.matching import Person
from reviews.tests.support.helpers import Clock, FakeProvider, asked

BATCH = 6

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reviews.delivery.turns.BATCH", BATCH)
    monkeypatch.setattr(Turns, "LOOK_EVERY", 0.0)


def ask(account: Account, now: datetime, count: int) -> None:
    for number in range(count):
        asked(account, now, person=Person(email=f"{account.pk.hex[:8]}{number}@example.com"))


def accounts(rows: list[Delivery]) -> list[str]:
    return [row.account.name for row in rows]


@pytest.fixture
def greedy(account: Account, now: datetime) -> Account:
    account.name = "Greedy"
    account.save()
    ask(account, now, 2 * BATCH)
    return account


@pytest.fixture
def modest(greedy: Account) -> Account:
    account: Account = make_account("Modest")
    return account


def test_while_more_is_due_accounts_take_turns(greedy: Account, modest: Account, now: datetime) -> None:
    turns = Turns("email")
    assert accounts(turns.claim(now)) == ["Greedy"] * BATCH
    ask(modest, now, 2)
    assert accounts(turns.claim(now)) == ["Greedy", "Modest", "Greedy", "Modest", "Greedy"]


def test_an_account_that_comes_up_is_let_in_before_the_next_batch(
    greedy: Account, modest: Account, now: datetime
) -> None:
    turns = Turns("email")
    turns.claim(now)
    assert turns.claim_guests(now) == []  # its own other messages are no guests
    ask(modest, now, 2)
    assert accounts(turns.claim_guests(now)) == ["Modest"] * 2
    assert turns.claim_guests(now) == []


def test_a_guest_is_let_in_once_a_batch_and_with_few(greedy: Account, modest: Account, now: datetime) -> None:
    turns = Turns("email")
    turns.claim(now)
    ask(modest, now, GUESTS + 4)
    assert len(turns.claim_guests(now)) == GUESTS
    assert turns.claim_guests(now) == []


def test_no_guests_are_looked_for_while_nothing_waits_for_them(account: Account, now: datetime) -> None:
    turns = Turns("email")
    ask(account, now, 1)
    turns.claim(now)
    with CaptureQueriesContext(connection) as queries:
        assert turns.claim_guests(now) == []
    assert len(queries) == 0


def test_no_guest_is_let_in_past_a_pause(greedy: Account, modest: Account, now: datetime) -> None:
    turns = Turns("email")
    turns.claim(now)
    ask(modest, now, 1)
    Pause.objects.create(channel="email", sender="", code="535", since=now, retry_at=now + timedelta(hours=1))
    assert turns.claim_guests(now) == []


def test_a_guests_message_leaves_before_what_is_claimed_already(
    greedy: Account, modest: Account, clock: Clock, provider: FakeProvider
) -> None:
    provider.meanwhile = lambda: ask(modest, clock(), 1)
    drain.send_due(clock)
    to = [message.to for message in provider.sent]
    guest = to.index(f"{modest.pk.hex[:8]}0@example.com")
    assert guest < 3  # after what is prepared already
    assert len(to) == 2 * BATCH + 1
