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
