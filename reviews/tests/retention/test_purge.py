"""Purges: batch by batch, ended at any moment and begun again, once a day."""

import io
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from oauth.models import Account
from reviews.models import DeliveryEvent, Purge
from reviews.retention import purge
from reviews.retention.kinds import KINDS

pytestmark = pytest.mark.django_db

(REPORTS,) = (kind for kind in KINDS if kind.name == "reports")
AT_ONCE = REPORTS.parts[0].at_once
LATER = timedelta(days=REPORTS.days, seconds=1)


@pytest.fixture
def reports(account: Account, now: datetime) -> Callable[[], int]:
    """More than two batches of reports; the function tells how many are not emptied."""
    times = {"occurred_at": now, "received_at": now, "applied_at": now}
    DeliveryEvent.objects.bulk_create(
        DeliveryEvent(account=account, provider="twilio", key=str(number), payload={"a": 1}, **times)
        for number in range(2 * AT_ONCE + 1)
    )
    return lambda: DeliveryEvent.objects.exclude(payload={}).count()


def test_one_that_is_ended_in_between_goes_on_where_it_was(
    reports: Callable[[], int], now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not purge.purge(REPORTS, now + LATER, go_on=lambda _: False)
    assert reports() == AT_ONCE + 1
    assert Purge.objects.get(kind="reports").ended_at is None
    purge.work(now + LATER)
    assert reports() == 0
    row = Purge.objects.get(kind="reports")
    assert (row.rows, row.ended_at) == (2 * AT_ONCE + 1, now + LATER)


def test_a_crash_within_a_batch_costs_that_alone(
    reports: Callable[[], int], now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(count: int) -> bool:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        purge.purge(REPORTS, now + LATER, go_on=crash)
    assert reports() == AT_ONCE + 1
    assert purge.purge(REPORTS, now + LATER, go_on=bool)
    assert reports() == 0


def test_the_sweep_takes_its_time_and_looks_once_a_day(
    reports: Callable[[], int], now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(purge, "SECONDS", -1.0)
    for left in (AT_ONCE + 1, 1, 0):
        purge.work(now + LATER)
        assert reports() == left
    purge.work(now + LATER)  # sees that none is left
    DeliveryEvent.objects.update(payload={"a": 1})
    purge.work(now + LATER + timedelta(hours=23))
    assert reports() == 2 * AT_ONCE + 1
    purge.work(now + LATER + timedelta(hours=25))
    assert reports() == AT_ONCE + 1


def test_a_batch_costs_the_same_however_many_rows_there_are(reports: Callable[[], int], now: datetime) -> None:
    counts = list[int]()
    with CaptureQueriesContext(connection) as statements:

        def note(count: int) -> bool:
            counts.append(len(statements))
            return True

        purge.purge(REPORTS, now + LATER, go_on=note)
    assert counts[2] - counts[1] == counts[1] - counts[0] <= 5


def test_the_command_does_all_at_once_and_a_dry_run_nothing(
    reports: Callable[[], int], now: datetime, time_machine: Any
) -> None:
    time_machine.move_to(now + LATER)
    said = io.StringIO()
    call_command("purge", "--dry-run", "--json", stdout=said)
    assert json.loads(said.getvalue())["reports"] == reports() == 2 * AT_ONCE + 1
    said = io.StringIO()
    call_command("purge", stdout=said)
    assert reports() == 0
    assert "1,001  reports   kept 180 days: Reports of providers" in said.getvalue()
