"""What happens to every request, whichever app answers it."""

import logging
import re
import time
import uuid
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from reviewhub import logs
from reviewhub.rest.errors import CODES, error_response

GetResponse = Callable[[HttpRequest], HttpResponseBase]

access = logging.getLogger("reviewhub.access")

PROBES = {"/healthz", "/readyz", "/metrics"}
JSON_PATHS = re.compile(r"^/(metrics$|api/(?!docs|oauth/zapier/authorize)|oauth/(token|revoke|introspect)$)")
# An id that a client or proxy may bring along; anything else is replaced, so that logs stay clean.
REQUEST_ID = re.compile(r"[A-Za-z0-9_.-]{8,64}")


def request_id(get_response: GetResponse) -> GetResponse:
    """Give the request an id, in `X-Request-ID` and in every log line it causes."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        given = request.headers.get("X-Request-ID", "")
        current = given if REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
        reset = logs.request_id.set(current)
        request.request_id = current  # type: ignore[attr-defined]  # see logs
        try:
            response = get_response(request)
        finally:
            logs.request_id.reset(reset)
        response["X-Request-ID"] = current
        return response

    return middleware


def access_line(get_response: GetResponse) -> GetResponse:
    """Log one line for each request. It has the route and not the path, which may hold a token, and no query.

    Probes that find nothing wrong are left out: they come every few seconds.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        begun = time.perf_counter()
        response = get_response(request)
        about = {
            "method": request.method,
            "route": _route(request),
            "status": response.status_code,
            "ms": round((time.perf_counter() - begun) * 1000, 1),
        }
        if account := _account(request):
            about["account"] = account
        is_probe = about["route"] in PROBES and response.status_code < 400
        access.log(logging.DEBUG if is_probe else logging.INFO, "request", extra=about)
        return response

    return middleware


def _route(request: HttpRequest) -> str:
    """The pattern of the address, such as `/r/<str:token>`; an address that is none of ours is not repeated."""
    if request.resolver_match is not None:
        return f"/{request.resolver_match.route}"
    return f"{settings.STATIC_URL}…" if request.path.startswith(settings.STATIC_URL) else "-"


def _account(request: HttpRequest) -> str:
    """The account that an API call was made for, or whose page was opened; empty when nobody knows it."""
    credential = getattr(request, "auth", None)
    found = getattr(credential, "account", None) or getattr(request, "account", None)
    return str(found.pk) if found is not None else ""


def json_errors(get_response: GetResponse) -> GetResponse:
    """Turn an HTML error page under an API path into the API's error body."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if (
            response.status_code >= 400
            and JSON_PATHS.match(request.path)
            and not response.get("Content-Type", "").startswith("application/json")
        ):
            code, description = CODES.get(response.status_code, CODES[500 if response.status_code >= 500 else 400])
            replacement = error_response(response.status_code, code, description)
            for header in ("Allow", "WWW-Authenticate", "Retry-After"):
                if header in response:
                    replacement[header] = response[header]
            # Django has told of it in a line already.
            replacement._has_been_logged = getattr(response, "_has_been_logged", False)  # type: ignore[attr-defined]
            return replacement
        return response

    return middleware


def admin_csp(get_response: GetResponse) -> GetResponse:
    """The back-office has a Content-Security-Policy of its own: its theme evaluates expressions."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if request.path.startswith("/admin/") and isinstance(response, HttpResponse):
            response._csp_replace = settings.ADMIN_CONTENT_SECURITY_POLICY  # type: ignore[attr-defined]
        return response

    return middleware
