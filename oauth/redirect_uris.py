"""Redirect URIs: addresses that an app may have people sent back to (RFC 6749 §3.1.2, RFC 9700 §2.1, RFC 8252 §7).

A confidential app has https addresses. A public one may be an app on a person's device, too: then it listens on the
device's own address, at a port that it learns when it starts, or has a scheme of its own.
"""

import re
from collections.abc import Iterable
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.utils.translation import gettext

LOOPBACK = {"localhost", "127.0.0.1", "::1"}
LONGEST = 2000  # characters; browsers and proxies cut longer addresses
# RFC 8252 §7.1: a name of the app's maker, in reverse; no other app has it by accident, and no browser a use for it.
OWN_SCHEME = re.compile(r"[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+", re.IGNORECASE)
ORIGIN = re.compile(r"https?://(\[[0-9a-f:]+\]|[a-z0-9.-]+)(:[0-9]{1,5})?")


def problem_with(uri: str, *, is_public: bool = False) -> str:
    """Return the fault of a redirect URI, as one sentence for the person who typed it; empty if there is none."""
    try:
        parts = urlsplit(uri)
        has_host = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return gettext("%(uri)s is no address: write it in full, such as https://app.example/callback.") % {"uri": uri}
    if is_public and OWN_SCHEME.fullmatch(parts.scheme):
        if not re.match(r":/[^/]", uri[len(parts.scheme) :]):
            return gettext(
                "%(uri)s needs one slash and a path behind its scheme, such as com.example.app:/callback."
            ) % {"uri": uri}
    elif parts.scheme not in ("https", "http"):
        own = ", or with a scheme of the app's own that has a dot, such as com.example.app:/" if is_public else ""
        return gettext("%(uri)s must begin with https://%(own)s.") % {"uri": uri, "own": own}
    elif not has_host:
        return gettext("%(uri)s has no host: write it in full, such as https://app.example/callback.") % {"uri": uri}
    elif parts.scheme == "http" and not (parts.hostname in LOOPBACK and (is_public or allows_plain_http())):
        return gettext(
            "%(uri)s is not encrypted: use https. Plain http is for public apps at http://127.0.0.1, and for "
            "developing."
        ) % {"uri": uri}
    if "@" in parts.netloc:
        return gettext("%(uri)s holds a user name or password: leave it out.") % {"uri": uri}
    if "#" in uri:
        return gettext("%(uri)s has a part behind #, which browsers do not send: leave it out.") % {"uri": uri}
    if "*" in uri:
        return gettext("%(uri)s holds a *: each address is compared letter by letter, so write every one out.") % {
            "uri": uri
        }
    if not uri.isascii() or not uri.isprintable() or any(character in uri for character in '"<>\\^`{|}'):
        return gettext(
            "%(uri)s holds characters that an address cannot: write them as %%XX, and the host in ASCII."
        ) % {"uri": uri}
    if len(uri) > LONGEST:
        return gettext("%(uri)s… is longer than %(longest)s characters.") % {"uri": uri[:60], "longest": LONGEST}
    return ""


def problem_with_origin(origin: str) -> str:
    """Return the fault of an origin, as one sentence for the person who typed it; empty if there is none.

    An origin is what browsers send of a page: scheme, host and port (RFC 6454 §6.2).
    """
    if not ORIGIN.fullmatch(origin):
        return gettext(
            "%(origin)s is no origin: write scheme and host in small letters, without a path: https://app.example."
        ) % {"origin": origin}
    parts = urlsplit(origin)
    if parts.scheme == "http" and not (parts.hostname in LOOPBACK and allows_plain_http()):
        return gettext(
            "%(origin)s is not encrypted: use https. Plain http is for this machine's own pages, while developing."
        ) % {"origin": origin}
    if (parts.scheme, origin.rpartition(":")[2]) in (("https", "443"), ("http", "80")):
        return gettext("%(origin)s names the usual port, which browsers leave out: leave it out, too.") % {
            "origin": origin
        }
    return ""


def is_registered(uri: str, registered: Iterable[str], *, is_public: bool) -> bool:
    """Compare to the letter, but for the port of a public app on a device's own address (RFC 8252 §7.3)."""
    known = list(registered)
    if uri in known:
        return True
    return is_public and (bare := _without_port(uri)) is not None and bare in map(_without_port, known)


def _without_port(uri: str) -> str | None:
    """Return the address of a device's own, without its port; None for another address, or none."""
    try:
        parts = urlsplit(uri)
        if parts.scheme != "http" or parts.hostname not in LOOPBACK or parts.port == 0 or "@" in parts.netloc:
            return None
    except ValueError:
        return None
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return uri.replace(f"//{parts.netloc}", f"//{host}", 1)


def is_on_device(target: SplitResult) -> bool:
    """Return True if people are sent back to an app on their own device."""
    return target.scheme not in ("http", "https") or target.hostname in LOOPBACK


def allows_plain_http() -> bool:
    """True on a developer's machine only."""
    return "http" in settings.OAUTH2_PROVIDER["ALLOWED_REDIRECT_URI_SCHEMES"]
