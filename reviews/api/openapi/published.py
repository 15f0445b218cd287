"""Views of the API's documents: the OpenAPI file, and a page that shows it to people."""

import gzip
import json
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.views.decorators.http import condition, require_safe

from reviewhub.compression import takes_gzip
from reviews.api.openapi.reference import read

FILE = Path(__file__).with_name("openapi.json")
ANYWHERE = "https://reviewhub.example"  # stands in the file where PUBLIC_URL will


@cache
def _document(public_url: str) -> bytes:
    """Return the document of an installation, without the blanks of the file."""
    text = FILE.read_text(encoding="utf-8").replace(ANYWHERE, public_url)
    return json.dumps(json.loads(text), ensure_ascii=False, separators=(",", ":")).encode()


@cache
def _page(public_url: str) -> bytes:
    """Return the same for people, as one page."""
    return render_to_string("api/docs.html", {"reference": read(json.loads(_document(public_url)))}).encode()


@cache
def _ready(make: Callable[[str], bytes], public_url: str, compressed: bool) -> tuple[bytes, str]:
    """Return what is sent, and its entity tag."""
    body = gzip.compress(make(public_url), mtime=0) if compressed else make(public_url)
    return body, f'"{sha256(body).hexdigest()[:32]}"'


def _answer(request: HttpRequest, make: Callable[[str], bytes], content_type: str) -> HttpResponse:
    """Answer with what is the same for all: compressed for those who take that, and once for those who have it."""
    compressed = takes_gzip(request)
    body, tag = _ready(make, settings.PUBLIC_URL, compressed)

    @condition(etag_func=lambda _: tag)
    def answer(request: HttpRequest) -> HttpResponse:
        headers = {"Content-Encoding": "gzip"} if compressed else None
        return HttpResponse(body, content_type=content_type, headers=headers)

    response: HttpResponse = answer(request)
    patch_cache_control(response, public=True, max_age=300)
    patch_vary_headers(response, ["Accept-Encoding"])
    return response


@require_safe
def openapi(request: HttpRequest) -> HttpResponse:
    """Answer with the file that `manage.py openapi` wrote, to everybody and every origin: it holds no secret.

    It is compressed for those who take that, and not sent again to those who have it (RFC 9110 §13.1.2).
    """
    response = _answer(request, _document, "application/json")
    response["Access-Control-Allow-Origin"] = "*"
    return response


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """Show the document to people: without a script, and without anything from elsewhere."""
    return _answer(request, _page, "text/html; charset=utf-8")
