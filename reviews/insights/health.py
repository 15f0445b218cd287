"""Health checks of the installation, for load balancers and monitors."""

import math
import time
from functools import cache

from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from reviewhub.cache import redis_answers
from reviewhub.languages import in_english
from reviewhub.outages import drop_connection
from reviewhub.schema import find_newer, is_behind
from reviews.models import Pause, WorkerBeat
from reviews.models.base import Channel

WRITE_EVERY = 3.0  # seconds
WITHOUT_REDIS = (
    "Redis does not answer or takes no writes: each process counts its limits alone, and background tasks wait."
)


@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """Answer that the process is up. Checks nothing else, so that a broken database does not restart web servers."""
    return JsonResponse({"status": "ok"})


@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Answer 200 if database, migrations and a worker are there, else 503 with the reason in words.

    Without Redis the status is `degraded`, and still 200: calls are answered, and a load balancer must not take the
    last server away for it. Nor does it for a provider that refuses our account, which is a warning: messages wait.
    """
    try:
        reason = _find_fault()
        warnings = [] if reason else _find_warnings()
    except (DatabaseError, InterfaceError) as error:
        drop_connection(error)
        reason = "The database cannot be reached."
    if reason:
        return JsonResponse({"status": "unavailable", "reason": reason}, status=503)
    also = {"warnings": warnings} if warnings else {}
    if not redis_answers():
        return JsonResponse({"status": "degraded", "reason": WITHOUT_REDIS} | also)
    return JsonResponse({"status": "ok"} | also)


def _find_warnings() -> list[str]:
    warnings = []
    for pause in Pause.objects.order_by("channel", "sender"):
        whose = " of one sender" if pause.sender else ""
        label = f"{in_english(Channel(pause.channel).label)}s"
        warnings.append(f"{label}{whose} wait: the provider refuses our account ({pause.code}). Operations says more.")
    return warnings


def _find_fault() -> str:
    """Return in words what is missing; empty for nothing."""
    if reason := _find_fault_of_schema():
        _find_fault_of_schema.cache_clear()  # keep "none" alone: migrations may be applied later
        return reason
    beat = WorkerBeat.objects.order_by("-beat_at").first()
    if not takes_writes(beat):
        return "The database takes no writes."
    if beat is None:
        return "No worker runs: start `manage.py worker`."
    now = timezone.now()
    if not WorkerBeat.is_fresh(beat.beat_at, now):
        return f"The last worker was heard of {int((now - beat.beat_at).total_seconds())} seconds ago."
    return ""


class _Trial:
    """The last write of this process, by the monotonic clock."""

    succeeded_at = -math.inf


def takes_writes(beat: WorkerBeat | None) -> bool:
    """Write the time into the row of a worker: on a full disk, and where it may only be read, that fails: then False.

    SQLite writes nothing for an UPDATE that leaves the row as it was. After a success, nothing is written for
    WRITE_EVERY seconds, however often monitors ask.
    """
    if time.monotonic() - _Trial.succeeded_at < WRITE_EVERY:
        return True
    try:
        # Without a row, an UPDATE still fails where the database may only be read.
        WorkerBeat.objects.filter(worker=beat.worker if beat else "").update(written_at=timezone.now())
    except (DatabaseError, InterfaceError) as error:
        drop_connection(error)
        return False
    if beat:
        _Trial.succeeded_at = time.monotonic()
    return True


@cache
def _find_fault_of_schema() -> str:
    return find_newer() or ("Migrations are not applied: run `manage.py migrate`." if is_behind() else "")
