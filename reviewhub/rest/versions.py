"""Versions of what the API shows: ETag, If-None-Match and If-Match (RFC 9110 §8.8.3, §13.1).

The version of a row is a hash of all that the API shows of it, so that whatever changes there changes it.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.http import parse_etags, quote_etag
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder

from reviewhub.rest.errors import CODES, ApiError

ANY = "*"

Method = Callable[..., Response]


def versioned(method: Method) -> Method:
    """Decorate a method of a view: what it answers has an ETag, and a GET is not answered again to who has that (304).

    A method that changes something does it inside `at_version`.
    """

    @wraps(method)
    def with_version(view: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        response = method(view, request, *args, **kwargs)
        if response.status_code != 200:
            return response
        etag = etag_of(response.data)
        if request.method in ("GET", "HEAD") and _is_among(etag, _named(request, "If-None-Match")):
            return Response(status=304, headers={"ETag": etag})
        response["ETag"] = etag
        return response

    with_version.is_versioned = True  # type: ignore[attr-defined]  # the document asks for it
    return with_version


@contextmanager
def at_version(request: Request, row: QuerySet[Any], show: Callable[[], Any]) -> Iterator[None]:
    """Do what is inside only if the row has the version that the caller names, if one is named: else raise 412.

    The row is locked meanwhile: of two callers who read the same version one is refused. `show` reads it anew.
    """
    wanted = _named(request, "If-Match")
    if not wanted:
        yield
        return
    with transaction.atomic():
        list(row.select_for_update(of=("self",)).values_list("pk"))
        if ANY not in wanted and etag_of(show()) not in wanted:
            raise ApiError(412, *CODES[412])
        yield


def etag_of(shown: Any) -> str:
    """Return the version of something that is shown."""
    text = json.dumps(shown, cls=JSONEncoder, sort_keys=True, separators=(",", ":"))
    return quote_etag(hashlib.sha256(text.encode()).hexdigest()[:32])


def _is_among(etag: str, named: list[str]) -> bool:
    """Compare weakly: a proxy that compresses an answer makes a weak tag of ours (RFC 9110 §13.1.2)."""
    return ANY in named or etag in [tag.removeprefix("W/") for tag in named]


def _named(request: Request, header: str) -> list[str]:
    return parse_etags(request.headers.get(header, ""))
