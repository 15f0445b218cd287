"""Several messages marked and declared at once: each for itself, and on PostgreSQL in one transaction."""

import re
import uuid
from datetime import datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from oauth.models import Account
from reviews.delivery import advance, claims
from reviews.delivery.advance import Sent
from reviews.delivery.channels import Accepted, Message
from reviews.models import Delivery, Event, ReviewRequest
from reviews.requests import lifecycle, plan
from reviews.requests.matching import Person
from reviews.tests.support.helpers import asked

pytestmark = pytest.mark.django_db

on_postgres = pytest.mark.skipif(settings.SQLITE, reason="needs PostgreSQL: SQLite lets one writer in at a time")


def claimed(account: Account, now: datetime, *names: str) -> list[Delivery]:
    for name in names:
        asked(account, now, person=Person(email=f"{name}@example.com"))
    return claims.claim("email", now)


def left(row: Delivery, now: datetime) -> Sent:
    """As the drain notes it, with the follow-up."""
    steps = plan.steps_of(row.request)
    following = plan.following_delivery(row, steps=steps, blocked={}, now=now)
    return Sent(row, Message(to=row.address, sender="x", text="Hi", key="k"), Accepted(row.address), now, following)


def test_each_of_a_lot_is_declared_and_marked_for_itself(account: Account, now: datetime) -> None:
    rows = claimed(account, now, "a", "b", "c", "d")
    a, b, c, d = rows
    lifecycle.cancel_request(request=b.request, now=now)
    assert advance.mark_and_declare(sent=[], ready=rows, now=now) == (set(), {a.pk, c.pk, d.pk})
    Delivery.objects.filter(pk=c.pk).update(claim=uuid.uuid4())
    more = claimed(account, now, "e", "f", "g")

    marked, declared = advance.mark_and_declare(sent=[left(row, now) for row in (d, c, a)], ready=more[:2], now=now)

    assert (marked, declared) == ({a.pk, d.pk}, {row.pk for row in more[:2]})
    states = dict(Delivery.objects.filter(step=0).values_list("address", "status"))
    assert {address[0]: state for address, state in states.items()} == {
        "a": "sent",
        "b": "cancelled",
        "c": "sending",
        "d": "sent",
        "e": "sending",
        "f": "sending",
        "g": "planned",
    }
    assert set(Delivery.objects.filter(step=1).values_list("request", flat=True)) == {a.request_id, d.request_id}
    told = Event.objects.filter(type="message.sent").values_list("delivery_id", flat=True)
    assert set(told) == {a.pk, d.pk}
    assert {row.provider_id for row in Delivery.objects.filter(pk__in=[a.pk, d.pk])} == {a.address, d.address}


def test_more_may_be_declared_than_marked_and_nothing_is_no_statement(account: Account, now: datetime) -> None:
    first, *others = claimed(account, now, "a", "b", "c")
    advance.mark_and_declare(sent=[], ready=[first], now=now)
    assert advance.mark_and_declare(sent=[left(first, now)], ready=others, now=now) == (
        {first.pk},
        {row.pk for row in others},
    )
    with CaptureQueriesContext(connection) as queries:
        assert advance.mark_and_declare(sent=[], ready=[], now=now) == (set(), set())
    assert not queries.captured_queries


@on_postgres
@pytest.mark.django_db(transaction=True)
def test_what_came_back_together_is_marked_in_one_transaction(account: Account, now: datetime) -> None:
    rows = claimed(account, now, "a", "b", "c")
    advance.mark_and_declare(sent=[], ready=rows, now=now)
    advance.mark_and_declare(sent=[left(row, now) for row in rows], ready=[], now=now)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), count(DISTINCT xmin::text) FROM reviews_delivery WHERE status = 'sent'")
        assert cursor.fetchone() == (3, 1)


@on_postgres
def test_a_lot_takes_its_locks_in_one_order(account: Account, now: datetime) -> None:
    """So that another lot, and whoever ends several requests, waits for it and is not waited for."""
    rows = sorted(claimed(account, now, "a", "b", "c"), key=lambda row: row.request_key)
    advance.mark_and_declare(sent=[], ready=rows, now=now)
    sent = [left(row, now) for row in reversed(rows)]
    with CaptureQueriesContext(connection) as queries:
        advance.mark_and_declare(sent=sent, ready=[], now=now)
    assert [next(row for row in rows if row.request_key.hex in query["sql"]) for query in queries] == rows


# --- The statements ----------------------------------------------------------------------------------


def test_the_statements_take_their_states_from_the_tables() -> None:
    sources = Path(advance.__file__).read_text() + Path(claims.__file__).read_text()
    words = {*Delivery.Status.values, *ReviewRequest.Status.values}
    assert re.findall(rf"'(?:{'|'.join(words)})'", sources) == []
    assert "'planned', 'sending'" in advance._DECLARE  # and there they are


@on_postgres
def test_the_driver_keeps_what_it_has_parsed_of_each_statement() -> None:
    """One that is longer, or has more parameters, is parsed anew for every message."""
    from psycopg import _queries as driver

    for sql in advance._STATEMENTS.values():
        assert len(sql) <= driver.MAX_CACHED_STATEMENT_LENGTH
        assert len(set(re.findall(r"%\((\w+)\)s", sql))) <= driver.MAX_CACHED_STATEMENT_PARAMS
