"""Claims beside a paused sender: its messages are not walked over, and hold up nobody else's."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import override_settings

from oauth.models import Account
from reviewhub.testing import make_account
from reviews.delivery import claims, turns
from reviews.models import Delivery, Pause
from reviews.models.pause import sender_of, wait_of, with_sender
from reviews.requests.matching import Person
from reviews.tests.support.helpers import asked

WAITING = 20_000  # due messages of the paused sender: so many that reading them through is no cheap plan
SENDER = "+12125550100"

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("minutes", "wait"), [(0, 1), (0.5, 1), (1, 1), (2, 2), (3, 3), (45, 45), (60, 60), (600, 60)])
def test_a_pause_waits_as_long_again_as_it_has_stood(now: datetime, minutes: float, wait: int) -> None:
    assert wait_of(now - timedelta(minutes=minutes), now) == timedelta(minutes=wait)


@override_settings(TWILIO_FROM="+15005550006")
def test_accounts_without_a_sender_of_their_own_share_the_installations(account: Account) -> None:
    own = make_account("Own")
    Account.objects.filter(pk=own.pk).update(text_sender=SENDER)
    own.refresh_from_db()
    for each, sender in ((account, "+15005550006"), (own, SENDER)):
        assert sender_of(each, "sms") == sender
        assert list(Account.objects.filter(with_sender("sms", sender))) == [each]
        assert set(Account.objects.filter(with_sender("email", sender_of(each, "email")))) == {account, own}
        assert not Account.objects.filter(with_sender("email", sender)).exists()
    with override_settings(TWILIO_MESSAGING_SERVICE_SID="MG1"):
        assert sender_of(account, "sms") == "MG1"


@pytest.fixture
def beside(account: Account, now: datetime) -> Delivery:
    """Another account's text, due after the many that wait for their sender."""
    Account.objects.filter(pk=account.pk).update(text_sender=SENDER)
    request = asked(account, now, person=Person(phone="+12125551234"))
    first = Delivery.objects.get()
    rows = [
        Delivery(
            account=account,
            request=request,
            step=step,
            channel="sms",
            address=first.address,
            due_at=now,
            created_at=now,
        )
        for step in range(1, WAITING)
    ]
    Delivery.objects.bulk_create(rows)
    asked(make_account("Other"), now + timedelta(seconds=1), person=Person(phone="+12125550001"))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    Pause.objects.create(channel="sms", sender=SENDER, code="21606", since=now, retry_at=now + timedelta(hours=1))
    return Delivery.objects.exclude(account=account).get()


def test_the_others_message_is_claimed_at_once(beside: Delivery, now: datetime) -> None:
    later = now + timedelta(seconds=1)
    assert Delivery.objects.next_due(later) == later
    ours = turns.Turns("sms")
    assert [row.pk for row in ours.claim(later)] == [beside.pk]
    assert ours.claim(later) == []
    assert Delivery.objects.next_due(later) == later + claims.LEASE
    after = later + claims.LEASE
    assert ours.claim(after) == []
    assert [row.pk for row in claims.claim_lapsed("sms", after)] == [beside.pk]


@pytest.mark.postgres
@pytest.mark.skipif(settings.SQLITE, reason="looks at PostgreSQL's plans")
def test_no_claim_walks_over_what_waits_for_a_paused_sender(beside: Delivery, now: datetime) -> None:
    later = now + timedelta(seconds=1)
    explain = Explain()
    with connection.execute_wrapper(explain):
        Delivery.objects.next_due(later)
        assert turns.accounts_that_came_up("sms", now, later) == [beside.account_id]
        turns.Turns("sms").claim(later)
        claims.claim_lapsed("sms", later)
    assert len(explain.most) > 6
    assert max(explain.most) < 100, explain.most


class Explain:
    """Runs each statement by EXPLAIN ANALYZE first, and keeps the most rows that a node of its plan met."""

    def __init__(self) -> None:
        self.most: list[int] = []

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.lstrip().startswith(("SELECT", "WITH", "UPDATE")):
            with context["connection"].connection.cursor() as cursor:
                cursor.execute("SAVEPOINT looked")
                cursor.execute("EXPLAIN (ANALYZE, FORMAT JSON) " + sql, params)
                plan = cursor.fetchone()[0]
                cursor.execute("ROLLBACK TO SAVEPOINT looked")
            self.most.append(max(rows_met((plan if isinstance(plan, list) else json.loads(plan))[0]["Plan"])))
        return execute(sql, params, many, context)


def rows_met(node: dict[str, Any]) -> list[int]:
    met = (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * max(node["Actual Loops"], 1)
    return [met, *(rows for child in node.get("Plans", []) for rows in rows_met(child))]
