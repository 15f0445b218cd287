"""Retries of many messages for one cause: which are chosen, which are refused and why, batch by batch."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from oauth.models import Account
from reviews.contacts.suppressions import suppress
from reviews.delivery import retries
from reviews.insights import causes
from reviews.models import Delivery, ReviewRequest, Suppression
from reviews.requests.matching import Person
from reviews.tests.support.helpers import asked

pytestmark = pytest.mark.django_db


def message(account: Account, now: datetime, **fields: Any) -> Delivery:
    number = Delivery.objects.count()
    request = asked(account, now, person=Person(first_name=f"Jane{number}", email=f"jane{number}@example.com"))
    values = {"status": "failed", "error_code": "5.7", "due_at": now - timedelta(hours=1)} | fields
    Delivery.objects.filter(request=request).update(**values)
    return Delivery.objects.get(request=request)


def test_a_group_is_planned_again_in_one_press(account: Account, other_account: Account, now: datetime) -> None:
    rows = [message(each, now) for each in (account, account, other_account)]
    ReviewRequest.objects.filter(deliveries=rows[0]).update(status="failed", ended_at=now)
    other = message(account, now, error_code="554")
    assert retries.count_failed(now=now) == {("email", "5.7"): 3, ("email", "554"): 1}
    result = retries.retry_failed(channel="email", code="5.7", now=now)
    assert (result.planned, dict(result.refused)) == (3, {})
    assert set(Delivery.objects.filter(status="planned")) == set(rows)
    other.refresh_from_db()
    assert other.status == "failed"
    assert retries.retry_failed(channel="email", code="5.7", now=now).planned == 0


@pytest.mark.parametrize("code", ["5.1.1", "550", "unsubscribed", "501"])
def test_what_cannot_help_is_neither_offered_nor_done(account: Account, now: datetime, code: str) -> None:
    message(account, now, error_code=code)
    assert retries.count_failed(now=now) == {}
    assert retries.retry_failed(channel="email", code=code, now=now).planned == 0
    assert Delivery.objects.get().status == "failed"


def test_a_message_that_would_not_leave_is_not_offered(account: Account, now: datetime) -> None:
    ended, suppressed, held, erased, old, taken_over = (message(account, now) for _ in range(6))
    ReviewRequest.objects.filter(deliveries=ended).update(status="responded", ended_at=now)
    suppress(
        account=account,
        channel="email",
        address=suppressed.address,
        reason=Suppression.Reason.STAFF,
        evidence="",
        now=now,
    )
    ReviewRequest.objects.filter(deliveries=held).update(held="unclear_opt_out")
    Delivery.objects.filter(pk=erased.pk).update(address="")
    Delivery.objects.filter(pk=old.pk).update(due_at=now - causes.WITHIN - timedelta(seconds=1))
    Delivery.objects.create(
        account=account,
        request=taken_over.request,
        step=taken_over.step,
        channel="sms",
        address="+12125551234",
        status="sent",
        sent_at=now,
        due_at=now,
        created_at=now,
    )
    assert retries.count_failed(now=now) == {}
    assert retries.retry_failed(channel="email", code="5.7", now=now).planned == 0
    assert retries.worth_retrying([ended.pk, held.pk, erased.pk]) == set()
    well = message(account, now)
    assert retries.count_failed(now=now) == {("email", "5.7"): 1}
    assert retries.worth_retrying([well.pk, ended.pk]) == {well.pk}


def test_what_only_the_press_finds_out_is_said_with_its_reason(account: Account, now: datetime) -> None:
    rows = [message(account, now) for _ in range(2)]
    Account.objects.filter(pk=account.pk).update(mail_needs_consent=True)
    result = retries.retry_failed(channel="email", code="5.7", now=now)
    assert (result.planned, sum(result.refused.values())) == (0, len(rows))
    assert not Delivery.objects.filter(status="planned").exists()


def test_a_batch_is_bounded_and_the_next_one_goes_on(
    account: Account, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retries, "BATCH", 2)
    for hours in range(1, 6):
        message(account, now, due_at=now - timedelta(hours=hours))
    found = []
    while count := retries.count_failed(now=now).get(("email", "5.7")):
        found.append((count, retries.retry_failed(channel="email", code="5.7", now=now).planned))
    assert found == [(2, 2), (2, 2), (1, 1)]


def test_counting_costs_the_same_for_more_messages(account: Account, now: datetime) -> None:
    counts = []
    for _ in range(2):
        for code in ("5.7", "554", "5.6"):
            message(account, now, error_code=code)
        with CaptureQueriesContext(connection) as captured:
            retries.count_failed(now=now)
        counts.append(len(captured))
    assert counts == [3, 3]


def test_messages_that_are_tried_again_leave_sooner(account: Account, now: datetime) -> None:
    soon = message(account, now, status="planned", error_code="450", due_at=now + timedelta(hours=4), attempts=3)
    other = message(account, now, status="planned", error_code="421", due_at=now + timedelta(hours=4))
    result = retries.hurry_waiting(channel="email", code="450", now=now)
    assert result.planned == 1
    soon.refresh_from_db()
    other.refresh_from_db()
    assert (soon.due_at, soon.attempts, other.due_at) == (now, 3, now + timedelta(hours=4))
    assert retries.hurry_waiting(channel="email", code="", now=now).planned == 0
