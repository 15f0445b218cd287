"""How often a credential may call, and anybody fail."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from oauth.authentication import credential_of
from oauth.hashers import token_hash
from reviewhub.clients import client_address

if TYPE_CHECKING:  # the framework's settings import this module while its views are being made
    from rest_framework.views import APIView

WINDOW = 60

GetResponse = Callable[[HttpRequest], HttpResponseBase]


def rate_headers(get_response: GetResponse) -> GetResponse:
    """Middleware: tell on every answer how much is left (draft-ietf-httpapi-ratelimit-headers)."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if rate := getattr(request, "rate", None):
            limit, remaining, seconds = rate
            response["RateLimit-Policy"] = f'"minute";q={limit};w={WINDOW}'
            response["RateLimit"] = f'"minute";r={remaining};t={seconds}'
        return response

    return middleware


class TokenThrottle(BaseThrottle):
    """`API_RATE_PER_MINUTE` calls in each minute of the clock, for a token or key; 0 is no limit."""

    _left = 0

    def allow_request(self, request: Request, view: "APIView") -> bool:
        limit: int = settings.API_RATE_PER_MINUTE
        if not limit or request.auth is None:
            return True
        self._left = _seconds_left()
        used = _count(f"rate:{credential_of(request).id}:{int(time.time()) // WINDOW}")
        request._request.rate = (limit, max(0, limit - used), self._left)  # type: ignore[attr-defined]  # see rate_headers
        return used <= limit

    def wait(self) -> float:
        return float(self._left)


# --- Failures --------------------------------------------------------------------------------------

MOST_FROM_ADDRESS = 60
MOST_FOR_ONE = 20


def note_failure(request: HttpRequest, who: str) -> int:
    """Count a failed call in the name of `who`, a client id or an e-mail address, which need not exist.

    Returns the seconds to wait once there were too many in this minute, else 0. Counted by IP address, and
    by address and name: never by the name alone, which is public, so that nobody can lock another one out.
    """
    counts = [(_count(key), most) for key, most in _failure_keys(request, who).items()]
    return _seconds_left() if any(count > most for count, most in counts) else 0


def must_wait(request: HttpRequest, who: str) -> int:
    """Seconds until `who` may try again from this address, 0 for now; for what can be guessed."""
    full = any(cache.get(key, 0) >= most for key, most in _failure_keys(request, who).items())
    return _seconds_left() if full else 0


def _failure_keys(request: HttpRequest, who: str) -> dict[str, int]:
    minute, address = int(time.time()) // WINDOW, client_address(request)
    limits = {address: MOST_FROM_ADDRESS, f"{address} {who}": MOST_FOR_ONE}
    return {f"failures:{token_hash(value)[:32]}:{minute}": most for value, most in limits.items()}


def _count(key: str) -> int:
    """One more in the window that the key names; returns how many there are."""
    cache.add(key, 0, WINDOW * 2)
    return int(cache.incr(key))


def _seconds_left() -> int:
    return WINDOW - int(time.time()) % WINDOW
