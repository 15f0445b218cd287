"""Times as people say them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone, translation

from reviewhub.backoffice.moments import say_moment, time_tag

NOW = datetime(2026, 3, 4, 15, 0, tzinfo=UTC)  # a Wednesday


@pytest.mark.parametrize(
    ("away", "words"),
    [
        (timedelta(seconds=-20), "just now"),
        (timedelta(seconds=20), "in a moment"),
        (timedelta(minutes=-1), "1 minute ago"),
        (timedelta(minutes=-59), "59 minutes ago"),
        (timedelta(minutes=12), "in 12 minutes"),
        (timedelta(hours=-2), "today 08:00"),
        (timedelta(hours=-15), "yesterday 19:00"),
        (timedelta(hours=24), "tomorrow 10:00"),
        (timedelta(days=3), "Sat 10:00"),
        (timedelta(days=-6), "Thu 10:00"),
        (timedelta(days=-7), "25 Feb"),
        (timedelta(days=-100), "24 Nov 2025"),
    ],
)
def test_a_time_is_said_in_few_words(away: timedelta, words: str) -> None:
    with timezone.override(ZoneInfo("America/New_York")), translation.override("en"):
        assert say_moment(NOW + away, now=NOW) == words


def test_the_exact_time_is_at_hand() -> None:
    with timezone.override(ZoneInfo("America/New_York")), translation.override("en"):
        tag = time_tag(NOW)
    assert 'title="4 Mar 2026, 10:00 EST"' in tag
    assert 'datetime="2026-03-04T15:00:00+00:00"' in tag
    assert time_tag(None) == ""
