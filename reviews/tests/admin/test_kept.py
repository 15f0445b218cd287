"""The operator's page of what is kept."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from oauth.models import Account, User
from reviews.models import Purge
from reviews.tests.support.helpers import asked

pytestmark = pytest.mark.django_db


def test_it_says_for_how_long_how_much_and_what_was_done(
    client: Any, operator: User, account: Account, now: datetime, settings: Any
) -> None:
    settings.KEEP_DAYS = {"log": 0, "tasks": 1}
    asked(account, now)
    Purge.objects.create(kind="messages", began_at=now, ended_at=now + timedelta(minutes=1), rows=3)
    Purge.objects.create(kind="words", began_at=now, rows=1)
    client.force_login(operator)
    shown = " ".join(client.get(reverse("kept")).content.decode().split())
    for words in (
        "Kept for 1095 days (<code>messages</code>)",
        "Kept for ever (<code>log</code>)",
        "Kept for 1 day (<code>tasks</code>)",
        "3 rows were purged until",
        "1 row so far",
        "Not purged yet",
        "the first is of 3 Mar 2026",
    ):
        assert words in shown, words


def test_it_counts_no_table(client: Any, operator: User, account: Account, now: datetime) -> None:
    asked(account, now)
    client.force_login(operator)
    with CaptureQueriesContext(connection) as statements:
        client.get(reverse("kept"))
    asking = [one["sql"] for one in statements if "COUNT(" in one["sql"].upper() and "reviews_delivery" in one["sql"]]
    assert asking == []
    assert len(statements) <= 40


def test_staff_of_a_business_see_nothing_of_it(client: Any, owner: User) -> None:
    client.force_login(owner)
    assert client.get(reverse("kept")).status_code == 403
