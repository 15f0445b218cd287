"""How often a credential may call."""

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
        now = int(time.time())
        self._left = WINDOW - now % WINDOW
        key = f"rate:{credential_of(request).id}:{now // WINDOW}"
        cache.add(key, 0, WINDOW * 2)
        used = cache.incr(key)
        request._request.rate = (limit, max(0, limit - used), self._left)  # type: ignore[attr-defined]  # see rate_headers
        return used <= limit

    def wait(self) -> float:
        return float(self._left)


# --- Failures at the token endpoint --------------------------------------------------------------

FAILURES_PER_MINUTE = {"ip": 60, "ip and client": 20}


def too_many_failures(request: HttpRequest, client_id: str) -> int:
    """Seconds to wait, or 0. Failures are counted by address, and by address and client: never by the
    client id alone, which is public, so that nobody can lock a client out."""
    for kind, key in _failure_keys(request, client_id).items():
        if cache.get(key, 0) >= FAILURES_PER_MINUTE[kind]:
            return WINDOW - int(time.time()) % WINDOW
    return 0


def note_failure(request: HttpRequest, client_id: str) -> None:
    for key in _failure_keys(request, client_id).values():
        cache.add(key, 0, WINDOW * 2)
        cache.incr(key)


def _failure_keys(request: HttpRequest, client_id: str) -> dict[str, str]:
    minute, address = int(time.time()) // WINDOW, client_address(request)
    named = {"ip": address, "ip and client": f"{address} {client_id}"}
    return {kind: f"oauth-failures:{token_hash(value)[:32]}:{minute}" for kind, value in named.items()}
