"""Providers that refuse our account: nothing fails, a channel or one sender waits, one message tries it."""

import json
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import pytest
from django.test import override_settings

from oauth.models import Account
from reviewhub.testing import make_account
from reviews import tasks
from reviews.delivery import claims, drain, pauses, staff_actions, unsent
from reviews.delivery.channels import ChannelError, Stops, get_channel
from reviews.delivery.drain import Worker
from reviews.delivery.provider_events import apply, parse, store
from reviews.delivery.turns import Turns
from reviews.models import ChannelHealth, Contact, Delivery, Event, InboxItem, Pause, ReviewRequest, Suppression
from reviews.models.addresses import hash_address
from reviews.requests.matching import Person
from reviews.tests.support.helpers import Clock, FakeProvider, asked, deliveries

pytestmark = pytest.mark.django_db

ASKS = 60
NUMBER = "+12125550100"  # of an account that has a sender of its own


class LookAlike(BaseHTTPRequestHandler):
    """Postmark's and Twilio's API: refuses as it is told, and remembers whom it took a message for."""

    refusal: ClassVar[tuple[int, dict[str, Any]] | None] = None
    calls: ClassVar[int] = 0
    taken: ClassVar[list[str]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        kind = type(self)
        kind.calls += 1
        status, answer = kind.refusal or (200, {"MessageID": "m", "ErrorCode": 0, "Message": "OK", "sid": "SM1"})
        if kind.refusal is None:
            kind.taken.append(body)
        raw = json.dumps(answer if "Accounts" in self.path or status != 200 else [answer]).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(raw)))
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def look_alike() -> Iterator[type[LookAlike]]:
    kind = type("Bound", (LookAlike,), {"taken": [], "calls": 0, "refusal": None})
    with ThreadingHTTPServer(("127.0.0.1", 0), kind) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"
        with (
            override_settings(
                EMAIL_BACKEND="anymail.backends.postmark.EmailBackend",
                ANYMAIL={"POSTMARK_SERVER_TOKEN": "t", "POSTMARK_API_URL": f"{url}/"},
                TWILIO_ACCOUNT_SID="AC1",
                TWILIO_AUTH_TOKEN="t",
                TWILIO_FROM="+15005550006",
                TWILIO_API_URL=url,
                MAIL_PROVIDER=True,
                TEXT_PROVIDER=True,
                SANDBOX=False,
            ),
            drain.working_as(Worker(get_channel)),
        ):
            yield kind
        server.shutdown()


def ask_everybody(account: Account, clock: Clock, channel: str) -> None:
    for number in range(ASKS):
        way = {"email": f"c{number}@example.com"} if channel == "email" else {"phone": f"+1212555{number:04}"}
        asked(account, clock(), person=Person(**way))


REFUSALS = [
    pytest.param("email", (401, {"ErrorCode": 10, "Message": "Bad token"}), "", "401", id="mail, login"),
    pytest.param("email", (402, {"Message": "Pay first"}), "", "402", id="mail, money"),
    pytest.param(
        "email",
        (422, {"ErrorCode": 400, "Message": "The 'From' address you supplied is not a Sender Signature."}),
        "reviews@testserver",
        "sender",
        id="mail, From not confirmed",
    ),
    pytest.param(
        "sms", (401, {"code": 20003, "message": "Authenticate", "status": 401}), "", "20003", id="text, login"
    ),
    pytest.param(
        "sms", (400, {"code": 21606, "message": "no", "status": 400}), "+15005550006", "21606", id="text, sender"
    ),
]


@pytest.mark.parametrize(("channel", "refusal", "sender", "code"), REFUSALS)
def test_a_refused_account_fails_nothing_and_all_messages_leave_once_when_it_is_mended(
    account: Account, clock: Clock, look_alike: Any, channel: str, refusal: Any, sender: str, code: str
) -> None:
    ask_everybody(account, clock, channel)
    look_alike.refusal = refusal
    assert drain.send_due(clock) == 0
    assert look_alike.calls == 1
    pause = Pause.objects.get()
    assert (pause.channel, pause.sender, pause.code) == (channel, sender, code)
    for wait in (1, 1, 2, 4, 8, 16, 32, 60, 60):  # minutes: as long again as it has stood, an hour at most
        assert pause.retry_at - clock() == timedelta(minutes=wait)
        drain.send_due(clock)
        assert Delivery.objects.next_due(clock()) == pause.retry_at
        calls = look_alike.calls
        clock.forward(minutes=wait)
        drain.send_due(clock)
        assert look_alike.calls == calls + 1  # one message, and another one each time
        pause.refresh_from_db()
    rows = Delivery.objects.filter(status="planned", attempts=0, claim=None)
    assert rows.count() == ASKS
    assert not ChannelHealth.objects.paused(clock()).exists()
    look_alike.refusal = None
    clock.forward(hours=1)
    assert drain.send_due(clock) == ASKS
    assert not Pause.objects.exists()
    assert len(look_alike.taken) == len(set(look_alike.taken)) == ASKS
    assert set(Delivery.objects.filter(step=0).values_list("status", "attempts")) == {("sent", 1)}


def test_a_pause_holds_what_another_worker_has_claimed_and_prepared(
    account: Account, clock: Clock, provider: FakeProvider
) -> None:
    count = claims.BATCH + 2  # one more than one of them claims
    for number in range(count):
        asked(account, clock(), person=Person(email=f"c{number}@example.com"))
    refused = FakeProvider(errors=[login_refused()])
    other = Worker(lambda _: refused)
    provider.meanwhile = lambda: other.send_due(clock)  # after our claim, before our first send
    assert drain.send_due(clock) == 0
    assert (provider.sent, refused.sent) == ([], [])
    assert set(Delivery.objects.values_list("status", "attempts", "claim")) == {("planned", 0, None)}
    clock.forward(minutes=1)
    assert drain.send_due(clock) == count
    assert len({message.to for message in provider.sent}) == count


def test_of_two_workers_one_tries_a_pause(account: Account, clock: Clock, provider: FakeProvider) -> None:
    for number in range(3):
        asked(account, clock(), person=Person(email=f"c{number}@example.com"))
    provider.errors = [login_refused()]
    drain.send_due(clock)
    clock.forward(minutes=1)
    turns = [Turns("email") for _ in range(2)]
    [probe], nothing = (each.claim(clock()) for each in turns)
    assert (probe.is_probe, nothing) == (True, [])
    clock.forward(minutes=2)  # the first one died meanwhile: its message is in doubt of nothing, and another is tried
    [second] = turns[1].claim(clock())
    assert second.is_probe
    assert second.pk != probe.pk


def test_what_was_in_flight_when_a_pause_began_waits_as_well(
    account: Account, clock: Clock, provider: FakeProvider
) -> None:
    asked(account, clock())
    [row] = claims.claim("email", clock())
    drain.advance.mark_and_declare(sent=[], ready=[row], now=clock())
    pauses.begin(channel="email", account=None, error=login_refused(), now=clock())
    drain.unsent.record_error(row, login_refused(), steps=[], now=clock())
    row.refresh_from_db()
    assert (row.status, row.attempts, row.error_code) == ("planned", 0, "401")
    assert row.reason == "Waits until the installation's account with the provider is in order."
    assert Pause.objects.get().retry_at == clock() + timedelta(minutes=1)


def test_a_login_that_is_refused_at_the_door_pauses_the_channel(
    account: Account, clock: Clock, provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked(account, clock())
    refuse: list[ChannelError] = [ChannelError("535", "no", stops=Stops.CHANNEL, untried=True) for _ in range(2)]
    monkeypatch.setattr(provider, "connect", lambda: raise_next(refuse))
    assert drain.send_due(clock) == 0
    assert (Pause.objects.get().code, Delivery.objects.get().attempts) == ("535", 0)
    clock.forward(minutes=1)
    assert drain.send_due(clock) == 0
    assert Pause.objects.get().retry_at == clock() + timedelta(minutes=1)
    clock.forward(minutes=1)
    assert drain.send_due(clock) == 1
    assert not Pause.objects.exists()


def test_a_refused_login_honours_retry_after(account: Account, clock: Clock, provider: FakeProvider) -> None:
    asked(account, clock())
    provider.errors = [ChannelError("401", "no", stops=Stops.CHANNEL, retry_after=timedelta(minutes=20))]
    drain.send_due(clock)
    assert Pause.objects.get().retry_at == clock() + timedelta(minutes=20)


@pytest.mark.parametrize(
    ("error", "minutes"),
    [
        (ChannelError("554", "spam", permanent=True), 0),  # it was not the login: everything goes on at once
        (ChannelError("500", "oops"), 1),
        (ChannelError("21608", "trial", stops=Stops.MESSAGE), 0),
    ],
    ids=["refused for good", "out of order", "this one alone"],
)
def test_a_tried_message_that_fails_for_another_reason_tells_what_it_can(
    account: Account, clock: Clock, provider: FakeProvider, error: ChannelError, minutes: int
) -> None:
    for number in range(3):
        asked(account, clock(), person=Person(email=f"c{number}@example.com"))
    provider.errors = [login_refused()]
    drain.send_due(clock)
    clock.forward(minutes=1)
    provider.errors = [error]
    assert drain.send_due(clock) == (2 if not minutes else 0)
    assert Pause.objects.exists() is bool(minutes)
    clock.forward(minutes=minutes)
    drain.send_due(clock)
    assert not Pause.objects.exists()


# --- One sender, one message ----------------------------------------------------------------------


def test_a_refused_sender_waits_alone(account: Account, clock: Clock, provider: FakeProvider) -> None:
    other = make_account("Other")
    Account.objects.filter(pk=other.pk).update(text_sender=NUMBER)
    other.refresh_from_db()
    with override_settings(TWILIO_FROM="+15005550006"):
        for number in range(3):
            asked(other, clock(), person=Person(phone=f"+1212555{number:04}"))
            asked(account, clock() + timedelta(seconds=1), person=Person(phone=f"+1212556{number:04}"))
        clock.forward(seconds=1)
        provider.errors = [ChannelError("21606", "cannot send", stops=Stops.SENDER)]
        drain.send_due(clock)
        drain.send_due(clock)
        assert sorted(message.sender for message in provider.sent) == ["+15005550006"] * 3
        assert Pause.objects.get().sender == NUMBER
        asked(account, clock(), person=Person(phone="+12125570000"))
        assert Delivery.objects.next_due(clock()) == clock()
        assert drain.send_due(clock) == 1
        clock.forward(minutes=1)
        assert drain.send_due(clock) == 3
    assert not Pause.objects.exists()
    assert set(Delivery.objects.filter(step=0).values_list("status", "attempts")) == {("sent", 1)}


def test_a_message_that_waits_alone_stops_no_other_and_is_tried_less_and_less(
    account: Account, clock: Clock, provider: FakeProvider
) -> None:
    request = asked(account, clock(), person=Person(phone="+12125551234"))
    asked(account, clock() + timedelta(seconds=1), person=Person(phone="+12125551235"))
    clock.forward(seconds=1)
    provider.errors = [trial()]
    assert drain.send_due(clock) == 1
    waits = []
    for _ in range(6):
        row = Delivery.objects.get(request=request)
        assert (row.status, row.attempts, row.error_code) == ("planned", 0, "21608")
        waits.append((row.due_at - clock()) / timedelta(minutes=1))
        clock.now = row.due_at
        provider.errors = [trial()]
        drain.send_due(clock)
    assert waits == [1, 1, 2, 4, 8, 16]
    assert not Pause.objects.exists()
    clock.forward(minutes=32)
    assert drain.send_due(clock) == 1


# --- Twilio's callbacks -----------------------------------------------------------------------------


@pytest.fixture
def texts(account: Account, clock: Clock, provider: FakeProvider) -> Iterator[Callable[[], list[Delivery]]]:
    """Three texts that Twilio has accepted, each with its follow-up planned."""
    with override_settings(TWILIO_FROM="+15005550006"):
        for number in range(3):
            asked(
                account,
                clock(),
                person=Person(phone=f"+1212555{number:04}", email=f"c{number}@example.com"),
                channel="sms",
            )
        assert drain.send_due(clock) == 3
        yield lambda: list(Delivery.objects.filter(step=0).order_by("pk"))


def report(delivery: Delivery, clock: Clock, status: str, code: str = "", sid: str = "") -> None:
    form = {"MessageSid": sid or delivery.provider_id, "MessageStatus": status, "To": delivery.address}
    event = parse.read_text_status(
        form | ({"ErrorCode": code} if code else {}), message_key=str(delivery.message_key), now=clock()
    )
    for row in store.store([event], apply_later=False):
        apply.apply(event_id=row.pk, now=clock())


@pytest.mark.parametrize(("code", "sender"), [("30034", "+15005550006"), ("30032", "+15005550006"), ("30002", "")])
def test_a_text_that_twilio_took_and_did_not_send_waits_for_the_sender_with_the_others(
    account: Account, clock: Clock, provider: FakeProvider, texts: Any, code: str, sender: str
) -> None:
    for row in texts():
        report(row, clock, "undelivered", code)
    rows = texts()
    assert {(row.status, row.attempts, row.sent_at, row.provider_id) for row in rows} == {("planned", 0, None, "")}
    assert not Delivery.objects.filter(step__gt=0).exists()  # it counts from when the first one leaves
    assert Pause.objects.get().sender == sender
    waiting = set(ReviewRequest.objects.values_list("status", "sent_at", "reason"))
    assert waiting == {("scheduled", None, unsent.WAITS_FOR_ACCOUNT)}
    clock.forward(minutes=1)
    assert drain.send_due(clock) == 1  # one alone: Twilio accepts first, and refuses then
    assert drain.send_due(clock) == 0
    [tried] = [row for row in texts() if row.status == "sent"]
    report(tried, clock, "undelivered", code, sid="SM-second")
    assert drain.send_due(clock) == 0
    clock.forward(minutes=1)
    assert drain.send_due(clock) == 1
    clock.forward(minutes=1)  # nothing was reported against it
    assert drain.send_due(clock) == 2
    assert not Pause.objects.exists()
    assert {row.status for row in texts()} == {"sent"}
    assert Delivery.objects.filter(step=1).count() == 3
    assert set(ReviewRequest.objects.values_list("status", "reason")) == {("sent", "")}


def test_a_pause_that_a_report_began_ends_although_no_other_message_waits(
    account: Account, clock: Clock, provider: FakeProvider, texts: Any
) -> None:
    report(texts()[0], clock, "undelivered", "30034")
    clock.forward(minutes=1)
    assert drain.send_due(clock) == 1
    tasks.pauses.end_proven(now=clock())
    assert Pause.objects.exists()
    clock.forward(minutes=1)
    tasks.pauses.end_proven(now=clock())
    assert not Pause.objects.exists()


def test_late_reports_about_the_first_try_change_nothing(
    account: Account, clock: Clock, provider: FakeProvider, texts: Any
) -> None:
    row = texts()[0]
    first = row.provider_id
    report(row, clock, "undelivered", "30034")
    report(row, clock, "failed", "30034", sid=first)
    clock.forward(minutes=1)
    drain.send_due(clock)
    row.refresh_from_db()
    assert row.status == "sent"
    report(row, clock, "failed", "", sid=first)
    row.refresh_from_db()
    assert (row.status, row.attempts) == ("sent", 1)


@pytest.mark.parametrize(("status", "code"), [("sent", "30034"), ("delivered", "30034"), ("undelivered", "30007")])
def test_no_text_is_sent_again_but_one_that_our_accounts_fault_stopped(
    account: Account, clock: Clock, provider: FakeProvider, texts: Any, status: str, code: str
) -> None:
    report(texts()[0], clock, status, code)
    clock.forward(hours=2)
    assert drain.send_due(clock) == 0
    assert not Pause.objects.exists()
    assert len([message for message in provider.sent if message.to == texts()[0].address]) == 1


def test_a_text_of_an_ended_request_is_not_planned_again(
    account: Account, clock: Clock, provider: FakeProvider, texts: Any
) -> None:
    row = texts()[0]
    ReviewRequest.objects.filter(pk=row.request_id).update(status="responded", ended_at=clock())
    report(row, clock, "undelivered", "30034")
    row.refresh_from_db()
    assert row.status == "failed"


# --- The last channel -------------------------------------------------------------------------------


def test_a_request_fails_the_moment_that_its_only_number_is_gone(
    account: Account, clock: Clock, provider: FakeProvider
) -> None:
    request = asked(account, clock(), person=Person(phone="+12125551234"))
    with override_settings(TWILIO_FROM="+15005550006"):
        drain.send_due(clock)
        report(Delivery.objects.get(step=0), clock, "undelivered", "30005")
    request.refresh_from_db()
    words = "The number does not exist any more. Ask the customer for the new one."  # Twilio's report has a code alone
    assert (request.status, request.reason) == ("failed", words)
    assert Delivery.objects.get(step=0).error_text == InboxItem.objects.get().text == words
    assert deliveries(request) == [(0, "sms", "bounced"), (1, "sms", "cancelled")]
    assert Event.objects.filter(type="review_request.failed", request=request).count() == 1


def test_a_code_that_nobody_knows_is_not_its_own_explanation(
    account: Account, clock: Clock, provider: FakeProvider
) -> None:
    asked(account, clock(), person=Person(phone="+12125551234"))
    with override_settings(TWILIO_FROM="+15005550006"):
        drain.send_due(clock)
        report(Delivery.objects.get(step=0), clock, "undelivered", "39999")
    row = Delivery.objects.get(step=0)
    assert (row.error_code, row.error_text) == ("39999", "A code of the provider; its own documentation says more.")


def test_an_address_that_is_gone_is_left_by_all_requests_of_the_account(
    account: Account, clock: Clock, provider: FakeProvider
) -> None:
    """A family shares a number: what is planned for it goes to the other channel, or fails."""
    number = "+12125551234"
    first = asked(account, clock(), person=Person(phone=number))
    drain.send_due(clock)
    with_mail = asked(account, clock(), person=Person(email="c1@example.com"), delay=timedelta(hours=5))
    without = asked(account, clock(), person=Person(email="c2@example.com"), delay=timedelta(hours=5))
    elsewhere = asked(make_account("Other"), clock(), person=Person(phone=number), delay=timedelta(hours=5))
    Delivery.objects.filter(request__in=[with_mail, without]).update(channel="sms", address=number)
    Contact.objects.filter(pk=without.contact_id).update(email="", phone="+12125550009")
    Suppression.objects.create(
        account=account,
        channel="sms",
        address="+12125550009",
        address_hash=hash_address(account.pk, "sms", "+12125550009"),
        reason=Suppression.Reason.STOP,
        created_at=clock(),
    )
    with override_settings(TWILIO_FROM="+15005550006"):
        report(Delivery.objects.get(request=first, step=0), clock, "undelivered", "30005")
    states = dict(ReviewRequest.objects.values_list("pk", "status"))
    assert [states[request.pk] for request in (first, with_mail, without, elsewhere)] == [
        "failed",
        "scheduled",
        "failed",
        "scheduled",
    ]
    assert deliveries(with_mail) == [(0, "email", "planned")]
    assert Delivery.objects.get(request=with_mail).address == "c1@example.com"
    assert deliveries(without) == [(0, "sms", "cancelled")]
    assert deliveries(elsewhere) == [(0, "sms", "planned")]


# --- The operator -----------------------------------------------------------------------------------


def test_staff_may_have_a_pause_tried_before_its_time(account: Account, clock: Clock, provider: FakeProvider) -> None:
    asked(account, clock())
    provider.errors = [login_refused()]
    drain.send_due(clock)
    assert not staff_actions.try_now(channel="sms", sender="", now=clock())
    assert staff_actions.try_now(channel="email", sender="", now=clock())
    Delivery.objects.update(due_at=clock())
    assert drain.send_due(clock) == 1


def login_refused() -> ChannelError:
    return ChannelError("401", "Bad token", stops=Stops.CHANNEL)


def trial() -> ChannelError:
    return ChannelError("21608", "unverified", stops=Stops.MESSAGE)


def raise_next(errors: list[ChannelError]) -> None:
    if errors:
        raise errors.pop(0)
