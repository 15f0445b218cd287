"""Imports taken back: what has not left of the requests that they made is cancelled."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from reviews.models import Delivery, ImportJob, ImportRow, ReviewRequest
from reviews.requests import lifecycle

PAGE = 500


def rows_from(job: ImportJob) -> Iterator[ImportRow]:
    """Yield the rows that asked somebody, from the first that was not taken back."""
    asked = job.rows.filter(outcome=ImportRow.Outcome.ASKED).order_by("line", "pk")
    position = job.position
    while rows := list(asked[position : position + PAGE]):
        yield from rows
        position += len(rows)


def take_back(job: ImportJob, rows: Sequence[ImportRow], now: datetime) -> int:
    """Cancel the open requests of the rows; return of how many nothing had left. Runs in the caller's transaction.

    The others get no reminder any more. A message that a worker is sending counts as one that has left.
    """
    keys = [row.request_id for row in rows if row.request_id]
    leaving = Delivery.objects.filter(request__in=keys, status=Delivery.Status.SENDING)
    left = set(leaving.values_list("request_id", flat=True))
    requests = ReviewRequest.objects.for_account(job.account).filter(pk__in=keys).order_by("pk")
    count = 0
    for request in requests.open().select_for_update(of=("self",)):
        had_left = request.status != ReviewRequest.Status.SCHEDULED or request.pk in left
        lifecycle.cancel_request(request=request, now=now, reason=f"{lifecycle.CANCELLED_BY}{job.undone_by}.")
        count += not had_left
    return count
