"""The page that says no: to whoever may look and not change, in other words than to whoever may not even look."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from oauth.roles import MayOnlyLook


def answer_forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 403, for every page that raises PermissionDenied."""
    context = {"may_look": isinstance(exception, MayOnlyLook) or _may_see_rows(request)}
    return render(request, "403.html", context, status=403)


def _may_see_rows(request: HttpRequest) -> bool:
    """Return True for a page of rows that the person may see: they wanted to add, change or delete one."""
    match = request.resolver_match
    if match is None or match.namespaces != ["admin"]:
        return False
    for page in admin.site._registry.values():
        if (match.url_name or "").startswith(f"{page.opts.app_label}_{page.opts.model_name}_"):
            try:
                return bool(page.has_view_permission(request))
            except PermissionDenied:
                return False
    return False
