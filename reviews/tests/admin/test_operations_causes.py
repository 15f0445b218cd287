"""The operator's page by cause: what waits, what failed, what may be retried in one press, and what is not offered."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from oauth.models import Account, User
from oauth.tests.flow import signed_in
from reviews.insights import health
from reviews.models import Delivery, Pause, WorkerBeat
from reviews.tests.admin.test_operations import message

pytestmark = pytest.mark.django_db

PAGE = "/admin/operations/"


@pytest.fixture
def client_of_operator(operator: User) -> Client:
    return signed_in(operator)


def page(client: Client, now: datetime) -> str:
    with time_machine.travel(now, tick=False):
        return " ".join(client.get(PAGE).content.decode().split())


def retry(client: Client, kind: str = "failed", **form: str) -> Any:
    return client.post(reverse("operations-retry", args=[kind]), form, follow=True)


def test_a_group_is_retried_by_one_press_and_the_outcome_is_said(
    client_of_operator: Client, account: Account, now: datetime
) -> None:
    for _ in range(3):
        message(account, now, status="failed", error_code="5.7", due_at=now - timedelta(hours=1))
    content = page(client_of_operator, now)
    assert "3 mails did not arrive: The receiving server refused the message" in content
    assert "check SPF, DKIM and DMARC" in content
    assert "Retry these 3" in content
    with time_machine.travel(now, tick=False):
        answer = retry(client_of_operator, channel="email", code="5.7")
        assert answer.redirect_chain == [(f"{PAGE}#losses", 302)]
        assert "3 messages are planned again." in answer.content.decode()
        assert "Retry these" not in answer.content.decode()
        assert (
            "Nothing is left to retry there." in retry(client_of_operator, channel="email", code="5.7").content.decode()
        )
    assert Delivery.objects.filter(status="planned").count() == 3


def test_no_retry_is_offered_that_cannot_help(client_of_operator: Client, account: Account, now: datetime) -> None:
    gone = message(account, now, status="failed", error_code="5.1.1", due_at=now - timedelta(hours=1))
    content = page(client_of_operator, now)
    assert "The address does not exist. Ask the customer for the right one." in content
    assert content.count("Another try cannot help.") == 2  # of the cause, and of the message
    assert reverse("operations-retry", args=["failed"]) not in content
    assert reverse("operations-decide", args=[gone.pk, "retry"]) not in content


def test_what_is_tried_again_is_counted_with_its_next_try_and_may_be_hurried(
    client_of_operator: Client, account: Account, now: datetime
) -> None:
    row = message(account, now, status="planned", error_code="450", due_at=now + timedelta(hours=4))
    content = page(client_of_operator, now)
    assert "1 mail waits: The mailbox was busy" in content
    assert "Retry this one" in content
    with time_machine.travel(now, tick=False):
        assert (
            "1 message is planned again."
            in retry(client_of_operator, "waiting", channel="email", code="450").content.decode()
        )
    row.refresh_from_db()
    assert row.due_at == now


def test_what_a_pause_holds_says_what_to_mend_and_since_when(
    client_of_operator: Client, account: Account, now: datetime
) -> None:
    Pause.objects.create(channel="email", code="535", since=now - timedelta(hours=1), retry_at=now + timedelta(hours=1))
    message(account, now, due_at=now - timedelta(minutes=1))
    content = page(client_of_operator, now)
    assert "1 mail waits: The mail server refused the login: check user and password in EMAIL_URL." in content
    assert "Ask the operator" not in content
    assert 'href="#providers"' in content
    assert reverse("operations-retry", args=["waiting"]) not in content


def test_no_worker_is_said_with_the_time(client_of_operator: Client, now: datetime) -> None:
    WorkerBeat.objects.create(worker="a:1", started_at=now, beat_at=now - timedelta(minutes=29))
    assert "No worker since" in page(client_of_operator, now)
    assert "14:31" in page(client_of_operator, now) or "2:31" in page(client_of_operator, now)
    WorkerBeat.objects.update(beat_at=now)
    assert "No worker" not in page(client_of_operator, now)


def test_a_database_that_takes_no_writes_is_said(
    client_of_operator: Client, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "takes no writes" not in page(client_of_operator, now)
    monkeypatch.setattr(health, "takes_writes", lambda _: False)
    assert "The database takes no writes." in page(client_of_operator, now)


def test_an_installation_without_a_way_to_the_operator_is_told_so(
    client_of_operator: Client, now: datetime, settings: Any
) -> None:
    settings.SANDBOX = False
    assert "OPERATOR_ALERT_URL" in page(client_of_operator, now)
    settings.OPERATOR_ALERT_URL = "https://hooks.example/x"
    assert "OPERATOR_ALERT_URL" not in page(client_of_operator, now)


@pytest.mark.parametrize("person", ["owner", "viewer", "stranger"])
def test_nobody_but_the_operator_retries(request: Any, account: Account, now: datetime, person: str) -> None:
    message(account, now, status="failed", error_code="5.7", due_at=now)
    client = signed_in(request.getfixturevalue(person))
    assert retry(client, channel="email", code="5.7").status_code == 403
    assert Delivery.objects.get().status == "failed"


@pytest.mark.parametrize(
    ("kind", "form", "status"),
    [
        ("delete", {"channel": "email", "code": "5.7"}, 404),
        ("failed", {"channel": "fax", "code": "5.7"}, 404),
        ("failed", {}, 404),
        ("failed", {"channel": "email"}, 200),
        ("failed", {"channel": "email", "code": "x" * 1000}, 200),
        ("waiting", {"channel": "sms", "code": "' OR 1=1"}, 200),
    ],
)
def test_malformed_retries_change_nothing(
    client_of_operator: Client, account: Account, now: datetime, kind: str, form: dict[str, str], status: int
) -> None:
    message(account, now, status="failed", error_code="5.7", due_at=now)
    assert retry(client_of_operator, kind, **form).status_code == status
    assert Delivery.objects.get().status == "failed"
    assert client_of_operator.get(reverse("operations-retry", args=["failed"])).status_code == 405


def test_more_causes_and_messages_cost_no_more_statements(
    client_of_operator: Client,
    account: Account,
    other_account: Account,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(health, "takes_writes", lambda _: True)  # which writes every few seconds
    counts: list[int] = []
    Pause.objects.create(channel="email", code="535", since=now, retry_at=now + timedelta(hours=1))
    page(client_of_operator, now)
    for codes in (["5.7", "450"], ["5.6", "554", "421", "550"]):
        for code in codes:
            for each in (account, other_account):
                message(each, now, status="failed", error_code=code, due_at=now - timedelta(hours=1))
                message(each, now, status="planned", error_code=code, due_at=now + timedelta(hours=1))
        with time_machine.travel(now, tick=False), CaptureQueriesContext(connection) as captured:
            assert client_of_operator.get(PAGE).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 32
