"""The notifier: calls the webhooks of other programs with the notices that are due. Records no event.

It claims a notice, calls its endpoint, and settles the notice. Each reaches its endpoint at least once: a process that
is killed in between leaves a claim that lapses. No endpoint delays another, and no account: each has its share of the
threads (`shares`), an endpoint that fails has a single call under way and rests in between, and every call has a time
limit. Calls are made by threads; only the main thread uses the database.
"""

import logging
import random
import time
import uuid
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from rest_framework.renderers import JSONRenderer
from standardwebhooks import Webhook

from reviewhub.outages import DATABASE_AWAY, drop_connection
from reviewhub.outbound import Answer, Caller
from reviews.models import Attempt, Endpoint, Notice
from reviews.webhooks import endpoints
from reviews.webhooks.payload import represent_events
from reviews.webhooks.shares import MOST_CALLS, Shares

logger = logging.getLogger(__name__)

Clock = Callable[[], datetime]

# After each failed call of a notice; a day in all, so that it outlives a night's outage.
WAITS = [timedelta(seconds=5)] + [timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 300, 480, 480)]
JITTER = 0.2  # share of a wait that is added at most, so that calls that failed together do not come back together
OFF_AFTER = timedelta(days=3)  # of nothing but failures
BEHIND_AFTER = timedelta(hours=1)  # of nothing but failures
BEHIND_WITH = 100  # notices that wait for an endpoint that fails
LONGEST_REST = 60  # seconds between two calls of an endpoint that fails
LEASE = timedelta(seconds=60)  # several times the time limit of a call
MAX_LAPSES = 5  # processes that died, or failed, before the notice was settled
BATCH = 16  # notices of an endpoint that are claimed together
READY_FOR = timedelta(seconds=5)  # then a notice whose call has not begun is released: no payload gets older
LOOK_EVERY = 0.5  # seconds
LOOK_WHILE_BUSY = 0.1  # seconds
LEAVE_WITHIN = 5.0  # seconds that calls under way have when the process is to end
HEALTH = ["failing_since", "failures", "paused_until", "behind_since"]  # columns of an endpoint
AGENT = "ReviewHub-Webhooks/1.0"


def run(is_over: Callable[[], bool], beat: Callable[[], None]) -> None:
    """Call endpoints with what is due until `is_over()`; calls `beat` at least every second or so."""
    notifier = Notifier(Caller(settings.WEBHOOK_NETWORKS))
    while not is_over():
        beat()
        try:
            if not notifier.work():
                time.sleep(LOOK_EVERY)
        except DATABASE_AWAY as error:
            drop_connection(error)
            time.sleep(LOOK_EVERY)
    notifier.close()


@dataclass(frozen=True)
class FinishedCall:
    """A call of an endpoint that has ended, with or without an answer."""

    notice: Notice
    endpoint: Endpoint
    answer: Answer


@dataclass(frozen=True)
class _SignedNotice:
    """A claimed notice, and the call that it is to become."""

    notice: Notice
    endpoint: Endpoint
    signed_at: datetime
    body: bytes
    headers: dict[str, str]


class Notifier:
    """Loop of one process: notices that are ready, calls under way, and calls that have ended."""

    def __init__(self, caller: Caller, clock: Clock = timezone.now) -> None:
        self._caller, self._clock = caller, clock
        self._threads = ThreadPoolExecutor(MOST_CALLS, thread_name_prefix="notice")
        self._ready: dict[uuid.UUID, deque[_SignedNotice]] = {}  # by endpoint
        self._under_way: dict[Future[Answer], _SignedNotice] = {}
        self._finished: list[FinishedCall] = []
        self._looked_at = 0.0

    def work(self) -> bool:
        """Start the calls that may start and settle those that have ended; False if none was or is under way."""
        self._refill()
        self._start()
        if not self._under_way:
            return False
        self._collect(LOOK_EVERY)
        self._start()  # the next calls are under way while these are written down
        self._settle()
        return True

    def close(self) -> None:
        """Wait LEAVE_WITHIN for calls under way; the notices of the others are sent again by another process."""
        for key in list(self._ready):
            self._release(key)
        ends_at = time.monotonic() + LEAVE_WITHIN
        while self._under_way and time.monotonic() < ends_at:
            self._collect(LOOK_EVERY)
            self._settle()
        self._settle()
        self._threads.shutdown(wait=not self._under_way, cancel_futures=True)
        self._caller.close()

    def _refill(self) -> None:
        """Claim batches for endpoints that have none ready; not on every round while there is enough to do."""
        now = self._clock()
        for key in [key for key, batch in self._ready.items() if now - batch[0].signed_at > READY_FOR]:
            self._release(key)
        if self._ready and time.monotonic() - self._looked_at < LOOK_WHILE_BUSY:
            return
        self._looked_at = time.monotonic()
        if len(self._under_way) < MOST_CALLS:
            self._claim_batches(now)

    def _start(self) -> None:
        """Start one call of each endpoint, then the next one: where threads are few, each endpoint has its turn."""
        shares, keys = self._shares(), list(self._ready)
        random.shuffle(keys)
        while keys:
            keys = [key for key in keys if self._start_next(key, shares)]

    def _start_next(self, key: uuid.UUID, shares: Shares) -> bool:
        """Start the next call of an endpoint, if its shares have room; return whether it may have another one."""
        batch = self._ready[key]
        if not shares.take(batch[0].endpoint):
            return False
        signed = batch.popleft()
        call = self._threads.submit(self._caller.post, signed.endpoint.url, signed.body, signed.headers)
        self._under_way[call] = signed
        if not batch:
            del self._ready[key]
        return bool(batch)

    def _shares(self) -> Shares:
        return Shares(signed.endpoint for signed in self._under_way.values())

    def _claim_batches(self, now: datetime) -> None:
        """Claim and sign a batch for each endpoint that may be called: a batch shares the cost for the database."""
        planned = self._shares()
        for batch in self._ready.values():
            planned.take(batch[0].endpoint)
        due = list(Endpoint.objects.due(now).exclude(pk__in=list(self._ready)).select_related("account"))
        random.shuffle(due)
        for endpoint in due:
            if not planned.allow(endpoint):
                continue
            if not endpoints.is_entitled(endpoint, now):
                endpoints.switch_off(endpoint, endpoints.DISCONNECTED)
                continue
            if batch := _claim_and_sign(endpoint, now):
                self._ready[endpoint.pk] = batch
                planned.take(endpoint)

    def _release(self, key: uuid.UUID) -> None:
        """Release the notices that are ready for an endpoint, for whichever process comes next."""
        release([signed.notice for signed in self._ready.pop(key, ())], self._clock())

    def _collect(self, timeout: float) -> None:
        """Wait up to `timeout` seconds for a call to end, and take up all that have."""
        done, _ = wait(self._under_way, timeout=timeout, return_when=FIRST_COMPLETED)
        for future in done:
            signed = self._under_way.pop(future)
            call = FinishedCall(signed.notice, signed.endpoint, future.result())
            self._finished.append(call)
            if not call.answer.is_ok:
                self._release(signed.endpoint.pk)

    def _settle(self) -> None:
        if self._finished:
            settle(self._finished, self._clock())
            self._finished = []  # only now: if the database did not answer, they are settled in the next round


def _claim_and_sign(endpoint: Endpoint, now: datetime) -> deque[_SignedNotice]:
    """Claim a batch and sign it. What ends in an error of ours lapses, as if the process had died of it."""
    notices = claim(endpoint, limit=1 if endpoint.failures else BATCH, now=now)
    try:
        return _sign(endpoint, notices, now)
    except DATABASE_AWAY:
        raise
    except Exception:
        logger.exception("notices of the endpoint %s could not be written", endpoint.pk)
        return deque()


def _sign(endpoint: Endpoint, notices: list[Notice], now: datetime) -> deque[_SignedNotice]:
    """Write and sign the calls for claimed notices; none, and the endpoint is off, if its secrets cannot be read.

    Headers and signature are those of the Standard Webhooks specification.
    """
    try:
        signers = [Webhook(secret) for secret in endpoints.secrets_of(endpoint)]
    except endpoints.Undecipherable:
        endpoints.switch_off(endpoint, "Its secret cannot be read any more: roll it.")
        return deque()
    batch: deque[_SignedNotice] = deque()
    for notice, payload in zip(notices, represent_events([notice.event for notice in notices]), strict=True):
        body: bytes = JSONRenderer().render(payload)
        headers = {
            "Content-Type": "application/json",
            "User-Agent": AGENT,
            "webhook-id": payload["id"],
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": " ".join(signer.sign(payload["id"], now, body.decode()) for signer in signers),
        }
        batch.append(_SignedNotice(notice, endpoint, now, body, headers))
    return batch


# --- Rows --------------------------------------------------------------------------------------------


def claim(endpoint: Endpoint, *, limit: int, now: datetime) -> list[Notice]:
    """Claim up to `limit` due notices of the endpoint for LEASE, and return them with their events.

    No other process gets them until the lease lapses. One whose lease did lapse, since its process died, is put off for
    a while of its own, and then taken without others: if the process died of it, the others go on.
    """
    token = uuid.uuid4()
    due = Notice.objects.filter(endpoint=endpoint, status=Notice.Status.WAITING, due_at__lte=now)
    if settings.SANDBOX:  # examples live there alone; what happens to them later is told to no other program
        due.filter(event__request__contact__is_example=True).delete()
    with transaction.atomic():
        skip = connection.features.has_select_for_update_skip_locked
        rows = list(due.order_by("due_at").select_for_update(skip_locked=skip)[:limit])
        for row in rows:
            if row.claim is not None:
                _put_off(row, now)
        free = [row for row in rows if row.claim is None]
        chosen = free[:1] if free and free[0].lapses else [row for row in free if not row.lapses]
        keys = [row.pk for row in chosen]
        Notice.objects.filter(pk__in=keys).update(claim=token, due_at=now + LEASE)
    return list(Notice.objects.filter(pk__in=keys, claim=token).select_related("event").order_by("pk"))


def _put_off(notice: Notice, now: datetime) -> None:
    """Let a notice rest whose process died, not as long as those that were cut off with it; give up one it dies of."""
    changes: dict[str, object] = {"due_at": now + random.uniform(0, 1) * LEASE}  # noqa: S311 (keeps no secret)
    if notice.lapses + 1 >= MAX_LAPSES:
        changes = {"status": Notice.Status.FAILED}
        Attempt.objects.create(notice=notice, at=now, milliseconds=0, error="Our own process died of it, five times.")
    Notice.objects.filter(pk=notice.pk).update(claim=None, lapses=F("lapses") + 1, **changes)


def release(notices: Sequence[Notice], now: datetime) -> None:
    """Give up the claims on notices that no call was made for."""
    _still_claimed(notices).update(claim=None, due_at=now)


@transaction.atomic
def settle(calls: Sequence[FinishedCall], now: datetime) -> None:
    """Record the attempts, end the notices that were delivered or failed for good, and set when the others are due.

    Nothing is recorded for an endpoint or a notice that was deleted meanwhile.
    """
    # Endpoints before notices, as whatever switches one off does: two that wait for each other would never end.
    endpoint_keys = {call.endpoint.pk for call in calls}
    rows = Endpoint.objects.select_for_update(no_key=True).filter(pk__in=endpoint_keys).order_by("pk")
    endpoint_rows = {row.pk: row for row in rows}
    notice_rows = Notice.objects.select_for_update().filter(pk__in=[call.notice.pk for call in calls])
    notice_keys = set(notice_rows.order_by("pk").values_list("pk", flat=True))
    calls = [call for call in calls if call.endpoint.pk in endpoint_rows and call.notice.pk in notice_keys]
    Attempt.objects.bulk_create(_attempt(call, now) for call in calls)
    delivered = [call for call in calls if call.answer.is_ok]
    _still_claimed([call.notice for call in delivered]).update(
        status=Notice.Status.DELIVERED, claim=None, tries=F("tries") + 1
    )
    for key in {call.endpoint.pk for call in delivered}:
        _note_success(endpoint_rows[key])
    for call in calls:
        if not call.answer.is_ok:
            _settle_failed(call, endpoint_rows[call.endpoint.pk], now)


def _still_claimed(notices: Sequence[Notice]) -> QuerySet[Notice]:
    """Return those of the notices that no other process has claimed or settled since."""
    keys, claims = [notice.pk for notice in notices], {notice.claim for notice in notices}
    return Notice.objects.filter(pk__in=keys, claim__in=claims, status=Notice.Status.WAITING)


def _attempt(call: FinishedCall, now: datetime) -> Attempt:
    return Attempt(
        notice=call.notice,
        at=now,
        status=call.answer.status,
        milliseconds=call.answer.milliseconds,
        error=call.answer.error[:200],
        answer=call.answer.text.replace("\0", "")[:300],
    )


def _settle_failed(call: FinishedCall, endpoint: Endpoint, now: datetime) -> None:
    notice, answer = call.notice, call.answer
    if answer.status == 410 or notice.tries >= len(WAITS):
        _still_claimed([notice]).update(status=Notice.Status.FAILED, claim=None, tries=notice.tries + 1)
    else:
        due_at = now + _wait_after(notice.tries, answer)
        _still_claimed([notice]).update(claim=None, tries=notice.tries + 1, due_at=due_at)
    _note_failure(endpoint, answer, now)


def _wait_after(tries: int, answer: Answer) -> timedelta:
    """Return the wait before the next call of a notice: that of WAITS, or a longer one that the endpoint asks for."""
    delay = WAITS[tries] * (1 + random.uniform(0, JITTER))  # noqa: S311 (spreads load, keeps no secret)
    return max(delay, answer.retry_after or delay)


def _note_success(endpoint: Endpoint) -> None:
    if endpoint.failing_since is not None:
        endpoint.failing_since, endpoint.failures, endpoint.paused_until = None, 0, None
        endpoint.save(update_fields=HEALTH)


def _note_failure(endpoint: Endpoint, answer: Answer, now: datetime) -> None:
    """Let the endpoint rest, twice as long after each failure, let it fall behind, or switch it off."""
    rest = timedelta(seconds=min(2 ** min(endpoint.failures, 10), LONGEST_REST))
    endpoint.failing_since = endpoint.failing_since or now
    endpoint.failures += 1
    endpoint.paused_until = now + rest
    if endpoint.behind_since is None and (endpoint.failing_since <= now - BEHIND_AFTER or _has_many_waiting(endpoint)):
        endpoint.behind_since = now
    endpoint.save(update_fields=HEALTH)
    if answer.status == 410:
        endpoints.switch_off(endpoint, "It answered 410: it is gone for good.")
    elif endpoint.failing_since <= now - OFF_AFTER:
        last = answer.error or f"it answered {answer.status}."
        endpoints.switch_off(endpoint, f"Nothing but failures for three days. The last one: {last}")


def _has_many_waiting(endpoint: Endpoint) -> bool:
    return Notice.objects.filter(endpoint=endpoint, status=Notice.Status.WAITING)[BEHIND_WITH:].exists()
