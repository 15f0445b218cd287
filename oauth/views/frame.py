"""The frame of the back-office around pages that lie outside of it: how one signs in, who has access."""

from typing import Any, cast

from django.contrib import admin
from django.http import HttpRequest

from oauth.sign_in.second_factor import must_set_up
from reviewhub.backoffice.business import STAFF_PATHS


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context processor: name the template that such a page stands in, with what the menu needs.

    People who have no back-office, and those who have still to prove a second factor, see the page plain.
    """
    if request.path.startswith("/admin/") or not request.path.startswith(STAFF_PATHS):
        return {}
    if not admin.site.has_permission(request) or must_set_up(request):
        return {}
    if not hasattr(request, "_frame"):  # parts of a page are rendered by themselves
        context = admin.site.each_context(request) | {"frame": "oauth/framed.html"}
        request.is_framed, request._frame = True, context  # type: ignore[attr-defined]
    return cast(dict[str, Any], request._frame)  # type: ignore[attr-defined]
