"""`Idempotency-Key`: a repeated call gets the first answer again, byte for byte."""

import hashlib
import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.http import HttpResponse
from django.utils import timezone
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from oauth.calls.authentication import credential_of
from reviewhub.rest.errors import ApiError
from reviews.models import IdempotencyKey

MAX_LENGTH = 255
TRY_LOCK = "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))"  # until the transaction ends, however it does


def run_once(request: Request, act: Callable[[], Response]) -> Response | HttpResponse:
    """Run `act` once for an Idempotency-Key of the account, and return its answer; without the header, simply run it.

    What the call did and its answer are committed together: whatever dies, the next call finds both or neither. Only
    successes are kept: a call that failed changed nothing, and may be corrected and repeated. Raises ApiError 400 for
    a malformed key, and 409 for another body under the same key, or while the first call runs.
    """
    key = request.headers.get("Idempotency-Key", "")
    if not key:
        return act()
    if len(key) > MAX_LENGTH or not key.isprintable():
        raise ApiError(400, "invalid_request", f"Idempotency-Key must be at most {MAX_LENGTH} printable characters.")
    account = credential_of(request).account
    fingerprint = _fingerprint(request.method or "", request.path, request.data)
    with transaction.atomic():
        _lock(account.pk, key)
        row = IdempotencyKey.objects.filter(account=account, key=key).first()
        if row is not None and row.fingerprint != fingerprint:
            raise ApiError(409, "idempotency_conflict", "This Idempotency-Key was used with another body.")
        if row is not None and row.status is not None:
            return _replay(row)
        response = act()
        body = JSONRenderer().render(response.data)
        row = row or IdempotencyKey(account=account, key=key)  # one without an answer: a process of old died of it
        row.fingerprint, row.created_at = fingerprint, timezone.now()
        row.status, row.body = response.status_code, body
        row.save()
    return HttpResponse(body, status=response.status_code, content_type="application/json")


def _lock(account: UUID, key: str) -> None:
    """Make this the one call under the key. SQLite needs no lock: a transaction there runs alone from its beginning."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute(TRY_LOCK, [f"idempotency {account} {key}"])
        [is_ours] = cursor.fetchone()
    if not is_ours:
        raise ApiError(
            409,
            "request_in_progress",
            "The first call with this Idempotency-Key is still running; try again shortly.",
            headers={"Retry-After": "1"},
        )


def _replay(row: IdempotencyKey) -> HttpResponse:
    replay = HttpResponse(bytes(row.body), status=row.status, content_type="application/json")
    replay["Idempotency-Replayed"] = "true"
    return replay


def _fingerprint(method: str, path: str, data: Any) -> str:
    return hashlib.sha256(json.dumps([method, path, data], sort_keys=True).encode()).hexdigest()
