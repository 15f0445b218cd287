"""`Idempotency-Key`: a repeated call gets the first answer again, byte for byte."""

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.utils import timezone
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from oauth.calls.authentication import credential_of
from reviewhub.rest.errors import ApiError
from reviews.models import IdempotencyKey

MAX_LENGTH = 255
# A first call without an answer after so long has died with its process; the next call takes its place.
RUNNING_FOR = timedelta(seconds=60)


def run_once(request: Request, act: Callable[[], Response]) -> Response | HttpResponse:
    """Run `act` once for an Idempotency-Key of the account, and return its answer; without the header, simply run it.

    Only successes are kept: a call that failed changed nothing, and may be corrected and repeated. Raises ApiError 400
    for a malformed key, and 409 for another body under the same key, or while the first call runs.
    """
    key = request.headers.get("Idempotency-Key", "")
    if not key:
        return act()
    if len(key) > MAX_LENGTH or not key.isprintable():
        raise ApiError(400, "invalid_request", f"Idempotency-Key must be at most {MAX_LENGTH} printable characters.")
    row, is_first = _begin(request, key)
    if not is_first:
        replay = HttpResponse(bytes(row.body), status=row.status, content_type="application/json")
        replay["Idempotency-Replayed"] = "true"
        return replay
    try:
        response = act()
    except BaseException:
        row.delete()
        raise
    body = JSONRenderer().render(response.data)
    IdempotencyKey.objects.filter(pk=row.pk).update(status=response.status_code, body=body)
    return HttpResponse(body, status=response.status_code, content_type="application/json")


def _begin(request: Request, key: str) -> tuple[IdempotencyKey, bool]:
    """Return the key's row, and True when this call is the one that acts."""
    now = timezone.now()
    account = credential_of(request).account
    fingerprint = _fingerprint(request.method or "", request.path, request.data)
    try:
        with transaction.atomic():
            row = IdempotencyKey(account=account, key=key, fingerprint=fingerprint, created_at=now)
            row.save(force_insert=True)
            return row, True
    except IntegrityError:
        row = IdempotencyKey.objects.get(account=account, key=key)
    if row.fingerprint != fingerprint:
        raise ApiError(409, "idempotency_conflict", "This Idempotency-Key was used with another body.")
    if row.status is not None:
        return row, False
    abandoned = IdempotencyKey.objects.filter(pk=row.pk, status=None, created_at=row.created_at)
    if row.created_at < now - RUNNING_FOR and abandoned.update(created_at=now):
        return row, True
    raise ApiError(
        409,
        "request_in_progress",
        "The first call with this Idempotency-Key is still running; try again shortly.",
        headers={"Retry-After": "1"},
    )


def _fingerprint(method: str, path: str, data: Any) -> str:
    return hashlib.sha256(json.dumps([method, path, data], sort_keys=True).encode()).hexdigest()
