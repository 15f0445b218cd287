"""Lists of the back-office: they count only so far, and make some parts of the theme once for all rows."""

from collections.abc import Callable, Iterable
from functools import cache, cached_property, wraps
from typing import Any

from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import get_language
from unfold.admin import checkbox
from unfold.templatetags import unfold_list
from unfold.views import ChangeList

# Counting further would read the whole table for a number that nobody pages to.
MOST_COUNTED = 10_000


class BoundedPaginator(Paginator):
    """A paginator that counts up to MOST_COUNTED rows; the list ends there, and filters lead to the others."""

    template_name = "admin/pages_of_a_list.html"

    @property
    def is_cut(self) -> bool:
        """True where there may be more rows than were counted."""
        return self.count == MOST_COUNTED

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        return int(rows.order_by()[:MOST_COUNTED].count())


def reach_too_far(rows: QuerySet[Any]) -> bool:
    """Return True if there are more rows than any list counts."""
    return rows.order_by()[: MOST_COUNTED + 1].count() > MOST_COUNTED


class Rows(ChangeList):
    """A list of the business in view; it offers “show all” only where it does not show all already."""

    headers: list[dict[str, Any]] | None = None

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        self.title = capfirst(self.opts.verbose_name_plural)

    def get_queryset(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        in_view = getattr(self.model_admin, "in_view", None)
        if in_view is not None:
            rows: QuerySet[Any] = self.model_admin.get_queryset(request)
            self.root_queryset = in_view(request, rows)
        return super().get_queryset(request, *args, **kwargs)

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        if not self.query and not self.has_active_filters:
            self.full_result_count = self.result_count


# --- Once for all rows -----------------------------------------------------------------------------


def keep_headers() -> None:
    """Make the theme write the headers of a list once: it writes them for each row, which took a fifth of the time."""
    headers_of: Callable[[Any], Iterable[dict[str, Any]]] = unfold_list.result_headers

    @wraps(headers_of)
    def headers_once(rows: Any) -> list[dict[str, Any]]:
        if not isinstance(rows, Rows):
            return list(headers_of(rows))
        rows.headers = rows.headers or list(headers_of(rows))
        return rows.headers

    unfold_list.result_headers = headers_once


_PLACE = "PLACE-OF-THE-KEY"


def checkbox_of(row: Model) -> SafeString:
    """Return the theme's checkbox for the row. The theme renders a template each time; here only the key is put in."""
    return mark_safe(_checkbox(get_language()).replace(_PLACE, escape(row.pk)))  # noqa: S308 (escaped)


@cache
def _checkbox(language: str | None) -> str:
    return str(checkbox.render(ACTION_CHECKBOX_NAME, _PLACE))
