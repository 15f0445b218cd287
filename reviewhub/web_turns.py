"""Threads of a web process, by turns of callers: one that calls without a pause keeps no other waiting.

A caller is the account of a credential, once a call with it was answered; before that, and for apps at the token
endpoint, the credential; or the session. Requests without any come from customers who open their links: these are
nobody's, and wait for nobody.
"""

import math
import re
import time
from collections import Counter, OrderedDict, deque
from collections.abc import Iterator
from typing import Any

from waitress.task import ThreadedTaskDispatcher
from waitress.utilities import Error

NOBODY, PERSON, KNOWN = "nobody", "person", "account"  # with a session's hash, or an account's id, behind it
MOST_AT_WORK = {KNOWN: 1, PERSON: 2}  # threads beside others
THERE_FOR = 60.0  # seconds: how long a caller counts as there after its last request
# Of the time that a call took: so an account has a fifth of a thread, about what API_ACCOUNT_RATE_PER_MINUTE
# allows by default, and the machine has time for others.
REST = 4.0
REFUSED_FOR = 0.2  # seconds of rest for a caller who was refused (429)
MOST_WAITING = 100  # requests of a caller
MOST_KNOWN = 10_000  # credentials whose account is known


def _session(cookies: str) -> str:
    found = re.search(r"(?:^|;)\s*sessionid=([^;]+)", cookies)
    return found[1] if found else ""


class Turns:
    """The requests that wait for a thread. Begins with the caller that has waited longest for a turn.

    A caller has all threads while it is alone, and one while there are others; a person has two, so that a long
    download leaves them their pages. Beside others, an account rests after each call (REST). Others are accounts whose
    credential was answered lately: who makes credentials up stands in nobody's way.

    Takes the place of waitress' queue, which calls it under a lock.
    """

    def __init__(self) -> None:
        self._waiting: OrderedDict[str, deque[Any]] = OrderedDict()  # the next to have a turn is first
        self._at_work: Counter[str] = Counter()
        self._seen: OrderedDict[str, float] = OrderedDict()  # the last that came is last
        self._rests_until: dict[str, float] = {}
        self._accounts: OrderedDict[str, str] = OrderedDict()  # of credentials

    def __len__(self) -> int:
        return sum(len(requests) for requests in self._waiting.values())

    def __bool__(self) -> bool:
        """Return True if a request may begin now."""
        return next(self._ready(), None) is not None

    def append(self, connection: Any) -> None:
        connection.caller = self._caller_of(connection)
        self._see(connection.caller)
        self._waiting.setdefault(connection.caller, deque()).append(connection)

    def popleft(self) -> Any:
        """Take the next request. Raises IndexError if none may begin."""
        caller = next(self._ready(), None)
        if caller is None:
            raise IndexError
        connection = self._waiting[caller].popleft()
        if self._waiting[caller]:
            self._waiting.move_to_end(caller)
        else:
            del self._waiting[caller]
        self._at_work[caller] += 1
        connection.began_at = time.monotonic()
        return connection

    def end(self, connection: Any, *, account: str | None, is_refused: bool) -> None:
        """Note that the request of a connection was answered, and what its answer tells of the caller."""
        caller, now = connection.caller, time.monotonic()
        self._at_work[caller] -= 1
        if not self._at_work[caller]:
            del self._at_work[caller]
        known = f"{KNOWN} {account}" if account else caller
        if known != caller:
            self._accounts[caller] = known
            self._see(known)
            if len(self._accounts) > MOST_KNOWN:
                self._accounts.popitem(last=False)
        caller = known
        if len(self._rests_until) > MOST_KNOWN:
            self._rests_until = {each: end for each, end in self._rests_until.items() if end > now}
        if is_refused:
            self._rests_until[caller] = now + REFUSED_FOR
        elif caller.startswith(KNOWN) and not self._is_alone(caller, now):
            self._rests_until[caller] = now + REST * (now - connection.began_at)

    def is_full(self, connection: Any) -> bool:
        """Return True if no more requests of that caller may wait."""
        caller = self._caller_of(connection)
        return caller != NOBODY and len(self._waiting.get(caller, ())) >= MOST_WAITING

    def rest(self) -> float:
        """Return the seconds until the next caller that waits has rested; infinity if none rests."""
        now = time.monotonic()
        ends = [self._rests_until[caller] for caller in self._waiting if caller in self._rests_until]
        return min((end - now for end in ends if end > now), default=math.inf)

    def _ready(self) -> Iterator[str]:
        """Yield the callers that wait and may have a thread."""
        now = time.monotonic()
        for caller in self._waiting:
            if caller == NOBODY:
                yield caller
            elif self._rests_until.get(caller, now) <= now:
                most = next((most for kind, most in MOST_AT_WORK.items() if caller.startswith(kind)), math.inf)
                if self._at_work[caller] < most or self._is_alone(caller, now):
                    yield caller

    def _is_alone(self, caller: str, now: float) -> bool:
        others = (at for other, at in reversed(self._seen.items()) if other != caller)
        return now - next(others, -THERE_FOR) > THERE_FOR

    def _see(self, caller: str) -> None:
        now = time.monotonic()
        if caller.startswith(KNOWN):
            self._seen[caller] = now
            self._seen.move_to_end(caller)
        while self._seen and now - next(iter(self._seen.values())) > THERE_FOR:
            self._seen.popitem(last=False)

    def _caller_of(self, connection: Any) -> str:
        request = connection.requests[0]
        if request.error:
            return NOBODY
        if credential := request.headers.get("AUTHORIZATION"):
            name = f"{hash(credential)}"  # a secret is not kept
            return self._accounts.get(name, name)
        session = _session(request.headers.get("COOKIE", ""))
        return f"{PERSON} {hash(session)}" if session else NOBODY


class TooMany(Error):
    code = 429
    reason = "Too Many Requests"


class Dispatcher(ThreadedTaskDispatcher):
    """Threads of waitress that take the requests by turns."""

    def __init__(self, threads: int) -> None:
        super().__init__()
        self.queue = Turns()
        self.set_thread_count(threads)

    def add_task(self, connection: Any) -> None:
        with self.lock:
            if self.queue.is_full(connection):
                connection.requests[0].error = TooMany("")
        super().add_task(connection)

    def end(self, connection: Any, *, account: str | None, is_refused: bool) -> None:
        with self.lock:
            self.queue.end(connection, account=account, is_refused=is_refused)
        connection.server.pull_trigger()  # the loop asks when the caller has rested

    def wake(self) -> float:
        """Let threads begin what may begin by now; return the seconds until that is to be asked again."""
        with self.lock:
            if self.queue:
                self.queue_cv.notify_all()
            return self.queue.rest()
