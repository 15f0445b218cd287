"""Whether the installation works, for load balancers and monitors."""

from functools import cache

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.utils import timezone

from reviews.models import WorkerBeat


def healthz(request: HttpRequest) -> JsonResponse:
    """The process is up. Asks nothing else, so that a broken database does not restart web servers."""
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> JsonResponse:
    """The product works: database, migrations, a worker that beats. 503 names what is missing."""
    try:
        reason = _missing()
    except DatabaseError:
        reason = "The database cannot be reached."
    if reason:
        return JsonResponse({"status": "unavailable", "reason": reason}, status=503)
    return JsonResponse({"status": "ok"})


def _missing() -> str:
    if not _migrated():
        _migrated.cache_clear()  # only the good answer is final
        return "Migrations are not applied: run `manage.py migrate`."
    beat = WorkerBeat.objects.order_by("-beat_at").first()
    if beat is None:
        return "No worker runs: start `manage.py worker`."
    silent = timezone.now() - beat.beat_at
    if silent > WorkerBeat.STALE_AFTER:
        return f"The last worker was heard of {int(silent.total_seconds())} seconds ago."
    return ""


@cache
def _migrated() -> bool:
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())
