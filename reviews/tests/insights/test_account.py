"""Numbers of the dashboard: customers in the funnel, messages by day, due and overdue."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from oauth.models import Account, User
from oauth.tests.flow import signed_in
from reviews.insights.account import Funnel, Scope, overview
from reviews.models import Delivery, ReviewRequest, ReviewSite, Sequence
from reviews.pages import actions
from reviews.requests.matching import Person
from reviews.tests.support.helpers import asked

pytestmark = pytest.mark.django_db


def sent(account: Account, name: str, at: datetime, **changes: Any) -> Delivery:
    """Make a request whose first message left at that time."""
    request = asked(account, at, person=Person(email=f"{name}@example.com"))
    ReviewRequest.objects.filter(pk=request.pk).update(status="sent", sent_at=at)
    delivery = Delivery.objects.get(request=request)
    Delivery.objects.filter(pk=delivery.pk).update(**{"status": "sent", "sent_at": at} | changes)
    delivery.refresh_from_db()
    return delivery


@pytest.fixture
def everything(account: Account, now: datetime) -> None:
    sent(account, "sent", now)
    sent(account, "delivered", now, status="delivered")
    sent(account, "seen", now - timedelta(days=1), seen_at=now)
    clicked = sent(account, "clicked", now - timedelta(days=2), seen_at=now)
    actions.record_press(delivery=clicked, site=ReviewSite.objects.filter(account=account)[0], now=now)
    answered = sent(account, "answered", now - timedelta(days=6), seen_at=now)
    actions.record_feedback(delivery=answered, rating=4, text="", now=now)
    sent(account, "old", now - timedelta(days=8), seen_at=now)
    failed = sent(account, "failed", now, sent_at=None, status="failed", error_code="550")
    assert failed.sent_at is None


def test_the_funnel_counts_customers(everything: None, now: datetime) -> None:
    week = overview(Scope(accounts=None, days=7), now=now)
    assert week.funnel == Funnel(sent=5, delivered=1, seen=3, clicked=1, feedback=1)
    assert overview(Scope(accounts=None, days=30), now=now).funnel.sent == 6
    assert (week.feedback, week.rating) == (1, 4.0)
    assert week.failures == [("550", 1)]
    assert week.requests["responded"] == 2


def test_a_customer_with_several_messages_counts_once(account: Account, now: datetime) -> None:
    first = sent(account, "ada", now - timedelta(days=3))
    Delivery.objects.create(
        account=account,
        request=first.request,
        step=1,
        channel="sms",
        address="+12125550101",
        status="delivered",
        due_at=now,
        sent_at=now,
        seen_at=now,
        created_at=now,
    )
    assert overview(Scope(accounts=None, days=7), now=now).funnel == Funnel(1, 1, 1, 0, 0)
    assert overview(Scope(accounts=None, days=7, channel="email"), now=now).funnel == Funnel(1, 0, 0, 0, 0)


def test_days_are_those_of_the_zone(account: Account) -> None:
    sent(account, "late", datetime(2026, 3, 2, 3, 30, tzinfo=UTC))  # 22:30 of the 1st in New York
    now = datetime(2026, 3, 3, 12, tzinfo=ZoneInfo("America/New_York"))
    days = overview(Scope(accounts=None, days=7), now=now).days
    assert [day["date"] for day in days] == [f"2026-02-{day}" for day in (25, 26, 27, 28)] + [
        f"2026-03-0{day}" for day in (1, 2, 3)
    ]
    assert [day["email"] for day in days] == [0, 0, 0, 0, 1, 0, 0]


def test_due_and_overdue_messages_are_counted(account: Account, now: datetime) -> None:
    for hours in (-2, 1, 30):
        request = asked(account, now, person=Person(email=f"due{hours}@example.com"))
        Delivery.objects.filter(request=request).update(due_at=now + timedelta(hours=hours))
    found = overview(Scope(accounts=None, days=7), now=now)
    assert (found.due_soon, found.overdue, found.oldest_due) == (2, 1, now - timedelta(hours=2))


def test_other_accounts_and_other_sequences_are_left_out(
    account: Account, other_account: Account, everything: None, now: datetime
) -> None:
    assert overview(Scope(accounts=[other_account.pk], days=7), now=now).funnel.sent == 0
    own = Sequence.objects.get(account=account)
    other = Sequence.objects.create(account=account, name="Other", slug="other")
    assert overview(Scope(accounts=[account.pk], days=7, sequence=own.pk), now=now).funnel.sent == 5
    assert overview(Scope(accounts=[account.pk], days=7, sequence=other.pk), now=now).requests["sent"] == 0


def test_the_page_takes_few_statements(account: Account, owner: User, django_assert_max_num_queries: Any) -> None:
    client = signed_in(owner)
    with django_assert_max_num_queries(17):
        client.get("/admin/")
