"""The business in view: staff of several accounts see one at a time, and choose it in the header of every page.

The choice is kept in the session. A form carries the business that it was shown for (`{% business_field %}`), which
wins over the session: a switch in another tab lets no write land in the wrong business. A row's own page shows the
business of the row; a link from outside, as in a mail to a member, names it in its address. The operator may also look
at all businesses at once, which nobody else can.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _

from oauth.models import Account
from oauth.roles import is_operator, memberships_of, roles_of, written_accounts

FIELD = "business"  # of forms, and in the session
ALL = "all"  # the operator's choice of every business


def businesses_of(request: HttpRequest) -> "QuerySet[Account]":
    """Return the businesses among which the person may choose, by name."""
    rows = Account.objects.order_by("name", "pk")
    return rows if is_operator(request) else rows.filter(pk__in=roles_of(request))


def own_businesses(request: HttpRequest) -> list[Account]:
    """Return the businesses that the person is a member of, by name; no statement of its own."""
    return sorted((row.account for row in memberships_of(request)), key=lambda account: (account.name, account.pk))


def business_of(request: HttpRequest) -> Account | None:
    """Return the business in view; None for the operator's “All businesses”, and for a person who has none.

    Raises Http404 where a form names a business that the person is a stranger to.
    """
    if not hasattr(request, "_business"):
        request._business = _find(request)  # type: ignore[attr-defined]
    business: Account | None = request._business  # type: ignore[attr-defined]
    return business


def accounts_in_view(request: HttpRequest) -> list[UUID] | None:
    """Return the keys of the accounts whose rows lists and choices show; None for all that there are."""
    business = business_of(request)
    if business is not None:
        return [business.pk]
    return None if is_operator(request) else list(roles_of(request))


def written_in_view(request: HttpRequest) -> list[UUID] | None:
    """Return those of the accounts in view in which the person may change things; None for all that there are."""
    accounts = accounts_in_view(request)
    if accounts is None or is_operator(request):
        return accounts
    return [pk for pk in written_accounts(request) if pk in accounts]


def accounts_to_choose(accounts: list[UUID] | None) -> "QuerySet[Account]":
    """Return the rows of these accounts, by name, as choices of a form; None stands for all."""
    rows = Account.objects.order_by("name", "pk")
    return rows if accounts is None else rows.filter(pk__in=accounts)


def offer(field: Any, accounts: list[UUID] | None) -> None:
    """Offer the accounts in a form's field; a single one is no choice, and the field is hidden.

    None of several is chosen beforehand: nobody writes in a business's name by overlooking the field.
    """
    field.empty_label = _("Choose a business")
    field.queryset = accounts_to_choose(accounts)
    only = accounts if accounts is not None and len(accounts) == 1 else [row.pk for row in field.queryset[:2]]
    if len(only) == 1:
        field.initial, field.widget = only[0], forms.HiddenInput()


def enter(request: HttpRequest, account: Account) -> None:
    """Show this request's page for the business of its row, and stay there with the next pages, too."""
    request._business = account  # type: ignore[attr-defined]
    timezone.activate(ZoneInfo(account.time_zone))
    if request.method == "GET":
        _stay_in(request, account)


def _find(request: HttpRequest) -> Account | None:
    if not getattr(request.user, "is_staff", False):
        return None
    kept = request.session.get(FIELD, "")
    if request.method == "POST" and (named := request.POST.get(FIELD, "")):
        return _of_form(request, named_business(request, named), kept)
    if is_operator(request):
        return _of_operator(kept)
    own = own_businesses(request)
    return next((account for account in own if str(account.pk) == kept), own[0] if own else None)


def _of_form(request: HttpRequest, business: Account | None, kept: str) -> Account | None:
    """Return the business that a form is for, and stay there: the page that follows shows what was saved.

    A page that only asks for a preview in the background leaves the other tabs' business alone.
    """
    if business is not None and kept not in ("", str(business.pk)) and not request.headers.get("HX-Request"):
        _stay_in(request, business)
    return business


def _stay_in(request: HttpRequest, business: Account) -> None:
    """Keep the business in view for the pages that follow, and say so."""
    request.session[FIELD] = str(business.pk)
    messages.info(request, _("You are looking at %(business)s now.") % {"business": business})


def _follow(request: HttpRequest) -> HttpResponseBase:
    """Enter the business that the address names, and lead to the page without the name.

    Raises Http404 for a business that the person is a stranger to.
    """
    business = named_business(request, request.GET[FIELD])
    if business is not None and business != business_of(request):
        _stay_in(request, business)
    others = request.GET.copy()
    del others[FIELD]
    return HttpResponseRedirect(f"{request.path}?{others.urlencode()}" if others else request.path)


def _of_operator(kept: str) -> Account | None:
    """Return the operator's choice; the one business of an installation that has no other need not be chosen."""
    if kept and kept != ALL:
        return Account.objects.filter(pk=kept).first()
    rows = list(Account.objects.order_by()[:2])
    return rows[0] if len(rows) == 1 else None


def named_business(request: HttpRequest, name: str) -> Account | None:
    """Return the business of the key that a form holds; None for all. Raises Http404 for a stranger's."""
    if name == ALL and is_operator(request):
        return None
    try:
        account = businesses_of(request).filter(pk=name).first()
    except (ValidationError, ValueError):
        account = None
    if account is None:
        raise Http404
    return account


class BusinessTimeZone:
    """Middleware: pages of staff show and read times in the zone of the business in view, else in UTC.

    It looks once the request has come as far as its view: a form's business is in a body that the earlier middleware
    may refuse to read.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with timezone.override(None):
            return self._get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponseBase | None:
        """Activate the zone, which `__call__` takes back; lead on from an address that names a business."""
        if not request.path.startswith(STAFF_PATHS):
            return None
        if request.method == "GET" and FIELD in request.GET and getattr(request.user, "is_staff", False):
            return _follow(request)
        if (business := business_of(request)) is not None:
            timezone.activate(ZoneInfo(business.time_zone))
        return None


# Pages that stand in the frame of the back-office; a person without it sees those outside /admin/ plain.
STAFF_PATHS = ("/admin/", "/security", "/connections", "/password/change")
