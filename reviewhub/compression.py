"""Compression of what is large and where nothing else has done it: the back-office's pages, and static files.

Two attacks read a page from the length of its compressed form (CRIME, BREACH): somebody makes a person's browser ask
for a page again and again, with guesses that the page repeats. So a page is left as it is where another site made the
browser ask for it, where it shows a secret, and wherever it is small: signing in, customers' pages, and all
that the API answers. What remains has its length blurred by Django's random bytes.
"""

import gzip
import re
from collections.abc import Callable

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers
from django.utils.text import compress_string

LARGE_PAGES = "/admin/"  # and those in its frame
# Class of an element that shows what lets somebody in: a key, a secret, recovery codes.
SECRET = re.compile(rb"""class=["'](?:[^"']* )?(?:rh-)?secret[ "']""")
SMALLEST = 1024  # bytes; a packet holds more
MOST_RANDOM_BYTES = 100  # as Django's own GZipMiddleware adds, against BREACH
_TEXT = re.compile(r"text/(css|javascript|html|plain)|application/(javascript|json)|image/svg\+xml")
_TAKES_GZIP = re.compile(r"(?:^|,)\s*(?:gzip|\*)\s*(?:;\s*q=(?!0(?:\.0*)?\s*(?:,|$))[^,]*)?(?:,|$)", re.IGNORECASE)


def takes_gzip(request: HttpRequest) -> bool:
    """Return True if the client takes gzip (RFC 9110 §12.5.3); `gzip;q=0` is a refusal."""
    return bool(_TAKES_GZIP.search(request.headers.get("Accept-Encoding", "")))


def compress(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware: compress large pages, and static files that `collectstatic` has not compressed.

    Files are compressed once a process. Streams, such as lists taken out as CSV, stay streams.
    """
    files: dict[str, tuple[str, bytes]] = {}

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if response.has_header("Content-Encoding") or response.status_code != 200:
            return response
        if isinstance(response, HttpResponse) and _is_large(request):
            return _compress_page(request, response)
        if isinstance(response, FileResponse) and request.path.startswith(settings.STATIC_URL):
            return _compress_file(request, response, files)
        return response

    return middleware


def _is_large(request: HttpRequest) -> bool:
    return request.path.startswith(LARGE_PAGES) or getattr(request, "is_framed", False)


def _compress_page(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    if not response.headers.get("Content-Type", "").startswith("text/html") or len(response.content) < SMALLEST:
        return response
    patch_vary_headers(response, ["Accept-Encoding"])
    # Browsers say who made them ask (Fetch Metadata); "none" is the person: a bookmark, the address bar.
    is_foreign = request.headers.get("Sec-Fetch-Site", "none") not in ("same-origin", "none")
    if is_foreign or SECRET.search(response.content) or not takes_gzip(request):
        return response
    response.content = compress_string(response.content, max_random_bytes=MOST_RANDOM_BYTES)
    if (tag := response.headers.get("ETag", "")).startswith('"'):
        response["ETag"] = f"W/{tag}"  # the bytes are others, the page is the same
    return _marked(response)


def _compress_file(
    request: HttpRequest, response: FileResponse, files: dict[str, tuple[str, bytes]]
) -> HttpResponseBase:
    if not _TEXT.match(response.headers.get("Content-Type", "")) or "Range" in request.headers:
        return response
    patch_vary_headers(response, ["Accept-Encoding"])
    if request.method != "GET" or not takes_gzip(request):
        return response
    version = "{Last-Modified} {Content-Length}".format_map(response.headers)
    if files.get(request.path, ("",))[0] != version:
        files[request.path] = version, gzip.compress(response.getvalue(), mtime=0)
    if response.file_to_stream is not None:
        response.file_to_stream.close()  # not `response.close`, which tells Django that the request is over
    body = files[request.path][1]
    answer = HttpResponse(body)
    answer.headers = response.headers
    del answer.headers["ETag"]  # of the plain bytes; browsers ask again by Last-Modified
    return _marked(answer)


def _marked(response: HttpResponse) -> HttpResponse:
    response["Content-Encoding"] = "gzip"
    response["Content-Length"] = str(len(response.content))
    return response
