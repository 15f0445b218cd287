"""Reports: how far customers came, by day and by everything that may make a difference; each table as a file."""

from django.contrib import admin
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from reviewhub.backoffice.export import stream
from reviews.admin.report_form import ReportForm
from reviews.admin.report_tables import Table, funnel, parts_of, tables
from reviews.insights.charts import Chart, nested_columns
from reviews.insights.periods import Period
from reviews.insights.reports import Numbers, Scope, count

FILE = "file"  # parameter of the address: the key of the table that is wanted as a file
ABOVE = ("funnel", "days")  # tables that the page draws


@require_safe
def reports(request: HttpRequest) -> HttpResponseBase:
    """Show the numbers of the businesses in view; of all businesses to the operator who looks at all."""
    form = ReportForm(request, timezone.localtime())
    scope = form.scope()
    numbers = count(scope)
    made = tables(scope, numbers, list_url=reverse("admin:reviews_reviewrequest_changelist"))
    if FILE in request.GET:
        return _file(made, request.GET[FILE], scope.period)
    context = {
        **admin.site.each_context(request),
        "title": _("Reports"),
        "form": form,
        "period": in_words(scope.period),
        "before": in_words(scope.period.before),
        "numbers": numbers,
        "funnel": funnel(numbers),
        "chart": _chart(scope, numbers) if numbers.customers.asked else None,
        "is_weekly": len(scope.period.parts) < scope.period.days,
        "tables": [table for key, table in made.items() if key not in ABOVE],
        "choices": _choices(request),
    }
    return TemplateResponse(request, "admin/reports.html", context)


def _file(made: dict[str, Table], key: str, period: Period) -> HttpResponseBase:
    """Answer with the table as a file. Raises Http404 for one that is not there, or has no rows."""
    if key not in made:
        raise Http404
    return stream(made[key].lines(), f"{key}-{period.first}-{period.last}")


def _choices(request: HttpRequest) -> str:
    """Return the choices as they stand in the address, for the links to files."""
    chosen = request.GET.copy()
    chosen.pop(FILE, None)
    return f"{chosen.urlencode()}&" if chosen else ""


def in_words(period: Period) -> str:
    """Return the first and the last day, as the active language writes them."""
    return f"{date_format(period.first, 'DATE_FORMAT')} – {date_format(period.last, 'DATE_FORMAT')}"


def _chart(scope: Scope, numbers: Numbers) -> Chart:
    parts = parts_of(scope, numbers)
    kinds = [("asked", _("Asked")), ("opened", _("Opened")), ("responded", _("Pressed or answered"))]
    counts = [[row.asked, max(row.opened, row.responded), row.responded] for _name, row in parts]
    return nested_columns([name for name, _row in parts], kinds, counts)
