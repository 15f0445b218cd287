"""Mail servers as they are: what each of their habits leads to, from the due row to the settled one.

A row of AT_ONCE is a habit in spite of which each mail is sent once, at once, at its first attempt, with one
connection and with a crew of threads. What else may come of a habit follows below.
"""

import base64
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings

from oauth.models import Account
from reviews.delivery import claims, drain, pool, unsent
from reviews.delivery.channels import ChannelError, Message, get_channel, smtp
from reviews.delivery.channels import email as email_channel
from reviews.delivery.drain import Worker
from reviews.models import ChannelHealth, Delivery, Pause, Suppression
from reviews.models.provider_codes import explain
from reviews.requests.matching import Person
from reviews.tests.support.helpers import Clock, asked
from reviews.tests.support.mail_servers import HANG_UP, SILENCE, Habits, MailServer, certificate, serving

pytestmark = [pytest.mark.django_db, pytest.mark.once]

PIPELINING = ["PIPELINING", "8BITMIME", "SIZE 10000000"]
MAILS = 4


@pytest.fixture(params=[1, 4], ids=["one connection", "a crew"])
def most(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many messages are in flight at once; the crew is there from the first mail on."""
    if request.param > 1:
        monkeypatch.setattr(pool.Pool, "_window", lambda self, crew: crew.connections.most(self._most))
    return int(request.param)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits of seconds and minutes are shorter; what they are is held by a test of its own."""
    monkeypatch.setattr(email_channel, "QUICK", 0.05)
    for name in ("MAIL_WITHIN", "RCPT_WITHIN", "DATA_WITHIN", "DOT_WITHIN"):
        monkeypatch.setattr(smtp, name, 0.3)


@pytest.fixture
def serve(settings: Any, quick: None) -> Callable[..., Any]:
    @contextmanager
    def serve(habits: Habits, *, most: int = 1, **more: Any) -> Iterator[MailServer]:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.MAIL_PROVIDER, settings.SANDBOX = True, False
        settings.EMAIL_HOST, settings.EMAIL_TIMEOUT = "127.0.0.1", 2
        for name, value in more.items():
            setattr(settings, name, value)
        with serving(habits) as (settings.EMAIL_PORT, server), drain.working_as(Worker(get_channel, most=most)):
            yield server

    return serve


def ask_some(account: Account, clock: Clock, count: int = MAILS, *, name: str = "c") -> list[str]:
    addresses = [f"{name}{number}@example.com" for number in range(count)]
    for address in addresses:
        asked(account, clock(), person=Person(email=address))
    return addresses


def first_mails() -> list[Delivery]:
    return list(Delivery.objects.filter(step=0).order_by("pk"))


def attempts() -> list[int]:
    return [row.attempts for row in first_mails()]


# --- Sent once, at once, nothing spent ----------------------------------------------------------

BUSY = b"421 4.3.2 closing"
AT_ONCE: dict[str, Callable[[], Habits]] = {
    "takes everything": Habits,
    "421 on connect": lambda: Habits({"CONNECT": [BUSY]}),
    "hangs up on connect": lambda: Habits({"CONNECT": [HANG_UP]}),
    "421 at EHLO": lambda: Habits({"EHLO": [BUSY]}, always={"EHLO": b"250 mx.example"}),
    "421 at MAIL": lambda: Habits({"MAIL": [BUSY]}),
    "421 at RCPT": lambda: Habits({"RCPT": [BUSY]}),
    "421 at DATA": lambda: Habits({"DATA": [BUSY]}),
    "hangs up at MAIL": lambda: Habits({"MAIL": [HANG_UP]}),
    "hangs up at RCPT": lambda: Habits({"RCPT": [HANG_UP]}),
    "hangs up at DATA": lambda: Habits({"DATA": [HANG_UP]}),
    "no reply at MAIL": lambda: Habits({"MAIL": [b"\x80\x81 what?"]}),
    "no reply at RCPT": lambda: Habits({"RCPT": [b"25"]}),
    "one mail a connection": lambda: Habits(mails_a_connection=1),
    "two mails a connection": lambda: Habits(mails_a_connection=2),
    "one connection at once": lambda: Habits(connections_at_once=1, answers_dot_after=0.02),
    "two connections at once": lambda: Habits(connections_at_once=2, answers_dot_after=0.02),
    "greets late, in lines": lambda: Habits(
        always={"CONNECT": b"220-mx.example\r\n220-be\r\n220 kind"}, greets_after=0.1
    ),
    "no EHLO": lambda: Habits(always={"EHLO": b"502 5.5.1 unknown"}),
    "251 at RCPT": lambda: Habits(always={"RCPT": b"251 will forward"}),
    "252 at RCPT": lambda: Habits(always={"RCPT": b"252 cannot verify"}),
    "200 at MAIL": lambda: Habits(always={"MAIL": b"200 ok"}),
    "lines at MAIL": lambda: Habits(always={"MAIL": b"250-2.1.0 fine\r\n250 2.1.0 go on"}),
    "200 after the dot": lambda: Habits(always={"DOT": b"200 taken"}),
    "252 after the dot": lambda: Habits(always={"DOT": b"252 taken"}),
    "lines after the dot": lambda: Habits(always={"DOT": b"250-taken\r\n250 queued as 1"}),
    "a bare code": lambda: Habits(always={"DOT": b"250"}),
    "a line of 20,000 letters": lambda: Habits(
        always={"MAIL": b"250 " + b"x" * 20_000, "DOT": b"250 " + b"x" * 20_000}
    ),
    "answers late at each step": lambda: Habits(answers_dot_after=0.1),
}


@pytest.mark.parametrize("habits", AT_ONCE.values(), ids=AT_ONCE)
def test_each_mail_is_sent_once_at_once_at_its_first_attempt(
    account: Account, clock: Clock, serve: Any, most: int, habits: Callable[[], Habits]
) -> None:
    """The server takes a crew's commands at once (RFC 2920), and those of one connection in turn."""
    these = habits()
    if most > 1:
        these.offers = PIPELINING
    with serve(these, most=most) as server:
        addresses = ask_some(account, clock)
        assert drain.send_due(clock) == MAILS
    assert server.recipients == addresses
    assert attempts() == [1] * MAILS
    assert not ChannelHealth.objects.paused(clock()).exists()


@pytest.mark.parametrize("parting", [b"", b"421 4.4.2 idle for too long"], ids=["in silence", "with 421"])
def test_a_connection_that_the_server_closed_meanwhile_costs_no_attempt_and_no_wait(
    account: Account, clock: Clock, serve: Any, most: int, parting: bytes
) -> None:
    offers = ["8BITMIME"] if most == 1 else PIPELINING
    with serve(Habits(idle_for=0.1, parting=parting, offers=offers), most=most) as server:
        ask_some(account, clock)
        drain.send_due(clock)
        server.wait_until(lambda server: server.open == 0)
        ask_some(account, clock, name="later")
        assert drain.send_due(clock) == MAILS
    assert len(server.recipients) == len(set(server.recipients)) == 2 * MAILS
    assert attempts() == [1] * 2 * MAILS


@pytest.mark.parametrize("offers", [["8BITMIME"], PIPELINING], ids=["one by one", "pipelined"])
def test_a_refused_recipient_leaves_the_connection_to_the_others(
    account: Account, clock: Clock, serve: Any, offers: list[str]
) -> None:
    with serve(Habits(refuses={b"c1": b"550 5.1.1 nobody", b"c2": b"451 4.2.1 later"}, offers=offers)) as server:
        ask_some(account, clock)
        drain.send_due(clock)
    assert server.connections == 1
    assert server.commands.count(b"RSET\r\n") == 2
    assert [row.status for row in first_mails()] == ["sent", "bounced", "planned", "sent"]
    assert server.recipients == ["c0@example.com", "c3@example.com"]


# --- Out of reach: nothing spent, tried again -----------------------------------------------------

OUT_OF_REACH: dict[str, tuple[dict[str, bytes], str, int]] = {  # its error code, and how many connections were made
    "421 on connect": ({"CONNECT": BUSY}, "", 2),
    "421 at MAIL": ({"MAIL": BUSY}, "421", 2),
    "421 at RCPT": ({"RCPT": BUSY}, "421", 2),
    "421 at DATA": ({"DATA": BUSY}, "421", 2),
    "hangs up at RCPT": ({"RCPT": HANG_UP}, "connect", 2),
    "no reply at MAIL": ({"MAIL": b"what?"}, "connect", 2),
    "silent at MAIL": ({"MAIL": SILENCE}, "connect", 1),
    "silent at DATA": ({"DATA": SILENCE}, "connect", 1),
    "554 on connect": ({"CONNECT": b"554 no service"}, "", 1),
    "neither EHLO nor HELO": ({"EHLO": b"502 no", "HELO": b"502 no"}, "", 1),
}


@pytest.mark.parametrize(("always", "code", "connections"), OUT_OF_REACH.values(), ids=OUT_OF_REACH)
def test_a_server_that_takes_no_mail_twice_in_a_row_is_out_of_reach_and_costs_no_attempt(
    account: Account, clock: Clock, serve: Any, most: int, always: dict[str, bytes], code: str, connections: int
) -> None:
    with serve(Habits(always=dict(always)), most=most) as server:
        ask_some(account, clock, 1)
        assert drain.send_due(clock) == 0
        [row] = first_mails()
        assert (row.status, row.attempts, row.claim, row.error_code) == ("planned", 0, None, code)
        assert server.connections == connections
        server.habits.always.clear()
        clock.forward(seconds=16)
        assert drain.send_due(clock) == 1
    assert attempts() == [1]
    assert len(server.bodies) == 1


def test_a_server_that_closes_down_gives_the_claimed_mails_back_unspent(
    account: Account, clock: Clock, serve: Any, most: int
) -> None:
    with serve(Habits({"MAIL": [b"250 ok"] * 2}, always={"MAIL": BUSY, "CONNECT": b"220 hi"}), most=most) as server:
        ask_some(account, clock)
        drain.send_due(clock)
        assert attempts().count(1) == 2
        server.habits.always.clear()
        clock.forward(seconds=16)
        drain.send_due(clock)
    assert attempts() == [1] * MAILS
    assert len(server.recipients) == len(set(server.recipients)) == MAILS


@pytest.mark.parametrize("answer", [BUSY, HANG_UP, SILENCE], ids=["421", "hangs up", "silent"])
def test_a_mail_over_which_the_server_always_breaks_off_is_given_up_and_holds_up_no_other(
    account: Account, clock: Clock, serve: Any, most: int, answer: bytes
) -> None:
    """The first time costs nothing, as the server may be closing down; from the second on it is an attempt."""
    with serve(Habits(refuses={b"c0": answer}), most=most) as server:
        ask_some(account, clock)
        taken, waits = drain.send_due(clock), list[timedelta]()
        clock.forward(seconds=16)
        taken += drain.send_due(clock)
        assert (taken, server.recipients) == (MAILS - 1, ["c1@example.com", "c2@example.com", "c3@example.com"])
        while (culprit := first_mails()[0]).status == "planned":
            waits.append(culprit.due_at - clock())
            clock.forward(seconds=waits[-1].total_seconds() + 1)
            ask_some(account, clock, 1, name=f"after{len(waits)}-")
            taken += drain.send_due(clock)
            assert not ChannelHealth.objects.paused(clock()).exists()
    assert culprit.status == "failed"
    assert culprit.attempts == unsent.MAX_ATTEMPTS
    assert taken >= MAILS - 1 + len(waits)  # the others left in the same drain; in the end some follow-ups, too
    assert sum(waits, timedelta()) > timedelta(hours=17)


def test_a_server_that_takes_no_more_connections_is_left_to_the_worker_that_has_them(
    account: Account, clock: Clock, serve: Any, most: int
) -> None:
    with serve(Habits(connections_at_once=1), most=most) as server:
        ask_some(account, clock, 1)
        assert drain.send_due(clock) == 1
        ask_some(account, clock, 2, name="later")
        under_way = Delivery.objects.filter(address="later0@example.com")
        under_way.update(status="sending", attempts=1, claim=uuid.uuid4(), due_at=clock() + claims.LEASE)
        other = Worker(get_channel, most=most)
        assert [other.send_due(clock), other.send_due(clock)] == [0, 0]
        assert server.connections == 3  # one, and two tries for another
        assert not ChannelHealth.objects.paused(clock()).exists()
        assert drain.send_due(clock) == 1
        other.close()
    assert Delivery.objects.get(address="later1@example.com", step=0).attempts == 1


# --- Encryption and login ------------------------------------------------------------------------


def test_a_mail_is_never_sent_in_clear_where_encryption_is_asked_for(
    account: Account, clock: Clock, serve: Any, most: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context, file = certificate(tmp_path, name="127.0.0.1")
    other, _ = certificate(tmp_path, name="mx.elsewhere.example")
    offering = ["STARTTLS"]
    ways = {
        "not offered": Habits(),
        "refused": Habits(offers=offering, always={"STARTTLS": b"454 4.7.0 not now"}),
        "dropped": Habits(offers=offering, always={"STARTTLS": HANG_UP}),
        "dropped afterwards": Habits(offers=offering, always={"STARTTLS": b"421 no"}),
        "nobody vouches for it": Habits(offers=offering, context=context),
        "somebody else's": Habits(offers=offering, context=other),
    }
    ask_some(account, clock, 1)
    for way, habits in ways.items():
        with serve(habits, most=most, EMAIL_USE_TLS=True, EMAIL_HOST_USER="a", EMAIL_HOST_PASSWORD="b") as server:
            assert drain.send_due(clock) == 0, way
        [row] = first_mails()
        assert (row.status, row.attempts) == ("planned", 0), way
        assert ChannelHealth.objects.paused(clock()).exists(), way
        assert {command[:4].upper() for command in server.commands} <= {b"EHLO", b"STAR"}, way
        clock.forward(seconds=16)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    with serve(Habits(offers=offering, context=context), most=most, EMAIL_HOST_USER="", EMAIL_USE_TLS=True) as server:
        assert drain.send_due(clock) == 1
    assert attempts() == [1]


def test_a_server_without_the_encryption_that_is_asked_for_is_said_in_words(serve: Any) -> None:
    with serve(Habits(), EMAIL_USE_TLS=True), pytest.raises(ChannelError) as caught:
        get_channel("email").connect()
    assert (caught.value.code, caught.value.untried, caught.value.lost) == ("tls", True, False)
    assert "Nothing was sent" in caught.value.text
    assert "EMAIL_URL" in explain("tls")


def in_base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


LOGINS = {
    "PLAIN": {"PLAIN": in_base64("\0ann\0secret")},
    "LOGIN": {"LOGIN": f"{in_base64('ann')} {in_base64('secret')}"},
}


@pytest.mark.parametrize("words", ["AUTH {}", "AUTH={}", "auth {}"])
@pytest.mark.parametrize("mechanism", LOGINS)
def test_a_server_with_one_kind_of_login_takes_the_mail(
    account: Account, clock: Clock, serve: Any, most: int, mechanism: str, words: str
) -> None:
    offered = words.format(mechanism if words[0] == "A" else mechanism.lower())
    habits = Habits(offers=[offered], logins=LOGINS[mechanism])
    with serve(habits, most=most, EMAIL_HOST_USER="ann", EMAIL_HOST_PASSWORD="secret") as server:
        addresses = ask_some(account, clock)
        assert drain.send_due(clock) == MAILS
    assert server.recipients == addresses


@pytest.mark.parametrize("answer", [b"535 5.7.8 wrong", b"454 4.7.0 not now", b"421 4.7.0 not now"])
def test_a_login_that_fails_costs_no_attempt(account: Account, clock: Clock, serve: Any, answer: bytes) -> None:
    habits = Habits(offers=["AUTH PLAIN"], logins=LOGINS["PLAIN"], always={"AUTH": answer})
    with serve(habits, EMAIL_HOST_USER="ann", EMAIL_HOST_PASSWORD="secret") as server:
        ask_some(account, clock, 1)
        assert drain.send_due(clock) == 0
        [row] = first_mails()
        assert (row.status, row.attempts) == ("planned", 0)
        assert Pause.objects.exists() is answer.startswith(b"535")  # our account's fault: it waits longer, and is shown
        server.habits.always.clear()
        clock.forward(seconds=60)
        assert drain.send_due(clock) == 1
        assert not Pause.objects.exists()


# --- Refused, for now or for good -------------------------------------------------------------------


@pytest.mark.parametrize(("at", "answer"), [("RCPT", b"450 4.2.0 greylisted"), ("RCPT", b"451 4.7.1 greylisted")])
def test_greylisting_is_a_refusal_for_now_that_keeps_the_address(
    account: Account, clock: Clock, serve: Any, most: int, at: str, answer: bytes
) -> None:
    with serve(Habits(always={at: answer}), most=most) as server:
        ask_some(account, clock, 1)
        assert drain.send_due(clock) == 0
        [row] = first_mails()
        assert (row.status, row.attempts, row.error_code) == ("planned", 1, answer[:3].decode())
        assert row.due_at - clock() >= timedelta(minutes=1)
        server.habits.always.clear()
        clock.forward(minutes=2)
        assert drain.send_due(clock) == 1
    assert len(server.bodies) == 1


@pytest.mark.parametrize("answer", [b"421 4.3.2 closing", b"450 4.3.0 busy", b"452 4.3.1 full"])
def test_a_refusal_after_the_dot_is_one_for_now(
    account: Account, clock: Clock, serve: Any, most: int, answer: bytes
) -> None:
    with serve(Habits({"DOT": [answer]}), most=most) as server:
        ask_some(account, clock, 1)
        assert drain.send_due(clock) == 0
        [row] = first_mails()
        assert (row.status, row.attempts, row.error_code) == ("planned", 1, answer[:3].decode())
        clock.forward(minutes=2)
        assert drain.send_due(clock) == 1
    assert len(server.bodies) == 1


@pytest.mark.parametrize(
    ("says", "code"),
    [({"DOT": b"550 5.7.1 spam"}, "550"), ({"DOT": b"554 no"}, "554"), ({"MAIL": b"552 5.3.4 too big"}, "552")],
    ids=["550 after the dot", "554 after the dot", "larger than SIZE"],
)
def test_a_refused_content_fails_the_message_and_leaves_the_address_and_the_connection(
    account: Account, clock: Clock, serve: Any, most: int, says: dict[str, bytes], code: str
) -> None:
    with serve(Habits(says={at: [answer] for at, answer in says.items()}, offers=["SIZE 100"])) as server:
        ask_some(account, clock, 2)
        assert drain.send_due(clock) == 1
    assert sorted((row.status, row.attempts, row.error_code) for row in first_mails()) == [
        ("failed", 1, code),
        ("sent", 1, ""),
    ]
    assert not Suppression.objects.exists()
    assert server.connections == 1


# --- The answer to the dot ---------------------------------------------------------------------------

DOUBTS = {"silence": SILENCE, "hangs up": HANG_UP, "no reply": b"what?", "354 again": b"354 go on"}


@pytest.mark.parametrize("answer", DOUBTS.values(), ids=DOUBTS)
def test_a_mail_without_an_answer_to_its_dot_is_sent_once_more_and_late(
    account: Account, clock: Clock, serve: Any, most: int, answer: bytes
) -> None:
    with serve(Habits(always={"DOT": answer}), most=most) as server:
        ask_some(account, clock, 1)
        assert drain.send_due(clock) == 0
        [row] = first_mails()
        assert (row.status, row.attempts, row.due_at) == ("planned", 1, clock() + unsent.DOUBT_WAIT)
        assert clock.forward(minutes=59)
        assert drain.send_due(clock) == 0
        clock.forward(minutes=1)
        assert drain.send_due(clock) == 0
        [row] = first_mails()
        assert (row.status, row.attempts) == ("unknown", 2)
        clock.forward(days=1)
        drain.send_due(clock)
    assert len(server.bodies) == 2
    assert {message_from_bytes(body)["Message-ID"] for body in server.bodies} == {f"<{row.message_key}@testserver>"}


def test_the_late_repeat_of_a_mail_in_doubt_is_a_sent_one(account: Account, clock: Clock, serve: Any) -> None:
    with serve(Habits({"DOT": [SILENCE]})) as server:
        ask_some(account, clock, 1)
        assert drain.send_due(clock) == 0
        server.over.set()
        clock.forward(hours=1)
        assert drain.send_due(clock) == 1
    assert len(server.bodies) == 2
    assert [row.status for row in first_mails()] == ["sent"]


def test_one_mail_that_the_server_thinks_about_holds_up_no_other(account: Account, clock: Clock, serve: Any) -> None:
    with serve(Habits({"DOT": [SILENCE]}), most=4) as server:
        ask_some(account, clock)
        assert drain.send_due(clock) == MAILS - 1
    assert len(server.bodies) == MAILS
    assert attempts() == [1] * MAILS


@pytest.mark.postgres
@pytest.mark.skipif(django_settings.SQLITE, reason="needs PostgreSQL: a second thread reads and writes the rows")
@pytest.mark.django_db(transaction=True)
def test_a_mail_whose_answer_takes_minutes_stays_claimed_beside_the_drains_and_is_sent_once(
    account: Account, clock: Clock, serve: Any, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp, "DOT_WITHIN", 600.0)
    monkeypatch.setattr(drain, "ANSWERS_WITHIN", 0.1)
    monkeypatch.setattr(drain, "RENEW_AFTER", 0.05)
    monkeypatch.setattr(drain, "LOOK", 0.05)
    with serve(Habits(), most=most) as server:
        server.may_answer.clear()
        ask_some(account, clock, 1)
        assert drain.send_due(clock) == 0
        lapses_at = clock() + claims.LEASE
        for _ in range(2):
            clock.forward(minutes=2)
            server.wait_until(lambda _: first_mails()[0].due_at > clock())
            other = Worker(get_channel, most=most)
            assert other.send_due(clock) == 0
            other.close()
            assert drain.send_due(clock) == 0
        assert first_mails()[0].due_at > lapses_at
        server.may_answer.set()
        server.wait_until(lambda _: first_mails()[0].status == "sent")
    assert attempts() == [1]
    assert len(server.bodies) == 1


# --- What is written ------------------------------------------------------------------------------


@pytest.mark.parametrize("offers", [[], PIPELINING], ids=["no extension", "pipelined"])
def test_what_is_written_fits_every_server(serve: Any, offers: list[str]) -> None:
    """Seven bits, lines of at most 998 octets, CRLF alone, dots stuffed (RFC 5321 §2.3.8, §4.5.2, §4.5.3.1.6)."""
    text = ".\n..two\n.three\rbare\r\nJürgen " + "x" * 2_000 + "\n" + "\n".join(".dot" for _ in range(300)) + "\n.\n"
    message = Message(
        to="jane@example.com", sender="a@testserver", text=text, html=f"<p>{text}</p>", key="k", subject="Grüße " * 40,
        headers={"Message-ID": "<k@testserver>"},
    )  # fmt: skip
    with serve(Habits(offers=offers)) as server:
        channel = get_channel("email")
        for each in (message, replace(message, text=text.replace("ü", "u").replace("x" * 2_000, ""))):
            channel.connect()
            channel.send(each)
        channel.close()
    for body, sent in zip(server.bodies, (text, text.replace("ü", "u").replace("x" * 2_000, "")), strict=True):
        assert body.isascii()
        assert b"\r" not in body.replace(b"\r\n", b"")
        assert b"\n" not in body.replace(b"\r\n", b"")
        assert max(map(len, body.split(b"\r\n"))) <= 998
        assert not [line for line in body.split(b"\r\n") if line.startswith(b".") and line[:2] != b".."]
        parsed: Any = message_from_bytes(body.replace(b"\r\n..", b"\r\n."), policy=policy.default)
        plain = parsed.get_body(("plain",)).get_content()
        assert plain.replace("\r\n", "\n").rstrip("\n") == sent.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n")


def test_a_connection_lost_in_the_middle_of_the_body_left_nothing_there_and_the_mail_leaves_at_once(
    serve: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """RFC 5321 §4.1.1.4 and §3.8: without its dot a mail is not accepted."""
    monkeypatch.setattr(smtp, "DOT_WITHIN", 30.0)
    line = f"<p>{'x' * 900}</p>\n" * 10_000  # more than the sockets' buffers hold
    mail = Message(to="jane@example.com", sender="a@testserver", text="Hi", html=line, key="k",
                   headers={"Message-ID": "<k@testserver>"})  # fmt: skip
    with serve(Habits(hangs_up_in_body=1)) as server:
        senders = pool.Pool(get_channel)
        senders.send(pool.Handover(1, "email", mail))
        [back] = senders.finished(wait=30)
        senders.close()
    assert back.error is None
    assert back.accepted is not None
    assert len(server.bodies) == 1
    assert server.connections == 2


def test_the_leave_of_a_server_that_says_nothing_more_takes_no_longer_than_that(
    serve: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp, "QUIT_WITHIN", 0.05)
    monkeypatch.setattr(smtp, "DOT_WITHIN", 600.0)
    with serve(Habits(always={"QUIT": SILENCE})) as server:
        channel = get_channel("email")
        channel.connect()
        channel.send(Message(to="a@b.example", sender="a@testserver", text="", key="k", headers={"Message-ID": "k"}))
        began = time.monotonic()
        channel.close()
        assert time.monotonic() - began < 5
    assert server.commands[-1].upper() == b"QUIT\r\n"


def test_answers_are_waited_for_as_long_as_the_standard_says() -> None:
    """RFC 5321 §4.5.3.2; the greeting is left to EMAIL_TIMEOUT, and a dead server costs the others 15 seconds."""
    minute = 60
    assert 5 * minute <= smtp.MAIL_WITHIN
    assert 5 * minute <= smtp.RCPT_WITHIN
    assert 2 * minute <= smtp.DATA_WITHIN
    assert 3 * minute <= smtp.BLOCK_WITHIN
    assert 10 * minute <= smtp.DOT_WITHIN
    assert (smtp.CONNECT_WITHIN, django_settings.EMAIL_TIMEOUT, email_channel.QUICK) == (15, 20, 1)
    assert timedelta(seconds=drain.RENEW_AFTER) * 2 < claims.LEASE
