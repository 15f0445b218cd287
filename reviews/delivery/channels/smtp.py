"""SMTP as mail servers speak it: one mail handed over, with its commands in one write where the server allows that.

smtplib opens connections and logs in. What it takes too strictly (a 2xx that is not 250, a long line of a reply), and
does not tell apart (a server that is gone from one that is silent), is done here.
"""

import math
import smtplib
import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from typing import Any

from django.core.mail.backends.smtp import EmailBackend

Reply = tuple[int, bytes]
Conversation = Iterator[float]

# Seconds. RFC 5321 §4.5.3.2: for how long at least the answer to each command should be waited for.
MAIL_WITHIN = 300.0  # §4.5.3.2.2
RCPT_WITHIN = 300.0  # §4.5.3.2.3
DATA_WITHIN = 120.0  # §4.5.3.2.4
BLOCK_WITHIN = 180.0  # §4.5.3.2.5: until what is written is taken
DOT_WITHIN = 600.0  # §4.5.3.2.6: a shorter wait would send again what the server has and has not answered yet

# The RFC's five minutes until the greeting are too long for us: the messages of all accounts wait meanwhile, and a
# server that is found silent costs nothing. EMAIL_TIMEOUT says how long greeting, EHLO, STARTTLS and login may take.
CONNECT_WITHIN = 15.0
QUIT_WITHIN = 2.0  # for an answer that changes nothing

CHUNK = 8 * 1024  # bytes read at once
LONGEST_LINE = 1000  # bytes of a line of a reply that are kept; RFC 5321 §4.5.3.1.5 allows 512
MOST_BYTES, MOST_LINES = 256 * 1024, 500  # of one line, and of one reply: what is longer is no reply


class Garbage(smtplib.SMTPException):
    """The server said something that is no reply (RFC 5321 §4.2): where the conversation stands is unknown."""


class Silent(smtplib.SMTPException):
    """The server did not answer in time."""


class NotEncrypted(smtplib.SMTPException):
    """The server does not encrypt the connection as EMAIL_URL asks. It is closed: nothing goes out in clear text."""


class NotTaken(smtplib.SMTPException):
    """The server refused the message with a reply of 4xx or 5xx. `is_over`: the connection is of no more use.

    `recipient`: the reply is one to the recipient's address.
    """

    def __init__(self, reply: Reply, *, recipient: bool = False) -> None:
        super().__init__(*reply)
        self.code, self.words = reply
        self.recipient = recipient
        self.is_over = self.code == 421  # RFC 5321 §3.8


class Lost(smtplib.SMTPException):
    """The connection ended, or made no sense any more, before the message was handed over: another one may do."""

    def __init__(self, words: str, *, code: str = "connect") -> None:
        super().__init__(words)
        self.code = code


class InDoubt(smtplib.SMTPException):
    """The message was handed over, and no answer came that can be read. `is_lost`: the connection ended."""

    def __init__(self, words: str, *, is_lost: bool = False) -> None:
        super().__init__(words)
        self.is_lost = is_lost


# --- The conversation about one mail -----------------------------------------------------------


@dataclass
class Rest:
    """What is left of the conversation about a mail, which any thread may end."""

    connection: "Connection"
    within: float  # seconds for the answer that is waited for
    conversation: Conversation

    def finish(self, at_most: float = math.inf) -> None:
        """Wait for the answers as long as they may take, each `at_most` so long. Raises what `hand_over` raises."""
        for within in chain([self.within], self.conversation):
            self.connection.reply_within = min(within, at_most)


def hand_over(
    connection: "Connection", *, sender: str, recipient: str, content: bytes, quick: float = math.inf
) -> Rest | None:
    """Hand one mail over. Return what is left of the conversation when an answer takes longer than `quick` seconds.

    The addresses are bare and in ASCII; every line of the content ends in CRLF, the last too. Raises NotTaken, InDoubt,
    and where the message was not handed over, Lost and Silent.
    """
    conversation = _converse(connection, sender, recipient, content)
    for within in conversation:
        connection.reply_within = within
        if quick < within and not connection.is_answered(quick):
            return Rest(connection, within, conversation)
    return None


def _converse(connection: "Connection", sender: str, recipient: str, content: bytes) -> Conversation:
    """Speak about one mail; before each answer, yield how long it may take."""
    size = f" SIZE={len(content)}" if connection.has_extn("size") else ""  # RFC 1870
    commands = [f"MAIL FROM:<{sender}>{size}\r\n", f"RCPT TO:<{recipient}>\r\n", "DATA\r\n"]
    at_once = 3 if connection.has_extn("pipelining") else 1
    refused: NotTaken | None = None
    last = 0
    try:
        for number, within in enumerate((MAIL_WITHIN, RCPT_WITHIN, DATA_WITHIN)):
            if number % at_once == 0:
                if refused:
                    break
                connection.send("".join(commands[number : number + at_once]))
            yield within
            last, words = connection.getreply()
            is_taken = last == 354 if number == 2 else 200 <= last < 300
            if last == 421 and not refused:
                raise Lost(_words(words), code="421")
            if not is_taken and not refused:  # what follows on a first refusal is only its consequence
                refused = _refusal(last, words, recipient=number == 1)
        if refused is None:
            connection.wait_at_most(BLOCK_WITHIN)
            connection.send(content.replace(b"\r\n.", b"\r\n..") + b".\r\n")  # RFC 5321 §4.5.2
    except (Garbage, Silent, smtplib.SMTPServerDisconnected) as error:
        if refused is None and isinstance(error, Silent):
            raise
        if refused is None:
            raise Lost(str(error)) from error
        refused.is_over = True
    if refused is None:
        yield from _read_outcome(connection)
        return
    if not refused.is_over:
        yield from _reset(connection, refused, waits_for_mail=last == 354)
    raise refused


def _refusal(code: int, words: bytes, *, recipient: bool) -> NotTaken:
    if not 400 <= code < 600:
        raise Garbage(f"{code} {_words(words)}")
    return NotTaken((code, words), recipient=recipient)


def _read_outcome(connection: "Connection") -> Conversation:
    """Read the answer to the dot: from here on the server may have the message."""
    yield DOT_WITHIN
    try:
        code, words = connection.getreply()
    except smtplib.SMTPException as error:
        raise InDoubt(str(error), is_lost=isinstance(error, smtplib.SMTPServerDisconnected)) from error
    if 400 <= code < 600:
        raise NotTaken((code, words))
    if not 200 <= code < 300:
        raise InDoubt(f"{code} {_words(words)}")


def _reset(connection: "Connection", refused: NotTaken, *, waits_for_mail: bool) -> Conversation:
    """Bring the connection back to where the next mail can begin; note when it cannot."""
    try:
        if waits_for_mail:  # RFC 2920 §3.1: the server waits for a mail without a recipient; a dot alone ends it
            connection.send(b".\r\n")
            yield DOT_WITHIN
            connection.getreply()
        connection.send("RSET\r\n")
        yield MAIL_WITHIN
        refused.is_over = not 200 <= connection.getreply()[0] < 300
    except OSError:  # whatever it is: the refusal is what counts
        refused.is_over = True


def _words(text: bytes) -> str:
    return text.decode("utf-8", "replace")


# --- Connections -------------------------------------------------------------------------------


class _Replies:
    """What the server has said and nobody has read yet."""

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock
        self._bytes = b""
        self.is_over = False

    def has_line(self) -> bool:
        return self.is_over or b"\n" in self._bytes

    def listen(self) -> None:
        """Wait for more of it. Raises OSError."""
        data = self._socket.recv(CHUNK)
        self._bytes += data
        self.is_over = not data

    def next_line(self) -> bytes:
        """Return the next line with its end; b"" when there is none any more: half a line is none."""
        line, end, self._bytes = self._bytes.partition(b"\n")
        return line + end if end else b""

    def shorten(self) -> int:
        """Leave the middle of a long line out; return how much that was."""
        left_out = max(len(self._bytes) - LONGEST_LINE, 0)
        self._bytes = self._bytes[:LONGEST_LINE]
        return left_out

    def close(self) -> None:
        """Let go of nothing: the socket is the connection's."""


class Connection(smtplib.SMTP):
    """A connection that tells a silent server (Silent) from one that is gone (SMTPServerDisconnected)."""

    sock: Any
    file: Any
    _limit: float | None = None  # of the socket, once it was set here
    reply_within: float | None = None  # seconds for what is read next; None: as the connection was opened

    def _get_socket(self, host: str, port: int, timeout: Any) -> socket.socket:
        connect: Callable[..., socket.socket] = super()._get_socket  # type: ignore[misc]
        afterwards = timeout if isinstance(timeout, int | float) else socket.getdefaulttimeout()
        opened = connect(host, port, min(afterwards or math.inf, CONNECT_WITHIN))
        opened.settimeout(afterwards)
        return opened

    def ehlo(self, name: str = "") -> Reply:
        reply = super().ehlo(name)
        if "auth" in self.esmtp_features:  # names of mechanisms, which smtplib looks up in capitals (RFC 4954 §3)
            self.esmtp_features["auth"] = self.esmtp_features["auth"].upper()
        return reply

    def starttls(self, *arguments: Any, **options: Any) -> Reply:
        try:
            return super().starttls(*arguments, **options)
        except OSError as error:
            raise NotEncrypted(f"STARTTLS failed: {error}") from error

    def wait_at_most(self, seconds: float) -> None:
        """Wait so long for what is read or written next."""
        if self.sock is not None and seconds != self._limit:
            self.sock.settimeout(seconds)
            self._limit = seconds

    def is_answered(self, within: float) -> bool:
        """Tell whether the server has said something, or hung up, within so many seconds."""
        replies = self._replies()
        if not replies.has_line():
            self.wait_at_most(within)
            try:
                replies.listen()
            except TimeoutError:
                return False
            except OSError:
                replies.is_over = True
        return True

    def getreply(self) -> Reply:
        """Read a reply, all of its lines. Raises SMTPServerDisconnected, Silent, or Garbage."""
        replies = self._replies()
        lines: list[bytes] = []
        left_out = 0
        while True:
            try:
                while not replies.has_line():
                    left_out += replies.shorten()
                    if self.reply_within is not None:
                        self.wait_at_most(self.reply_within)
                    replies.listen()
                    if left_out > MOST_BYTES:
                        break
            except TimeoutError as error:
                self.close()
                raise Silent("The mail server did not answer in time.") from error
            except OSError as error:
                self.close()
                raise smtplib.SMTPServerDisconnected(f"The connection broke: {error}") from error
            line = replies.next_line()
            if not line and left_out <= MOST_BYTES:
                self.close()
                raise smtplib.SMTPServerDisconnected("The mail server closed the connection.")
            code, more = line[:3], line[3:4]
            is_reply = code.isdigit() and b"200" <= code < b"600" and more in b"- \r\n"
            if not is_reply or len(lines) == MOST_LINES:
                self.close()
                raise Garbage(f"No reply of a mail server: {_words(line[:80]).strip()}")
            lines.append(line[4:LONGEST_LINE].strip())
            if more != b"-":
                return int(code), b"\n".join(lines)

    def _replies(self) -> _Replies:
        if self.sock is None:
            raise smtplib.SMTPServerDisconnected("The connection is closed.")
        if self.file is None:
            self.file = _Replies(self.sock)  # smtplib forgets it with STARTTLS: what was sent in clear counts no more
        replies: _Replies = self.file
        return replies


class TlsConnection(Connection, smtplib.SMTP_SSL):
    """The same, encrypted from the first byte on."""


class Backend(EmailBackend):
    """Django's backend, on our connections: its settings, encryption and login."""

    connection: Any  # a Connection, once it is open
    _partial_connection: Any

    @property
    def connection_class(self) -> type[Connection]:
        return TlsConnection if self.use_ssl else Connection

    def open(self) -> bool:
        """Connect, encrypt, log in, and say EHLO, unless that is done."""
        is_new = bool(super().open())
        if is_new:
            self.connection.ehlo_or_helo_if_needed()
        return is_new

    def drop(self) -> None:
        """Close at once and without a word: the server is gone, or may be."""
        for connection in (self.connection, self._partial_connection):
            if connection is not None:
                connection.close()
        self.connection = self._partial_connection = None

    def close(self) -> None:
        """Take leave of the server, without waiting for long, and close."""
        if self.connection is not None:
            self.connection.reply_within = QUIT_WITHIN
            with suppress(OSError):  # it is closed all the same
                self.connection.quit()
        self.drop()
