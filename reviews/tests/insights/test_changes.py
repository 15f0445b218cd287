"""Shares and changes, as people read them."""

import pytest
from django.utils import translation

from reviews.insights.changes import Share, change_in_percent, change_in_points


def test_a_share_of_nothing_is_nothing() -> None:
    assert (Share(0, 0).plain, Share(0, 0).words) == ("0.0", "0.0 %")
    assert Share(1, 3).words == "33.3 %"


@pytest.mark.parametrize(
    ("now", "before", "words"), [(112, 100, "+12 %"), (88, 100, "\N{MINUS SIGN}12 %"), (5, 5, "unchanged"), (5, 0, "")]
)
def test_numbers_change_in_percent(now: int, before: int, words: str) -> None:
    assert change_in_percent(now, before) == words


@pytest.mark.parametrize(
    ("now", "before", "words"),
    [
        (Share(113, 1000), Share(10, 100), "+1.3 points"),
        (Share(10, 100), Share(113, 1000), "\N{MINUS SIGN}1.3 points"),
        (Share(1, 10), Share(2, 20), "unchanged"),
        (Share(1, 10), Share(0, 0), ""),
    ],
)
def test_shares_change_in_percentage_points(now: Share, before: Share, words: str) -> None:
    assert change_in_points(now, before) == words


def test_they_are_written_as_the_language_writes_numbers() -> None:
    with translation.override("de"):
        assert "1,3" in change_in_points(Share(113, 1000), Share(10, 100))
        assert Share(1, 3).plain == "33.3"  # for files and drawings
