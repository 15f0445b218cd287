"""Views of the API's documents: the OpenAPI file, and a page that shows it to people."""

import gzip
import json
from functools import cache
from hashlib import sha256
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.views.decorators.http import condition, require_safe

from reviewhub.compression import takes_gzip

FILE = Path(__file__).with_name("openapi.json")
ANYWHERE = "https://reviewhub.example"  # stands in the file where PUBLIC_URL will
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
def _document(public_url: str, compressed: bool) -> tuple[bytes, str]:
    """Return the document of an installation, without the blanks of the file, and its entity tag."""
    text = FILE.read_text(encoding="utf-8").replace(ANYWHERE, public_url)
    body = json.dumps(json.loads(text), ensure_ascii=False, separators=(",", ":")).encode()
    if compressed:
        body = gzip.compress(body, mtime=0)
    return body, f'"{sha256(body).hexdigest()[:32]}"'


def _chosen(request: HttpRequest) -> tuple[bytes, str, bool]:
    compressed = takes_gzip(request)
    return *_document(settings.PUBLIC_URL, compressed), compressed


def _etag(request: HttpRequest) -> str:
    return _chosen(request)[1]


@condition(etag_func=_etag)
def _answer(request: HttpRequest) -> HttpResponse:
    body, _, compressed = _chosen(request)
    return HttpResponse(
        body, content_type="application/json", headers={"Content-Encoding": "gzip"} if compressed else None
    )


@require_safe
def openapi(request: HttpRequest) -> HttpResponse:
    """Answer with the file that `manage.py openapi` wrote, to everybody and every origin: it holds no secret.

    It is compressed for those who take that, and not sent again to those who have it (RFC 9110 §13.1.2).
    """
    response = _answer(request)
    response["Access-Control-Allow-Origin"] = "*"
    patch_cache_control(response, public=True, max_age=300)
    patch_vary_headers(response, ["Accept-Encoding"])
    return response


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """Show the document by Redoc, which is served from our own files."""
    response = render(request, "api/docs.html")
    response._csp_replace = REDOC_POLICY  # type: ignore[attr-defined]
    return response
