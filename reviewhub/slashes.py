"""Addresses of pages, typed with a slash too many or one too few at their end."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import Resolver404, resolve
from django.utils.http import escape_leading_slashes

# Addresses of programs: these are told that there is nothing, since a redirect would turn their POST into a GET.
PROGRAMS = ("/api/", "/oauth/", "/hooks/", "/.well-known/", "/static/", "/healthz", "/readyz", "/metrics")


def forgive_slashes(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware: lead from an address that does not exist to the page whose address differs in the last slash."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        path = request.path_info
        if response.status_code != 404 or request.method not in ("GET", "HEAD") or path.startswith(PROGRAMS):
            return response
        other = path[:-1] if path.endswith("/") else f"{path}/"
        if _is_page(path) or not _is_page(other):
            return response
        query = request.META.get("QUERY_STRING", "")
        return HttpResponseRedirect(escape_leading_slashes(other) + (f"?{query}" if query else ""))

    return middleware


def _is_page(path: str) -> bool:
    """Return True if a view has this address; the admin's answer to all addresses below it does not count."""
    try:
        return "url" not in resolve(path).kwargs
    except Resolver404:
        return False
