"""Calls from pages of other sites (CORS; Fetch standard §3.2): public apps only, by the origins that they registered.

A preflight is answered for the origin of any such app: it comes before the token does. What the call answers, a page
may read only if its origin is of the app whose token it is. Cookies are never let in:
`Access-Control-Allow-Credentials` is not sent.
"""

import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers

from oauth.models import Application
from oauth.redirect_uris import ORIGIN

GetResponse = Callable[[HttpRequest], HttpResponseBase]

PATHS = re.compile(r"/(api/v1/|oauth/(token|revoke)$)")
PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, POST, PATCH, DELETE",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match",
    "Access-Control-Max-Age": "600",  # seconds: an origin that is taken away is soon forgotten
}
READABLE = "ETag, Idempotency-Replayed, RateLimit, RateLimit-Policy, Retry-After, WWW-Authenticate, X-Request-ID"


def answer_other_origins(get_response: GetResponse) -> GetResponse:
    """Middleware: answer preflights, and let pages read what their own app was answered."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        origin = request.headers.get("Origin", "")
        if not PATHS.match(request.path_info) or not ORIGIN.fullmatch(origin):
            return get_response(request)
        apps = _apps_with(origin)
        if apps and request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
            response: HttpResponseBase = HttpResponse(status=204, headers=PREFLIGHT)
            response["Access-Control-Allow-Origin"] = origin
        else:
            response = get_response(request)
            if _may_read(request, response, apps):
                response["Access-Control-Allow-Origin"] = origin
                response["Access-Control-Expose-Headers"] = READABLE
        patch_vary_headers(response, ["Origin"])
        return response

    return middleware


def _may_read(request: HttpRequest, response: HttpResponseBase, apps: list[Application]) -> bool:
    if response.status_code == 401:  # whose token it was is not known any more, and nothing is told
        return bool(apps)
    credential, client_id = getattr(request, "auth", None), getattr(request, "client_id", None)
    application_id = getattr(credential, "application_id", None)
    return any(app.pk == application_id or app.client_id == client_id for app in apps)


def _apps_with(origin: str) -> list[Application]:
    """Return the active public apps whose pages have that origin."""
    apps = Application.objects.filter(
        client_type=Application.CLIENT_PUBLIC, is_active=True, allowed_origins__contains=origin
    )
    return [app for app in apps.only("client_id", "allowed_origins") if origin in app.allowed_origins.split()]
