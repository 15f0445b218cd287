"""`Idempotency-Key`: a repeated call gets the first answer again, byte for byte."""

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.http import HttpResponse
from django.utils import timezone
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from oauth.calls.authentication import Credential, credential_of
from reviewhub.encryption import Undecipherable
from reviewhub.rest.errors import ApiError
from reviews.models import IdempotencyKey
from reviews.webhooks import endpoints

MAX_LENGTH = 255
LONGEST_CALL = 300  # characters of method and path
# A web process of the first release commits its key before it acts. So long it may be at it, beside us in an update.
OF_OLD = timedelta(seconds=60)
TRY_LOCK = "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))"  # until the transaction ends, however it does

Method = Callable[..., Response]


def takes_key(*, secret: bool = False, unless: Callable[[Any], bool] = lambda _: False) -> Callable[[Method], Any]:
    """Decorate a method of a view, so that it runs once for an `Idempotency-Key` of the account.

    What the call did and its answer are committed together: whatever dies, the next call finds both or neither. Only
    successes are kept: a call that failed changed nothing, and may be corrected and repeated. Each view's POST and
    PATCH under /api/v1 has it; what has to wait for the commit hangs on that (`transaction.on_commit`).

    `secret`: the answer holds one. It is kept encrypted, and answers the same app alone. `unless`: bodies of calls that
    write nothing, of which nothing is kept. Raises ApiError 400 for a malformed key, and 409 for another call or body
    under the same key, or while the first call runs.
    """

    def decorate(method: Method) -> Any:
        @wraps(method)
        def with_key(view: Any, request: Request, *args: Any, **kwargs: Any) -> Response | HttpResponse:
            key = request.headers.get("Idempotency-Key", "")
            if not key:
                return method(view, request, *args, **kwargs)
            if len(key) > MAX_LENGTH or not key.isprintable():
                description = f"Idempotency-Key must be at most {MAX_LENGTH} printable characters."
                raise ApiError(400, "invalid_request", description)
            if unless(request.data):
                return method(view, request, *args, **kwargs)
            return _run_once(key, request, lambda: method(view, request, *args, **kwargs), secret=secret)

        with_key.takes_key = True  # type: ignore[attr-defined]  # a test asks for it
        return with_key

    return decorate


def _run_once(key: str, request: Request, act: Callable[[], Response], *, secret: bool) -> HttpResponse:
    credential = credential_of(request)
    account, call = credential.account, f"{request.method} {request.path}"[:LONGEST_CALL]
    fingerprint = _fingerprint(request, credential if secret else None)
    with transaction.atomic():
        _lock(account.pk, key)
        row = IdempotencyKey.objects.filter(account=account, key=key).first()
        if row is not None:
            _check_same(row, call, fingerprint)
            if row.status is not None:
                return _replay(row)
            if row.created_at > timezone.now() - OF_OLD:
                raise _is_running()
        response = act()
        body = JSONRenderer().render(response.data)
        row = row or IdempotencyKey(account=account, key=key)  # one without an answer: a process of old died of it
        row.call, row.fingerprint, row.created_at = call, fingerprint, timezone.now()
        row.status, row.is_encrypted = response.status_code, secret
        row.body = endpoints.cipher().encrypt(body.decode()).encode() if secret else body
        row.save()
    answer = HttpResponse(body, status=response.status_code, content_type="application/json")
    if "ETag" in response:  # of the version now: a repeated answer has none
        answer["ETag"] = response["ETag"]
    return answer


def _check_same(row: IdempotencyKey, call: str, fingerprint: str) -> None:
    """Raise ApiError 409 if the key was used with another call; of keys from before, that cannot be told from a body"""
    if row.call and row.call != call:
        description = f"This Idempotency-Key was used with another call: {row.call}."
        raise ApiError(409, "idempotency_conflict", description)
    if row.fingerprint != fingerprint:
        raise ApiError(409, "idempotency_conflict", "This Idempotency-Key was used with another body.")


def _lock(account: UUID, key: str) -> None:
    """Make this the one call under the key. SQLite needs no lock: a transaction there runs alone from its beginning."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute(TRY_LOCK, [f"idempotency {account} {key}"])
        [is_ours] = cursor.fetchone()
    if not is_ours:
        raise _is_running()


def _is_running() -> ApiError:
    description = "The first call with this Idempotency-Key is still running; try again shortly."
    return ApiError(409, "request_in_progress", description, headers={"Retry-After": "1"})


def _replay(row: IdempotencyKey) -> HttpResponse:
    body = bytes(row.body)
    if row.is_encrypted:
        try:
            body = endpoints.cipher().decrypt(body.decode()).encode()
        except Undecipherable as error:
            description = "The first answer cannot be read any more, since its key is gone: use a new Idempotency-Key."
            raise ApiError(409, "idempotency_conflict", description) from error
    replay = HttpResponse(body, status=row.status, content_type="application/json")
    replay["Idempotency-Replayed"] = "true"
    return replay


def _fingerprint(request: Request, caller: Credential | None) -> str:
    """Return the hash of the call, and of what the caller may see, where the answer depends on that."""
    parts = [request.method, request.path, request.data]
    if caller is not None:
        parts.append([str(caller.application_id), sorted(caller.scopes)])
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
