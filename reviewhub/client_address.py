"""The caller of a request: the IP address, for limits on failures, and the account, for turns (`web_turns`)."""

from django.conf import settings
from django.http import HttpRequest

ACCOUNT = "REVIEWHUB_ACCOUNT"  # in a request's environment: the account whose credential it came with


def client_address(request: HttpRequest) -> str:
    """Return the caller's IP address; behind a proxy (BEHIND_PROXY), the one that the proxy saw.

    Only the last entry of X-Forwarded-For is the proxy's: the caller can write the others.
    """
    if settings.BEHIND_PROXY and (forwarded := request.headers.get("X-Forwarded-For", "")):
        return forwarded.rsplit(",", 1)[-1].strip()
    return str(request.META.get("REMOTE_ADDR", ""))
