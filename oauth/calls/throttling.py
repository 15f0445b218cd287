"""How often a credential may call, and anybody fail."""

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
from reviewhub.counters import one_more

if TYPE_CHECKING:  # the framework's settings import this module while its views are being made
    from rest_framework.views import APIView

WINDOW = 60

GetResponse = Callable[[HttpRequest], HttpResponseBase]


def rate_headers(get_response: GetResponse) -> GetResponse:
    """Middleware: tell on every answer how much is left (draft-ietf-httpapi-ratelimit-headers)."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if rates := getattr(request, "rates", None):
            response["RateLimit-Policy"] = ", ".join(f'"{name}";q={limit};w={WINDOW}' for name, limit, *_ in rates)
            response["RateLimit"] = ", ".join(f'"{name}";r={left};t={seconds}' for name, _, left, seconds in rates)
        return response

    return middleware


class TokenThrottle(BaseThrottle):
    """Calls in each minute of the clock: of a token or key, and of all that its account has; 0 is no limit.

    `API_RATE_PER_MINUTE` and `API_ACCOUNT_RATE_PER_MINUTE`, or the account's own. A call that is refused counts, too.
    """

    _left = 0

    def allow_request(self, request: Request, view: "APIView") -> bool:
        if request.auth is None:
            return True
        self._left = _seconds_left()
        rates = [
            (name, limit, limit - one_more(f"rate:{whose}:{int(time.time()) // WINDOW}", WINDOW * 2), self._left)
            for name, whose, limit in _limits(credential_of(request))
            if limit
        ]
        request._request.rates = [(name, limit, max(0, left), seconds) for name, limit, left, seconds in rates]  # type: ignore[attr-defined]  # see rate_headers
        return all(left >= 0 for _, _, left, _ in rates)

    def wait(self) -> float:
        return float(self._left)


def _limits(credential: Credential) -> Iterator[tuple[str, str, int]]:
    """What is counted, in whose name, and up to what."""
    yield "token", credential.id, settings.API_RATE_PER_MINUTE
    account = credential.account
    yield "account", f"account:{account.pk}", account.calls_per_minute or settings.API_ACCOUNT_RATE_PER_MINUTE


# --- Failures --------------------------------------------------------------------------------------

MOST_FROM_ADDRESS = 60
MOST_FOR_ONE = 20


def note_failure(request: HttpRequest, who: str) -> int:
    """Count a failed call in the name of `who`, a client id or an e-mail address, which need not exist.

    Returns the seconds to wait once there were too many in this minute, else 0. Counted by IP address, and
    by address and name: never by the name alone, which is public, so that nobody can lock another one out.
    """
    counts = [(one_more(key, WINDOW * 2), most) for key, most in _failure_keys(request, who).items()]
    return _seconds_left() if any(count > most for count, most in counts) else 0


def must_wait(request: HttpRequest, who: str) -> int:
    """Seconds until `who` may try again from this address, 0 for now; for what can be guessed."""
    full = any(cache.get(key, 0) >= most for key, most in _failure_keys(request, who).items())
    return _seconds_left() if full else 0


def _failure_keys(request: HttpRequest, who: str) -> dict[str, int]:
    minute, address = int(time.time()) // WINDOW, client_address(request)
    limits = {address: MOST_FROM_ADDRESS, f"{address} {who}": MOST_FOR_ONE}
    return {f"failures:{token_hash(value)[:32]}:{minute}": most for value, most in limits.items()}


def _seconds_left() -> int:
    return WINDOW - int(time.time()) % WINDOW
