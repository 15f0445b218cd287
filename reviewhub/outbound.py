"""Calls to URLs that people type in: public addresses only, with a limit on time and on what is read.

A name is looked up once, and the call goes to the very address that was checked: a second look-up could lead
elsewhere. Redirects are not followed.
"""

import ipaddress
import re
import socket
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Any
from urllib.parse import urlsplit

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection

from reviewhub.retry_after import read_retry_after

Network = IPv4Network | IPv6Network

TIMEOUT = 10.0  # seconds, for the whole call
TOO_LATE = f"No answer within {TIMEOUT:.0f} s."
MOST_READ = 2000  # bytes of an answer: people see how it began
READ_WITHIN = 1.0  # second after the status, which alone is judged
LONGEST = 2000  # characters of a URL
LONGEST_NAME = 253  # RFC 1035 §2.3.4

# For an address that the operator has written into the settings: it may lie on the machine or in the network that
# ReviewHub runs on, and be called by http there.
ANYWHERE: list[Network] = [IPv4Network("0.0.0.0/0"), IPv6Network("::/0")]

# IPv6 addresses that stand for IPv4 ones: NAT64 (RFC 6052).
_NAT64 = IPv6Network("64:ff9b::/96")
# Not public by IANA's registries, which Python's own table follows late: 192.0.0.192 gives a cloud's credentials.
_NOT_PUBLIC: list[Network] = [IPv4Network(net) for net in ("192.0.0.0/24", "192.88.99.0/24")]
_NOT_PUBLIC += [IPv6Network(net) for net in ("64:ff9b:1::/48", "100::/64", "2001:20::/28", "3fff::/20", "5f00::/16")]

# A name that a look-up takes; its last label is no number, since some read that as an IP address.
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"(?:{_LABEL}\.)*(?!(?:[0-9]+|0x[0-9a-f]*)\Z){_LABEL}")
_PRIVATE_NAMES = (".localhost", ".localdomain", ".local", ".internal", ".lan", ".home.arpa")


class Forbidden(Exception):
    """The URL may not be called; the text tells the person who typed it why."""


@dataclass(frozen=True)
class Answer:
    """Result of a call. Without a `status` nothing came back; `error` says why, or why a status is no success.

    `text` is how the answer began.
    """

    status: int | None
    milliseconds: int
    error: str = ""
    text: str = ""
    retry_after: timedelta | None = None

    @property
    def is_ok(self) -> bool:
        return self.status is not None and 200 <= self.status < 300 and not self.error


# --- Allowed addresses -------------------------------------------------------------------------------


def check(url: str, networks: Sequence[Network] = ()) -> None:
    """Raise Forbidden if the text of the URL shows that it may not be called; look nothing up.

    `networks`: private ones that are allowed, also by http. A name passes then: where it leads is checked at the call.
    """
    if len(url) > LONGEST or any(character <= " " or character > "~" for character in url):
        raise Forbidden("This is no web address: it has blanks or other characters that none has, or is too long.")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise Forbidden("This is no web address.") from error
    if port == 0:
        raise Forbidden("This is no web address: nothing can be called at port 0.")
    if parts.scheme not in ("https", "http") or not host:
        raise Forbidden("A web address begins with https:// and a name.")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise Forbidden("An address with a name, a password or a # cannot be called.")
    host = host.removesuffix(".")  # of the root
    number = _parse_ip(host)
    if number is None and (not _NAME.fullmatch(host) or len(host) > LONGEST_NAME or "[" in parts.netloc):
        raise Forbidden("This is no web address: there is no host of that name.")
    if parts.scheme == "http" and not (networks if number is None else _is_in(number, networks)):
        raise Forbidden("Use https: what is sent names your customers.")
    if number is None:
        is_private = "." not in host or host.endswith(_PRIVATE_NAMES)
    else:
        is_private = not is_allowed(number, networks)
    if is_private and not (number is None and networks):
        raise Forbidden("This address is of a private network.")


def is_allowed(address: IPv4Address | IPv6Address, networks: Sequence[Network] = ()) -> bool:
    """Tell whether the address is public, or in one of these networks."""
    if _is_in(address, networks):
        return True
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if address in _NAT64:
            inner = IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_allowed(inner, networks)
        if address.teredo is not None or address.is_site_local:
            return False
    if _is_in(address, _NOT_PUBLIC):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def _is_in(address: IPv4Address | IPv6Address, networks: Sequence[Network]) -> bool:
    return any(address.version == net.version and address in net for net in networks)


def _parse_ip(host: str) -> IPv4Address | IPv6Address | None:
    """Return the IP address in any form that a look-up takes (`127.1`, `0x7f000001`); None for a name."""
    with suppress(ValueError):
        return ipaddress.ip_address(host)
    with suppress(OSError):
        return IPv4Address(socket.inet_aton(host))
    return None


def _connect(host: str, port: int, networks: Sequence[Network], *, encrypted: bool) -> socket.socket:
    """Connect to one of the host's allowed addresses. Raises Forbidden or OSError."""
    addresses = [str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    may_call = is_allowed if encrypted else _is_in
    allowed = [text for text in addresses if may_call(ipaddress.ip_address(text.partition("%")[0]), networks)]
    if not allowed:
        raise Forbidden("The name leads to a private network." if encrypted else "Only https is called.")
    for number, address in enumerate(allowed, 1):
        try:
            return socket.create_connection((address, port), timeout=TIMEOUT / len(allowed))
        except OSError:
            if number == len(allowed):
                raise
    raise AssertionError("unreachable")


# --- Calls -------------------------------------------------------------------------------------------


class _Call:
    """A call in progress, whose connection a timer cuts when its time is over."""

    def __init__(self) -> None:
        self.is_cut = False
        self.connection: Any = None

    def cut(self) -> None:
        self.is_cut = True
        handle = getattr(self.connection, "handle", None)
        if handle is not None:
            with suppress(OSError):
                handle.shutdown(socket.SHUT_RDWR)


_current = threading.local()  # its `call`: the thread's call in progress


class _GuardedConnection:
    """Mixin for a connection: checks its address, and lets a call cut it, whatever it waits for."""

    networks: Sequence[Network] = ()
    encrypted = False
    handle: socket.socket | None = None

    def _new_conn(self: Any) -> socket.socket:
        _current.call.connection = self
        connected = _connect(self._dns_host, self.port, self.networks, encrypted=self.encrypted)
        self.handle = connected.dup()  # can be shut down also during the TLS handshake, which wraps the other one
        connected.settimeout(TIMEOUT)
        return connected

    def request(self: Any, *args: Any, **kwargs: Any) -> None:
        _current.call.connection = self
        super().request(*args, **kwargs)  # type: ignore[misc]

    def close(self: Any) -> None:
        if self.handle is not None:
            self.handle.close()
            self.handle = None
        super().close()  # type: ignore[misc]


class Caller:
    """Pool of connections for calls from several threads; they stay open for later calls until `close`."""

    def __init__(self, networks: Sequence[Network] = (), clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        attributes: Any = {"networks": networks}
        plain = type("Plain", (_GuardedConnection, HTTPConnection), attributes)
        secure = type("Secure", (_GuardedConnection, HTTPSConnection), attributes | {"encrypted": True})
        self._networks = networks
        self._pools = urllib3.PoolManager(num_pools=100, maxsize=4, timeout=TIMEOUT, retries=False)
        self._pools.pool_classes_by_scheme = {
            "http": type("PlainPool", (urllib3.HTTPConnectionPool,), {"ConnectionCls": plain}),
            "https": type("SecurePool", (urllib3.HTTPSConnectionPool,), {"ConnectionCls": secure}),
        }

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Send the body and return the answer. Raises nothing: an error is in the answer."""
        began, call = self._clock(), _Call()
        _current.call = call
        limit = _cut_after(TIMEOUT, call)
        status, text, error, retry_after = None, "", "", None
        try:
            check(url, self._networks)
            response = self._pools.request(
                "POST", url, body=body, headers=headers, redirect=False, preload_content=False, decode_content=False
            )
            limit.cancel()
            if not call.is_cut:
                status, retry_after = response.status, read_retry_after(response.headers)
                limit = _cut_after(READ_WITHIN, call)
                text = _read_beginning(response)
        except Forbidden as forbidden:
            error = str(forbidden)
        except (urllib3.exceptions.HTTPError, OSError, ValueError) as problem:
            error = _describe(problem)
        finally:
            limit.cancel()
        if call.is_cut and status is None:
            error = TOO_LATE
        if not error and status is not None and 300 <= status < 400:
            error = "Redirects are not followed."
        return Answer(status, round((self._clock() - began) * 1000), error, text, retry_after)

    def close(self) -> None:
        self._pools.clear()


def _cut_after(seconds: float, call: _Call) -> threading.Timer:
    limit = threading.Timer(seconds, call.cut)
    limit.daemon = True
    limit.start()
    return limit


def _read_beginning(response: Any) -> str:
    """Return the beginning of the answer's body. One that is long, slow or broken off ends its connection."""
    raw = b""
    try:
        raw = response.read(MOST_READ + 1)
    except (urllib3.exceptions.HTTPError, OSError, ValueError):
        response.close()
    else:
        response.release_conn() if len(raw) <= MOST_READ else response.close()
    return str(raw[:MOST_READ].decode("utf-8", "replace"))


def _describe(problem: BaseException) -> str:
    """Return the problem in words for people, by its innermost cause: the library wraps it more than once."""
    cause: Any = problem
    while inner := [part for part in (getattr(cause, "reason", None), *cause.args) if isinstance(part, BaseException)]:
        cause = inner[0]
    if isinstance(cause, socket.gaierror):
        return "The name is not known."
    if isinstance(cause, ConnectionRefusedError):
        return "The connection was refused."
    if isinstance(cause, TimeoutError | urllib3.exceptions.TimeoutError):
        return TOO_LATE
    return f"{type(cause).__name__}: {cause}"[:200]
