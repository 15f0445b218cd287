"""Redirect URIs: addresses that an app may have people sent back to (RFC 6749 §3.1.2, RFC 9700 §2.1)."""

from urllib.parse import urlsplit

from django.conf import settings

LOOPBACK = {"localhost", "127.0.0.1", "::1"}
LONGEST = 2000  # characters; browsers and proxies cut longer addresses


def problem_with(uri: str) -> str:
    """Return the fault of a redirect URI, as one sentence for the person who typed it; empty if there is none."""
    try:
        parts = urlsplit(uri)
        has_host = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return f"{uri} is no address: write it in full, such as https://app.example/callback."
    if parts.scheme not in ("https", "http"):
        return f"{uri} must begin with https://."
    if not has_host:
        return f"{uri} has no host: write it in full, such as https://app.example/callback."
    if parts.scheme == "http" and not (allows_plain_http() and parts.hostname in LOOPBACK):
        return f"{uri} is not encrypted: use https. Plain http is for this machine's own address, while developing."
    if "@" in parts.netloc:
        return f"{uri} holds a user name or password: leave it out."
    if "#" in uri:
        return f"{uri} has a part behind #, which browsers do not send: leave it out."
    if "*" in uri:
        return f"{uri} holds a *: each address is compared letter by letter, so write every one out."
    if not uri.isascii() or not uri.isprintable() or any(character in uri for character in '"<>\\^`{|}'):
        return f"{uri} holds characters that an address cannot: write them as %XX, and the host in ASCII."
    if len(uri) > LONGEST:
        return f"{uri[:60]}… is longer than {LONGEST} characters."
    return ""


def allows_plain_http() -> bool:
    """True on a developer's machine only."""
    return "http" in settings.OAUTH2_PROVIDER["ALLOWED_REDIRECT_URI_SCHEMES"]
