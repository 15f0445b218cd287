"""Views of the API's documents: the OpenAPI file, and a page that shows it to people."""

from functools import cache
from hashlib import sha256
from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import condition, require_safe

FILE = Path(__file__).with_name("openapi.json")
# Redoc sets styles inline, draws its logo from a data: address, and searches in a worker that it makes itself.
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
def _read_document() -> bytes:
    return FILE.read_bytes()


def _etag(request: HttpRequest) -> str:
    return f'"{sha256(_read_document()).hexdigest()[:32]}"'


@require_safe
@cache_control(public=True, max_age=300)
@condition(etag_func=_etag)
def openapi(request: HttpRequest) -> HttpResponse:
    """Answer with the file that `manage.py openapi` wrote, to everybody and every origin: it holds no secret."""
    response = HttpResponse(_read_document(), content_type="application/json")
    response["Access-Control-Allow-Origin"] = "*"
    return response


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """Show the document by Redoc, which is served from our own files."""
    response = render(request, "api/docs.html")
    response._csp_replace = REDOC_POLICY  # type: ignore[attr-defined]
    return response
