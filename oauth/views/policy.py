"""Permissions of single pages beyond the policy of all pages (CONTENT_SECURITY_POLICY)."""

from urllib.parse import SplitResult

from csp.constants import SELF
from django.http import HttpResponse
from django.http.response import HttpResponseBase


def allow_form_redirect(response: HttpResponse, target: SplitResult) -> None:
    """Add the address to the policy's form-action, which browsers apply to the redirect after a form as well."""
    # A policy names neither an app's own scheme with a path nor an address of IPv6: then all of the scheme.
    has_place = target.netloc and "[" not in target.netloc
    _add(response, {"form-action": [f"{target.scheme}://{target.netloc}" if has_place else f"{target.scheme}:"]})


def allow_scripts(response: HttpResponseBase) -> None:
    """Let the page run scripts from our static files, none that stand in it, and let them call this server."""
    _add(response, {"script-src": [SELF], "connect-src": [SELF]})


def _add(response: HttpResponseBase, sources: dict[str, list[str]]) -> None:
    response._csp_update = getattr(response, "_csp_update", {}) | sources  # type: ignore[attr-defined]
