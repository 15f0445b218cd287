"""The operator's page of what grows: how large it is, how old, how long it is kept, and what the last purge did."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.defaultfilters import filesizeformat
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from reviewhub.languages import number
from reviews.admin.operations import for_operator
from reviews.models import Purge
from reviews.retention.kinds import KINDS, Kind, Part
from reviews.retention.sizes import Size, sizes_of


@dataclass(frozen=True)
class Row:
    """One kind of what grows, as the page shows it."""

    name: str
    words: str | Promise
    then: str | Promise
    days: int
    rows: str
    size: str
    oldest: datetime | None
    purge: Purge | None


@require_http_methods(["GET", "HEAD"])
def page(request: HttpRequest, **url_values: Any) -> HttpResponse:
    """Show all kinds."""
    sizes = sizes_of([part.model for kind in KINDS for part in kind.parts])
    purges = {purge.kind: purge for purge in Purge.objects.all()}
    rows = [_row(kind, sizes, purges.get(kind.name)) for kind in KINDS]
    context = {"title": gettext("What is kept"), "rows": rows}
    return TemplateResponse(request, "admin/kept.html", admin.site.each_context(request) | context)


def _row(kind: Kind, sizes: dict[str, Size], purge: Purge | None) -> Row:
    found = [sizes[part.model._meta.db_table] for part in kind.parts if part.model._meta.db_table in sizes]
    octets = [size.octets for size in found if size.octets is not None]
    return Row(
        name=kind.name,
        words=kind.name.label,
        then=kind.then,
        days=kind.days,
        rows=number(sum(size.rows for size in found)),
        size=filesizeformat(sum(octets)) if octets else "",
        oldest=min(filter(None, (_oldest(part) for part in kind.parts)), default=None),
        purge=purge,
    )


def _oldest(part: Part) -> datetime | None:
    """Return the moment of the first row of the table, which was written when all others were not there yet."""
    first: datetime | None = part.model._default_manager.order_by("pk").values_list(part.moment, flat=True).first()
    return first


urlpatterns = [path("", for_operator(page), name="kept")]
