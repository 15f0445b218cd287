"""The list of imports: how far each has come."""

from datetime import datetime
from typing import Any

import pytest

from oauth.models import Account, User
from reviews.tests.support.lists import import_job, page_of, sentences

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"status": "draft"}, "To be started · 400 customers"),
        ({"status": "checking", "position": 50}, "Being checked: 50 of 400 rows"),
        ({"status": "running", "asked": 120}, "120 of 400 asked · at work"),
        (
            {"status": "done", "asked": 120, "refused": 3, "known": 1, "suppressed": 2},
            "120 of 400 asked · 3 problems · 1 was asked already · 2 must not be contacted",
        ),
        ({"status": "cancelled", "asked": 7, "refused": 1}, "Cancelled · 7 of 400 asked · 1 problem"),
        ({"status": "done", "asked": 7, "doubtful": 2}, "7 of 400 asked · 2 with doubts"),
        ({"status": "undoing", "asked": 7, "position": 3}, "Being taken back: 3 of 7"),
        ({"status": "undone", "asked": 7}, "Taken back · 7 of 400 asked"),
        ({"status": "failed", "error": "It broke off.", "asked": 7}, "Stopped · It broke off · 7 of 400 asked"),
    ],
)
def test_an_import_says_how_far_it_has_come(
    account: Account, owner: User, now: datetime, columns: dict[str, Any], words: str
) -> None:
    import_job(account, now, **columns)
    assert sentences(page_of(owner, "imports")) == {"march.csv": words}


def test_an_import_is_found_by_the_name_of_its_file(account: Account, owner: User, now: datetime) -> None:
    import_job(account, now, "march.csv")
    import_job(account, now, "april.csv")
    assert set(sentences(page_of(owner, "imports", q="apr"))) == {"april.csv"}
