"""Limits in each minute: for the calls of a credential and its account, and for failed calls of anybody."""

import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from oauth.calls.authentication import Credential, credential_of
from oauth.hashers import token_hash
from reviewhub.client_address import client_address
from reviewhub.counters import count_one

if TYPE_CHECKING:  # the framework's settings import this module while its views are being made
    from rest_framework.views import APIView

WINDOW = 60

GetResponse = Callable[[HttpRequest], HttpResponseBase]


def rate_headers(get_response: GetResponse) -> GetResponse:
    """Middleware: write on every answer how many calls are left (draft-ietf-httpapi-ratelimit-headers)."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if rates := getattr(request, "rates", None):
            response["RateLimit-Policy"] = ", ".join(f'"{name}";q={limit};w={WINDOW}' for name, limit, *_ in rates)
            response["RateLimit"] = ", ".join(f'"{name}";r={left};t={seconds}' for name, _, left, seconds in rates)
        return response

    return middleware


class TokenThrottle(BaseThrottle):
    """Limits on calls in a minute of the clock: for a token or key, and for all those of its account together.

    They are API_RATE_PER_MINUTE and API_ACCOUNT_RATE_PER_MINUTE, or the account's own; 0 means no limit. A refused call
    counts as well.
    """

    _left = 0

    def allow_request(self, request: Request, view: "APIView") -> bool:
        if request.auth is None:
            return True
        self._left = _seconds_left()
        rates = [
            (name, limit, limit - count_one(f"rate:{key}:{int(time.time()) // WINDOW}", WINDOW * 2), self._left)
            for name, key, limit in _limits(credential_of(request))
            if limit
        ]
        request._request.rates = [(name, limit, max(0, left), seconds) for name, limit, left, seconds in rates]  # type: ignore[attr-defined]  # see rate_headers
        return all(left >= 0 for _, _, left, _ in rates)

    def wait(self) -> float:
        return float(self._left)


def _limits(credential: Credential) -> Iterator[tuple[str, str, int]]:
    """Yield what is limited: its name on the answer, its key in the cache, and its limit."""
    yield "token", credential.id, settings.API_RATE_PER_MINUTE
    account = credential.account
    yield "account", f"account:{account.pk}", account.calls_per_minute or settings.API_ACCOUNT_RATE_PER_MINUTE


# --- Failures --------------------------------------------------------------------------------------

MOST_FROM_ADDRESS = 60
MOST_FOR_NAME = 20


def note_failure(request: HttpRequest, name: str) -> int:
    """Count a failed call under a name: a client id or an e-mail address, which need not exist.

    Return the seconds to wait if there were too many in this minute, else 0. Calls are counted by IP address, and by
    address and name: never by the name alone, which is public, so that nobody can lock another one out.
    """
    counts = [(count_one(key, WINDOW * 2), limit) for key, limit in _failure_limits(request, name).items()]
    return _seconds_left() if any(count > limit for count, limit in counts) else 0


def seconds_to_wait(request: HttpRequest, name: str) -> int:
    """Return the seconds until a name may be tried again from this address, or 0: against guessing of secrets."""
    is_full = any(cache.get(key, 0) >= limit for key, limit in _failure_limits(request, name).items())
    return _seconds_left() if is_full else 0


def _failure_limits(request: HttpRequest, name: str) -> dict[str, int]:
    """The limit of failed calls for each key in the cache."""
    minute, address = int(time.time()) // WINDOW, client_address(request)
    limits = {address: MOST_FROM_ADDRESS, f"{address} {name}": MOST_FOR_NAME}
    return {f"failures:{token_hash(value)[:32]}:{minute}": limit for value, limit in limits.items()}


def _seconds_left() -> int:
    return WINDOW - int(time.time()) % WINDOW
