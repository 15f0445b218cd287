"""Periods: whole days of a calendar, also where clocks change, and the period before."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from reviews.insights.periods import MOST_COLUMNS, Period

NEW_YORK = ZoneInfo("America/New_York")


def test_the_last_days_include_today_in_the_persons_zone() -> None:
    late = datetime(2026, 3, 2, 3, 30, tzinfo=UTC).astimezone(NEW_YORK)  # 22:30 of the 1st
    period = Period.until_today(7, late)
    assert (period.first, period.last, period.days) == (date(2026, 2, 23), date(2026, 3, 1), 7)
    assert period.before == Period(date(2026, 2, 16), date(2026, 2, 22), NEW_YORK)


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 8), 23), (date(2026, 11, 1), 25), (date(2026, 6, 1), 24)])
def test_a_day_lasts_from_midnight_to_midnight_also_where_clocks_change(day: date, hours: int) -> None:
    period = Period(day, day, NEW_YORK)
    length = period.end.astimezone(UTC) - period.start.astimezone(UTC)
    assert length == timedelta(hours=hours)
    assert period.before.end == period.start


def test_a_long_period_is_shown_by_weeks_and_its_last_one_may_be_shorter() -> None:
    days = Period(date(2026, 1, 1), date(2026, 1, 1) + timedelta(days=MOST_COLUMNS - 1), UTC)
    assert [part.days for part in days.parts] == [1] * MOST_COLUMNS
    year = Period(date(2026, 1, 1), date(2026, 12, 31), UTC)
    assert [part.days for part in year.parts] == [7] * 52 + [1]
    assert (year.parts[0].first, year.parts[-1].last) == (year.first, year.last)


def test_a_time_without_a_zone_has_no_days() -> None:
    with pytest.raises(ValueError, match="zone"):
        Period.until_today(7, datetime(2026, 3, 2, 3, 30))  # noqa: DTZ001
