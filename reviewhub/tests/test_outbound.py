"""Calls to URLs that people type in: allowed addresses, limits of time and size, and errors in words."""

import contextlib
import datetime
import socket
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from reviewhub import outbound
from reviewhub.outbound import Caller, Forbidden, check, is_allowed
from reviews.tests.support.receiver import Receiver, answering, dripping, receiving, silent

pytestmark = [pytest.mark.attack, pytest.mark.once]

# Forms of addresses inside; look-ups, browsers and proxies read them in different ways.
PRIVATE_HOSTS = (
    *("0", "0.0.0.0", "0x7f.1", "0x7f.0x0.0x0.0x1", "017700000001", "127.0.0.1.", "127.1.", "localhost.", "LOCALHOST"),
    *("[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[0:0:0:0:0:ffff:a9fe:a9fe]", "[2002:a9fe:a9fe::]"),
    *(
        "[64:ff9b::a9fe:a9fe]",
        "[64:ff9b:1::a9fe:a9fe]",
        "[fe80::1%25eth0]",
        "[fe80::1%eth0]",
        "[::]",
        "[fd00:ec2::254]",
    ),
    *("0xa9fea9fe", "2852039166", "0251.0376.0251.0376", "169.254.169.254.", "192.0.0.192", "100.100.100.200"),
    *("metadata", "metadata.google.internal.", "foo.localhost", "localhost.localdomain", "a.local.", "a.lan"),
    *("router.home.arpa", "intranet", "[0000::0001]:443", "127.0.0.1:443", "[::ffff:0:127.0.0.1]", "192.88.99.1"),
)
NO_HOSTS = (
    *("hooks.example.com:0", "hooks.example.com:65536", "hooks.example.com:-1", "hooks.example.com:٤٤٣", "a..b"),
    *("127。0。0。1", "①②⑦.⓪.⓪.①", "%31%32%37.0.0.1", "1.1.1.1%00.example", "256.256.256.256", "1.2.3.4.5"),
    *(
        "0x100000000",
        "4294967297",
        "a.0x7f",
        "[v1.x]",
        "[::1",
        "xn--",
        ".example.com",
        "-a.example",
        "a" * 64 + ".example",
    ),
    *("a." * 127 + "example", "hooks.example.com\\", "hooks.example.com\\.evil.example", "exa mple.com", "\0"),
)
USERINFO = (
    "127.0.0.1:443@8.8.8.8/",
    "8.8.8.8@127.0.0.1/",
    "hooks.example.com\\@127.0.0.1/",
    "@127.0.0.1/",
    "a:b@x.example",
)

LOOPBACK = [ip_network("127.0.0.0/8")]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


@pytest.fixture
def caller() -> Iterator[Caller]:
    made = Caller(LOOPBACK)
    yield made
    made.close()


# --- Where to ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.8.9.1", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254"),
        *("0.0.0.0", "100.64.0.1", "192.0.2.1", "198.18.0.1", "224.0.0.1", "239.1.2.3", "240.0.0.1"),
        *("255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "fd12::1", "ff02::1", "fec0::1", "2001:db8::1"),
        *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1", "2002:7f00:1::", "2002:a00:1::"),
        *("2001:0:4136:e378:8000:63bf:3fff:fdd2", "192.0.0.192", "192.88.99.1", "100.100.100.200", "fd00:ec2::254"),
        *("::127.0.0.1", "::ffff:0:127.0.0.1", "64:ff9b:1::a9fe:a9fe", "2002:a9fe:a9fe::", "64:ff9b::a9fe:a9fe"),
        *("::ffff:169.254.169.254", "100::1", "2001:20::1", "3fff::1", "5f00::1", "ff0e::1", "fe80::5efe:7f00:1"),
    ],
)
def test_private_addresses_are_not_called(address: str) -> None:
    assert not is_allowed(ip_address(address))


@pytest.mark.parametrize("address", ["8.8.8.8", "52.1.2.3", "2606:4700::1111", "64:ff9b::808:808", "::ffff:8.8.8.8"])
def test_public_addresses_are_called(address: str) -> None:
    assert is_allowed(ip_address(address))


def test_networks_of_the_operator_are_called_and_nothing_beside_them() -> None:
    own = [ip_network("10.1.0.0/16")]
    assert is_allowed(ip_address("10.1.2.3"), own)
    assert is_allowed(ip_address("::ffff:10.1.2.3"), own)
    assert not is_allowed(ip_address("10.2.2.3"), own)
    assert not is_allowed(ip_address("127.0.0.1"), own)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://hooks.example.com/a", "Use https"),
        ("ftp://hooks.example.com/a", "begins with https"),
        ("https://", "begins with https"),
        ("hooks.example.com", "begins with https"),
        ("https://user:pass@hooks.example.com/", "name, a password"),
        ("https://hooks.example.com/#top", "name, a password"),
        ("https://hooks.example.com/a b", "no web address"),
        ("https://hooks.example.com/\n", "no web address"),
        ("https://hooks.exämple.com/", "no web address"),
        ("https://hooks.example.com:99999/", "no web address"),
        ("https://[::1/", "no web address"),
        ("https://hooks.example.com/" + "a" * 2000, "too long"),
        ("https://127.0.0.1/", "private"),
        ("https://[::1]/", "private"),
        ("https://127.1/", "private"),
        ("https://2130706433/", "private"),
        ("https://0x7f000001/", "private"),
        ("https://0177.0.0.1/", "private"),
        ("https://169.254.169.254/latest/meta-data", "private"),
        ("https://localhost/", "private"),
        ("https://printer.local/", "private"),
        ("https://metadata.google.internal/", "private"),
        *((f"https://{host}/", "private") for host in PRIVATE_HOSTS),
        *((f"https://{host}/", "no web address") for host in NO_HOSTS),
        *((f"https://{rest}", "name, a password") for rest in USERINFO),
        ("gopher://127.0.0.1/", "begins with https"),
        ("file:///etc/passwd", "begins with https"),
        ("//127.0.0.1/", "begins with https"),
        ("https:127.0.0.1", "begins with https"),
        ("https:///127.0.0.1/", "begins with https"),
        ("https://127.0.0.1\t/", "no web address"),
    ],
)
def test_a_url_that_shows_its_fault_is_refused_when_it_is_typed(url: str, words: str) -> None:
    with pytest.raises(Forbidden, match=words):
        check(url)


@pytest.mark.parametrize("url", ["https://hooks.example.com/a?b=c", "https://8.8.8.8:8443/"])
def test_public_urls_are_taken(url: str) -> None:
    check(url)


@pytest.mark.parametrize("places", [["10.0.0.7"], ["127.0.0.1"], ["::1", "192.168.0.1"]])
def test_a_name_that_leads_inside_is_not_called(monkeypatch: pytest.MonkeyPatch, places: list[str]) -> None:
    """The address that is checked is the one that is connected to: nothing is looked up twice."""
    looked_up: list[str] = []

    def look_up(host: str, port: int, **more: Any) -> list[Any]:
        looked_up.append(host)
        return [(socket.AF_INET6 if ":" in place else socket.AF_INET, 1, 6, "", (place, port)) for place in places]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr(socket, "create_connection", lambda *_, **__: pytest.fail("it was connected to"))
    answer = Caller().post("https://rebinding.example/", b"{}", {})
    assert (answer.status, answer.error) == (None, "The name leads to a private network.")
    assert looked_up == ["rebinding.example"]


def test_a_redirect_is_not_followed(caller: Caller, receiver: Receiver) -> None:
    receiver.behave["/"] = answering(302, Location=f"{receiver.url}/elsewhere")
    answer = caller.post(f"{receiver.url}/", b"{}", {})
    assert (answer.status, answer.is_ok, answer.error) == (302, False, "Redirects are not followed.")
    assert [call.path for call in receiver.told] == ["/"]


# --- How long and how much ---------------------------------------------------------------------------


def test_an_answer_is_read(caller: Caller, receiver: Receiver) -> None:
    receiver.behave["/"] = answering(200, "Grüße".encode(), Retry_After="7")
    answer = caller.post(f"{receiver.url}/", b'{"a": 1}', {"X-One": "two"})
    assert (answer.status, answer.is_ok, answer.text, answer.error) == (200, True, "Grüße", "")
    assert answer.retry_after == datetime.timedelta(seconds=7)
    assert receiver.told[0].body == b'{"a": 1}'
    assert receiver.told[0].headers["X-One"] == "two"


def test_connections_are_kept_and_replaced_when_the_other_side_closes_them(caller: Caller, receiver: Receiver) -> None:
    ports, parted = set[Any](), threading.Event()

    def note(handler: BaseHTTPRequestHandler) -> None:
        ports.add(handler.client_address)
        answering(204)(handler)

    def part(handler: BaseHTTPRequestHandler) -> None:
        answering(204)(handler)
        handler.connection.shutdown(socket.SHUT_RDWR)
        handler.close_connection = True
        parted.set()

    receiver.behave |= {"/": note, "/part": part}
    assert all(caller.post(f"{receiver.url}/", b"{}", {}).is_ok for _ in range(5))
    assert len(ports) == 1
    for _ in range(3):
        assert caller.post(f"{receiver.url}/part", b"{}", {}).is_ok
        assert parted.wait(60)  # what is sent before the other side's goodbye arrives is lost, and told again later
        parted.clear()


@pytest.mark.parametrize("behaviour", [silent, dripping], ids=["silent", "drip by drip"])
def test_a_call_has_its_end(monkeypatch: pytest.MonkeyPatch, receiver: Receiver, behaviour: Any) -> None:
    monkeypatch.setattr(outbound, "TIMEOUT", 0.4)
    receiver.behave["/"] = behaviour
    answer = Caller(LOOPBACK).post(f"{receiver.url}/", b"{}", {})
    assert (answer.status, answer.error) == (None, outbound.TOO_LATE)
    assert answer.milliseconds >= 390  # the clock of the limit and ours are not the same


def test_the_end_is_said_in_the_same_words_when_the_connections_own_limit_comes_first(
    monkeypatch: pytest.MonkeyPatch, receiver: Receiver
) -> None:
    """Both limits are as long: on a busy machine the thread that cuts a call may come second."""
    timer = threading.Timer
    monkeypatch.setattr(outbound, "TIMEOUT", 0.1)
    monkeypatch.setattr(outbound.threading, "Timer", lambda _, cut: timer(600, cut))
    receiver.behave["/"] = silent
    answer = Caller(LOOPBACK).post(f"{receiver.url}/", b"{}", {})
    assert (answer.status, answer.error) == (None, outbound.TOO_LATE)


def endless(handler: BaseHTTPRequestHandler) -> None:
    """Promise a body, and write it for as long as anybody listens."""
    handler.send_response(200)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    with contextlib.suppress(OSError):
        while True:
            handler.wfile.write(b"400\r\n" + b"a" * 1024 + b"\r\n")
    handler.close_connection = True


def stalled(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "10")
    handler.end_headers()
    handler.wfile.write(b"a")
    silent(handler)


def broken_off(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "10")
    handler.end_headers()
    handler.wfile.write(b"a")
    handler.close_connection = True


@pytest.mark.parametrize(
    "behaviour",
    [
        pytest.param(answering(200, b"a" * 2 * 1024 * 1024), id="2 MiB"),
        endless,
        stalled,
        broken_off,
        pytest.param(answering(200, b"no gzip", Content_Encoding="gzip"), id="no gzip"),
    ],
)
def test_an_answer_is_judged_by_its_status_whatever_its_body(
    caller: Caller, receiver: Receiver, monkeypatch: pytest.MonkeyPatch, behaviour: Any
) -> None:
    monkeypatch.setattr(outbound, "READ_WITHIN", 0.1)
    receiver.behave |= {"/": behaviour, "/next": answering(204)}
    answer = caller.post(f"{receiver.url}/", b"{}", {})
    assert (answer.status, answer.is_ok, answer.error) == (200, True, "")
    assert len(answer.text) <= outbound.MOST_READ
    assert answer.milliseconds < 1000 * outbound.TIMEOUT / 2
    assert caller.post(f"{receiver.url}/next", b"{}", {}).status == 204  # nothing of the body is taken for an answer


def test_an_error_is_described_in_words(caller: Caller, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    def garbage(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"no HTTP at all\r\n\r\n")
        handler.close_connection = True

    receiver.behave["/"] = garbage
    assert caller.post(f"{receiver.url}/", b"{}", {}).status is None
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert caller.post(f"http://127.0.0.1:{port}/", b"{}", {}).error == "The connection was refused."

    def unknown(*_: Any, **__: Any) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert caller.post("https://nowhere.example/", b"{}", {}).error == "The name is not known."


# --- Encrypted ---------------------------------------------------------------------------------------


def certificate(name: str, folder: Path) -> Path:
    """Make a certificate for that name, and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    today = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(today - datetime.timedelta(days=1))
        .not_valid_after(today + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / f"{name}.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM) + private)
    return file


@pytest.fixture
def secure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Port of a TLS server for hooks.example, a name that leads to this machine."""
    file = certificate("hooks.example", tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            answering(204)(self)

        def log_message(self, *args: Any) -> None:
            """Log nothing: nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    real = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda _, *rest, **more: real("127.0.0.1", *rest, **more))
    yield server.server_address[1]
    server.shutdown()
    server.server_close()
    thread.join()


def test_the_certificate_is_checked_against_the_name(secure: int, caller: Caller) -> None:
    assert caller.post(f"https://hooks.example:{secure}/", b"{}", {}).is_ok
    wrong = caller.post(f"https://other.example:{secure}/", b"{}", {})
    assert wrong.status is None
    assert "other.example" in wrong.error


def test_a_certificate_that_nobody_vouches_for_is_refused(
    secure: int, caller: Caller, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "none.pem").write_text("")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))
    answer = caller.post(f"https://hooks.example:{secure}/", b"{}", {})
    assert answer.status is None
    assert "CERTIFICATE_VERIFY_FAILED" in answer.error


def test_encrypting_has_its_end_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server takes the connection and then sends nothing, or next to nothing."""
    monkeypatch.setattr(outbound, "TIMEOUT", 0.4)
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        answer = Caller(LOOPBACK).post(f"https://127.0.0.1:{server.getsockname()[1]}/", b"{}", {})
    assert (answer.status, answer.error) == (None, outbound.TOO_LATE)
