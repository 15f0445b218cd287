"""The conversation with a mail server that takes several commands at once (RFC 2920), reply by reply."""

import socket
from collections.abc import Iterator
from typing import Any

import pytest

from reviews.delivery.channels import smtp
from reviews.delivery.channels.smtp import Connection, InDoubt, Lost, NotTaken, hand_over

MAIL = b"Subject: Hi\r\n\r\n.\r\n..two\r\nend\r\n"
COMMANDS = b"MAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.com>\r\nDATA\r\n"
STUFFED = b"Subject: Hi\r\n\r\n..\r\n...two\r\nend\r\n.\r\n"


class Server:
    """The other end of the connection: what it answers is said before it is asked."""

    def __init__(self, theirs: socket.socket, connection: Connection) -> None:
        self._socket, self._connection = theirs, connection

    def say(self, *replies: str) -> None:
        self._socket.sendall("".join(f"{reply}\r\n" for reply in replies).encode())

    def take(self, *replies: str, hangs_up: bool = False, **given: Any) -> smtp.Rest | None:
        self.say(*replies)
        if hangs_up:
            self._socket.shutdown(socket.SHUT_WR)
        message = {"sender": "a@example.com", "recipient": "b@example.com", "content": MAIL}
        return hand_over(self._connection, **(message | given))

    def take_by_smtplib(self, *replies: str) -> None:
        self.say(*replies)
        self._connection.sendmail("a@example.com", ["b@example.com"], MAIL)

    def heard(self) -> bytes:
        self._socket.settimeout(1)
        return self._socket.recv(10_000)


@pytest.fixture
def server() -> Iterator[Server]:
    ours, theirs = socket.socketpair()
    connection = Connection()
    connection.sock = ours
    connection.ehlo_resp, connection.does_esmtp, connection.esmtp_features = b"sink", True, {"pipelining": ""}
    with ours, theirs:
        yield Server(theirs, connection)
        connection.close()


def test_three_commands_leave_at_once_and_the_mail_after_their_replies(server: Server) -> None:
    server.take("250 ok", "250 ok", "354 go on", "250 taken")
    assert server.heard() == COMMANDS + STUFFED


def test_the_server_hears_what_smtplib_would_have_said(server: Server) -> None:
    replies = ("250 ok", "250 ok", "354 go on", "250 taken")
    server.take(*replies)
    ours = server.heard()
    server.take_by_smtplib(*replies)
    commands, _, content = server.heard().partition(b"data\r\n")  # smtplib writes commands in small letters
    assert ours.partition(b"DATA\r\n")[2] == content
    assert ours.partition(b"DATA\r\n")[0].lower() == commands.lower()


@pytest.mark.parametrize(
    ("replies", "code", "is_recipients"),
    [
        (["451 not now", "503 no", "503 no"], 451, False),
        (["550 no", "421 closing"], 550, False),
        (["250 ok", "550 nobody", "503 no"], 550, True),
        (["250 ok", "450 later"], 450, True),
        (["250 ok", "250 ok", "451 not now"], 451, False),
        (["250 ok", "250 ok", "354 go on", "554 spam"], 554, False),
        (["250 ok", "250 ok", "354 go on", "421 closing"], 421, False),
    ],
)
def test_the_first_no_counts(server: Server, replies: list[str], code: int, is_recipients: bool) -> None:
    with pytest.raises(NotTaken) as caught:
        server.take(*replies, hangs_up=True)
    assert (caught.value.code, caught.value.recipient) == (code, is_recipients)


@pytest.mark.parametrize(
    ("replies", "code"),
    [
        ([], "connect"),
        (["421 closing"], "421"),
        (["what?", "250 ok", "250 ok"], "connect"),
        (["250 ok"], "connect"),
        (["250 ok", "421 closing"], "421"),
        (["250 ok", "250 ok"], "connect"),
        (["250 ok", "250 ok", "421 closing"], "421"),
        (["250 ok", "250 ok", "250 what now"], "connect"),
    ],
)
def test_what_ends_before_the_mail_is_handed_over_was_lost(server: Server, replies: list[str], code: str) -> None:
    with pytest.raises(Lost) as caught:
        server.take(*replies, hangs_up=True)
    assert caught.value.code == code


@pytest.mark.parametrize(("answers", "is_lost"), [([], True), (["what?"], False), (["354 more"], False)])
def test_what_ends_without_an_answer_to_the_mail_is_in_doubt(server: Server, answers: list[str], is_lost: bool) -> None:
    with pytest.raises(InDoubt) as caught:
        server.take("250 ok", "250 ok", "354 go on", *answers, hangs_up=True)
    assert caught.value.is_lost == is_lost


def test_after_a_refusal_the_connection_is_free_for_the_next_mail(server: Server) -> None:
    with pytest.raises(NotTaken) as caught:
        server.take("250 ok", "550 nobody", "503 no", "250 reset")
    assert not caught.value.is_over
    assert server.heard() == COMMANDS + b"RSET\r\n"


def test_a_server_that_waits_for_a_mail_to_nobody_gets_a_dot_and_no_mail(server: Server) -> None:
    with pytest.raises(NotTaken) as caught:
        server.take("250 ok", "550 nobody", "354 go on", "554 nobody to send it to", "250 reset")
    assert not caught.value.is_over
    assert server.heard() == COMMANDS + b".\r\nRSET\r\n"


def test_the_rest_of_a_conversation_is_left_to_the_caller_when_the_server_takes_its_time(server: Server) -> None:
    rest = server.take(quick=0.01)
    assert rest is not None
    assert server.heard() == COMMANDS
    server.say("250 ok", "250 ok", "354 go on", "250 taken")
    rest.finish()
    assert server.heard() == STUFFED


def test_a_reply_of_too_many_lines_is_none(server: Server) -> None:
    with pytest.raises(Lost):
        server.take(*["250-more"] * (smtp.MOST_LINES + 1))


def test_a_line_that_is_too_long_is_cut_and_a_reply_without_an_end_is_none(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(NotTaken) as caught:
        server.take(f"451 {'x' * 5_000}", "503 no", "503 no", "250 reset")
    assert len(caught.value.words) < smtp.LONGEST_LINE
    monkeypatch.setattr(smtp, "MOST_BYTES", 3_000)
    with pytest.raises(Lost):
        server.take("250 " + "x" * 30_000)


def test_a_recipient_whose_mail_is_passed_on_is_taken(server: Server) -> None:
    server.take("250 ok", "251 will forward", "354 go on", "250 taken")
