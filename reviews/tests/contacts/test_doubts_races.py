"""Holds that come while a worker sends, and decisions that come at once. With threads, on PostgreSQL."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from django.conf import settings as given
from django.db import transaction
from django.test import Client
from django.utils import timezone

from oauth.models import Account, User
from reviewhub.refused import Refused
from reviews.contacts import suppressions
from reviews.delivery import drain
from reviews.inbox import decisions, items
from reviews.models import Delivery, InboxItem, ReviewRequest, Suppression
from reviews.requests.matching import Person
from reviews.tests.contacts.test_opt_outs_races import (
    BATCH,
    PATIENCE,
    SlowProvider,
    alone,
    batch,
    begin_drain,
    configured,
    pool,
    provider,
    somebody_waits,
    three_accounts,
)
from reviews.tests.support.helpers import asked
from reviews.tests.support.provider_posts import NUMBER, text
from reviews.tests.support.site import zone_where_it_is_noon
from reviews.tests.support.waiting import until

__all__ = ["configured", "pool", "provider"]

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.skipif(given.SQLITE, reason="needs PostgreSQL: SQLite lets one writer in at a time"),
    pytest.mark.django_db(transaction=True),
]

UNCLEAR = "cancel my 3 pm"


def say(words: str, sid: str = "SM1") -> int:
    return int(text(Client(), words, sid=sid).status_code)


def count_answers(words: str, sid: str) -> int:
    content: bytes = text(Client(), words, sid=sid).content
    return content.count(b"<Message>")


def open_request(account: Account) -> ReviewRequest:
    return asked(account, timezone.now(), person=Person(phone=NUMBER, time_zone=zone_where_it_is_noon()))


def unclear(account: Account) -> InboxItem:
    open_request(account)
    assert say(UNCLEAR) == 200
    return InboxItem.objects.get()


@pytest.mark.parametrize(("words", "state"), [(UNCLEAR, "planned"), ("Wrong number", "cancelled")])
def test_a_hold_in_mid_batch_stops_what_was_not_handed_over(
    provider: SlowProvider, pool: ThreadPoolExecutor, words: str, state: str
) -> None:
    batch(three_accounts(), of_jane={0, BATCH - 2, BATCH - 1})
    provider.held = lambda number: number != NUMBER
    sending = begin_drain(pool)
    assert until(lambda: Delivery.objects.filter(status="sent").count())
    assert pool.submit(alone, partial(say, words)).result(PATIENCE) == 200
    provider.go.set()
    sending.result(PATIENCE)
    assert len(provider.to(NUMBER)) == 1
    assert len(provider.sent) == BATCH - 2
    rows = Delivery.objects.filter(address=NUMBER, step=0)
    assert sorted(rows.values_list("status", flat=True)) == sorted(["sent", state, state])
    assert not Delivery.objects.filter(address=NUMBER, status="planned").exclude(due_at=Delivery.OUT_OF_REACH).exists()
    assert drain.send_due() == 0


def test_the_answer_to_an_unclear_text_waits_for_a_text_that_is_being_handed_over(
    provider: SlowProvider, pool: ThreadPoolExecutor, account: Account
) -> None:
    request = open_request(account)
    provider.held = lambda _: True
    sending = begin_drain(pool)
    assert provider.began.wait(PATIENCE)
    answer = pool.submit(alone, partial(say, UNCLEAR))
    assert until(lambda: Suppression.objects.exists())
    assert not answer.done()
    provider.go.set()
    assert answer.result(PATIENCE) == 200
    sending.result(PATIENCE)
    request.refresh_from_db()
    assert (request.status, request.held) == ("sent", "unclear_opt_out")


def test_a_worker_that_declares_while_the_hold_is_stored_finds_it(
    provider: SlowProvider, pool: ThreadPoolExecutor, account: Account
) -> None:
    open_request(account)
    with transaction.atomic():
        suppressions.lock_number(NUMBER)
        ReviewRequest.objects.update(held="unclear_opt_out")
        sending = begin_drain(pool)
        assert until(somebody_waits)
    sending.result(PATIENCE)
    row = Delivery.objects.get()
    assert (row.status, row.due_at, provider.sent) == ("planned", Delivery.OUT_OF_REACH, [])


def both(pool: ThreadPoolExecutor, number: str, *calls: object) -> list[object]:
    """Let the calls meet at the number's lock, and return what each answered or raised."""
    with transaction.atomic():
        suppressions.lock_number(number)
        running = [pool.submit(alone, call) for call in calls]  # type: ignore[arg-type]
        assert until(somebody_waits)
    return [each.exception(PATIENCE) or each.result() for each in running]


def test_of_two_people_who_decide_at_once_the_second_is_told(
    pool: ThreadPoolExecutor, account: Account, owner: User, operator: User
) -> None:
    item = unclear(account)
    now = timezone.now()
    outcomes = both(
        pool,
        NUMBER,
        partial(decisions.opt_out, item=InboxItem.objects.get(), by=owner, now=now),
        partial(decisions.dismiss, item=InboxItem.objects.get(), by=operator, now=now),
    )
    [refusal] = [outcome for outcome in outcomes if isinstance(outcome, Refused)]
    item.refresh_from_db()
    assert refusal.reason.startswith(f"{item.handled_by} was faster")
    is_stopped = Suppression.objects.active().filter(reason="stop").exists()
    assert is_stopped is (item.outcome == "opted_out")
    assert ReviewRequest.objects.get().status == ("suppressed" if is_stopped else "scheduled")


def test_a_decision_and_a_start_leave_one_outcome(pool: ThreadPoolExecutor, account: Account, owner: User) -> None:
    item = unclear(account)
    both(
        pool, NUMBER, partial(decisions.opt_out, item=item, by=owner, now=timezone.now()), partial(say, "START", "SM2")
    )
    item.refresh_from_db()
    assert item.outcome in ("opted_out", "restarted")
    assert ReviewRequest.objects.get().held == ""
    assert not Suppression.objects.active().filter(reason="unclear").exists()


def test_a_decision_and_the_end_of_seven_days_leave_one_outcome(
    pool: ThreadPoolExecutor, account: Account, owner: User
) -> None:
    item = unclear(account)
    later = timezone.now() + decisions.DECIDE_WITHIN
    both(
        pool,
        NUMBER,
        partial(decisions.dismiss, item=item, by=owner, now=later),
        partial(decisions.close_undecided, now=later),
    )
    item.refresh_from_db()
    is_stopped = Suppression.objects.active().exists()
    assert is_stopped is (item.outcome == "undecided")
    assert ReviewRequest.objects.get().status == ("suppressed" if is_stopped else "scheduled")


def test_a_stop_and_an_unclear_text_at_once_end_in_an_opt_out(pool: ThreadPoolExecutor, account: Account) -> None:
    open_request(account)
    both(pool, NUMBER, partial(say, UNCLEAR, "SM1"), partial(say, "STOP", "SM2"))
    assert Suppression.objects.active().get().reason == "stop"
    request = ReviewRequest.objects.get()
    assert (request.status, request.held) == ("suppressed", "")
    assert not InboxItem.objects.filter(kind="unclear_opt_out", handled_at=None).exists()


def test_two_people_who_handle_an_item_at_once_are_one_who_did(account: Account, owner: User, operator: User) -> None:
    unclear(account)
    assert items.handle(InboxItem.objects.all(), by=owner, now=timezone.now()) == 1
    assert items.handle(InboxItem.objects.all(), by=operator, now=timezone.now()) == 0


def test_two_helps_at_once_are_answered_once(pool: ThreadPoolExecutor, account: Account) -> None:
    open_request(account)
    answers = [pool.submit(alone, partial(count_answers, "HELP", sid)) for sid in ("SM1", "SM2")]
    assert sum(answer.result(PATIENCE) for answer in answers) == 1
