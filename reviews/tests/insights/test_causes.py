"""Causes in words: how messages are grouped, what they say to whom, and what they cost."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from oauth.models import Account
from reviews.insights import causes
from reviews.insights.causes import OUT_OF_REACH, Cause
from reviews.models import ChannelHealth, Delivery, DeliveryEvent, Pause
from reviews.requests.matching import Person
from reviews.tests.support.helpers import asked

pytestmark = pytest.mark.django_db

MANY = 20_000
MINUTE = timedelta(minutes=1)


def messages(account: Account, now: datetime, count: int = 1, **fields: Any) -> list[Delivery]:
    """Plan that many messages of one request, each of a step of its own."""
    number = Delivery.objects.count()
    row = Delivery.objects.get(request=asked(account, now, person=Person(email=f"jane{number}@example.com")))
    values = {"channel": "sms", "address": "+12125551234", "due_at": now - MINUTE} | fields
    Delivery.objects.filter(pk=row.pk).update(**values)
    same: dict[str, Any] = {"account_id": row.account_id, "request_id": row.request_id, "created_at": now}
    Delivery.objects.bulk_create([Delivery(**same, step=step, **values) for step in range(1, count)], batch_size=5000)
    return list(Delivery.objects.filter(request_id=row.request_id)[:10])


def many_messages(account: Account, now: datetime, count: int, **fields: Any) -> None:
    """Plan that many messages in few statements; PostgreSQL alone."""
    own = {"step": "number", "message_key": "gen_random_uuid()", "link_token": "left(md5(random()::text), 16)"}
    names = [str(field.column) for field in Delivery._meta.concrete_fields if field.name != "id"]
    columns, values = ", ".join(names), ", ".join(own.get(name, name) for name in names)
    for _ in range(0, count, MANY):
        [row] = messages(account, now, **fields)
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO reviews_delivery ({columns}) SELECT {values} "  # noqa: S608 (names of columns)
                "FROM reviews_delivery, generate_series(1, %s) AS number WHERE id = %s",
                [MANY - 1, row.pk],
            )


def test_messages_that_a_pause_holds_are_one_cause(account: Account, now: datetime) -> None:
    Pause.objects.create(channel="sms", code="20003", since=now - 5 * MINUTE, retry_at=now + MINUTE)
    messages(account, now, 3)
    messages(account, now, due_at=now + MINUTE, error_code="20003")  # that which it was tried with
    messages(account, now, error_code="30001")  # failed before, and waits for the pause like the others
    messages(account, now, due_at=now + MINUTE)  # not due yet
    messages(account, now, channel="email", address="jane@example.com")  # on its way
    [cause] = causes.waiting(now=now)
    assert cause == Cause("sms", "20003", 5, since=now - 5 * MINUTE, next_try=now + MINUTE, is_held=True)
    assert cause.words == "5 texts wait: Twilio refused the login: check TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN."
    assert cause.words_for_staff == (
        "5 texts wait: the provider refuses this installation's login; the operator is told."
    )


def test_a_paused_sender_holds_the_messages_of_its_accounts_alone(
    account: Account, other_account: Account, now: datetime
) -> None:
    Account.objects.filter(pk=account.pk).update(text_sender="+12125550100")
    Pause.objects.create(channel="sms", sender="+12125550100", code="30034", since=now, retry_at=now + MINUTE)
    messages(account, now, 2)
    messages(other_account, now)
    [cause] = causes.waiting(now=now)
    assert (cause.count, cause.sender) == (2, "+12125550100")
    assert "A2P 10DLC" in cause.words
    assert "A2P" not in cause.words_for_staff


def test_an_account_reads_of_its_own_messages_alone(account: Account, other_account: Account, now: datetime) -> None:
    Pause.objects.create(channel="sms", code="20003", since=now, retry_at=now + MINUTE)
    messages(account, now, 2)
    messages(other_account, now, 3)
    messages(other_account, now, due_at=now + MINUTE, error_code="30001")
    assert [cause.count for cause in causes.waiting(now=now, accounts=[account.pk])] == [2]
    assert [cause.count for cause in causes.waiting(now=now, accounts=[])] == []
    assert [cause.count for cause in causes.waiting(now=now)] == [5, 1]


def test_what_is_tried_again_is_grouped_by_channel_and_code(account: Account, now: datetime) -> None:
    first, *_ = messages(account, now, 2, due_at=now + 5 * MINUTE, error_code="30001")
    messages(account, now, due_at=now + 2 * MINUTE, error_code="30001")
    messages(account, now, channel="email", address="jane@example.com", due_at=now + MINUTE, error_code="450")
    messages(account, now, due_at=Delivery.OUT_OF_REACH, error_code="30001")  # its request is held
    messages(account, now, status="cancelled", error_code="30001")
    for code, minutes in (("30001", 9), ("30017", 4)):
        DeliveryEvent.objects.create(
            delivery=first, provider="x", key=code, code=code, occurred_at=now - minutes * MINUTE, received_at=now
        )
    texts, mail = causes.waiting(now=now)
    assert texts == Cause("sms", "30001", 3, since=now - 9 * MINUTE, next_try=now + 2 * MINUTE)
    assert texts.words == texts.words_for_staff == "3 texts wait: Twilio's queue was full. Try again later."
    assert (mail.channel, mail.code, mail.count, mail.since) == ("email", "450", 1, None)
    assert mail.words.startswith("1 mail waits: The mailbox was busy")


def test_a_provider_that_is_out_of_reach_is_a_cause(account: Account, now: datetime) -> None:
    ChannelHealth.objects.create(channel="sms", paused_until=now + MINUTE)
    ChannelHealth.objects.create(channel="email", paused_until=now - MINUTE)
    messages(account, now, 2)
    messages(account, now, channel="email", address="jane@example.com")
    [cause] = causes.waiting(now=now)
    assert cause == Cause("sms", OUT_OF_REACH, 2, next_try=now + MINUTE, is_held=True)
    assert cause.words == "2 texts wait: The provider fails or does not answer. It is tried again every minute."


def test_nothing_that_waits_for_its_time_alone_is_a_cause(account: Account, now: datetime) -> None:
    messages(account, now)
    messages(account, now, status="failed", error_code="30008")
    assert causes.waiting(now=now) == []


@pytest.mark.parametrize(
    ("code", "may_pass"), [("30005", False), ("21610", False), ("21612", False), ("30007", True), ("99999", True)]
)
def test_a_failure_says_whether_another_try_can_help(
    account: Account, now: datetime, code: str, may_pass: bool
) -> None:
    messages(account, now, status="bounced", error_code=code)
    messages(account, now, status="failed", error_code=code)
    messages(account, now, status="failed", error_code=code, due_at=now - causes.WITHIN - MINUTE)
    messages(account, now, status="unknown", error_code=code)
    [cause] = causes.failed(now=now)
    assert (cause.count, cause.failed, cause.may_pass) == (2, True, may_pass)
    assert cause.words.startswith("2 texts did not arrive: ")


@pytest.mark.postgres
@pytest.mark.skipif(settings.SQLITE, reason="looks at PostgreSQL's plans")
def test_many_messages_cost_no_more_statements_and_no_walk_through_the_table(
    account: Account, other_account: Account, now: datetime
) -> None:
    Account.objects.filter(pk=account.pk).update(text_sender="+12125550100")
    many_messages(other_account, now, 5 * MANY, status="sent", sent_at=now)
    many_messages(other_account, now, MANY, due_at=now + timedelta(days=9))
    many_messages(other_account, now, MANY, status="failed", error_code="30008", due_at=now - timedelta(days=9))
    messages(other_account, now, MANY // 50, status="failed", error_code="30008")
    messages(other_account, now, MANY // 100, error_code="30001", due_at=now + MINUTE)
    messages(account, now, MANY // 100)
    Pause.objects.create(channel="sms", sender="+12125550100", code="30034", since=now, retry_at=now + MINUTE)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    with CaptureQueriesContext(connection) as captured:
        assert [cause.count for cause in causes.waiting(now=now)] == [MANY // 100, MANY // 100]
        assert len(captured) == 5
        assert [cause.count for cause in causes.failed(now=now)] == [MANY // 50]
        assert len(captured) == 6
    for query in captured.captured_queries:
        with connection.cursor() as cursor:
            cursor.execute("EXPLAIN " + query["sql"])
            plan = "\n".join(row[0] for row in cursor.fetchall())
        assert not re.search(r"Seq Scan on reviews_delivery\b", plan), plan
