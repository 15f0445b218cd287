"""Health checks of the installation, for load balancers and monitors."""

from functools import cache

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.utils import timezone

from reviews.models import Pause, WorkerBeat


def healthz(request: HttpRequest) -> JsonResponse:
    """Answer that the process is up. Checks nothing else, so that a broken database does not restart web servers."""
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> JsonResponse:
    """Answer 200 if database, migrations and a worker are there, else 503 with the reason in words.

    A provider that refuses our account is a warning: calls are answered, and messages wait.
    """
    try:
        reason = _find_fault()
        warnings = [] if reason else _find_warnings()
    except DatabaseError:
        reason = "The database cannot be reached."
    if reason:
        return JsonResponse({"status": "unavailable", "reason": reason}, status=503)
    return JsonResponse({"status": "ok"} | ({"warnings": warnings} if warnings else {}))


def _find_warnings() -> list[str]:
    warnings = []
    for pause in Pause.objects.order_by("channel", "sender"):
        whose = " of one sender" if pause.sender else ""
        label = f"{pause.get_channel_display()}s"
        warnings.append(f"{label}{whose} wait: the provider refuses our account ({pause.code}). Operations says more.")
    return warnings


def _find_fault() -> str:
    """Return in words what is missing; empty for nothing."""
    if not _is_migrated():
        _is_migrated.cache_clear()  # keep True alone: migrations may be applied later
        return "Migrations are not applied: run `manage.py migrate`."
    beat = WorkerBeat.objects.order_by("-beat_at").first()
    if beat is None:
        return "No worker runs: start `manage.py worker`."
    age = timezone.now() - beat.beat_at
    if age > WorkerBeat.STALE_AFTER:
        return f"The last worker was heard of {int(age.total_seconds())} seconds ago."
    return ""


@cache
def _is_migrated() -> bool:
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())
