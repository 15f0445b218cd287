"""The first page of the back-office."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from reviewhub.backoffice import is_operator, roles_of
from reviews.models import ReviewRequest, WorkerBeat
from reviews.reporting import overview


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """What the page shows: numbers of the person's own accounts, of all for the operator."""
    now = timezone.now()
    numbers = overview(accounts=None if is_operator(request) else list(roles_of(request)), now=now)
    total = sum(numbers.requests.values())
    context |= {
        "numbers": numbers,
        "total": total,
        "bars": [
            {
                "status": status.value,
                "label": status.label,
                "count": numbers.requests[status],
                "percent": round(100 * numbers.requests[status] / total) if total else 0,
            }
            for status in ReviewRequest.Status
        ],
        "worker_alive": numbers.worker_beat is not None and now - numbers.worker_beat <= WorkerBeat.STALE_AFTER,
        "sandbox": settings.SANDBOX,
        "operator": is_operator(request),
    }
    return context
