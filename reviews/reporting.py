"""How an account, or the whole installation, is doing: counts, read only."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Avg, Count, Min, Q

from reviews.models import Delivery, Feedback, ReviewRequest, WorkerBeat
from reviews.models.base import Channel

PERIOD = timedelta(days=30)
SOON = timedelta(hours=24)


@dataclass(frozen=True)
class Overview:
    """What matters today. `requests` counts those of the last 30 days by status."""

    requests: dict[str, int]
    due_soon: int
    overdue: int
    oldest_due: datetime | None
    failures: list[tuple[str, int]]
    feedback: int
    rating: float | None
    worker_beat: datetime | None


def overview(*, accounts: Any, now: datetime) -> Overview:
    """The numbers of these accounts (a query or list of ids; None for all), in five statements."""
    own = Q() if accounts is None else Q(account__in=accounts)
    since = now - PERIOD
    # All states and all channels, by name: the indexes begin with them, and answer without the rows.
    asked = ReviewRequest.objects.filter(own, status__in=ReviewRequest.Status.values, created_at__gte=since)
    requests = asked.values_list("status").annotate(count=Count("*"))
    due = Delivery.objects.pending().filter(own, channel__in=Channel.values, due_at__lte=now + SOON)
    ahead = due.aggregate(soon=Count("pk"), overdue=Count("pk", filter=Q(due_at__lte=now)), oldest=Min("due_at"))
    failures = (
        Delivery.objects.filter(own, due_at__gte=since, status__in=Delivery.UNSUCCESSFUL)
        .values_list("error_code")
        .annotate(count=Count("pk"))
        .order_by("-count")[:5]
    )
    said = Feedback.objects.filter(own, created_at__gte=since).aggregate(count=Count("pk"), rating=Avg("rating"))
    beat = WorkerBeat.objects.order_by("-beat_at").values_list("beat_at", flat=True).first()
    return Overview(
        requests=dict.fromkeys(ReviewRequest.Status.values, 0) | dict(requests),
        due_soon=ahead["soon"],
        overdue=ahead["overdue"],
        oldest_due=ahead["oldest"] if ahead["overdue"] else None,
        failures=[(code or "other", count) for code, count in failures],
        feedback=said["count"],
        rating=said["rating"],
        worker_beat=beat,
    )
