"""Telling other programs what happened: claim a notice, call its endpoint, settle it.

At least once: a process that is killed in between leaves a claim that lapses. No endpoint delays another: each has few
calls under way, one that fails has a single one and rests in between, and every call has its end. Calls are made by
threads; the database is the main thread's alone.
"""

import logging
import random
import time
import uuid
from collections import Counter
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, connections, transaction
from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils import timezone
from rest_framework.renderers import JSONRenderer
from standardwebhooks import Webhook

from reviewhub.outbound import Answer, Caller
from reviews import endpoints
from reviews.api.events import represent
from reviews.models import Attempt, Endpoint, Notice

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
LOOK_EVERY = 0.5  # seconds
LEAVE_WITHIN = 5.0  # seconds that calls under way have when the process is to end
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


def tell_due(clock: Clock = timezone.now) -> int:
    """Tell what is due until nothing is; returns how many calls were made."""
    desk = Desk(Caller(settings.WEBHOOK_NETWORKS), clock)
    while desk.work():
        pass
    desk.close()
    return desk.calls


@dataclass
class _Held:
    """A notice that this process has claimed."""

    notice: Notice
    endpoint: Endpoint


class Desk:
    """Calls under way, and what becomes of them."""

    def __init__(self, caller: Caller, clock: Clock = timezone.now) -> None:
        self._caller, self._clock = caller, clock
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="notice")
        self._under_way: dict[Future[Answer], _Held] = {}
        self.calls = 0

    def work(self) -> bool:
        """Begin what may begin and settle what has come back; whether anything was or is under way."""
        self._begin()
        if not self._under_way:
            return False
        self._settle_done(LOOK_EVERY)
        return True

    def close(self) -> None:
        """Give calls under way a moment; what takes longer is made again by another process."""
        give_up = time.monotonic() + LEAVE_WITHIN
        while self._under_way and time.monotonic() < give_up:
            self._settle_done(LOOK_EVERY)
        self._threads.shutdown(wait=not self._under_way, cancel_futures=True)
        self._caller.close()

    def _begin(self) -> None:
        now, busy = self._clock(), Counter(held.endpoint.pk for held in self._under_way.values())
        if len(self._under_way) >= AT_ONCE:
            return
        due = list(Endpoint.objects.due(now).select_related("account"))
        random.shuffle(due)  # where there are more than threads, each has its turn
        for endpoint in due:
            room = min(AT_ONCE - len(self._under_way), (1 if endpoint.failures else OF_ONE) - busy[endpoint.pk])
            if room <= 0:
                continue
            if not endpoints.is_entitled(endpoint, now):
                endpoints.switch_off(endpoint, endpoints.DISCONNECTED)
                continue
            self._call(endpoint, claim(endpoint, limit=room, now=now), now)

    def _call(self, endpoint: Endpoint, claimed: list[Notice], now: datetime) -> None:
        try:
            signers = [Webhook(secret) for secret in endpoints.secrets_of(endpoint)]
        except endpoints.Undecipherable:
            endpoints.switch_off(endpoint, "Its secret cannot be read any more: roll it.")
            return
        for notice, told in zip(claimed, represent([notice.event for notice in claimed]), strict=True):
            body: bytes = JSONRenderer().render(told)
            signatures = " ".join(signer.sign(told["id"], now, body.decode()) for signer in signers)
            headers = {
                "Content-Type": "application/json",
                "User-Agent": AGENT,
                "webhook-id": told["id"],
                "webhook-timestamp": str(int(now.timestamp())),
                "webhook-signature": signatures,
            }
            begun = self._threads.submit(self._caller.post, endpoint.url, body, headers)
            self._under_way[begun] = _Held(notice, endpoint)
            self.calls += 1

    def _settle_done(self, patience: float) -> None:
        done, _ = wait(self._under_way, timeout=patience, return_when=FIRST_COMPLETED)
        for future in done:
            held = self._under_way.pop(future)
            settle(held.notice, held.endpoint, future.result(), self._clock())


# --- Rows --------------------------------------------------------------------------------------------


def claim(endpoint: Endpoint, *, limit: int, now: datetime) -> list[Notice]:
    """Take up to `limit` due notices of the endpoint for LEASE, with their events; nobody else gets them until then."""
    token, due = uuid.uuid4(), Notice.objects.filter(endpoint=endpoint, status=Status.WAITING, due_at__lte=now)
    with transaction.atomic():
        skip = connection.features.has_select_for_update_skip_locked
        keys = [row.pk for row in due.order_by("due_at").select_for_update(skip_locked=skip)[:limit]]
        Notice.objects.filter(pk__in=keys).update(claim=token, due_at=now + LEASE)
    return list(Notice.objects.filter(pk__in=keys, claim=token).select_related("event").order_by("pk"))


@transaction.atomic
def settle(notice: Notice, endpoint: Endpoint, answer: Answer, now: datetime) -> None:
    """Write down what came of a call, and when the next one is due, if any; nothing where it was deleted meanwhile."""
    # Before its notices, as whatever switches it off does: two that wait for each other would never end.
    if endpoints.locked(endpoint) is None or Notice.objects.select_for_update().filter(pk=notice.pk).first() is None:
        return
    Attempt.objects.create(
        notice=notice,
        at=now,
        status=answer.status,
        milliseconds=answer.milliseconds,
        error=answer.error[:200],
        answer=answer.text.replace("\0", "")[:300],
    )
    own = Notice.objects.filter(pk=notice.pk, claim=notice.claim, status=Status.WAITING)
    if answer.is_ok:
        own.update(status=Status.DELIVERED, claim=None, tries=notice.tries + 1)
        failing = Endpoint.objects.filter(pk=endpoint.pk).exclude(failing_since=None, failures=0)
        failing.update(failing_since=None, failures=0, paused_until=None)
        return
    if answer.status == 410 or notice.tries >= len(WAITS):
        own.update(status=Status.FAILED, claim=None, tries=notice.tries + 1)
    else:
        own.update(claim=None, tries=notice.tries + 1, due_at=now + _wait(notice.tries, answer))
    _note_failure(endpoint, answer, now)


def _wait(tries: int, answer: Answer) -> timedelta:
    wanted = WAITS[tries] * (1 + random.uniform(0, JITTER))  # noqa: S311 (spreads load, keeps no secret)
    asked = timedelta(seconds=min(answer.retry_after or 0, 24 * 3600))
    return max(wanted, asked)


def _note_failure(endpoint: Endpoint, answer: Answer, now: datetime) -> None:
    rest = timedelta(seconds=min(2 ** min(endpoint.failures, 10), LONGEST_REST))
    own = Endpoint.objects.filter(pk=endpoint.pk)
    own.update(failures=F("failures") + 1, failing_since=Coalesce("failing_since", now), paused_until=now + rest)
    if answer.status == 410:
        endpoints.switch_off(endpoint, "It answered 410: it is gone for good.")
    elif own.filter(failing_since__lte=now - OFF_AFTER).exists():
        endpoints.switch_off(endpoint, f"Nothing but failures for three days. The last one: {_said(answer)}")


def _said(answer: Answer) -> str:
    return answer.error or f"it answered {answer.status}."
