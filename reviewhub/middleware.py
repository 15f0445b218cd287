"""Middleware for requests to any app: ids, access lines, errors in JSON, bodies, methods, the back-office's policy."""

import logging
import re
import time
import uuid
from collections.abc import Callable

from csp.constants import SELF
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase

from reviewhub import logs
from reviewhub.rest.errors import CODES, error_response

GetResponse = Callable[[HttpRequest], HttpResponseBase]

access = logging.getLogger("reviewhub.access")

PROBES = {"/healthz", "/readyz", "/metrics"}
JSON_PATHS = re.compile(r"^/(metrics$|api/(?!docs|oauth/zapier/authorize)|oauth/(token|revoke|introspect)$)")
PAGE_METHODS = ("GET", "HEAD", "OPTIONS", "POST")
# Form of an id that a client or proxy may send; another one is replaced, so that logs stay clean.
REQUEST_ID = re.compile(r"[A-Za-z0-9_.-]{8,64}")


def give_request_id(get_response: GetResponse) -> GetResponse:
    """Give each request an id: in `X-Request-ID`, and in every log line that it causes."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        sent = request.headers.get("X-Request-ID", "")
        current = sent if REQUEST_ID.fullmatch(sent) else uuid.uuid4().hex
        token = logs.request_id.set(current)
        request.request_id = current  # type: ignore[attr-defined]  # see logs
        try:
            response = get_response(request)
        finally:
            logs.request_id.reset(token)
        response["X-Request-ID"] = current
        return response

    return middleware


def log_access(get_response: GetResponse) -> GetResponse:
    """Log one line for each request, with the route: the path and the query may hold a token.

    Probes that succeed are logged at DEBUG only: they come every few seconds.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        begun = time.perf_counter()
        response = get_response(request)
        fields = {
            "method": request.method,
            "route": _route(request),
            "status": response.status_code,
            "ms": round((time.perf_counter() - begun) * 1000, 1),
        }
        if account := _account(request):
            fields["account"] = account
        is_probe = fields["route"] in PROBES and response.status_code < 400
        access.log(logging.DEBUG if is_probe else logging.INFO, "request", extra=fields)
        return response

    return middleware


def _route(request: HttpRequest) -> str:
    """Return the pattern of the URL, such as `/r/<str:token>`; of an unknown URL nothing is repeated."""
    if request.resolver_match is not None:
        return f"/{request.resolver_match.route}"
    return f"{settings.STATIC_URL}…" if request.path.startswith(settings.STATIC_URL) else "-"


def _account(request: HttpRequest) -> str:
    """Return the id of the account that the call was for, or whose page was opened; empty if there is none."""
    credential = getattr(request, "auth", None)
    account = getattr(credential, "account", None) or getattr(request, "account", None)
    return str(account.pk) if account is not None else ""


def answer_errors_in_json(get_response: GetResponse) -> GetResponse:
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
            # Django has logged this answer already.
            replacement._has_been_logged = getattr(response, "_has_been_logged", False)  # type: ignore[attr-defined]
            return replacement
        return response

    return middleware


def forbid_storing(get_response: GetResponse) -> GetResponse:
    """Forbid to store what the API answers, but where a view says otherwise: nearly all of it is about customers."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if JSON_PATHS.match(request.path):
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    return middleware


def refuse_coded_bodies(get_response: GetResponse) -> GetResponse:
    """Refuse a body that is compressed, which nothing here unpacks, or in chunks that the server did not join.

    To take the one for damaged and the other for none would be worse: an empty body may mean all.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if request.headers.get("Transfer-Encoding"):
            return error_response(411, CODES[400][0], "Send the body with a Content-Length: no chunks are taken here.")
        coding = request.headers.get("Content-Encoding", "").strip().lower()
        if coding in ("", "identity") or request.META.get("CONTENT_LENGTH") in (None, "", "0"):
            return get_response(request)
        response = error_response(415, CODES[415][0], "Send the body as it is, without a Content-Encoding.")
        response["Accept-Encoding"] = "identity"  # RFC 9110 §15.5.16
        return response

    return middleware


def set_admin_csp(get_response: GetResponse) -> GetResponse:
    """Give the back-office a Content-Security-Policy of its own, since its theme evaluates expressions.

    Pages that only stand in its frame keep the strict policy, and run our own scripts.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if not isinstance(response, HttpResponse):
            return response
        if request.path.startswith("/admin/"):
            response._csp_replace = settings.ADMIN_CONTENT_SECURITY_POLICY  # type: ignore[attr-defined]
        elif getattr(request, "is_framed", False):
            sources = getattr(response, "_csp_update", {}) | {"script-src": [SELF]}
            response._csp_update = sources  # type: ignore[attr-defined]
        return response

    return middleware


def limit_page_methods(get_response: GetResponse) -> GetResponse:
    """Refuse methods that no page has: libraries' views answer PUT as POST, and in the admin all others as GET."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if request.method not in PAGE_METHODS and not JSON_PATHS.match(request.path):
            return HttpResponseNotAllowed(PAGE_METHODS)
        return get_response(request)

    return middleware
