"""The API's documents: the OpenAPI file, and a page for people."""

from functools import cache
from hashlib import sha256
from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.views.decorators.http import condition, require_safe

FILE = Path(__file__).with_name("openapi.json")
# Redoc sets styles inline, draws its logo from data, and searches in a worker that it makes itself.
REDOC_POLICY = {
    "default-src": ["'self'"],
    "script-src": ["'self'"],
    "style-src": ["'self'", "'unsafe-inline'"],
    "img-src": ["'self'", "data:"],
    "worker-src": ["'self'", "blob:"],
    "frame-ancestors": ["'none'"],
    "base-uri": ["'none'"],
}


@cache
def _document() -> bytes:
    return FILE.read_bytes()


def _etag(request: HttpRequest) -> str:
    return f'"{sha256(_document()).hexdigest()[:32]}"'


@require_safe
@condition(etag_func=_etag)
def openapi(request: HttpRequest) -> HttpResponse:
    """OpenAPI 3.1, as `manage.py openapi` wrote it. For everybody, from everywhere: it holds no secret."""
    response = HttpResponse(_document(), content_type="application/json")
    response["Access-Control-Allow-Origin"] = "*"
    patch_cache_control(response, public=True, max_age=300)
    return response


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """The same to read, by Redoc, from our own files."""
    response = render(request, "api/docs.html")
    response._csp_replace = REDOC_POLICY  # type: ignore[attr-defined]
    return response
