"""`/metrics`: what it says, who may read it, what it costs, and that totals never shrink."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from prometheus_client.openmetrics.parser import text_string_to_metric_families as open_metrics
from prometheus_client.parser import text_string_to_metric_families

from oauth.models import Account, MemberMail, Membership
from reviewhub.testing import make_member
from reviews.insights import counters, installation
from reviews.models import (
    ChannelHealth,
    Delivery,
    DeliveryEvent,
    Endpoint,
    Event,
    InboxItem,
    Notice,
    ReviewRequest,
    Tally,
    Telling,
    WorkerBeat,
)
from reviews.requests.matching import Person
from reviews.tests.support.helpers import asked

TOKEN = "t" * 40

Read = Callable[[], dict[tuple[str, frozenset[tuple[str, str]]], float]]


def sample(name: str, **labels: str) -> tuple[str, frozenset[tuple[str, str]]]:
    return f"reviewhub_{name}", frozenset(labels.items())


@pytest.fixture
def read(client: Client, now: datetime) -> Read:
    """Function that scrapes at `now`, and parses the answer with the library of Prometheus' own clients."""

    def scrape() -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
        with time_machine.travel(now, tick=False):
            response = client.get("/metrics")
        assert response.status_code == 200
        families = text_string_to_metric_families(response.content.decode())
        return {(one.name, frozenset(one.labels.items())): one.value for family in families for one in family.samples}

    return scrape


def message(account: Account, now: datetime, **fields: Any) -> Delivery:
    """Make a message with these columns, and a request of its own."""
    number = Delivery.objects.count()
    request = asked(account, now, person=Person(email=f"jane{number}@example.com"))
    Delivery.objects.filter(request=request).update(**fields)
    return Delivery.objects.get(request=request)


# --- What it says ------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_an_empty_installation_has_a_zero_for_everything(read: Read) -> None:
    found = read()
    for name in ("pending", "due", "oldest_due_age_seconds", "in_doubt", "unknown"):
        assert found[sample(f"deliveries_{name}", channel="sms")] == 0, name
    for name in ("sent", "delivered", "failed", "bounced"):
        assert found[sample(f"deliveries_{name}_total", channel="email")] == 0, name
    assert found[sample("requests", status="scheduled")] == 0
    assert found[sample("workers")] == 0
    assert found[sample("channel_paused_seconds", channel="sms")] == 0
    assert found[sample("provider_events_unapplied")] == 0
    assert found[sample("notices_due")] == found[sample("endpoints", state="on")] == 0
    assert found[sample("staff_mail_due")] == found[sample("staff_mail_refused")] == 0
    assert found[sample("queue_tasks")] == 0
    assert [labels for name, labels in found if name == "reviewhub_build_info"]


def test_waiting_messages_are_counted_by_channel(read: Read, account: Account, now: datetime) -> None:
    message(account, now, due_at=now - timedelta(seconds=90))
    message(account, now, due_at=now - timedelta(seconds=30), status="sending")
    message(account, now, due_at=now + timedelta(seconds=30), status="sending")
    message(account, now, due_at=now + timedelta(days=3))
    message(account, now, due_at=now - timedelta(days=3), status="cancelled")
    found = read()
    assert found[sample("deliveries_pending", channel="email")] == 4
    assert found[sample("deliveries_due", channel="email")] == 2
    assert found[sample("deliveries_oldest_due_age_seconds", channel="email")] == 90
    assert found[sample("deliveries_in_doubt", channel="email")] == 1
    assert found[sample("deliveries_pending", channel="sms")] == 0
    assert found[sample("requests", status="scheduled")] == 5


def test_settled_messages_are_counted_by_channel(read: Read, account: Account, now: datetime) -> None:
    message(account, now, status="sent", sent_at=now - timedelta(days=400))
    message(account, now, status="delivered", sent_at=now)
    message(account, now, status="bounced", sent_at=now, error_code="550")
    message(account, now, status="failed", error_code="21211", channel="sms")
    message(account, now, status="unknown", channel="sms")
    found = read()
    assert found[sample("deliveries_sent_total", channel="email")] == 3
    assert found[sample("deliveries_bounced_total", channel="email")] == 1
    assert found[sample("deliveries_failed_total", channel="sms")] == 1
    assert found[sample("deliveries_failed_total", channel="email")] == 0
    assert found[sample("deliveries_unknown", channel="sms")] == 1
    codes = {labels: value for (name, labels), value in found.items() if name == "reviewhub_delivery_failures_last_day"}
    assert codes == {frozenset({("code", code)}): 1 for code in ("550", "21211", "none")}


def test_causes_are_of_the_last_day_and_bounded(read: Read, account: Account, now: datetime) -> None:
    row = message(account, now, status="failed", error_code="old", due_at=now - timedelta(hours=25))
    Delivery.objects.bulk_create(
        Delivery(
            account=account,
            request=row.request,
            step=number,
            channel="sms",
            status="failed",
            error_code=f"{number}",
            due_at=now,
            created_at=now,
        )
        for number in range(1, 31)
    )
    found = read()
    codes = {dict(labels)["code"]: n for (name, labels), n in found.items() if name.endswith("failures_last_day")}
    assert len(codes) == 21
    assert codes["other"] == 10
    assert "old" not in codes


@pytest.mark.django_db
def test_workers_and_providers(read: Read, account: Account, now: datetime) -> None:
    WorkerBeat.objects.create(worker="a:1", started_at=now, beat_at=now - timedelta(seconds=70), restarts=2)
    WorkerBeat.objects.create(worker="b:1", started_at=now, beat_at=now + timedelta(seconds=1))
    ChannelHealth.objects.create(channel="sms", paused_until=now + timedelta(seconds=45))
    ChannelHealth.objects.create(channel="email", paused_until=now - timedelta(seconds=45))
    for number in range(3):
        DeliveryEvent.objects.create(
            provider="twilio",
            key=f"{number}",
            occurred_at=now,
            received_at=now - timedelta(minutes=number),
            applied_at=None if number else now,
        )
    found = read()
    assert found[sample("workers")] == 2
    assert found[sample("worker_beat_age_seconds", worker="a:1")] == 70
    assert found[sample("worker_beat_age_seconds", worker="b:1")] == 0
    assert found[sample("worker_restarts_total", worker="a:1")] == 2
    assert found[sample("channel_paused_seconds", channel="sms")] == 45
    assert found[sample("channel_paused_seconds", channel="email")] == 0
    assert found[sample("provider_events_unapplied")] == 2
    assert found[sample("provider_events_oldest_unapplied_age_seconds")] == 120


def waiting_notice(account: Account, now: datetime, due_at: datetime, **fields: Any) -> None:
    """Make a notice that is due then, for an endpoint of its own with these columns."""
    endpoint = Endpoint.objects.create(account=account, url="https://hooks.example.com/", **fields)
    event = Event.objects.create(account=account, type="link.clicked", occurred_at=now)
    Notice.objects.create(event=event, endpoint=endpoint, due_at=due_at)


def test_calls_to_endpoints_that_answer_count_as_due(read: Read, account: Account, now: datetime) -> None:
    waiting_notice(account, now, now - timedelta(seconds=30))
    waiting_notice(account, now, now - timedelta(seconds=90))
    waiting_notice(account, now, now + timedelta(seconds=1))
    waiting_notice(account, now, now - timedelta(hours=1), failures=3)
    waiting_notice(account, now, now - timedelta(hours=2), is_active=False)
    Notice.objects.create(
        event=Event.objects.earliest("pk"), endpoint=Endpoint.objects.earliest("pk"), due_at=now, status="delivered"
    )
    found = read()
    assert found[sample("notices_due")] == 2
    assert found[sample("notices_oldest_due_age_seconds")] == 90
    assert [found[sample("endpoints", state=state)] for state in ("on", "failing", "off")] == [3, 1, 1]


def test_members_who_wait_for_mail_are_counted(read: Read, account: Account, now: datetime) -> None:
    later = now + timedelta(minutes=1)
    for number, (due_at, failing_since, tell) in enumerate(
        [(now, None, ""), (later, None, ""), (later, now, ""), (now, None, "never"), (now, None, "daily")]
    ):
        user = make_member(account, "owner", f"owner{number}@riverside.example")
        Membership.objects.filter(user=user).update(tell=tell)
        mail = MemberMail.objects.create(
            membership=Membership.objects.get(user=user), due_at=due_at, failing_since=failing_since
        )
        for _ in range(2):
            item = InboxItem.objects.create(account=account, kind="reply", created_at=now)
            Telling.objects.create(mail=mail, item=item, created_at=now, morning=later)
    found = read()
    assert (found[sample("staff_mail_due")], found[sample("staff_mail_refused")]) == (2, 1)


@pytest.mark.django_db
def test_tasks_in_the_queue_are_counted(read: Read) -> None:
    from django.apps import apps

    from reviews.worker.queue import _drain_task

    queue = apps.get_model("django_q.OrmQ").objects
    queue.create(key=settings.Q_CLUSTER["name"], payload=_drain_task(), lock=datetime(2020, 1, 1).astimezone())
    if installation.queue_length():  # of the database's broker; with Redis the queue is elsewhere
        assert read()[sample("queue_tasks")] == 1


@pytest.mark.django_db
def test_a_queue_that_is_away_costs_its_own_line_alone(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    import redis

    def away() -> int:
        raise redis.ConnectionError("redis://:secret@host")

    monkeypatch.setattr(installation, "queue_length", away)
    found = read()
    assert sample("queue_tasks") not in found
    assert found[sample("workers")] == 0


@pytest.mark.django_db
def test_it_says_whether_redis_takes_writes(read: Read, request: pytest.FixtureRequest) -> None:
    assert read()[sample("redis_up")] == 1
    request.getfixturevalue("without_redis")
    assert read()[sample("redis_up")] == 0


@pytest.mark.django_db
def test_prometheus_may_ask_for_openmetrics(client: Client) -> None:
    accept = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5"
    response = client.get("/metrics", headers={"Accept": accept})
    assert response["Content-Type"].startswith("application/openmetrics-text")
    names = {family.name for family in open_metrics(response.content.decode())}
    assert {"reviewhub_deliveries_sent", "reviewhub_build"} <= names


# --- Totals ------------------------------------------------------------------------------------------------


def test_a_total_stays_the_same_when_it_is_folded(read: Read, account: Account, now: datetime) -> None:
    old = message(account, now, status="sent", sent_at=now - timedelta(days=9))
    message(account, now, status="sent", sent_at=now)
    for number, ago in enumerate([timedelta(days=9), timedelta(0)]):
        DeliveryEvent.objects.create(
            provider="x",
            key=f"{number}",
            kind="delivered",
            delivery=old,
            occurred_at=now,
            received_at=now - ago,
        )
    names = [sample(f"deliveries_{name}_total", channel="email") for name in ("sent", "delivered")]
    before = read()
    assert [before[name] for name in names] == [2, 2]
    for _ in range(2):
        counters.fold(now=now)
        after = read()
        assert [after[name] for name in names] == [2, 2]
    assert [(row.value, row.until) for row in Tally.objects.filter(channel="email")] == [
        (1, now - counters.SETTLED_AFTER)
    ] * 2
    assert [row.value for row in Tally.objects.filter(channel="sms")] == [0, 0]
    counters.fold(now=now + timedelta(hours=1))
    assert [Tally.objects.get(name=name, channel="email").value for name in counters.FOLDED] == [2, 2]


def test_a_total_does_not_shrink_when_an_account_is_deleted(read: Read, account: Account, now: datetime) -> None:
    message(account, now, status="sent", sent_at=now - timedelta(days=9))
    counters.fold(now=now)
    ReviewRequest.objects.all().delete()
    assert read()[sample("deliveries_sent_total", channel="email")] == 1


def test_the_hourly_sweep_folds(account: Account, now: datetime) -> None:
    from reviews.tasks import sweep

    message(account, now, status="sent", sent_at=now - timedelta(days=9))
    with time_machine.travel(now, tick=False):
        sweep()
    assert Tally.objects.get(name="sent", channel="email").value == 1


# --- Who may read it ---------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "behind_proxy", "token", "given", "status"),
    [
        ("127.0.0.1", False, "", "", 200),
        ("::1", False, "", "", 200),
        ("::ffff:127.0.0.1", False, "", "", 200),
        ("192.0.2.1", False, "", "", 403),
        ("", False, "", "", 403),
        ("unix:", False, "", "", 403),
        ("127.0.0.1", True, "", "", 403),
        ("127.0.0.1", True, TOKEN, f"Bearer {TOKEN}", 200),
        ("192.0.2.1", False, TOKEN, f"bearer {TOKEN}", 200),
        ("192.0.2.1", False, TOKEN, f"Bearer {TOKEN[1:]}", 403),
        ("192.0.2.1", False, TOKEN, "Bearer", 403),
        ("192.0.2.1", False, TOKEN, f"Basic {TOKEN}", 403),
        ("192.0.2.1", False, TOKEN, TOKEN, 403),
        ("192.0.2.1", False, TOKEN, "Bearer ü", 403),
        ("192.0.2.1", False, "", "Bearer ", 403),
        ("127.0.0.1", False, TOKEN, "Bearer wrong", 403),
    ],
)
def test_only_the_token_or_this_machine_may_read(
    client: Client, settings: Any, address: str, behind_proxy: bool, token: str, given: str, status: int
) -> None:
    settings.BEHIND_PROXY, settings.METRICS_TOKEN = behind_proxy, token
    headers = {"X-Forwarded-For": "127.0.0.1"} | ({"Authorization": given} if given else {})
    response = client.get("/metrics", headers=headers, REMOTE_ADDR=address)
    assert response.status_code == status
    if status == 403:
        assert response.json()["error"] == "forbidden"
        assert response.json()["error_description"]
        assert "reviewhub_" not in response.content.decode()


def test_a_post_is_refused(client: Client) -> None:
    response = client.post("/metrics")
    assert (response.status_code, response.json()["error"]) == (405, "method_not_allowed")


@pytest.mark.django_db
@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_a_database_that_is_down_is_a_passing_state(
    client: Client, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    def down(*_: Any) -> None:
        raise error

    monkeypatch.setattr(installation, "requests_by_status", down)
    response = client.get("/metrics")
    assert (response.status_code, response.json()["error"], response["Retry-After"]) == (
        503,
        "temporarily_unavailable",
        "1",
    )


# --- What it costs -----------------------------------------------------------------------------------------


# PostgreSQL is asked for its estimates, too; a queue in Redis is not asked for here.
STATEMENTS = 14 + (not settings.SQLITE) - bool(settings.REDIS_URL)


def test_a_scrape_is_a_fixed_number_of_statements(
    client: Client, account: Account, now: datetime, django_assert_num_queries: Any
) -> None:
    message(account, now, status="sent", sent_at=now)
    WorkerBeat.objects.create(worker="a:1", started_at=now, beat_at=now)
    with django_assert_num_queries(STATEMENTS):
        client.get("/metrics")


@pytest.mark.postgres
@pytest.mark.skipif(connection.vendor != "postgresql", reason="looks at PostgreSQL's plans")
def test_no_big_table_is_read_from_end_to_end(client: Client, account: Account, now: datetime) -> None:
    """20,000 messages that were sent long ago, as many requests: only indexes are read."""
    template = message(account, now, status="sent", sent_at=now - timedelta(days=9))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO reviews_delivery (account_id, request_id, step, channel, address, status, reason, due_at,"
            " attempts, message_key, link_token, provider_id, sandbox, subject, text, error_code, error_text,"
            " created_at, sent_at) SELECT account_id, request_id, n, channel, address, 'sent', '', due_at, 1,"
            " gen_random_uuid(), 'x' || n, '', false, '', repeat('x', 200), '', '', created_at, sent_at"
            " FROM reviews_delivery, generate_series(1, 20000) n WHERE id = %s",
            [template.pk],
        )
        counters.fold(now=now)
        cursor.execute("ANALYZE")
        with CaptureQueriesContext(connection) as captured:
            client.get("/metrics")
        assert len(captured) == STATEMENTS
        for query in captured:
            cursor.execute("EXPLAIN " + query["sql"])
            plan = "\n".join(row[0] for row in cursor.fetchall())
            assert "Seq Scan on reviews_delivery " not in plan, plan


@pytest.mark.postgres
@pytest.mark.skipif(connection.vendor != "postgresql", reason="reads PostgreSQL's statistics")
def test_many_requests_are_estimated(account: Account, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(10):
        message(account, now)
    ReviewRequest.objects.filter(pk__in=ReviewRequest.objects.values("pk")[:4]).update(status="failed", ended_at=now)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE reviews_reviewrequest")
    exact = installation.requests_by_status()
    ReviewRequest.objects.update(status="cancelled", ended_at=now)
    monkeypatch.setattr(installation, "MANY", 10)
    assert installation.requests_by_status() == exact
    monkeypatch.setattr(installation, "MANY", 11)
    assert installation.requests_by_status()["cancelled"] == 10
