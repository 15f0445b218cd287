"""Numbers of a period beside those of the period before."""

from datetime import datetime, timedelta

import pytest

from oauth.models import Account
from reviews.insights.compared import Compared, compare
from reviews.models import Delivery, ReviewRequest
from reviews.requests.matching import Person
from reviews.tests.support.helpers import asked

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def left(account: Account, name: str, sent_at: datetime, seen_at: datetime | None = None) -> ReviewRequest:
    """Ask somebody; the first message left at that time, and the page was opened at the other."""
    request = asked(account, sent_at, person=Person(first_name=name, email=f"{name}@example.com"))
    Delivery.objects.filter(request=request).update(status="sent", sent_at=sent_at, seen_at=seen_at)
    return request


def answered(request: ReviewRequest, at: datetime) -> None:
    ReviewRequest.objects.filter(pk=request.pk).update(status="responded", responded_at=at, ended_at=at)


def test_both_periods_are_counted_by_when_it_happened(account: Account, other_account: Account, now: datetime) -> None:
    answered(left(account, "now", now - DAY, now - DAY), now)
    left(account, "unopened", now - 2 * DAY)
    answered(left(account, "late", now - 40 * DAY, now - 3 * DAY), now - 2 * DAY)  # asked before, the rest now
    answered(left(account, "before", now - 45 * DAY, now - 44 * DAY), now - 31 * DAY)
    left(account, "long-ago", now - 61 * DAY, now - 61 * DAY)
    left(other_account, "theirs", now - DAY, now - DAY)
    numbers = compare([account.pk], days=30, now=now)
    assert numbers.asked == Compared(2, 2)
    assert numbers.opened == Compared(2, 1)
    assert numbers.answered == Compared(2, 1)
    assert compare(None, days=30, now=now).asked == Compared(3, 2)


def test_a_customer_with_two_messages_counts_once(account: Account, now: datetime) -> None:
    request = left(account, "twice", now - 5 * DAY, now - 4 * DAY)
    columns = {"account": account, "request": request, "step": 1, "channel": "sms", "status": "sent"}
    Delivery.objects.create(**columns, due_at=now, created_at=now, sent_at=now - DAY, seen_at=now)
    numbers = compare([account.pk], days=30, now=now)
    assert (numbers.asked.now, numbers.opened.now) == (1, 1)


@pytest.mark.parametrize(
    ("now", "before", "change"), [(3, 2, 50), (1, 2, -50), (2, 2, 0), (1, 0, None), (0, 0, None), (0, 4, -100)]
)
def test_the_change_is_in_per_cent_where_there_was_something(now: int, before: int, change: int | None) -> None:
    assert Compared(now, before).change == change
