"""The line of numbers on the first page."""

from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
from django.core.cache import cache

from oauth.models import Account
from reviews.insights import headline as module
from reviews.insights.headline import DAYS, headline
from reviews.insights.periods import Period
from reviews.insights.reports import Scope, count
from reviews.models import Delivery, ReviewRequest
from reviews.requests.matching import Person
from reviews.tests.support.helpers import asked

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def left(account: Account, name: str, sent_at: datetime, seen_at: datetime | None = None) -> ReviewRequest:
    """Ask somebody; the first message left at that time, and the page was opened at the other."""
    request = asked(account, sent_at, person=Person(first_name=name, email=f"{name}@example.com"))
    Delivery.objects.filter(request=request).update(status="sent", sent_at=sent_at, seen_at=seen_at)
    ReviewRequest.objects.filter(pk=request.pk).update(sent_at=sent_at)
    return request


def pressed(request: ReviewRequest, at: datetime) -> None:
    Delivery.objects.filter(request=request).update(clicked_at=at)


def test_it_says_what_reports_say(account: Account, other_account: Account, now: datetime) -> None:
    pressed(left(account, "now", now - DAY, now - DAY), now)
    left(account, "unopened", now - 2 * DAY)
    left(account, "before", now - 45 * DAY, now - 44 * DAY)
    left(account, "long-ago", now - 61 * DAY, now - 61 * DAY)
    left(other_account, "theirs", now - DAY, now - DAY)
    own = headline([account.pk], now=now)
    assert (own.customers.asked, own.customers.opened, own.customers.responded) == (2, 1, 1)
    assert (own.before.asked, own.before.opened, own.before.responded) == (1, 1, 0)
    told = count(Scope([account.pk], Period.until_today(DAYS, now)))
    assert (own.customers, own.before, own.period.days) == (told.customers, told.before, 30)
    assert headline(None, now=now).customers.asked == 3


def test_a_count_is_kept_for_a_hundred_times_as_long_as_it_took(
    account: Account, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    moments = iter([0.0, 0.001, 100.0, 100.8])
    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: next(moments)))
    kept: list[float] = []
    monkeypatch.setattr(cache, "set", lambda *given: kept.append(given[-1]))
    headline([account.pk], now=now)
    headline([account.pk], now=now)
    assert kept == pytest.approx([0.1, 80.0])


def test_what_is_kept_is_of_the_accounts_and_the_day_alone(
    account: Account, other_account: Account, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    moments = iter(float(second) for second in range(100))
    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: next(moments)))
    left(account, "first", now - DAY)
    assert headline([account.pk], now=now).customers.asked == 1
    left(account, "second", now - DAY)
    assert headline([account.pk], now=now).customers.asked == 1
    assert headline([other_account.pk], now=now).customers.asked == 0
    assert headline([account.pk], now=now + DAY).customers.asked == 2
    assert headline(None, now=now).customers.asked == 2
