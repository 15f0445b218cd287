"""Bar charts: where their rectangles stand, and that they are the same in numbers."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.template.loader import render_to_string
from django.utils import timezone, translation

from reviews.insights.charts import HEIGHT, TIMELINE, Bar, columns, timeline


@pytest.fixture
def hours() -> list[tuple[datetime, int]]:
    begin = datetime(2026, 3, 4, 12, tzinfo=ZoneInfo("UTC"))
    return [(begin + timedelta(hours=place), number) for place, number in enumerate([5, 0, 10, 1])]


def test_bars_stand_on_the_ground_and_the_highest_fills_the_timeline(hours: list[tuple[datetime, int]]) -> None:
    chart = timeline(hours)
    assert [float(bar.y) + float(bar.height) for bar in chart.bars] == [HEIGHT] * 3
    assert [float(bar.height) for bar in chart.bars] == [50, 100, 10]
    assert all(float(bar.x) >= 0 and float(bar.x) + float(bar.width) <= TIMELINE for bar in chart.bars)
    assert (chart.most, chart.rows[2]) == (10, ("14:00", [10]))


def test_a_timeline_says_its_times_where_the_person_is(hours: list[tuple[datetime, int]]) -> None:
    with timezone.override(ZoneInfo("America/New_York")):
        chart = timeline(hours)
    assert chart.ticks == ["07:00", "10:00"]
    assert chart.bars[0].title == "07:00: 5"


def test_a_timeline_of_nothing_has_no_bars(hours: list[tuple[datetime, int]]) -> None:
    assert timeline([(moment, 0) for moment, _ in hours]).bars == []


def test_texts_stand_on_the_mails_of_their_column() -> None:
    chart = columns([("Monday", {"email": 1, "sms": 0}), ("Tuesday", {"email": 6, "sms": 3})], ["Monday", "Tuesday"])
    assert chart.bars == [
        Bar("0.75", "90.00", "8.5", "10.00", "email", "Monday: 1 by e-mail"),
        Bar("10.75", "40.00", "8.5", "60.00", "email", "Tuesday: 6 by e-mail"),
        Bar("10.75", "10.00", "8.5", "30.00", "sms", "Tuesday: 3 by text message"),
    ]
    assert (chart.most, chart.half, chart.width) == (10, 5, 20)


def test_no_language_puts_a_comma_into_a_rectangle(hours: list[tuple[datetime, int]]) -> None:
    chart = timeline([*hours, *hours[:3]])  # sevenths of the width
    with translation.override("de"):
        drawn = render_to_string("admin/bars.html", {"chart": chart})
    assert 'width="83.7143"' in drawn
    assert "," not in drawn
