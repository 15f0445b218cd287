"""Retry-After, in its right forms and in wrong ones."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
import time_machine

from reviewhub.retry_after import LONGEST, read_retry_after

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def asked(value: str) -> timedelta | None:
    with time_machine.travel(NOW, tick=False):
        return read_retry_after({"Retry-After": value})


@pytest.mark.parametrize(("value", "seconds"), [("7", 7), (" 120 ", 120), ("0", 0)])
def test_seconds(value: str, seconds: int) -> None:
    assert asked(value) == timedelta(seconds=seconds)


@pytest.mark.parametrize(("ahead", "wait"), [(3600, 3600), (-3600, 0)])
def test_a_date(ahead: int, wait: int) -> None:
    moment = NOW + timedelta(seconds=ahead)
    assert asked(format_datetime(moment, usegmt=True)) == timedelta(seconds=wait)
    assert asked(format_datetime(moment).replace("+0000", "-0000")) == timedelta(seconds=wait)


@pytest.mark.parametrize("value", ["9" * 30, "100000", "Fri, 31 Dec 9999 23:59:59 GMT"])
def test_a_wait_of_more_than_a_day_is_cut_to_a_day(value: str) -> None:
    assert asked(value) == LONGEST


@pytest.mark.parametrize("value", ["", "later", "-1", "\xb2", "1.5", "Wed, 31 Feb 2026 08:00:00 GMT"])
def test_an_unreadable_wait_is_ignored(value: str) -> None:
    assert asked(value) is None


def test_without_the_header_there_is_no_wait() -> None:
    assert read_retry_after({}) is None
