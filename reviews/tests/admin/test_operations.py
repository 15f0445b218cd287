"""The operator's page: who may see it, what it shows, what its buttons do, and what it costs."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from oauth.models import Account, User
from oauth.tests.flow import signed_in
from reviews.admin.operations import TESTS_PER_MINUTE
from reviews.delivery import send_test
from reviews.insights import health
from reviews.models import (
    ChannelHealth,
    Delivery,
    DeliveryEvent,
    Endpoint,
    Event,
    Notice,
    Pause,
    Suppression,
    WorkerBeat,
)
from reviews.requests.matching import Person
from reviews.tests.support.helpers import FakeProvider, asked

pytestmark = pytest.mark.django_db

PAGE = "/admin/operations/"


@pytest.fixture
def client_of_operator(operator: User) -> Client:
    return signed_in(operator)


def message(account: Account, now: datetime, **fields: Any) -> Delivery:
    number = Delivery.objects.count()
    request = asked(account, now, person=Person(first_name=f"Jane{number}", email=f"jane{number}@example.com"))
    Delivery.objects.filter(request=request).update(**fields)
    return Delivery.objects.get(request=request)


def addresses(delivery: Delivery) -> list[tuple[str, str]]:
    decide = [reverse("operations-decide", args=[delivery.pk, decision]) for decision in ("retry", "again", "sent")]
    others = [reverse("operations-resume", args=["email"]), reverse("operations-test")]
    return [("GET", PAGE), *[("POST", address) for address in decide + others]]


# --- Who ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("person", ["owner", "viewer", "stranger"])
def test_it_is_closed_to_other_staff(request: Any, account: Account, now: datetime, person: str) -> None:
    row = message(account, now, status="failed")
    client = signed_in(request.getfixturevalue(person))
    for method, address in addresses(row):
        response = client.generic(method, address)
        assert response.status_code == 403, address
        assert "Jane0" not in response.content.decode()
    assert PAGE not in client.get("/admin/").content.decode()
    assert Delivery.objects.get().status == "failed"


def test_nobody_is_sent_to_sign_in(account: Account, now: datetime) -> None:
    for method, address in addresses(message(account, now, status="failed")):
        response = Client().generic(method, address)
        assert response.status_code == 302, address
        assert response["Location"].startswith("/admin/login/")


def test_what_changes_something_is_posted_with_a_token(operator: User, account: Account, now: datetime) -> None:
    row = message(account, now, status="failed")
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(operator)
    for method, address in addresses(row)[1:]:
        assert strict.generic(method, address).status_code == 403, address
        assert strict.get(address).status_code == 405, address
    assert strict.post(PAGE).status_code in (403, 405)
    assert Delivery.objects.get().status == "failed"


def test_the_menu_leads_to_it(client_of_operator: Client) -> None:
    assert f'href="{PAGE}"' in client_of_operator.get("/admin/").content.decode()


# --- What it shows -----------------------------------------------------------------------------------------


def test_an_empty_installation(client_of_operator: Client) -> None:
    content = client_of_operator.get(PAGE).content.decode()
    for words in ("No worker.", "Nothing was sent.", "All of them did", "Not paused"):
        assert words in content


def test_a_redis_that_is_away_is_said(client_of_operator: Client, request: pytest.FixtureRequest) -> None:
    assert "No Redis." not in client_of_operator.get(PAGE).content.decode()
    request.getfixturevalue("without_redis")
    assert "No Redis." in client_of_operator.get(PAGE).content.decode()


def test_how_it_stands(client_of_operator: Client, account: Account, now: datetime) -> None:
    WorkerBeat.objects.create(worker="a:1", started_at=now, beat_at=now - timedelta(seconds=60))
    WorkerBeat.objects.create(worker="b:1", started_at=now, beat_at=now - timedelta(seconds=61), restarts=2)
    ChannelHealth.objects.create(channel="sms", paused_until=now + timedelta(seconds=45))
    DeliveryEvent.objects.create(provider="x", key="1", occurred_at=now, received_at=now - timedelta(minutes=7))
    message(account, now, due_at=now - timedelta(minutes=3))
    message(account, now, due_at=now - timedelta(minutes=2), status="sending")
    message(account, now, status="sent", sent_at=now - timedelta(minutes=5), due_at=now)
    message(account, now, status="sent", sent_at=now - timedelta(hours=5), due_at=now)
    message(account, now, status="bounced", error_code="550", due_at=now - timedelta(hours=2))
    message(account, now, status="failed", error_code="535", due_at=now - timedelta(hours=25), error_text="Bad login")
    endpoint = Endpoint.objects.create(account=account, url="https://hooks.example.com/")
    Notice.objects.create(event=Event.objects.earliest("pk"), endpoint=endpoint, due_at=now - timedelta(minutes=4))
    with time_machine.travel(now, tick=False):
        response = client_of_operator.get(PAGE)
    shown = response.context
    assert [(row.worker, stale) for row, stale in shown["workers"]] == [("a:1", False), ("b:1", True)]
    assert (shown["due"], shown["pending"], shown["in_doubt"], shown["unknown"]) == (2, 2, 1, 0)
    assert shown["oldest_due"] == now - timedelta(minutes=3)
    assert "webhook calls due, the oldest for 4 minutes" in " ".join(response.content.decode().split())
    assert [(loss["code"], loss["cause"].count) for loss in shown["losses"]] == [("535", 1), ("550", 1)]
    assert [summary for _, summary, _ in shown["sent"]] == [
        "1 sent, at most 1 in a minute.",
        "2 sent, at most 1 in an hour.",
    ]
    assert [len(chart.bars) for *_, chart in shown["sent"]] == [1, 2]
    content = response.content.decode()
    for words in (
        "Not heard of for 1\xa0minute",
        "Replaced 2 times",
        "Paused until 10:00:45",
        "the oldest for 7\xa0minutes",
        "The mailbox does not exist",
        "535: Bad login",
    ):
        assert words in content, words


def test_buttons_are_those_that_the_message_allows(client_of_operator: Client, account: Account, now: datetime) -> None:
    failed = message(account, now, status="failed", due_at=now)
    early = message(account, now, status="unknown", due_at=now - timedelta(hours=23))
    late = message(account, now, status="unknown", due_at=now - timedelta(hours=24))
    bounced = message(account, now, status="bounced", due_at=now)
    with time_machine.travel(now, tick=False):
        content = client_of_operator.get(PAGE).content.decode()
    found = {
        (row.pk, decision)
        for row in (failed, early, late, bounced)
        for decision in ("retry", "again", "sent")
        if reverse("operations-decide", args=[row.pk, decision]) in content
    }
    assert found == {(failed.pk, "retry"), (late.pk, "again"), (late.pk, "sent")}


def test_what_a_provider_wrote_is_shown_as_text(client_of_operator: Client, account: Account, now: datetime) -> None:
    message(account, now, status="failed", error_code="<b>", error_text="<script>alert(1)</script>", due_at=now)
    content = client_of_operator.get(PAGE).content.decode()
    assert "<script>alert(1)" not in content
    assert "&lt;script&gt;alert(1)" in content


def test_the_page_costs_a_fixed_number_of_statements(
    client_of_operator: Client,
    account: Account,
    other_account: Account,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(health, "takes_writes", lambda _: True)  # which writes every few seconds
    counts: list[int] = []
    client_of_operator.get(PAGE)
    for _ in range(2):
        for account_ in (account, other_account):
            for status in ("failed", "unknown", "planned"):
                message(account_, now, status=status, due_at=now)
        WorkerBeat.objects.create(worker=f"w:{len(counts)}", started_at=now, beat_at=now)
        with CaptureQueriesContext(connection) as captured:
            assert client_of_operator.get(PAGE).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]
    assert counts[0] <= 28


# --- What its buttons do -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "decision", "after", "words"),
    [
        ("failed", "retry", "planned", "It is planned again"),
        ("unknown", "again", "planned", "It is planned again"),
        ("unknown", "sent", "sent", "It counts as sent."),
        ("sent", "retry", "sent", "Nothing was changed: the message is sent by now."),
        ("failed", "sent", "failed", "Nothing was changed: the message is failed by now."),
    ],
)
def test_a_decision_is_carried_out_and_said(
    client_of_operator: Client,
    account: Account,
    now: datetime,
    status: str,
    decision: str,
    after: str,
    words: str,
) -> None:
    row = message(account, now, status=status, due_at=now - timedelta(days=2))
    address = reverse("operations-decide", args=[row.pk, decision])
    response = client_of_operator.post(address, follow=True)
    assert response.redirect_chain == [(f"{PAGE}#latest", 302)]
    assert words in response.content.decode()
    assert Delivery.objects.get(pk=row.pk).status == after


def test_what_is_not_there_is_not_found(client_of_operator: Client, account: Account, now: datetime) -> None:
    row = message(account, now, status="failed")
    for address in (
        f"{PAGE}messages/{row.pk}/delete",
        f"{PAGE}messages/{row.pk + 1}/retry",
        f"{PAGE}messages/x/retry",
        f"{PAGE}channels/pigeon/resume",
    ):
        assert client_of_operator.post(address).status_code == 404, address


def test_a_pause_is_ended(client_of_operator: Client) -> None:
    ChannelHealth.objects.create(channel="email", paused_until=timezone.now() + timedelta(minutes=1), failures=10)
    address = reverse("operations-resume", args=["email"])
    assert "E-mail: sending goes on." in client_of_operator.post(address, follow=True).content.decode()
    assert "not paused any more" in client_of_operator.post(address, follow=True).content.decode()
    assert not ChannelHealth.objects.paused(timezone.now()).exists()


# --- Test messages -----------------------------------------------------------------------------------------


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> FakeProvider:
    fake = FakeProvider()
    monkeypatch.setattr(send_test, "get_channel", lambda _: fake)
    return fake


@pytest.mark.parametrize(("to", "reached"), [("Me@Example.com ", "me@example.com"), ("(212) 555-1234", "+12125551234")])
def test_a_test_message_goes_to_an_address_or_number(
    client_of_operator: Client, account: Account, provider: FakeProvider, to: str, reached: str
) -> None:
    response = client_of_operator.post(f"{PAGE}test", {"account": str(account.pk), "to": to})
    content = response.content.decode()
    assert response.status_code == 200
    assert "Accepted." in content
    assert "The provider's answer: id-1" in content
    assert [message.to for message in provider.sent] == [reached]
    assert not Delivery.objects.exists()


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"to": ""},
        {"to": "me@"},
        {"to": "12"},
        {"to": "x" * 300},
        {"to": "me@example.com\nBcc: x@example.com"},
        {"to": "me@example.com\0"},
        {"to": "me@example.com", "account": "5"},
        {"to": "me@example.com", "account": "\0"},
    ],
)
def test_what_is_no_address_is_said_at_its_field(
    client_of_operator: Client, account: Account, provider: FakeProvider, form: dict[str, str]
) -> None:
    response = client_of_operator.post(f"{PAGE}test", {"account": str(account.pk)} | form)
    assert response.status_code == 400
    assert response.context["form"].errors
    assert provider.sent == []


def test_test_messages_are_few_a_minute(client_of_operator: Client, account: Account, provider: FakeProvider) -> None:
    form = {"account": str(account.pk), "to": "me@example.com"}
    with time_machine.travel(datetime(2026, 3, 3, 15, tzinfo=timezone.get_default_timezone()), tick=False) as clock:
        found = [client_of_operator.post(f"{PAGE}test", form).status_code for _ in range(TESTS_PER_MINUTE + 1)]
        clock.shift(60)
        found.append(client_of_operator.post(f"{PAGE}test", form).status_code)
    assert found == [200] * TESTS_PER_MINUTE + [429, 200]
    assert len(provider.sent) == TESTS_PER_MINUTE + 1


def test_accounts_that_are_switched_off_send_no_test(
    client_of_operator: Client, account: Account, provider: FakeProvider
) -> None:
    Account.objects.update(is_active=False)
    form = {"account": str(account.pk), "to": "me@example.com"}
    assert client_of_operator.post(f"{PAGE}test", form).status_code == 400
    assert provider.sent == []


# --- Texts that fit no account ---------------------------------------------------------------------------


@pytest.fixture
def stray(now: datetime) -> DeliveryEvent:
    return DeliveryEvent.objects.create(
        provider="twilio",
        key="SM1:received",
        kind="replied",
        provider_id="SM1",
        address="+12125551234",
        text="STOP",
        meaning="stop",
        meaning_reason='Says "STOP".',
        occurred_at=now,
        received_at=now,
    )


def settle(client: Client, stray: DeliveryEvent, decision: str, account: object = "") -> str:
    address = reverse("operations-stray", args=[stray.pk, decision])
    return client.post(address, {"account": str(account)}, follow=True).content.decode()


def test_a_text_that_fits_no_account_is_an_alarm(
    client_of_operator: Client, account: Account, stray: DeliveryEvent
) -> None:
    page = client_of_operator.get(PAGE).content.decode()
    for words in ("fit no account", "+12125551234", "An opt-out. Says &quot;STOP&quot;.", "Riverside Dental"):
        assert words in page


def test_its_number_is_suppressed_in_the_account_that_the_operator_chooses(
    client_of_operator: Client, account: Account, stray: DeliveryEvent, operator: User
) -> None:
    for unknown in ("", "x", "00000000-0000-4000-8000-000000000000"):
        assert "Choose the account" in settle(client_of_operator, stray, "suppress", unknown)
    page = settle(client_of_operator, stray, "suppress", account.pk)
    assert "Riverside Dental does not write to that number any more." in page
    suppression = Suppression.objects.get()
    assert (suppression.account, suppression.reason) == (account, "stop")
    assert f"Text message SM1: STOP Fitted no account; suppressed by {operator}." == suppression.evidence
    stray.refresh_from_db()
    assert stray.account == account
    assert stray.applied_at
    assert "Somebody else has settled" in settle(client_of_operator, stray, "leave")


def test_it_may_be_left_as_it_is(client_of_operator: Client, account: Account, stray: DeliveryEvent) -> None:
    assert "Left as it is." in settle(client_of_operator, stray, "leave")
    assert "fit no account" not in client_of_operator.get(PAGE).content.decode()
    assert not Suppression.objects.exists()


@pytest.mark.parametrize("decision", ["suppress", "leave"])
def test_only_the_operator_settles_it(owner: User, account: Account, stray: DeliveryEvent, decision: str) -> None:
    address = reverse("operations-stray", args=[stray.pk, decision])
    assert signed_in(owner).post(address, {"account": str(account.pk)}).status_code == 403
    stray.refresh_from_db()
    assert stray.applied_at is None


def test_what_is_no_decision_and_no_text_is_not_found(client_of_operator: Client, stray: DeliveryEvent) -> None:
    assert client_of_operator.post(reverse("operations-stray", args=[stray.pk, "forget"])).status_code == 404
    assert client_of_operator.post(reverse("operations-stray", args=[stray.pk + 1, "leave"])).status_code == 404


# --- What waits for the operator ---------------------------------------------------------------------


def test_a_pause_for_our_accounts_fault_is_told_in_words_and_may_be_tried(
    client_of_operator: Client, account: Account, now: datetime
) -> None:
    Account.objects.filter(pk=account.pk).update(text_sender="+12125550100")
    at = timezone.now() + timedelta(minutes=30)
    Pause.objects.create(channel="email", code="401", text="Bad token", since=now, retry_at=at)
    Pause.objects.create(channel="sms", sender="+12125550100", code="30034", since=now, retry_at=at)
    page = " ".join(client_of_operator.get(PAGE).content.decode().split())
    assert "The provider refused the key: check its settings." in page
    assert f"Sender +12125550100 ({account.name}) is paused:" in page
    assert f"It is tried again at {timezone.localtime(at, ZoneInfo(account.time_zone)).strftime('%H:%M')}." in page
    assert "Not paused" not in page
    answer = client_of_operator.post(f"{PAGE}channels/sms/try", {"sender": "+12125550100"}, follow=True)
    assert "the next message is tried now" in answer.content.decode()
    assert Pause.objects.get(channel="sms").retry_at <= timezone.now()
    assert Pause.objects.get(channel="email").retry_at == at
    assert client_of_operator.post(f"{PAGE}channels/fax/try").status_code == 404


def test_nobody_but_the_operator_tries_a_pause(client: Client, owner: User, now: datetime) -> None:
    Pause.objects.create(channel="email", code="401", since=now, retry_at=now + timedelta(hours=1))
    client.force_login(owner)
    assert client.post(f"{PAGE}channels/email/try").status_code == 403
    assert Pause.objects.get().retry_at == now + timedelta(hours=1)


def test_an_owner_reads_in_red_what_their_own_messages_wait_for(
    client: Client, owner: User, account: Account, other_account: Account, now: datetime
) -> None:
    Account.objects.filter(pk=other_account.pk).update(text_sender="+12125550100")
    Pause.objects.create(channel="sms", sender="+12125550100", code="30034", since=now, retry_at=now)
    client.force_login(owner)
    assert "not registered" not in client.get("/admin/").content.decode()
    Account.objects.filter(pk=account.pk).update(text_sender="+12125550100")
    page = client.get("/admin/").content.decode()
    assert "Text messages from +12125550100 wait." in page
    assert "The sender is not registered for business texts in the USA" in page


def test_readyz_and_metrics_tell_of_an_account_that_is_refused(client: Client, account: Account, now: datetime) -> None:
    WorkerBeat.objects.create(worker="w:1", started_at=now, beat_at=timezone.now())
    Pause.objects.create(channel="email", code="401", since=now, retry_at=now)
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["warnings"] == ["E-mails wait: the provider refuses our account (401). Operations says more."]
    assert 'reviewhub_account_faults{channel="email",code="401"} 1.0' in client.get("/metrics").content.decode()
