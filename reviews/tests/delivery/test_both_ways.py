"""Rules that stand in SQL and, for SQLite, once more in Python: the same generated rows, and the same outcome.

Each test makes a few hundred rows from a seed, among them every state of requests and messages, claims held and lost,
suppressed addresses, accounts that are off or demand consents, paused providers and senders, and numbers near their
cap. Both ways then run on PostgreSQL, one after the other on the same rows.
"""

import math
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import product, zip_longest
from random import Random
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction

from oauth.models import Account
from reviewhub.testing import make_account
from reviews.delivery import advance, claims, pauses, unsent
from reviews.delivery.advance import Pair, Sent
from reviews.delivery.channels import Accepted, Message
from reviews.models import (
    ChannelHealth,
    Consent,
    Contact,
    Delivery,
    Endpoint,
    Event,
    FollowUpStep,
    Notice,
    Pause,
    ReviewRequest,
    Suppression,
)
from reviews.models.addresses import hash_address
from reviews.models.base import Channel
from reviews.requests.schedule.slots import CAP, CAP_PERIOD

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.skipif(settings.SQLITE, reason="needs PostgreSQL, which runs both ways"),
    pytest.mark.django_db,
]

SEEDS = {1: None, 2: Channel.EMAIL, 3: Channel.SMS, 4: None, 5: None}  # with the channel whose provider is paused
OURS = {5: (Channel.EMAIL, ""), 4: (Channel.SMS, "+12125550100")}  # the channel or sender with our account's fault
CONTACTS = 25  # of each of three accounts; the same number is one contact's in each account


def key(random: Random) -> uuid.UUID:
    return uuid.UUID(int=random.getrandbits(128))


# --- Rows ------------------------------------------------------------------------------------------


@pytest.fixture(params=SEEDS)
def random(request: pytest.FixtureRequest, db: None, now: datetime) -> Random:
    """A generator of random numbers, after it has filled the tables."""
    random = Random(request.param)  # noqa: S311 (makes rows, keeps no secret)
    accounts = [
        make_account(f"Account {number}", is_active=number < 2, texts_need_consent=number == 1) for number in range(3)
    ]
    Account.objects.filter(pk=accounts[0].pk).update(text_sender=OURS[4][1])
    for account in accounts:
        for types, is_active in (("", True), ("message.sent", True), ("message.failed", True), ("", False)):
            Endpoint.objects.create(account=account, url="https://x.example", event_types=types, is_active=is_active)
        for number in range(CONTACTS):
            add_request(random, account, number, now)
    for channel in Channel:
        is_paused = channel is SEEDS[request.param]
        paused_until = now + timedelta(seconds=1) if is_paused else random.choice([None, now])
        ChannelHealth.objects.create(channel=channel, paused_until=paused_until)
    if request.param in OURS:
        channel, sender = OURS[request.param]
        waiting = Delivery.objects.filter(channel=channel, status__in=Delivery.PENDING, claim__isnull=False)
        if sender:
            waiting = waiting.filter(account=accounts[0])
        probe = waiting.filter(request__status__in=ReviewRequest.OPEN).order_by("pk").values_list("pk", flat=True)[0]
        Pause.objects.create(channel=channel, sender=sender, code="401", since=now, retry_at=now, probe=probe)
    return random


def add_request(random: Random, account: Account, number: int, now: datetime) -> None:
    contact = Contact.objects.create(account=account, email=f"c{number}@example.com", phone=f"+1212555{number:04}")
    status = random.choice([*ReviewRequest.Status, *ReviewRequest.OPEN * 4])
    request = ReviewRequest.objects.create(
        account=account,
        contact=contact,
        sequence=account.sequences.get(),
        status=status,
        held="unclear_opt_out" if status in ReviewRequest.OPEN and random.random() < 0.15 else "",
        scheduled_for=now,
        created_at=now,
        sent_at=now - timedelta(days=1) if status == ReviewRequest.Status.SENT else None,
        ended_at=None if status in ReviewRequest.OPEN else now,
    )
    for channel in Channel:
        for address in (contact.address(channel), old_address(contact, channel)):
            if random.random() < 0.3:
                add_suppression(random, contact, channel, address, now)
        for _ in range(random.choice([0, 1, 1, 2])):
            add_consent(random, contact, channel, now)
        for step in range(random.choice([1, 2, 3])):
            add_message(random, request, step, channel, now)


def old_address(contact: Contact, channel: Channel) -> str:
    """The one that the contact had when some of its messages were planned."""
    return f"old.{contact.email}" if channel == Channel.EMAIL else contact.phone.replace("+1212", "+1213")


def add_suppression(random: Random, contact: Contact, channel: Channel, address: str, now: datetime) -> None:
    Suppression.objects.create(
        account=contact.account,
        channel=channel,
        address=address,
        address_hash=hash_address(contact.account_id, channel, address),
        reason=Suppression.Reason.STAFF,
        created_at=now,
        lifted_at=random.choice([None, now]),
    )


def add_consent(random: Random, contact: Contact, channel: Channel, now: datetime) -> None:
    address = contact.address(channel)
    Consent.objects.create(
        pk=key(random),
        account=contact.account,
        channel=channel,
        address_hash=hash_address(contact.account_id, channel, address),
        kind=random.choice(["given", "given", "withdrawn"]),
        at=now - random.choice([timedelta(days=1), timedelta(days=2)]),
        recorded_at=now,
    )


def add_message(random: Random, request: ReviewRequest, step: int, channel: Channel, now: datetime) -> None:
    status = random.choice([*Delivery.Status, *Delivery.PENDING * 6])
    sent_at = now - random.choice([timedelta(hours=1), CAP_PERIOD, 2 * CAP_PERIOD])
    Delivery.objects.create(
        account=request.account,
        request=request,
        step=step,
        channel=channel,
        address=old_address(request.contact, channel) if random.random() < 0.2 else request.contact.address(channel),
        status=status,
        claim=key(random) if status in Delivery.PENDING and random.random() < 0.8 else None,
        attempts=random.randrange(3),
        lapses=random.choice([0, 0, 0, 1, 5]),
        due_at=now + timedelta(seconds=random.randrange(-3600, 1200), microseconds=Delivery.objects.count()),
        sent_at=sent_at if status in Delivery.ACCEPTED else None,
        error_code=random.choice(["", "451"]),
        link_token=key(random).hex[:16],
        message_key=key(random),
        created_at=now,
    )


def work(random: Random, now: datetime) -> tuple[list[Sent], list[Delivery]]:
    """Messages that were accepted, most of them rightly SENDING, and messages that are ready; some claims are lost."""
    rows = list(Delivery.objects.select_related("account", "request__contact__account").order_by("pk"))
    random.shuffle(rows)
    sent, ready = list[Sent](), list[Delivery]()
    for row in rows:
        row.request.account = row.account
        if random.random() < 0.1:
            row.claim = key(random)
        if random.random() < 0.1:
            row.address = "rendered.before@example.com"  # its row has another one by now
        if random.random() < (0.8 if row.status == Delivery.Status.SENDING else 0.2):
            sent.append(accepted(random, row, now))
        else:
            ready.append(row)
    return sent, ready


def accepted(random: Random, row: Delivery, now: datetime) -> Sent:
    """A message that its provider accepted, with a follow-up or none; a message of that step may exist already."""
    follow_up = Delivery(
        account=row.account,
        request=row.request,
        step=row.step + random.choice([1, 3]),
        channel=random.choice(Channel.values),
        address=row.address,
        reason="21:10 → 09:00",
        due_at=now + timedelta(days=3),
        link_token=key(random).hex[:16],
        message_key=key(random),
        created_at=now,
    )
    message = Message(to=row.address, sender="x", text=f"Hi {row.pk}", key="k", subject="s" * random.choice([9, 600]))
    answer = Accepted("p" * random.choice([9, 300]), sandbox=random.random() < 0.5)
    return Sent(row, message, answer, now + timedelta(seconds=1), follow_up if random.random() < 0.7 else None)


# --- Both ways -------------------------------------------------------------------------------------


@contextmanager
def undone() -> Iterator[None]:
    """Run what is inside, and undo it in the database."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def stored() -> dict[str, list[Any]]:
    """All rows that either way writes, without the keys that are new each time."""
    keys: dict[Any, list[str]] = {Delivery: ["id"], ReviewRequest: [], Event: ["id"], Notice: ["id", "event_id"]}
    rows: dict[str, list[Any]] = {
        model.__name__: [{name: row[name] for name in row if name not in new} for row in model.objects.values()]
        for model, new in keys.items()
    }
    rows["told"] = list(Notice.objects.values_list("endpoint", "event__type", "event__request", "event__delivery"))
    return {name: sorted(map(str, each)) for name, each in rows.items()}


Advance = Callable[[Sequence[Pair], datetime], list[tuple[bool, bool]]]


def advanced(run: Advance, seed: int, now: datetime) -> tuple[list[tuple[bool, bool]], dict[str, list[Any]]]:
    random = Random(seed)  # noqa: S311 (makes rows, keeps no secret)
    sent, ready = work(random, now)
    pairs, answers = list(zip_longest(sent, ready)), []
    while pairs:
        lot = random.randrange(1, 9)
        answers += run(pairs[:lot], now)
        pairs = pairs[lot:]
    return answers, stored()


def test_what_is_marked_planned_and_declared_is_the_same(random: Random, now: datetime) -> None:
    seed, before = random.getrandbits(32), stored()
    with undone():
        answers, rows = advanced(advance._at_once, seed, now)
    with undone():
        assert stored() == before
        answers_in_turn, rows_in_turn = advanced(advance._in_turn, seed, now)
    assert answers_in_turn == answers
    for name, each in rows.items():
        assert rows_in_turn[name] == each, name
    # The rows are such that everything happens, and everything does not.
    marked, declared = (Counter(answer) for answer in zip(*answers, strict=True))
    assert min(marked[True], marked[False], declared[False]) > 5
    assert declared[True]
    assert len(rows["Delivery"]) > len(before["Delivery"]) + 5
    assert len(rows["Event"]) > marked[True]  # some requests have moved as well
    assert len(rows["Notice"]) > len(rows["Event"])


def test_what_is_claimed_is_the_same(random: Random, now: datetime) -> None:
    ChannelHealth.objects.filter(channel="email").update(paused_until=now)  # over
    two_accounts = list(Account.objects.order_by("pk").values_list("pk", flat=True))[:2]
    outcomes: Counter[tuple[bool, bool]] = Counter()
    ways = product(claims.Kind, (False, True), ([], two_accounts), Channel.values, (1, 7, 1000))
    for kind, beside, accounts, channel, limit in ways:
        share = math.ceil(limit / len(accounts)) if accounts else limit
        parameters = {"channel": channel, "now": now, "limit": share * max(len(accounts), 1), "share": share}
        parameters |= {"claim": key(random), "lapses_at": now + claims.LEASE}
        which = (kind, beside, bool(accounts))
        with undone():
            claimed, is_paused = claims._claim_at_once(which, accounts, parameters)
            rows = stored()
        with undone():
            claimed_in_turn, is_paused_in_turn = claims._claim_in_turn(which, accounts, parameters)
            assert (sorted(claimed_in_turn), is_paused_in_turn) == (sorted(claimed), is_paused)
            assert stored() == rows
        outcomes[bool(claimed), is_paused] += 1
        assert len(claimed) <= int(str(parameters["limit"]))
    assert outcomes[True, False]
    assert not outcomes[True, True]
    assert bool(outcomes[False, True]) is Pause.objects.exists()


# --- The gates, and the words for them -------------------------------------------------------------


def test_the_gate_that_is_said_to_be_closed_is_the_one_that_closed(random: Random, now: datetime) -> None:
    """`explain_refusal` looks for the closed gate in Python; the statement of `advance` is what closes them."""
    rows = Delivery.objects.filter(status__in=Delivery.PENDING, claim__isnull=False)
    outcomes: Counter[tuple[bool, str]] = Counter()
    for row in rows.select_related("account", "request__contact__account").order_by("pk"):
        row.request.account = row.account
        with undone():
            is_declared = advance.mark_and_declare(sent=[], ready=[row], now=now)[1] == {row.pk}
        fresh = Delivery.objects.select_related("account", "request__contact__account").get(pk=row.pk)
        fresh.request.account = fresh.account
        with undone():
            unsent.explain_refusal(fresh, steps=list[FollowUpStep](), now=now)
            outcome = explained(Delivery.objects.get(pk=row.pk), now)
        outcomes[is_declared, outcome] += 1
        if outcome == "nothing is closed" and not is_declared:
            assert others_count(row, now) >= CAP  # of these some are on their way: it is asked again soon
        else:
            assert is_declared == (outcome == "nothing is closed"), (row.pk, outcome)
    assert {outcome for _, outcome in outcomes} >= {"cancelled", "held", "nothing is closed"}


def explained(row: Delivery, now: datetime) -> str:
    if row.status == Delivery.Status.CANCELLED:
        return "cancelled"
    assert row.status == Delivery.Status.PLANNED
    if row.due_at == Delivery.OUT_OF_REACH:
        return "held"
    if ChannelHealth.objects.filter(channel=row.channel, paused_until__gt=now).exists() or pauses.holds(row):
        return "paused"
    return "nothing is closed" if row.due_at == now + unsent.CONNECT_PAUSE else "put off"


def others_count(row: Delivery, now: datetime) -> int:
    others = Delivery.objects.filter(address=row.address).exclude(pk=row.pk)
    sent = others.filter(sent_at__gt=now - CAP_PERIOD)
    return sent.count() + others.filter(status=Delivery.Status.SENDING).exclude(pk__in=sent).count()
