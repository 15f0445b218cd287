"""Numbers of reports: customers by stage and by everything else, in the account's days, beside the period before."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from oauth.models import Account
from reviews.contacts.suppressions import suppress
from reviews.insights.periods import Period
from reviews.insights.reports import Customers, Messages, Scope, Source, count
from reviews.models import Delivery, Feedback, InboxItem, ReviewRequest, ReviewSite, Sequence, Suppression
from reviews.pages import actions
from reviews.requests.matching import Person
from reviews.tests.support.helpers import asked

pytestmark = pytest.mark.django_db


def sent(account: Account, name: str, at: datetime, *, wanted: Any = None, **changes: Any) -> Delivery:
    """Make a request whose first message left at that time."""
    request = asked(account, at, person=Person(email=f"{name}@example.com"), **wanted or {})
    ReviewRequest.objects.filter(pk=request.pk).update(status="sent", sent_at=at)
    delivery = Delivery.objects.get(request=request)
    Delivery.objects.filter(pk=delivery.pk).update(**{"status": "sent", "sent_at": at} | changes)
    delivery.refresh_from_db()
    return delivery


def second(first: Delivery, at: datetime, **changes: Any) -> Delivery:
    """Add the reminder by text message, which left at that time."""
    return Delivery.objects.create(
        **{
            "account": first.account,
            "request": first.request,
            "step": 1,
            "channel": "sms",
            "address": "+12125550101",
            "status": "sent",
            "due_at": at,
            "sent_at": at,
            "created_at": at,
        }
        | changes
    )


def of(account: Account, now: datetime, days: int = 7, **more: Any) -> Any:
    return count(Scope([account.pk], Period.until_today(days, now), **more))


def test_a_stage_counts_customers_and_opened_says_nothing_about_delivered(account: Account, now: datetime) -> None:
    sent(account, "sent", now)
    sent(account, "delivered", now, status="delivered")
    sent(account, "seen", now - timedelta(days=1), seen_at=now)
    pressed = sent(account, "pressed", now - timedelta(days=2), seen_at=now)
    actions.record_press(delivery=pressed, site=ReviewSite.objects.filter(account=account)[0], now=now)
    answered = sent(account, "answered", now - timedelta(days=6), seen_at=now)
    actions.record_feedback(delivery=answered, rating=4, text="", now=now)
    sent(account, "earlier", now - timedelta(days=8), seen_at=now)
    sent(account, "failed", now, sent_at=None, status="failed", error_code="550")
    ReviewRequest.objects.filter(contact__email="failed@example.com").update(sent_at=None)
    week = of(account, now)
    assert week.customers == Customers(asked=5, mailed=5, mail_arrived=1, opened=3, pressed=1, answered=1, responded=2)
    assert week.before == Customers(asked=1, mailed=1, opened=1)
    assert week.failures == [("550", 1)]
    assert week.by_site == {pressed.request.account.review_sites.all()[0].pk: 1}
    assert week.stars == {4: 1}


def test_a_customer_with_several_messages_counts_once_on_the_day_of_the_first(account: Account, now: datetime) -> None:
    first = sent(account, "ada", now - timedelta(days=3))
    second(first, now, status="delivered", seen_at=now)
    week = of(account, now)
    assert week.customers == Customers(asked=1, mailed=1, texted=1, text_arrived=1, opened=1)
    assert list(week.by_day) == [(now - timedelta(days=3)).date()]
    assert week.by_channel == {"email": Messages(sent=1), "sms": Messages(1, 1, 1)}
    assert week.by_step == {0: Messages(sent=1), 1: Messages(1, 1, 1)}
    assert of(account, now, channel="email").customers == Customers(asked=1, mailed=1)
    # Asked before the period: what leaves in it is a message of it, and the customer is not asked again.
    today = of(account, now, days=1)
    assert (today.customers.asked, today.by_channel) == (0, {"sms": Messages(1, 1, 1)})


def test_a_reply_by_text_is_an_answer(account: Account, now: datetime) -> None:
    message = sent(account, "ada", now)
    for number in range(2):
        InboxItem.objects.create(
            account=account, request=message.request, kind="reply", text=f"Thanks {number}", created_at=now
        )
    InboxItem.objects.create(account=account, kind="reply", text="Who is this?", created_at=now - timedelta(days=9))
    week = of(account, now)
    assert (week.customers.answered, week.customers.responded) == (1, 1)
    assert (week.replies, week.replies_before) == (2, 1)


def test_days_are_those_of_the_accounts_zone_also_where_clocks_change(account: Account) -> None:
    zone = ZoneInfo("America/New_York")
    for name, moment in {
        "evening": datetime(2026, 3, 8, 4, 59, tzinfo=UTC),  # 23:59 of the 7th
        "night": datetime(2026, 3, 8, 5, 0, tzinfo=UTC),  # midnight, two hours before clocks go on
        "late": datetime(2026, 3, 9, 3, 59, tzinfo=UTC),  # 23:59 of the 8th, by summer time
        "next": datetime(2026, 3, 9, 4, 0, tzinfo=UTC),
    }.items():
        sent(account, name, moment)
    numbers = of(account, datetime(2026, 3, 9, 12, tzinfo=zone))
    by_day = {day: customers.asked for day, customers in numbers.by_day.items()}
    assert by_day == {date(2026, 3, 7): 1, date(2026, 3, 8): 2, date(2026, 3, 9): 1}


def test_who_asked_and_by_which_way_is_told_apart(account: Account, owner: Any, now: datetime) -> None:
    source = ReviewRequest.Source
    sent(account, "api", now, wanted={"using": "api_key:1"})
    sent(account, "app", now, wanted={"using": "app:1"})
    sent(account, "ann", now, wanted={"source": source.STAFF, "by": owner.pk})
    sent(account, "list", now, wanted={"source": source.IMPORT, "by": owner.pk})
    sent(account, "old", now, wanted={"source": source.STAFF})
    numbers = of(account, now)
    assert {key: row.asked for key, row in numbers.by_source.items()} == {
        Source("api", "api_key:1"): 1,
        Source("api", "app:1"): 1,
        Source("staff", ""): 2,
        Source("import", ""): 1,
    }
    assert {key: row.asked for key, row in numbers.by_member.items()} == {owner.pk: 2, None: 1}


def test_other_accounts_and_other_sequences_are_left_out(
    account: Account, other_account: Account, now: datetime
) -> None:
    message = sent(account, "ada", now)
    actions.record_feedback(delivery=message, rating=4, text="", now=now)
    other = Sequence.objects.create(account=account, name="Other", slug="other")
    assert of(other_account, now).customers.asked == 0
    of_other = of(account, now, sequence=other.pk)
    assert (of_other.customers.asked, of_other.stars, sum(of_other.requests.values())) == (0, {}, 0)
    of_own = of(account, now, sequence=message.request.sequence_id)
    assert (of_own.customers.asked, of_own.stars) == (1, {4: 1})
    everything = count(Scope(None, Period.until_today(7, now)))
    assert {key: row.asked for key, row in everything.by_account.items()} == {account.pk: 1}


def test_what_came_back_is_counted_beside_the_period_before(account: Account, now: datetime) -> None:
    Feedback.objects.create(account=account, rating=2, created_at=now, updated_at=now)  # from the printed code
    Feedback.objects.create(account=account, text="Well", created_at=now - timedelta(days=8), updated_at=now)
    for days, reason in ((0, "stop"), (1, "bounced"), (8, "stop")):
        suppress(
            account=account,
            channel="sms",
            address=f"+1212555010{days}",
            reason=Suppression.Reason(reason),
            evidence="",
            now=now - timedelta(days=days),
        )
    week = of(account, now)
    assert (week.stars, week.from_print, week.feedback_before) == ({2: 1}, 1, 1)
    assert week.suppressions == {("stop", "sms"): 1, ("bounced", "sms"): 1}
    assert week.suppressions_before == {("stop", "sms"): 1}


def test_it_takes_few_statements_whatever_there_is(
    account: Account, now: datetime, django_assert_num_queries: Any
) -> None:
    for number in range(5):
        sent(account, f"customer{number}", now)
    with django_assert_num_queries(8 if connection.vendor == "postgresql" else 7):
        of(account, now)
