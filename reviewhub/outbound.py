"""Calls to addresses that people type in: only public ones, only so long, and only so much is read.

A name is looked up here, and what it stands for is checked and then connected to: no later look-up can lead
elsewhere. Redirects are not followed.
"""

import ipaddress
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

from reviewhub.retry_after import asked_wait

Network = IPv4Network | IPv6Network

TIMEOUT = 10.0  # seconds, for all of a call
TOO_LATE = f"No answer within {TIMEOUT:.0f} s."
MOST_READ = 1024 * 1024
LONGEST = 2000

# IPv6 addresses that stand for IPv4 ones: NAT64 (RFC 6052).
_NAT64 = IPv6Network("64:ff9b::/96")


class Forbidden(Exception):
    """The address is none that may be called; the text says why, to the person who typed it."""


@dataclass(frozen=True)
class Answer:
    """What came of a call. Without a `status` there was no answer; `error` says why, or why it does not count."""

    status: int | None
    milliseconds: int
    error: str = ""
    text: str = ""
    retry_after: timedelta | None = None

    @property
    def is_ok(self) -> bool:
        return self.status is not None and 200 <= self.status < 300 and not self.error


# --- Which addresses ---------------------------------------------------------------------------------


def check(url: str, networks: Sequence[Network] = ()) -> None:
    """Raises Forbidden where the text shows already that the address may not be called; looks nothing up.

    `networks` are not public, and allowed all the same, also without encryption. Whether a name leads there turns out
    when it is looked up.
    """
    if len(url) > LONGEST or any(character <= " " or character > "~" for character in url):
        raise Forbidden("This is no web address: it has blanks or other characters that none has, or is too long.")
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise Forbidden("This is no web address.") from error
    if parts.scheme not in ("https", "http") or not host:
        raise Forbidden("A web address begins with https:// and a name.")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise Forbidden("An address with a name, a password or a # cannot be called.")
    number = _literal(host)
    if parts.scheme == "http" and not (networks if number is None else _is_in(number, networks)):
        raise Forbidden("Use https: what is sent names your customers.")
    is_private = host == "localhost" or host.endswith((".localhost", ".local", ".internal"))
    if (is_private and not networks) or (number is not None and not is_allowed(number, networks)):
        raise Forbidden("This address is of a private network.")


def is_allowed(address: IPv4Address | IPv6Address, networks: Sequence[Network] = ()) -> bool:
    """Whether it is public, or in one of these networks."""
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
    return address.is_global and not address.is_multicast and not address.is_reserved


def _is_in(address: IPv4Address | IPv6Address, networks: Sequence[Network]) -> bool:
    return any(address.version == net.version and address in net for net in networks)


def _literal(host: str) -> IPv4Address | IPv6Address | None:
    """The address that the host is, in any form that a look-up takes (`127.1`, `0x7f000001`); None for a name."""
    with suppress(ValueError):
        return ipaddress.ip_address(host)
    with suppress(OSError):
        return IPv4Address(socket.inet_aton(host))
    return None


def _connect(host: str, port: int, networks: Sequence[Network], *, encrypted: bool) -> socket.socket:
    """A connection to one of the host's allowed addresses. Raises Forbidden or OSError."""
    places = [str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    may = is_allowed if encrypted else _is_in
    allowed = [place for place in places if may(ipaddress.ip_address(place.partition("%")[0]), networks)]
    if not allowed:
        raise Forbidden("The name leads to a private network." if encrypted else "Only https is called.")
    for number, place in enumerate(allowed, 1):
        try:
            return socket.create_connection((place, port), timeout=TIMEOUT / len(allowed))
        except OSError:
            if number == len(allowed):
                raise
    raise AssertionError("unreachable")


# --- Calling -----------------------------------------------------------------------------------------


class _Call:
    """One call under way; when its time is over, its connection is cut."""

    def __init__(self) -> None:
        self.is_cut = False
        self.connection: Any = None

    def cut(self) -> None:
        self.is_cut = True
        handle = getattr(self.connection, "handle", None)
        if handle is not None:
            with suppress(OSError):
                handle.shutdown(socket.SHUT_RDWR)


_under_way = threading.local()


class _Guarded:
    """Mixed into a connection: where it leads is checked, and a call can cut it, whatever it waits for."""

    networks: Sequence[Network] = ()
    encrypted = False
    handle: socket.socket | None = None

    def _new_conn(self: Any) -> socket.socket:
        _under_way.call.connection = self
        made = _connect(self._dns_host, self.port, self.networks, encrypted=self.encrypted)
        self.handle = made.dup()  # the same connection, also while encryption is being agreed on
        made.settimeout(TIMEOUT)
        return made

    def request(self: Any, *args: Any, **kwargs: Any) -> None:
        _under_way.call.connection = self
        super().request(*args, **kwargs)  # type: ignore[misc]

    def close(self: Any) -> None:
        if self.handle is not None:
            self.handle.close()
            self.handle = None
        super().close()  # type: ignore[misc]


class Caller:
    """Makes calls, from several threads, and keeps connections open for the next ones until it is closed."""

    def __init__(self, networks: Sequence[Network] = (), clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        kept: Any = {"networks": networks}
        plain = type("Plain", (_Guarded, HTTPConnection), kept)
        secure = type("Secure", (_Guarded, HTTPSConnection), kept | {"encrypted": True})
        self._networks = networks
        self._pools = urllib3.PoolManager(num_pools=100, maxsize=4, timeout=TIMEOUT, retries=False)
        self._pools.pool_classes_by_scheme = {
            "http": type("PlainPool", (urllib3.HTTPConnectionPool,), {"ConnectionCls": plain}),
            "https": type("SecurePool", (urllib3.HTTPSConnectionPool,), {"ConnectionCls": secure}),
        }

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Send it and read the answer. Raises nothing: what went wrong is in the answer."""
        began, call = self._clock(), _Call()
        _under_way.call = call
        limit = threading.Timer(TIMEOUT, call.cut)
        limit.daemon = True
        limit.start()
        status, text, error, retry_after = None, "", "", None
        try:
            check(url, self._networks)
            response = self._pools.request(
                "POST", url, body=body, headers=headers, redirect=False, preload_content=False, decode_content=False
            )
            try:
                status, retry_after = response.status, asked_wait(response.headers)
                text, error = _read(response)
            finally:
                response.release_conn() if not error else response.close()
        except Forbidden as forbidden:
            error = str(forbidden)
        except (urllib3.exceptions.HTTPError, OSError, ValueError) as problem:
            error = _words(problem)
        finally:
            limit.cancel()
        if call.is_cut:
            status, error = None, TOO_LATE
        if not error and status is not None and 300 <= status < 400:
            error = "Redirects are not followed."
        return Answer(status, round((self._clock() - began) * 1000), error, text, retry_after)

    def close(self) -> None:
        self._pools.clear()


def _read(response: Any) -> tuple[str, str]:
    """How the answer begins, and what is wrong with it."""
    raw = response.read(MOST_READ + 1)
    if len(raw) > MOST_READ:
        return "", "The answer is larger than 1 MiB."
    return raw[:2000].decode("utf-8", "replace"), ""


def _words(problem: BaseException) -> str:
    """What went wrong, for people; a library wraps the cause more than once."""
    cause: Any = problem
    while inner := [one for one in (getattr(cause, "reason", None), *cause.args) if isinstance(one, BaseException)]:
        cause = inner[0]
    if isinstance(cause, socket.gaierror):
        return "The name is not known."
    if isinstance(cause, ConnectionRefusedError):
        return "The connection was refused."
    if isinstance(cause, TimeoutError | urllib3.exceptions.TimeoutError):
        return TOO_LATE
    return f"{type(cause).__name__}: {cause}"[:200]
