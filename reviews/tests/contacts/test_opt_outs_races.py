"""An opt-out that comes while a worker sends: nothing leaves after its answer. With threads, on PostgreSQL.

Not on SQLite, where a transaction takes the one write lock first.
"""

import datetime
import json
import random
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
from django.conf import settings as given
from django.db import transaction
from django.test import Client
from django.utils import timezone

from oauth.models import Account
from reviewhub.testing import make_account
from reviews.contacts import opt_outs, suppressions
from reviews.delivery import drain
from reviews.delivery.claims import LEASE
from reviews.models import Delivery, DeliveryEvent, ReviewRequest, Suppression
from reviews.requests.matching import Person
from reviews.tests.support.helpers import asked
from reviews.tests.support.provider_posts import NUMBER, PUBLIC, SECRET, SENDER, TOKEN, basic, text
from reviews.tests.support.races import PATIENCE, SlowProvider, alone, somebody_waits
from reviews.tests.support.site import zone_where_it_is_noon
from reviews.tests.support.waiting import until

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.skipif(given.SQLITE, reason="needs PostgreSQL: SQLite lets one writer in at a time"),
    pytest.mark.django_db(transaction=True),
]

MAILED = "jane@example.com"
TRIALS = 12
BATCH = 30


@pytest.fixture(autouse=True)
def configured(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suppressions, "QUIET_WITHIN", PATIENCE)  # so that an answer waits however slow the machine is
    settings.PUBLIC_URL, settings.TWILIO_AUTH_TOKEN, settings.TWILIO_FROM = PUBLIC, TOKEN, SENDER


@pytest.fixture
def provider() -> Iterator[SlowProvider]:
    slow = SlowProvider()
    with drain.working_as(drain.Worker(lambda _: slow, most=given.SEND_THREADS)):
        yield slow
        slow.go.set()  # a test that failed must not leave a thread waiting


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(4) as threads:
        yield threads


def begin_drain(pool: ThreadPoolExecutor) -> "Future[int]":
    return pool.submit(alone, drain.send_due)


def stop(sid: str) -> tuple[int, float]:
    """The answer to a STOP, and when it came."""
    answer = text(Client(), "STOP", sid=sid)
    return answer.status_code, time.monotonic()


def batch(accounts: list[Account], *, of_jane: set[int]) -> None:
    """BATCH due texts of several accounts; those in these places go to the one number."""
    zone, moment = zone_where_it_is_noon(), timezone.now()
    for place in range(BATCH):
        number = NUMBER if place in of_jane else f"+1212555{place:04}"
        account = accounts[sorted(of_jane).index(place)] if place in of_jane else accounts[place % len(accounts)]
        asked(account, moment, person=Person(phone=number, time_zone=zone))
        row = Delivery.objects.filter(address=number, account=account)
        row.update(due_at=moment - LEASE + place * LEASE / 100)


def three_accounts() -> list[Account]:
    return [make_account(f"Business {number}") for number in range(3)]


def test_an_opt_out_in_mid_batch_stops_what_was_not_handed_over(
    provider: SlowProvider, pool: ThreadPoolExecutor
) -> None:
    """The worker holds the whole batch already; one of the texts to the number has left, two have not."""
    accounts = three_accounts()
    batch(accounts, of_jane={0, BATCH - 2, BATCH - 1})
    provider.held = lambda number: number != NUMBER
    sending = begin_drain(pool)
    assert until(lambda: Delivery.objects.filter(status="sent").count())
    status, answered = pool.submit(alone, partial(stop, "SM1")).result(PATIENCE)
    assert status == 200
    provider.go.set()
    sending.result(PATIENCE)
    assert len(provider.to(NUMBER)) == 1
    assert provider.to(NUMBER)[0] < answered
    assert len(provider.sent) == BATCH - 2
    rows = Delivery.objects.filter(address=NUMBER, step=0).order_by("due_at").values_list("status", flat=True)
    assert sorted(rows) == ["cancelled", "cancelled", "sent"]
    assert not Delivery.objects.filter(address=NUMBER, status__in=Delivery.PENDING).exists()
    assert Suppression.objects.active().count() == 3


def test_the_answer_waits_for_a_text_that_is_being_handed_over(
    provider: SlowProvider, pool: ThreadPoolExecutor
) -> None:
    [account, *_] = accounts = three_accounts()
    asked(account, timezone.now(), person=Person(phone=NUMBER, time_zone=zone_where_it_is_noon()))
    assert accounts
    provider.held = lambda _: True
    sending = begin_drain(pool)
    assert provider.began.wait(PATIENCE)
    answer = pool.submit(alone, partial(stop, "SM1"))
    assert until(lambda: Suppression.objects.exists())
    time.sleep(0.5)
    assert not answer.done()
    provider.go.set()
    status, answered = answer.result(PATIENCE)
    sending.result(PATIENCE)
    assert (status, len(provider.handed)) == (200, 1)
    assert provider.to(NUMBER)[0] < answered
    assert ReviewRequest.objects.get().status == "suppressed"


def complain(name: str) -> tuple[int, float]:
    """The answer to a mail provider's report of a complaint about the first mail, and when it came."""
    body = json.dumps({"RecordType": "SpamComplaint", "MessageID": name, "Email": MAILED})
    answer = Client().post("/hooks/mail/postmark", body, content_type="application/json", headers=basic())
    return answer.status_code, time.monotonic()


def press(link: str) -> tuple[int, float]:
    """The answer to a press on the way out, and when it came."""
    return Client().post(f"/r/{link}/unsubscribe").status_code, time.monotonic()


@pytest.mark.parametrize("way", ["complaint", "press"])
def test_a_complaint_and_a_press_wait_as_a_stop_does(
    provider: SlowProvider, pool: ThreadPoolExecutor, account: Account, settings: Any, way: str
) -> None:
    """The first mail has left, the reminder is being handed over."""
    settings.ANYMAIL = {"WEBHOOK_SECRET": SECRET}
    account.window_start = account.window_end = datetime.time(0)
    account.save()
    asked(account, timezone.now(), person=Person(email=MAILED))
    assert drain.send_due() == 1
    Delivery.objects.filter(step=1).update(due_at=timezone.now())
    provider.began.clear()
    provider.held = lambda _: True
    sending = begin_drain(pool)
    assert provider.began.wait(PATIENCE)
    first = Delivery.objects.get(step=0)
    leave = partial(complain, first.provider_id) if way == "complaint" else partial(press, first.link_token)
    answer = pool.submit(alone, leave)
    assert until(lambda: Suppression.objects.exists())
    time.sleep(0.5)
    assert not answer.done()
    provider.go.set()
    status, answered = answer.result(PATIENCE)
    sending.result(PATIENCE)
    assert (status, len(provider.handed)) == (200, 2)
    assert provider.to(MAILED)[-1] < answered


def test_the_answer_does_not_wait_for_ever(
    provider: SlowProvider, pool: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch, account: Account
) -> None:
    monkeypatch.setattr(suppressions, "QUIET_WITHIN", 0.3)
    asked(account, timezone.now(), person=Person(phone=NUMBER, time_zone=zone_where_it_is_noon()))
    provider.held = lambda _: True
    sending = begin_drain(pool)
    assert provider.began.wait(PATIENCE)
    assert stop("SM1")[0] == 200
    provider.go.set()
    sending.result(PATIENCE)


def test_a_claim_that_lapsed_is_not_waited_for(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its worker is dead; whoever takes the message next finds the address suppressed."""
    asked(account, timezone.now(), person=Person(phone=NUMBER))
    Delivery.objects.update(status="sending", claim="6f1c86a0-0000-4000-8000-000000000000", due_at=timezone.now())
    waits: list[float] = []
    monkeypatch.setattr(suppressions.time, "sleep", waits.append)
    assert stop("SM1")[0] == 200
    assert waits == []


def test_a_worker_that_declares_while_the_opt_out_is_stored_finds_it(
    provider: SlowProvider, pool: ThreadPoolExecutor
) -> None:
    """The opt-out holds the row and has not committed: the worker's statement waits for it, and then fits no more."""
    [first, *others] = three_accounts()
    batch([first, *others], of_jane={BATCH - 1})
    provider.held = lambda number: number != NUMBER
    sending = begin_drain(pool)
    assert provider.began.wait(PATIENCE)
    with transaction.atomic():
        opt_outs.opt_out(
            account=first,
            channel="sms",
            address=NUMBER,
            reason=Suppression.Reason.STOP,
            evidence="test",
            now=timezone.now(),
        )
        provider.go.set()
        assert until(somebody_waits)
    sending.result(PATIENCE)
    assert provider.to(NUMBER) == []
    assert len(provider.sent) == BATCH - 1
    assert Delivery.objects.get(address=NUMBER).status == "cancelled"


@pytest.mark.parametrize("repeated", [True, False], ids=["one text, posted eight times", "eight texts"])
def test_stops_at_once_are_stored_and_confirmed_once(account: Account, repeated: bool) -> None:
    for trial in range(TRIALS):
        for model in (Delivery, ReviewRequest, Suppression, DeliveryEvent):
            model.objects.all().delete()
        request = asked(account, timezone.now(), person=Person(phone=NUMBER))
        with ThreadPoolExecutor(8) as pool:
            names = [f"SM{trial}-{0 if repeated else number}" for number in range(8)]
            answers = list(pool.map(lambda name: alone(partial(text, Client(), "STOP", sid=name)), names))
        assert [answer.status_code for answer in answers] == [200] * 8
        assert [b"unsubscribed" in answer.content for answer in answers].count(True) == 1
        assert DeliveryEvent.objects.exclude(applied_at=None).count() == (1 if repeated else 8)
        assert Suppression.objects.count() == 1
        request.refresh_from_db()
        assert request.status == "suppressed"


def test_a_bounce_that_is_settled_meanwhile_and_the_opt_out_wait_for_each_other_in_one_order(
    pool: ThreadPoolExecutor, account: Account
) -> None:
    """Both need the request and the address; taken in two orders, each would wait for the other for ever."""
    request = asked(account, timezone.now(), person=Person(phone=NUMBER))
    where: dict[str, Any] = {"account": account, "channel": "sms", "address": NUMBER, "evidence": "test"}
    where["now"] = timezone.now()
    with transaction.atomic():
        ReviewRequest.objects.select_for_update().get(pk=request.pk)  # as settling does, first of all
        leaving = pool.submit(alone, partial(opt_outs.opt_out, **where, reason=Suppression.Reason.STOP))
        assert until(somebody_waits)
        suppressions.suppress(**where, reason=Suppression.Reason.BOUNCED)
    assert leaving.result(PATIENCE).reason == "bounced"  # the first reason is kept
    request.refresh_from_db()
    assert request.status == "suppressed"


def test_a_worker_between_two_texts_and_a_stop_in_several_accounts_cannot_block_each_other(
    pool: ThreadPoolExecutor,
) -> None:
    """The worker holds the request of the text that left, of the one account, and wants the next one's row."""
    accounts = sorted(three_accounts(), key=lambda account: account.pk)
    left, following = [asked(account, timezone.now(), person=Person(phone=NUMBER)) for account in accounts[1::-1]]
    with transaction.atomic():
        ReviewRequest.objects.select_for_update().get(pk=left.pk)
        answer = pool.submit(alone, partial(stop, "SM1"))
        assert until(somebody_waits)
        assert Delivery.objects.filter(request=following, status="planned").update(attempts=1) == 1
    assert answer.result(PATIENCE)[0] == 200
    assert set(ReviewRequest.objects.values_list("status", flat=True)) == {"suppressed"}


def test_whenever_it_comes_nothing_leaves_after_the_answer(provider: SlowProvider, pool: ThreadPoolExecutor) -> None:
    accounts = three_accounts()
    chance = random.Random(20260303)  # noqa: S311 (moments, no secrets)
    stopped = 0
    for trial in range(TRIALS):
        for model in (Delivery, ReviewRequest, Suppression):
            model.objects.all().delete()
        provider.handed.clear()
        provider.pause = 0.004
        places = set(chance.sample(range(BATCH), 3))
        batch(accounts, of_jane=places)
        sending = begin_drain(pool)
        time.sleep(chance.random() * 0.4)
        status, answered = pool.submit(alone, partial(stop, f"SM{trial}")).result(PATIENCE)
        sending.result(PATIENCE)
        assert status == 200
        late = [moment for moment in provider.to(NUMBER) if moment > answered]
        assert late == [], (trial, places)
        assert len(provider.handed) == BATCH - 3 + len(provider.to(NUMBER))
        stopped += 3 - len(provider.to(NUMBER))
    assert stopped  # else every stop came too late to say anything
