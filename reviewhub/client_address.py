"""IP address of the caller, for limits on calls and failures."""

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """Return the caller's IP address; behind a proxy (BEHIND_PROXY), the one that the proxy saw.

    Only the last entry of X-Forwarded-For is the proxy's: the caller can write the others.
    """
    if settings.BEHIND_PROXY and (forwarded := request.headers.get("X-Forwarded-For", "")):
        return forwarded.rsplit(",", 1)[-1].strip()
    return str(request.META.get("REMOTE_ADDR", ""))
