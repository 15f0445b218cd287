"""The conversation with a mail server that takes several commands at once (RFC 2920), reply by reply."""

import smtplib
import socket
from collections.abc import Iterator
from typing import Any

import pytest

from reviews.delivery.channels.smtp import hand_over

MAIL = b"Subject: Hi\r\n\r\n.\r\n..two\r\nend\r\n"
COMMANDS = b"MAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.com>\r\nDATA\r\n"
STUFFED = b"Subject: Hi\r\n\r\n..\r\n...two\r\nend\r\n.\r\n"


class Server:
    """The other end of the connection: what it answers is said before it is asked."""

    def __init__(self, theirs: socket.socket, connection: smtplib.SMTP) -> None:
        self._socket, self._connection = theirs, connection

    def take(self, *replies: str, hangs_up: bool = False, **given: Any) -> None:
        self._socket.sendall("".join(f"{reply}\r\n" for reply in replies).encode())
        if hangs_up:
            self._socket.shutdown(socket.SHUT_WR)
        message = {"sender": "a@example.com", "recipient": "b@example.com", "content": MAIL}
        hand_over(self._connection, **(message | given))

    def take_by_smtplib(self, *replies: str) -> None:
        self._socket.sendall("".join(f"{reply}\r\n" for reply in replies).encode())
        self._connection.sendmail("a@example.com", ["b@example.com"], MAIL)

    def heard(self) -> bytes:
        self._socket.settimeout(1)
        return self._socket.recv(10_000)


@pytest.fixture
def server() -> Iterator[Server]:
    ours, theirs = socket.socketpair()
    connection = smtplib.SMTP()
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
    ("replies", "error", "code"),
    [
        (["451 not now", "503 no", "503 no"], smtplib.SMTPSenderRefused, 451),
        (["421 closing"], smtplib.SMTPSenderRefused, 421),
        (["250 ok", "550 nobody", "503 no"], smtplib.SMTPRecipientsRefused, 550),
        (["250 ok", "421 closing"], smtplib.SMTPRecipientsRefused, 421),
        (["250 ok", "250 ok", "451 not now"], smtplib.SMTPDataError, 451),
        (["250 ok", "250 ok", "354 go on", "554 spam"], smtplib.SMTPDataError, 554),
        (["what?", "250 ok", "250 ok"], smtplib.SMTPSenderRefused, -1),
    ],
)
def test_the_first_no_counts(server: Server, replies: list[str], error: type[Exception], code: int) -> None:
    with pytest.raises(error) as caught:
        server.take(*replies, hangs_up=True)
    refused = getattr(caught.value, "recipients", {}).get("b@example.com")
    assert (refused or (caught.value.smtp_code,))[0] == code  # type: ignore[attr-defined]


def test_a_server_that_waits_for_a_mail_to_nobody_gets_a_dot_and_no_mail(server: Server) -> None:
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        server.take("250 ok", "550 nobody", "354 go on", "554 nobody to send it to")
    assert server.heard() == COMMANDS + b".\r\n"


@pytest.mark.parametrize("replies", [[], ["250 ok"], ["250 ok", "250 ok"], ["250 ok", "250 ok", "354 go on"]])
def test_a_server_that_hangs_up_without_a_no_has_said_nothing(server: Server, replies: list[str]) -> None:
    with pytest.raises(smtplib.SMTPServerDisconnected):
        server.take(*replies, hangs_up=True)


def test_a_recipient_whose_mail_is_passed_on_is_taken(server: Server) -> None:
    server.take("250 ok", "251 will forward", "354 go on", "250 taken")
