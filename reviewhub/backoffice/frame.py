"""The frame of the back-office around pages that lie outside of it: how one signs in, who has access."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from reviewhub.backoffice.business import STAFF_PATHS


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context processor: name the template that such a page stands in, with what the menu needs.

    People who have no back-office, and those who have still to prove a second factor, see the page plain.
    """
    if request.path.startswith("/admin/") or not request.path.startswith(STAFF_PATHS):
        return {}
    if not admin.site.has_permission(request):
        return {}
    request.is_framed = True  # type: ignore[attr-defined]  # the page needs the back-office's policy of content
    return admin.site.each_context(request) | {"frame": "oauth/framed.html"}
