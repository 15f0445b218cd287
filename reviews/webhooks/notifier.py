"""Telling other programs what happened: claim a notice, call its endpoint, settle it.

At least once: a process that is killed in between leaves a claim that lapses. No endpoint delays another: each has few
calls under way, one that fails has a single one and rests in between, and every call has its end. Calls are made by
threads; the database is the main thread's alone.
"""

import logging
import random
import time
import uuid
from collections import Counter, deque
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, connections, transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from rest_framework.renderers import JSONRenderer
from standardwebhooks import Webhook

from reviewhub.outbound import Answer, Caller
from reviews.models import Attempt, Endpoint, Notice
from reviews.webhooks import endpoints
from reviews.webhooks.payload import represent

logger = logging.getLogger(__name__)

Status = Notice.Status
Clock = Callable[[], datetime]

# After the first try; all in all a day, so that a night's outage is outlived.
WAITS = [timedelta(seconds=5)] + [timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 300, 480, 480)]
JITTER = 0.2  # at most that much longer, so that what failed together does not come back together
OFF_AFTER = timedelta(days=3)  # of nothing but failures
LONGEST_REST = 60  # seconds between two calls of an endpoint that fails
LEASE = timedelta(seconds=60)  # several times what a call may take
AT_ONCE = 32
OF_ONE = 4  # calls of an endpoint at once
LOT = 16  # notices of an endpoint that are claimed at once
BEGUN_WITHIN = timedelta(seconds=5)  # or else let go: what is told is never older, and no lease lapses
LOOK_EVERY = 0.5  # seconds
LOOK_WHILE_BUSY = 0.1  # seconds
LEAVE_WITHIN = 5.0  # seconds that calls under way have when the process is to end
HEALTH = ["failing_since", "failures", "paused_until"]  # of an endpoint
AGENT = "ReviewHub-Webhooks/1.0"


def run(is_over: Callable[[], bool], beat: Callable[[], None]) -> None:
    """Tell what is due until it is over; `beat` is called at least every second or so."""
    desk = Desk(Caller(settings.WEBHOOK_NETWORKS))
    while not is_over():
        beat()
        try:
            if not desk.work():
                time.sleep(LOOK_EVERY)
        except (OperationalError, InterfaceError) as error:
            logger.warning("the database does not answer: %s", type(error).__name__)
            connections.close_all()
            time.sleep(LOOK_EVERY)
    desk.close()


@dataclass(frozen=True)
class Called:
    """A call that came back."""

    notice: Notice
    endpoint: Endpoint
    answer: Answer


@dataclass(frozen=True)
class _Held:
    """A notice that this process has claimed, and what it will say."""

    notice: Notice
    endpoint: Endpoint
    since: datetime
    body: bytes
    headers: dict[str, str]


class Desk:
    """Calls under way, those that are ready, and what becomes of them."""

    def __init__(self, caller: Caller, clock: Clock = timezone.now) -> None:
        self._caller, self._clock = caller, clock
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="notice")
        self._ready: dict[uuid.UUID, deque[_Held]] = {}  # by endpoint
        self._under_way: dict[Future[Answer], _Held] = {}
        self._came_back: list[Called] = []
        self._looked = 0.0

    def work(self) -> bool:
        """Begin what may begin and settle what has come back; whether anything was or is under way."""
        self._look()
        self._begin()
        if not self._under_way:
            return False
        self._wait(LOOK_EVERY)
        self._begin()  # the next ones are under way while these are written down
        self._settle()
        return True

    def close(self) -> None:
        """Give calls under way a moment; what takes longer is made again by another process."""
        for key in list(self._ready):
            self._let_go(key)
        give_up = time.monotonic() + LEAVE_WITHIN
        while self._under_way and time.monotonic() < give_up:
            self._wait(LOOK_EVERY)
            self._settle()
        self._settle()
        self._threads.shutdown(wait=not self._under_way, cancel_futures=True)
        self._caller.close()

    def _look(self) -> None:
        """Claim lots for endpoints that have none; not with every call while there is enough to do."""
        now = self._clock()
        for key in [key for key, lot in self._ready.items() if now - lot[0].since > BEGUN_WITHIN]:
            self._let_go(key)
        if self._ready and time.monotonic() - self._looked < LOOK_WHILE_BUSY:
            return
        self._looked = time.monotonic()
        if len(self._under_way) < AT_ONCE:
            self._claim_lots(now)

    def _begin(self) -> None:
        busy, keys = self._busy(), list(self._ready)
        random.shuffle(keys)  # where there are more than threads, each has its turn
        for key in keys:
            lot = self._ready[key]
            while lot and busy[key] < _at_once(lot[0].endpoint) and len(self._under_way) < AT_ONCE:
                held = lot.popleft()
                begun = self._threads.submit(self._caller.post, held.endpoint.url, held.body, held.headers)
                self._under_way[begun] = held
                busy[key] += 1
            if not lot:
                del self._ready[key]

    def _busy(self) -> Counter[uuid.UUID]:
        return Counter(held.endpoint.pk for held in self._under_way.values())

    def _claim_lots(self, now: datetime) -> None:
        """What a call costs the database is shared by a lot. An endpoint that fails has one call at once."""
        free, busy = AT_ONCE - len(self._under_way), self._busy()
        due = list(Endpoint.objects.due(now).exclude(pk__in=list(self._ready)).select_related("account"))
        random.shuffle(due)
        for endpoint in due:
            if free <= 0:
                return
            if endpoint.failures and busy[endpoint.pk]:
                continue
            if not endpoints.is_entitled(endpoint, now):
                endpoints.switch_off(endpoint, endpoints.DISCONNECTED)
                continue
            lot = _written(endpoint, claim(endpoint, limit=1 if endpoint.failures else LOT, now=now), now)
            if lot:
                self._ready[endpoint.pk] = lot
                free -= _at_once(endpoint)

    def _let_go(self, key: uuid.UUID) -> None:
        """Leave what is ready for an endpoint to whoever comes next."""
        release([held.notice for held in self._ready.pop(key, ())], self._clock())

    def _wait(self, patience: float) -> None:
        done, _ = wait(self._under_way, timeout=patience, return_when=FIRST_COMPLETED)
        for future in done:
            held = self._under_way.pop(future)
            call = Called(held.notice, held.endpoint, future.result())
            self._came_back.append(call)
            if not call.answer.is_ok:
                self._let_go(held.endpoint.pk)

    def _settle(self) -> None:
        if self._came_back:
            settle(self._came_back, self._clock())
            self._came_back = []  # only now: where the database did not answer, it is asked again


def _at_once(endpoint: Endpoint) -> int:
    return 1 if endpoint.failures else OF_ONE


def _written(endpoint: Endpoint, claimed: list[Notice], now: datetime) -> deque[_Held]:
    """What is said to the endpoint, signed; nothing where its secrets cannot be read."""
    try:
        signers = [Webhook(secret) for secret in endpoints.secrets_of(endpoint)]
    except endpoints.Undecipherable:
        endpoints.switch_off(endpoint, "Its secret cannot be read any more: roll it.")
        return deque()
    lot: deque[_Held] = deque()
    for notice, told in zip(claimed, represent([notice.event for notice in claimed]), strict=True):
        body: bytes = JSONRenderer().render(told)
        headers = {
            "Content-Type": "application/json",
            "User-Agent": AGENT,
            "webhook-id": told["id"],
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": " ".join(signer.sign(told["id"], now, body.decode()) for signer in signers),
        }
        lot.append(_Held(notice, endpoint, now, body, headers))
    return lot


# --- Rows --------------------------------------------------------------------------------------------


def claim(endpoint: Endpoint, *, limit: int, now: datetime) -> list[Notice]:
    """Take up to `limit` due notices of the endpoint for LEASE, with their events; nobody else gets them until then."""
    token, due = uuid.uuid4(), Notice.objects.filter(endpoint=endpoint, status=Status.WAITING, due_at__lte=now)
    with transaction.atomic():
        skip = connection.features.has_select_for_update_skip_locked
        keys = [row.pk for row in due.order_by("due_at").select_for_update(skip_locked=skip)[:limit]]
        Notice.objects.filter(pk__in=keys).update(claim=token, due_at=now + LEASE)
    return list(Notice.objects.filter(pk__in=keys, claim=token).select_related("event").order_by("pk"))


def release(held: Sequence[Notice], now: datetime) -> None:
    """Give up claims on notices of which nothing was told."""
    _own(held).update(claim=None, due_at=now)


@transaction.atomic
def settle(calls: Sequence[Called], now: datetime) -> None:
    """Write down what came of calls, and when the next one is due, if any; nothing of what was deleted meanwhile."""
    # Endpoints before notices, as whatever switches one off does: two that wait for each other would never end.
    keys = {call.endpoint.pk for call in calls}
    found = {row.pk: row for row in Endpoint.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk")}
    rows = Notice.objects.select_for_update().filter(pk__in=[call.notice.pk for call in calls])
    there = set(rows.order_by("pk").values_list("pk", flat=True))
    known = [call for call in calls if call.endpoint.pk in found and call.notice.pk in there]
    Attempt.objects.bulk_create(_attempt(call, now) for call in known)
    told = [call for call in known if call.answer.is_ok]
    _own([call.notice for call in told]).update(status=Status.DELIVERED, claim=None, tries=F("tries") + 1)
    for key in {call.endpoint.pk for call in told}:
        _note_success(found[key])
    for call in known:
        if not call.answer.is_ok:
            _settle_failed(call, found[call.endpoint.pk], now)


def _own(held: Sequence[Notice]) -> QuerySet[Notice]:
    """Those of them that nobody else has claimed or settled since."""
    keys, claims = [notice.pk for notice in held], {notice.claim for notice in held}
    return Notice.objects.filter(pk__in=keys, claim__in=claims, status=Status.WAITING)


def _attempt(call: Called, now: datetime) -> Attempt:
    return Attempt(
        notice=call.notice,
        at=now,
        status=call.answer.status,
        milliseconds=call.answer.milliseconds,
        error=call.answer.error[:200],
        answer=call.answer.text.replace("\0", "")[:300],
    )


def _settle_failed(call: Called, endpoint: Endpoint, now: datetime) -> None:
    notice, answer = call.notice, call.answer
    if answer.status == 410 or notice.tries >= len(WAITS):
        _own([notice]).update(status=Status.FAILED, claim=None, tries=notice.tries + 1)
    else:
        _own([notice]).update(claim=None, tries=notice.tries + 1, due_at=now + _wait(notice.tries, answer))
    _note_failure(endpoint, answer, now)


def _wait(tries: int, answer: Answer) -> timedelta:
    wanted = WAITS[tries] * (1 + random.uniform(0, JITTER))  # noqa: S311 (spreads load, keeps no secret)
    return max(wanted, answer.retry_after or wanted)


def _note_success(endpoint: Endpoint) -> None:
    if endpoint.failing_since is not None:
        endpoint.failing_since, endpoint.failures, endpoint.paused_until = None, 0, None
        endpoint.save(update_fields=HEALTH)


def _note_failure(endpoint: Endpoint, answer: Answer, now: datetime) -> None:
    rest = timedelta(seconds=min(2 ** min(endpoint.failures, 10), LONGEST_REST))
    endpoint.failing_since = endpoint.failing_since or now
    endpoint.failures += 1
    endpoint.paused_until = now + rest
    endpoint.save(update_fields=HEALTH)
    if answer.status == 410:
        endpoints.switch_off(endpoint, "It answered 410: it is gone for good.")
    elif endpoint.failing_since <= now - OFF_AFTER:
        endpoints.switch_off(endpoint, f"Nothing but failures for three days. The last one: {_said(answer)}")


def _said(answer: Answer) -> str:
    return answer.error or f"it answered {answer.status}."
