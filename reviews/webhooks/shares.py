"""Shares of the notifier's threads: how many calls an account, and the endpoints that fail, may have under way.

An account begins a call only while more threads are free than it holds. Alone it gets half of them, and however many
accounts there are, some are left for the next one. Endpoints that fail have at most half of all threads together, and
share these in the same way.
"""

import uuid
from collections import Counter
from collections.abc import Iterable

from reviews.models import Endpoint

MOST_CALLS = 32  # under way, to all endpoints
MOST_FAILING = MOST_CALLS // 2  # of them to endpoints whose last call failed
CALLS_PER_ENDPOINT = 4  # under way; one for an endpoint that fails


class Shares:
    """Counts of the calls under way, or of those that are to be."""

    def __init__(self, under_way: Iterable[Endpoint]) -> None:
        self._endpoints = Counter[uuid.UUID]()
        self._accounts = Counter[uuid.UUID]()
        self._failing = Counter[uuid.UUID]()  # by account
        for endpoint in under_way:
            self._add(endpoint)

    def allow(self, endpoint: Endpoint) -> bool:
        """Return True if the account may begin a call to its endpoint, which may have its most already if healthy."""
        account = endpoint.account_id
        if endpoint.failures and (
            self._endpoints[endpoint.pk] or self._failing[account] >= MOST_FAILING - self._failing.total()
        ):
            return False
        return self._accounts[account] < MOST_CALLS - self._accounts.total()

    def take(self, endpoint: Endpoint) -> bool:
        """Count another call to the endpoint, if it may begin; return whether it may."""
        may_begin = self._endpoints[endpoint.pk] < CALLS_PER_ENDPOINT and self.allow(endpoint)
        if may_begin:
            self._add(endpoint)
        return may_begin

    def _add(self, endpoint: Endpoint) -> None:
        self._endpoints[endpoint.pk] += 1
        self._accounts[endpoint.account_id] += 1
        self._failing[endpoint.account_id] += bool(endpoint.failures)
