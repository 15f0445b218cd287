"""The switcher: staff of several businesses choose the one in view, in the header or on a page that searches."""

from dataclasses import dataclass
from uuid import UUID

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from oauth.models import Account
from oauth.roles import is_operator
from reviewhub.backoffice.business import ALL, FIELD, business_of, businesses_of, named_business, own_businesses

MOST_IN_HEADER = 8
MOST_ON_PAGE = 100


@dataclass(frozen=True)
class Switcher:
    """Choices of the header: the business in view (None for all), the others by name, and whether there are more."""

    business: Account | None
    others: list[Account]
    is_cut: bool
    may_see_all: bool

    @property
    def is_offered(self) -> bool:
        """True where there is something to choose."""
        return bool(self.others)


def switcher_of(request: HttpRequest) -> Switcher:
    """Return the choices for the header of the person's pages."""
    business = business_of(request)
    if is_operator(request):
        rows = businesses_of(request)
        others = list((rows.exclude(pk=business.pk) if business else rows)[: MOST_IN_HEADER + 1])
    else:
        others = [account for account in own_businesses(request) if account != business]
    return Switcher(business, others[:MOST_IN_HEADER], len(others) > MOST_IN_HEADER, is_operator(request))


def switch(request: HttpRequest) -> HttpResponse:
    """Show the businesses to choose from, searched by `q`; a POST chooses one, and leads back to where it came from."""
    if request.method == "POST":
        return _choose(request)
    words = request.GET.get("q", "").replace("\0", "").strip()[:150]
    rows = businesses_of(request)
    rows = rows.filter(name__icontains=words) if words else rows
    return TemplateResponse(
        request,
        "admin/businesses.html",
        {
            **admin.site.each_context(request),
            "title": _("Choose a business"),
            "rows": rows[:MOST_ON_PAGE],
            "words": words,
            "most": MOST_ON_PAGE,
            "is_cut": rows[MOST_ON_PAGE : MOST_ON_PAGE + 1].exists(),
            "next": _way_back(request, request.GET.get("next", "")),
        },
    )


def _choose(request: HttpRequest) -> HttpResponse:
    chosen = named_business(request, request.POST.get("to", ""))
    request.session[FIELD] = ALL if chosen is None else str(chosen.pk)
    return HttpResponseRedirect(_way_back(request, request.POST.get("next", "")))


def _way_back(request: HttpRequest, path: str) -> str:
    """Return the path if it is a page of ours that stands for no row, which might be another business's; else Today."""
    is_ours = path.startswith("/") and url_has_allowed_host_and_scheme(path, allowed_hosts=None)
    has_row = any(part.isdigit() or len(part) == len(str(UUID(int=0))) for part in path.partition("?")[0].split("/"))
    return path if is_ours and not has_row else reverse("admin:index")
