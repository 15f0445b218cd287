"""Mail servers with habits of their own, on loopback: what each says, and when it hangs up, is told beforehand."""

import contextlib
import datetime
import ipaddress
import socketserver
import ssl
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HANG_UP = b""  # in place of an answer: the connection is closed
SILENCE = b"\0"  # in place of an answer: nothing, and the connection stays open

GOOD = {
    "CONNECT": b"220 mx.example ESMTP",
    "HELO": b"250 mx.example",
    "MAIL": b"250 2.1.0 ok",
    "RCPT": b"250 2.1.5 ok",
    "DATA": b"354 go on",
    "DOT": b"250 2.0.0 taken",
    "RSET": b"250 2.0.0 ok",
    "QUIT": b"221 bye",
    "STARTTLS": b"220 go ahead",
    "AUTH": b"235 2.7.0 welcome",
}


@dataclass
class Habits:
    """What a server does. `says`: the answers to the first so many of a command, in place of the good one.

    "CONNECT" stands for the greeting, "DOT" for the end of a mail. An answer of 421 ends the connection.
    """

    says: dict[str, list[bytes]] = field(default_factory=dict)
    always: dict[str, bytes] = field(default_factory=dict)
    refuses: dict[bytes, bytes] = field(default_factory=dict)  # recipient's local part: answer to RCPT
    offers: list[str] = field(default_factory=lambda: ["8BITMIME"])
    greets_after: float = 0.0
    answers_dot_after: float = 0.0
    idle_for: float | None = None  # seconds without a command, then the server hangs up
    parting: bytes = b""  # said before it hangs up for that
    mails_a_connection: int | None = None
    connections_at_once: int | None = None
    hangs_up_in_body: int = 0  # so many times, after the first line of a mail
    logins: dict[str, str] = field(default_factory=dict)  # mechanism: user and password as it carries them
    context: ssl.SSLContext | None = None

    def refusal(self, command: bytes) -> bytes | None:
        """Return the answer to RCPT for a recipient who is not taken; None for any other."""
        return self.refuses.get(command.partition(b"<")[2].partition(b"@")[0])


class MailServer:
    """One server, its habits, and what it has taken."""

    def __init__(self, habits: Habits) -> None:
        self.habits = habits
        self.bodies: list[bytes] = []  # as they came, dots still stuffed
        self.commands: list[bytes] = []
        self.connections = self.closed = 0
        self.open = self.most_open = 0
        self.over = threading.Event()  # what was silent may end
        self.may_answer = threading.Event()  # the dot is answered
        self.may_answer.set()
        self._said: dict[str, int] = defaultdict(int)
        self._lock = threading.Lock()

    @property
    def recipients(self) -> list[str]:
        """To whom the taken mails are, in order of the alphabet."""
        return sorted(str(message_from_bytes(body)["To"]) for body in self.bodies)

    def answer(self, command: str) -> bytes:
        with self._lock:
            number = self._said[command]
            self._said[command] += 1
        others = self.habits.says.get(command, [])
        if number < len(others):
            return others[number]
        return self.habits.always.get(command, GOOD.get(command, b"502 5.5.2 unknown"))

    def count(self, change: int) -> int:
        with self._lock:
            self.open += change
            self.connections += change > 0
            self.closed += change < 0
            self.most_open = max(self.most_open, self.open)
            return self.open

    def wait_until(self, wanted: Any) -> None:
        """Wait until that is true of the server."""
        end = time.monotonic() + 10
        while not wanted(self):
            assert time.monotonic() < end, "the server waited in vain"
            time.sleep(0.005)


class _Conversation(socketserver.StreamRequestHandler):
    server_: MailServer

    def handle(self) -> None:
        try:
            self._converse(self.server_.habits, self.server_.count(+1))
        except (OSError, EOFError):
            pass  # the client is gone, or the server has hung up
        finally:
            with contextlib.suppress(OSError):
                self.connection.shutdown(2)
            self.connection.close()
            self.server_.count(-1)

    def _converse(self, habits: Habits, number: int) -> None:
        if habits.connections_at_once is not None and number > habits.connections_at_once:
            self._say(b"421 4.7.0 too many connections")
        time.sleep(habits.greets_after)
        self._say(self.server_.answer("CONNECT"))
        mails = 0
        while True:
            line = self._read_command(habits)
            word = line[:8].split()[0].upper().decode() if line.strip() else ""
            self.server_.commands.append(line)
            if word == "EHLO" and "EHLO" not in {**habits.says, **habits.always}:
                self._say(
                    b"\r\n".join([b"250-mx.example", *(f"250-{each}".encode() for each in habits.offers)])
                    + b"\r\n250 HELP"
                )
            elif word == "RCPT" and (refusal := habits.refusal(line)) is not None:
                self._say(refusal)
            elif word == "AUTH" and habits.logins:
                self._log_in(habits, line)
            elif word == "STARTTLS":
                self._start_tls(habits)
            else:
                answer = self.server_.answer(word)
                self._say(answer)
                if word == "QUIT":
                    return
                if word == "DATA" and answer.startswith(b"354"):
                    self._take_mail(habits)
                    mails += 1
                    if mails == habits.mails_a_connection:
                        return

    def _read_command(self, habits: Habits) -> bytes:
        self.connection.settimeout(habits.idle_for)
        try:
            line = self.rfile.readline()
        except TimeoutError:
            self.connection.settimeout(None)
            if habits.parting:
                self._say(habits.parting)
            raise EOFError from None
        self.connection.settimeout(None)
        if not line:
            raise EOFError
        return line

    def _take_mail(self, habits: Habits) -> None:
        if habits.hangs_up_in_body:
            habits.hangs_up_in_body -= 1
            self.rfile.readline()
            raise EOFError
        lines = list[bytes]()
        while (line := self.rfile.readline()) != b".\r\n":
            if not line:  # the client hung up
                raise EOFError
            lines.append(line)
        if not (body := b"".join(lines)):
            self._say(b"554 5.5.1 no recipient")
            return
        time.sleep(habits.answers_dot_after)
        assert self.server_.may_answer.wait(30)
        answer = self.server_.answer("DOT")
        if answer[:1] not in b"45" or not answer.strip(b"\0"):
            self.server_.bodies.append(body)  # whatever it says, it has kept the mail
        self._say(answer)

    def _log_in(self, habits: Habits, line: bytes) -> None:
        _, mechanism, *rest = line.decode().split()
        expected = habits.logins.get(mechanism)
        if mechanism == "LOGIN":
            given = [*rest]
            for prompt in ("VXNlcm5hbWU6", "UGFzc3dvcmQ6")[len(rest) :]:
                self._say(f"334 {prompt}".encode())
                given.append(self.rfile.readline().decode().strip())
            self._say(self.server_.answer("AUTH") if " ".join(given) == expected else b"535 5.7.8 wrong")
            return
        self._say(self.server_.answer("AUTH") if rest == [expected] else b"535 5.7.8 wrong")

    def _start_tls(self, habits: Habits) -> None:
        self._say(self.server_.answer("STARTTLS"))
        if habits.context is not None:
            self.connection = self.request = habits.context.wrap_socket(self.request, server_side=True)
            self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", buffering=0)

    def _say(self, answer: bytes) -> None:
        if answer == HANG_UP:
            raise EOFError
        if answer == SILENCE:
            self.server_.over.wait(30)
            raise EOFError
        self.wfile.write(answer + b"\r\n")
        if answer.startswith(b"421"):
            raise EOFError


@contextlib.contextmanager
def serving(habits: Habits) -> Iterator[tuple[int, MailServer]]:
    """Run the server; yields its port, and what it took."""
    server = MailServer(habits)
    handler = type("Bound", (_Conversation,), {"server_": server})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as listening:
        listening.daemon_threads = True
        threading.Thread(target=listening.serve_forever, args=(0.01,), daemon=True).start()
        yield listening.server_address[1], server
        server.over.set()
        server.may_answer.set()
        listening.shutdown()


def certificate(folder: Path, *, name: str) -> tuple[ssl.SSLContext, Path]:
    """Make a certificate that vouches for itself: the server's context with it, and its file for those who trust it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    names: list[x509.GeneralName] = [x509.DNSName(name)]
    if name[0].isdigit():
        names = [x509.IPAddress(ipaddress.ip_address(name))]
    made = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / f"{name}.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context, file
