"""Providers that answer wrongly, late, by half or not at all: real sockets, the whole way of a message."""

import contextlib
import socket
import socketserver
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_bytes
from typing import Any

import pytest
from django.conf import settings
from django.db import OperationalError, connection
from django.test import override_settings

from oauth.models import Account
from reviews.delivery import drain, reconcile
from reviews.delivery.channels import get_channel, smtp
from reviews.delivery.drain import Worker
from reviews.models import ChannelHealth, Delivery, ReviewRequest
from reviews.requests.matching import Person
from reviews.tests.support.helpers import Clock, FakeProvider, asked

HANG_UP = b""  # says nothing more and closes the connection
SILENCE = b"\0"  # says nothing more and keeps it open
HALF = b"25!"  # begins a line and keeps it open


@dataclass
class Script:
    """Orders for a server: an answer in place of the good one, for the next so many messages."""

    answer: bytes = b""
    times: int = 0
    taken: list[bytes] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)  # what was silent may end

    def next(self, good: bytes) -> bytes:
        if self.times:
            self.times -= 1
            return self.answer
        return good


class MailServer(socketserver.StreamRequestHandler):
    script: Script

    def handle(self) -> None:
        self.say(b"220 ready")
        for line in self.rfile:
            word = line[:4].upper().strip()
            if word == b"DATA":
                self.say(b"354 go on")
                body = b"".join(iter(self.rfile.readline, b".\r\n"))
                answer = self.script.next(b"250 taken")
                if not answer.startswith(b"4"):
                    self.script.taken.append(body)  # whatever it says, it may have kept the message
                if answer == SILENCE:
                    self.script.over.wait()
                if answer in (HANG_UP, SILENCE):
                    return
                self.say(answer)
            elif word == b"QUIT":
                self.say(b"221 bye")
                return
            else:
                self.say(b"250 fine")

    def say(self, line: bytes) -> None:
        with contextlib.suppress(OSError):
            self.wfile.write(line if line.endswith(b"!") else line + b"\r\n")


class TextServer(socketserver.StreamRequestHandler):
    script: Script

    def handle(self) -> None:
        first = self.rfile.readline()
        length = 0
        while (line := self.rfile.readline()) not in (b"\r\n", b""):
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        body = self.rfile.read(length)
        if first.startswith(b"GET"):
            self.wfile.write(response(b'{"messages": [], "page": 0, "page_size": 50}'))
            return
        answer = self.script.next(response(b'{"sid": "SM1", "status": "queued"}', b"201 Created"))
        if answer.startswith(b"HTTP/1.1 201") and b"sid" in answer:
            self.script.taken.append(body)
        if answer == SILENCE:
            self.script.over.wait()
        elif answer != HANG_UP:
            self.wfile.write(answer)


def response(body: bytes, status: bytes = b"200 OK", *headers: bytes) -> bytes:
    lines = [b"HTTP/1.1 " + status, b"Content-Length: %d" % len(body), b"Connection: close", *headers]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


@contextlib.contextmanager
def serving(handler: Any) -> Iterator[tuple[int, Script]]:
    script = Script()
    bound = type("Bound", (handler,), {"script": script})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), bound) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield server.server_address[1], script
        script.over.set()
        server.shutdown()


@pytest.fixture
def mail_server() -> Iterator[Script]:
    smtp = {"EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend", "EMAIL_HOST": "127.0.0.1"}
    with (
        serving(MailServer) as (port, script),
        override_settings(**smtp, EMAIL_PORT=port, EMAIL_TIMEOUT=60, MAIL_PROVIDER=True, SANDBOX=False),
        drain.working_as(new_worker()),
    ):
        yield script


@pytest.fixture
def text_server() -> Iterator[Script]:
    login = {"TWILIO_ACCOUNT_SID": "AC1", "TWILIO_AUTH_TOKEN": "secret", "TWILIO_FROM": "+15005550006"}
    with (
        serving(TextServer) as (port, script),
        override_settings(
            **login, TWILIO_API_URL=f"http://127.0.0.1:{port}", TWILIO_TIMEOUT=60, TEXT_PROVIDER=True, SANDBOX=False
        ),
        drain.working_as(new_worker()),
    ):
        yield script


def new_worker() -> Worker:
    """A worker of the installation's own providers, as a process has it that has just started."""
    return Worker(get_channel, most=settings.SEND_THREADS)


def drain_on(clock: Clock, **forward: float) -> int:
    clock.forward(**forward)
    return drain.send_due(clock)


# --- Mail ---------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_mail_server_that_refuses_once_gets_the_same_message_again(
    account: Account, clock: Clock, mail_server: Script
) -> None:
    asked(account, clock(), person=Person(email="jane@example.com"))
    mail_server.answer, mail_server.times = b"450 try later", 1
    assert drain.send_due(clock) == 0
    row = Delivery.objects.get()
    assert (row.status, row.attempts, row.error_code) == ("planned", 1, "450")
    assert row.due_at - clock() >= timedelta(minutes=1)
    assert drain_on(clock, minutes=2) == 1
    ids = {message_from_bytes(body)["Message-ID"] for body in mail_server.taken}
    assert ids == {f"<{row.message_key}@testserver>"}
    assert Delivery.objects.get(step=0).attempts == 2


ANSWERS_IN_DOUBT = {"garbage": b"\x80\x81 what?", "half": HALF, "hangs up": HANG_UP, "silence": SILENCE}


@pytest.mark.django_db
@pytest.mark.parametrize("answer", ANSWERS_IN_DOUBT.values(), ids=ANSWERS_IN_DOUBT)
def test_a_mail_server_that_does_not_answer_gets_the_same_message_once_more_and_late(
    account: Account, clock: Clock, mail_server: Script, answer: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked(account, clock(), person=Person(email="jane@example.com"))
    mail_server.answer, mail_server.times = answer, 1
    monkeypatch.setattr(smtp, "DOT_WITHIN", 0.5 if answer in (SILENCE, HALF) else 60)
    assert drain.send_due(clock) == 0
    row = Delivery.objects.get()
    assert (row.status, row.attempts, row.due_at) == ("planned", 1, clock() + timedelta(hours=1))
    assert drain_on(clock, hours=1) == 1
    ids = {message_from_bytes(body)["Message-ID"] for body in mail_server.taken}
    assert ids == {f"<{row.message_key}@testserver>"}
    assert Delivery.objects.get(step=0).attempts == 2


@pytest.mark.django_db
def test_a_refused_mail_is_not_tried_again(account: Account, clock: Clock, mail_server: Script) -> None:
    asked(account, clock(), person=Person(email="jane@example.com"))
    mail_server.answer, mail_server.times = b"554 policy", 1
    drain.send_due(clock)
    assert drain_on(clock, days=1) == 0
    assert Delivery.objects.get().status == "failed"


@pytest.mark.django_db
def test_ten_failures_in_a_row_pause_the_provider_for_everyone(
    account: Account, clock: Clock, mail_server: Script
) -> None:
    for number in range(15):
        asked(account, clock(), person=Person(email=f"c{number}@example.com"))
    mail_server.answer, mail_server.times = b"451 busy", 15
    drain.send_due(clock)
    assert mail_server.times == 5
    assert ChannelHealth.objects.get().paused_until == clock() + drain.PAUSE
    assert Delivery.objects.filter(attempts=0, claim=None, due_at__lte=clock()).count() == 5  # still due


@pytest.mark.django_db
def test_a_server_that_is_down_costs_no_attempt(account: Account, clock: Clock, mail_server: Script) -> None:
    asked(account, clock(), person=Person(email="jane@example.com"))
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        with override_settings(EMAIL_PORT=nobody.getsockname()[1]):
            assert drain.send_due(clock) == 0
    row = Delivery.objects.get()
    assert (row.status, row.attempts, row.claim) == ("planned", 0, None)
    with drain.working_as(new_worker()):
        assert drain_on(clock, seconds=16) == 1


# --- Texts --------------------------------------------------------------------------------------

REFUSALS = {
    "429": (response(b'{"code": 20429, "status": 429}', b"429 Too Many", b"Retry-After: 600"), timedelta(minutes=10)),
    "500": (response(b'{"code": 20500, "status": 500}', b"500 Oops"), timedelta(minutes=1)),
    "503, not JSON": (response(b"<html>", b"503 Busy"), timedelta(minutes=1)),
}


@pytest.mark.django_db
@pytest.mark.parametrize(("answer", "wait"), REFUSALS.values(), ids=REFUSALS)
def test_a_refused_text_is_tried_again_but_not_before_the_provider_said(
    account: Account, clock: Clock, text_server: Script, answer: bytes, wait: timedelta
) -> None:
    asked(account, clock(), person=Person(phone="+12125551234"))
    text_server.answer, text_server.times = answer, 1
    assert drain.send_due(clock) == 0
    row = Delivery.objects.get()
    assert row.status == "planned"
    assert row.due_at - clock() >= wait
    assert drain_on(clock, minutes=13) == 1
    assert len(text_server.taken) == 1


UNCLEAR = {
    "garbage": response(b"\x80<html>", b"201 Created"),
    "half": response(b'{"sid": "SM1", "status": "queued"}', b"201 Created")[:-20],
    "half a head": b"HTTP/1.1 201 Crea",
    "hangs up": HANG_UP,
    "silence": SILENCE,
}


@pytest.mark.django_db
@pytest.mark.parametrize("answer", UNCLEAR.values(), ids=UNCLEAR)
def test_a_text_whose_answer_is_unclear_waits_until_the_provider_was_asked(
    account: Account, clock: Clock, text_server: Script, answer: bytes
) -> None:
    asked(account, clock(), person=Person(phone="+12125551234"))
    text_server.answer, text_server.times = answer, 1
    with override_settings(TWILIO_TIMEOUT=0.5 if answer == SILENCE else 60), drain.working_as(new_worker()):
        assert drain.send_due(clock) == 0
    assert Delivery.objects.get().status == "unknown"
    assert drain_on(clock, hours=1) == 0
    taken = len(text_server.taken)
    reconcile.reconcile(now=clock())  # the provider's list has none
    assert drain.send_due(clock) == 1
    assert len(text_server.taken) == taken + 1
    assert ReviewRequest.objects.get().status == "sent"


# --- What else gives way --------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "sqlite", reason="needs SQLite: the size of its file is limited")
def test_a_full_disk_loses_nothing_and_repeats_nothing(
    account: Account, clock: Clock, provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(30):
        asked(account, clock(), person=Person(phone=f"+1212555{1000 + number}"))
    waits: list[float] = []

    def wait(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 3:
            limit(2**30)  # somebody made room

    def fill_up() -> None:
        limit(pages() + 2)

    monkeypatch.setattr(drain.time, "sleep", wait)
    monkeypatch.setattr(connection, "close", lambda: None)  # the database lives in this connection's memory
    provider.meanwhile = fill_up
    try:
        assert drain.send_due(clock) == 30
    finally:
        limit(2**30)
    assert len(waits) >= 3
    assert sorted(message.to for message in provider.sent) == sorted({message.to for message in provider.sent})
    assert Delivery.objects.filter(step=0, status="sent").count() == 30


def pages() -> int:
    """Count those in use: earlier tests' rows leave free ones behind, which would be room."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")
        return int(cursor.execute("PRAGMA page_count").fetchone()[0])


def limit(size: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA max_page_count = {size}")


@pytest.mark.django_db(transaction=True)
def test_a_mark_that_the_database_did_not_take_is_made_again(
    account: Account, clock: Clock, provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked(account, clock())
    asked(account, clock(), person=Person(email="second@example.com"))
    advance, away = drain.advance.mark_and_declare, iter([True, True])

    def flaky(**given: Any) -> Any:
        if given["sent"] and next(away, False):
            raise OperationalError("server closed the connection unexpectedly")
        return advance(**given)

    monkeypatch.setattr(drain.advance, "mark_and_declare", flaky)
    monkeypatch.setattr(drain.time, "sleep", lambda _: None)
    monkeypatch.setattr(connection, "close", lambda: None)
    assert drain.send_due(clock) == 2
    assert len(provider.sent) == 2
    assert Delivery.objects.filter(step=0, status="sent").count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize("when", ["before", "during", "after"])
def test_a_clock_that_steps_back_an_hour_repeats_nothing_and_forgets_nothing(
    account: Account, clock: Clock, provider: FakeProvider, when: str
) -> None:
    for number in range(3):
        asked(account, clock(), person=Person(email=f"c{number}@example.com"))

    def step_back() -> None:
        clock.forward(hours=-1)

    happen: dict[str, Callable[[], object]] = {"before": step_back, "during": lambda: None, "after": lambda: None}
    happen[when]()
    provider.meanwhile = step_back if when == "during" else None
    drain.send_due(clock)
    if when == "after":
        step_back()
    for _ in range(4):
        drain.send_due(clock)
        clock.forward(minutes=31)
    assert sorted(message.to for message in provider.sent) == [f"c{number}@example.com" for number in range(3)]
    assert set(Delivery.objects.filter(step=0).values_list("status", flat=True)) == {"sent"}
