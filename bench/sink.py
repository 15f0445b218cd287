"""What takes the messages: an SMTP server, or Twilio's API, in a process of its own that does as little as it can.

It counts each recipient and notes when its first message was accepted. It may hold every acceptance back, as a
provider does that is far away or slow.
"""

import json
import select
import socket
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Protocol
from urllib.parse import parse_qs

from bench.load import SHARED
from reviewhub.processes import end_with_parent

Answer = tuple[bytes, str]  # what to say, and whose message this accepts; empty for nobody's


@dataclass
class Tally:
    """What a sink has accepted since it was asked to forget."""

    accepted: int = 0
    size: int = 0  # bytes of all messages as they came
    first: float = 0.0  # time.time() of the first and of the last acceptance
    last: float = 0.0
    times: dict[str, float] = field(default_factory=dict)  # of each recipient's first
    sample: bytes = b""  # the last mail as it came

    @property
    def rate(self) -> float:
        """Messages a second between the first and the last; the first is the start and does not count."""
        return (self.accepted - 1) / (self.last - self.first) if self.accepted > 1 else 0.0

    @property
    def twice(self) -> int:
        return self.accepted - len(self.times)


class Sink:
    """The sink's handle in the process that measures."""

    def __init__(self, port: int, control: Connection) -> None:
        self.port = port
        self._control = control

    def forget(self) -> None:
        self._ask("forget")

    def progress(self) -> Tally:
        """Without the times, which are many."""
        return self._ask("progress")

    def tally(self) -> Tally:
        return self._ask("tally")

    def collect(self, messages: int, seconds: float, patience: float = 60.0) -> Tally:
        """Wait until that many were accepted or, counted from the first, the seconds are over.

        Raises TimeoutError when none came at all within the patience.
        """
        begun = time.time()
        while (seen := self.progress()).accepted < messages:
            if seen.accepted and time.time() - seen.first >= seconds:
                break
            if not seen.accepted and time.time() - begun > patience:
                raise TimeoutError(f"No message came within {patience:.0f} seconds.")
            time.sleep(0.05)
        return self.tally()

    def _ask(self, question: str) -> Tally:
        self._control.send(question)
        answer: Tally = self._control.recv()
        return answer


@contextmanager
def sink(kind: str, delay: float = 0.0) -> Iterator[Sink]:
    """A sink of that kind, "smtp" or "twilio", while the block runs; each acceptance takes `delay` seconds."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
    ours, its = SHARED.Pipe()
    process = SHARED.Process(target=_serve, args=(listener, its, CONVERSATIONS[kind], delay), daemon=True)
    process.start()
    port = listener.getsockname()[1]
    listener.close()
    its.close()
    try:
        yield Sink(port, ours)
    finally:
        process.terminate()
        process.join()


# --- What it says ----------------------------------------------------------------------------


class Conversation(Protocol):
    """One connection: bytes in, answers out."""

    greeting: bytes
    sample: bytes

    def read(self, data: bytes) -> Iterator[Answer]: ...


class Smtp:
    """As much of RFC 5321 as the clients here use; every recipient exists."""

    greeting = b"220 sink\r\n"

    def __init__(self) -> None:
        self.held = self.sample = b""
        self._recipient = ""
        self._in_data = False

    def read(self, data: bytes) -> Iterator[Answer]:
        if self.held:
            data = self.held + data
        while data:
            if self._in_data:
                end = data.find(b"\r\n.\r\n")
                if end < 0:
                    break
                self.sample = data
                self._in_data, data = False, data[end + 5 :]
                yield b"250 taken\r\n", self._recipient
                continue
            line, found, rest = data.partition(b"\r\n")
            if not found:
                break
            data = rest
            word = line[:4].upper()
            if word == b"RCPT":
                self._recipient = line[line.find(b"<") + 1 : line.find(b">")].decode()
                yield b"250 ok\r\n", ""
            elif word == b"DATA":
                self._in_data = True
                yield b"354 go on\r\n", ""
            elif word == b"EHLO":
                yield b"250-sink\r\n250-PIPELINING\r\n250 8BITMIME\r\n", ""
            elif word == b"QUIT":
                yield b"221 bye\r\n", ""
            else:
                yield b"250 ok\r\n", ""
        self.held = data


class Twilio:
    """The answer of `POST /2010-04-01/Accounts/…/Messages.json`, on a connection that is kept."""

    greeting = sample = b""

    def __init__(self) -> None:
        self.held = b""

    def read(self, data: bytes) -> Iterator[Answer]:
        data = self.held + data
        while (end := data.find(b"\r\n\r\n")) >= 0:
            head = data[:end].lower()
            mark = head.find(b"content-length:")
            length = int(head[mark + 15 :].partition(b"\r\n")[0]) if mark >= 0 else 0
            if len(data) < end + 4 + length:
                break
            body, data = data[end + 4 : end + 4 + length], data[end + 4 + length :]
            recipient = parse_qs(body.decode()).get("To", ["-"])[0]
            yield self._answer(recipient), recipient
        self.held = data

    _number = 0

    @classmethod
    def _answer(cls, recipient: str) -> bytes:
        cls._number += 1
        sid = f"SM{cls._number:032x}"
        body = json.dumps({**TWILIO_MESSAGE, "sid": sid, "to": recipient}).encode()
        head = f"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        return head.encode() + body


TWILIO_MESSAGE = {
    "account_sid": "AC" + "0" * 32,
    "api_version": "2010-04-01",
    "body": "Hi there, thank you for choosing Riverside Dental. How did we do? Reply STOP to opt out.",
    "date_created": "Wed, 25 Nov 2026 12:00:00 +0000",
    "date_sent": None,
    "date_updated": "Wed, 25 Nov 2026 12:00:00 +0000",
    "direction": "outbound-api",
    "error_code": None,
    "error_message": None,
    "from": "+15005550006",
    "messaging_service_sid": None,
    "num_media": "0",
    "num_segments": "1",
    "price": None,
    "price_unit": "USD",
    "status": "queued",
    "subresource_uris": {"media": "/2010-04-01/Accounts/AC/Messages/SM/Media.json"},
    "uri": "/2010-04-01/Accounts/AC/Messages/SM.json",
}
CONVERSATIONS: dict[str, type[Smtp] | type[Twilio]] = {"smtp": Smtp, "twilio": Twilio}


# --- The process -----------------------------------------------------------------------------


def _serve(listener: socket.socket, control: Connection, kind: type[Smtp] | type[Twilio], delay: float) -> None:
    end_with_parent()
    poll = select.epoll()
    open_ones: dict[int, tuple[socket.socket, Conversation]] = {}
    waiting: deque[tuple[float, int, socket.socket, bytes, str]] = deque()  # the delay is one: first in, first out
    seen = Tally()
    listening, asking = listener.fileno(), control.fileno()
    poll.register(listening, select.EPOLLIN)
    poll.register(asking, select.EPOLLIN)

    def accept(connection: socket.socket, words: bytes, recipient: str) -> None:
        now = time.time()
        seen.first = seen.first or now
        seen.last = now
        seen.accepted += 1
        seen.times.setdefault(recipient, now)
        try:
            connection.send(words)
        except OSError:
            return  # gone; if it tries again, its recipient counts twice

    while True:
        for number, _ in poll.poll(max(0.0, waiting[0][0] - time.monotonic()) if waiting else None):
            if number == listening:
                connection, _ = listener.accept()
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                conversation = kind()
                open_ones[connection.fileno()] = connection, conversation
                poll.register(connection.fileno(), select.EPOLLIN)
                if conversation.greeting:
                    connection.send(conversation.greeting)
            elif number == asking:
                question = control.recv()
                if question == "forget":
                    seen = Tally()
                whole = question == "tally"
                control.send(seen if whole else Tally(seen.accepted, seen.size, seen.first, seen.last))
            else:
                connection, conversation = open_ones[number]
                try:
                    data = connection.recv(262_144)
                    if data:
                        together = b""  # what answers commands that came at once goes out at once (RFC 2920 §3.2)
                        for words, recipient in conversation.read(data):
                            if not recipient:
                                together += words
                            elif delay:
                                waiting.append((time.monotonic() + delay, number, connection, words, recipient))
                            else:
                                accept(connection, words, recipient)
                        if together:
                            connection.send(together)
                        seen.sample = conversation.sample or seen.sample
                except OSError:
                    data = b""
                if not data:
                    del open_ones[number]
                    poll.unregister(number)
                    connection.close()
                else:
                    seen.size += len(data)
        now = time.monotonic()
        while waiting and waiting[0][0] <= now:
            _, _, connection, words, recipient = waiting.popleft()
            accept(connection, words, recipient)
