"""No number gets more than three texts in a day, however many workers declare at once. On PostgreSQL.

Not on SQLite, where a transaction takes the one write lock first.
"""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial

import pytest
from django.conf import settings as given
from django.db import OperationalError, connection, connections, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from reviewhub.testing import make_account
from reviews.delivery import advance, claims
from reviews.models import Delivery
from reviews.requests.matching import Person
from reviews.requests.schedule.slots import CAP
from reviews.tests.support.helpers import asked
from reviews.tests.support.provider_posts import NUMBER
from reviews.tests.support.site import zone_where_it_is_noon
from reviews.tests.support.waiting import until

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.skipif(given.SQLITE, reason="needs PostgreSQL: SQLite lets one writer in at a time"),
    pytest.mark.django_db(transaction=True),
]

WORKERS = 6


def claimed(texts: int, to: str = NUMBER) -> list[Delivery]:
    """So many due texts to one number, from as many accounts, all of them claimed."""
    now, zone = timezone.now(), zone_where_it_is_noon()
    for number in range(texts):
        asked(make_account(f"Business {number}"), now, person=Person(phone=to, time_zone=zone))
    rows = claims.claim("sms", timezone.now())
    assert len(rows) == texts
    return rows


def is_declared(row: Delivery, now: datetime) -> bool:
    """By a worker with a database connection of its own."""
    try:
        return row.pk in advance.mark_and_declare(sent=[], ready=[row], now=now)[1]
    finally:
        connections.close_all()


def locks() -> list[bool]:
    """Of each lock of a number, whether it is held or waited for."""
    here = "database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT granted FROM pg_locks WHERE locktype = 'advisory' AND {here}")  # noqa: S608 (ours)
        return [granted for (granted,) in cursor.fetchall()]


def somebody_waits() -> bool:
    return False in locks()


def test_whoever_waits_for_the_number_counts_what_was_declared_meanwhile() -> None:
    first, *others = claimed(CAP + 1)
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [NUMBER])
            waiting = pool.submit(is_declared, first, timezone.now())
            assert until(somebody_waits)
            # Not committed when the waiting one began.
            Delivery.objects.filter(pk__in=[row.pk for row in others]).update(status="sending")
        assert waiting.result(60) is False
    first.refresh_from_db()
    assert (first.status, first.attempts) == ("planned", 0)


def test_workers_that_declare_at_once_send_no_more_than_the_cap() -> None:
    for number in range(4):
        rows = claimed(WORKERS, to=f"+1212555000{number}")
        with ThreadPoolExecutor(WORKERS) as pool:
            found = list(pool.map(partial(is_declared, now=timezone.now()), rows))
        assert found.count(True) == CAP
        assert Delivery.objects.filter(status="sending", address=rows[0].address).count() == CAP


def test_a_text_is_declared_in_one_round_trip_that_locks_its_number_first() -> None:
    [row] = claimed(1)
    with CaptureQueriesContext(connection) as queries:
        assert advance.mark_and_declare(sent=[], ready=[row], now=timezone.now()) == (set(), {row.pk})
    lock, declaration = [query["sql"] for query in queries]
    assert "pg_advisory_xact_lock" in lock
    assert "UPDATE" in declaration
    assert locks() == []


def test_each_text_of_a_lot_counts_for_the_next_one() -> None:
    rows = claimed(CAP + 2)
    assert len(advance.mark_and_declare(sent=[], ready=rows, now=timezone.now())[1]) == CAP


def test_a_lot_locks_its_numbers_at_once_and_in_one_order() -> None:
    rows = [*claimed(1, to="+12125550002"), *claimed(1, to="+12125550001")]
    with CaptureQueriesContext(connection) as queries:
        advance.mark_and_declare(sent=[], ready=rows, now=timezone.now())
    lock, *declarations = [query["sql"] for query in queries]
    assert lock.index("+12125550001") < lock.index("+12125550002")
    assert len(declarations) == 2


def ended(pid: int) -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
    finally:
        connections.close_all()


def test_a_connection_that_is_gone_is_the_databases_error() -> None:
    """The drain waits for it and repeats."""
    [row] = claimed(1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        [pid] = cursor.fetchone()
    with ThreadPoolExecutor(1) as pool:
        pool.submit(ended, pid).result(60)
    with pytest.raises(OperationalError):
        advance.mark_and_declare(sent=[], ready=[row], now=timezone.now())
    connection.close()
    assert advance.mark_and_declare(sent=[], ready=[row], now=timezone.now())[1] == {row.pk}
