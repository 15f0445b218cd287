"""Pages of Settings: they show and change the business in view, for those who work in it."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Protocol
from urllib.parse import urlencode

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache

from oauth.models import Account, Membership
from oauth.roles import WRITERS, MayOnlyLook, is_operator, roles_of
from reviewhub.backoffice.business import business_of, enter

OWNERS = {Membership.Role.OWNER}


class SettingsView(Protocol):
    def __call__(self, request: HttpRequest, account: Account, **url_values: Any) -> HttpResponse: ...


class View(Protocol):
    def __call__(self, request: HttpRequest, **url_values: Any) -> HttpResponse: ...


def settings_page(*, writers: set[Any] = WRITERS, to_write: bool = False) -> Callable[[SettingsView], View]:
    """Decorate a view of Settings, which is given the business in view.

    Whoever works there may look. A POST, and with `to_write` every call, takes one of the roles of `writers`. The
    operator may do all of it, and chooses a business first.
    """

    def decorate(view: SettingsView) -> View:
        @wraps(view)
        def page(request: HttpRequest, **url_values: Any) -> HttpResponse:
            account = business_of(request)
            if account is None:
                if not is_operator(request):
                    raise Http404
                return HttpResponseRedirect(f"{reverse('switch-business')}?{urlencode({'next': request.path})}")
            if to_write or request.method == "POST":
                demand(request, account, writers)
            return view(request, account=account, **url_values)

        signed_in: View = never_cache(admin.site.admin_view(page))
        return signed_in

    return decorate


def row_page(view: View) -> View:
    """Decorate a view of one row, which says with `enter_row` who may open it, whatever business is in view."""
    signed_in: View = never_cache(admin.site.admin_view(view))
    return signed_in


def may_write(request: HttpRequest, account: Account, roles: set[Any] = WRITERS) -> bool:
    """Return True if the person has one of the roles in the account, or is the operator."""
    return is_operator(request) or roles_of(request).get(account.pk) in roles


def demand(request: HttpRequest, account: Account, roles: set[Any] = WRITERS) -> None:
    """Raise MayOnlyLook for a person who has another role in the account, Http404 for a stranger to it."""
    if may_write(request, account, roles):
        return
    if account.pk not in roles_of(request):
        raise Http404
    raise MayOnlyLook


def enter_row(request: HttpRequest, account: Account, roles: set[Any] = WRITERS) -> None:
    """Show this page for the business of a row that the person may change; raise as `demand` does."""
    demand(request, account, roles)
    if account != business_of(request):
        enter(request, account)


def show(
    request: HttpRequest, template: str, context: dict[str, Any], *, account: Account, status: int = 200
) -> HttpResponse:
    """Answer with a page in the frame of the back-office."""
    shared = admin.site.each_context(request) | {"account": account}
    return TemplateResponse(request, f"admin/settings/{template}", shared | context, status=status)
