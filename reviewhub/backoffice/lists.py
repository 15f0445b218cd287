"""Lists for people: a sentence a row, chips with counts in place of filters, few orders, and the rows as a file.

Underneath it is Django's change list: search, filters by the address, permissions, actions and pages are its own.
What a list says is declared in a `Listing`; the page class that shows it is a `WithList`.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar, Generic, TypeVar
from urllib.parse import urlencode

from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.templatetags.admin_urls import add_preserved_filters
from django.core.exceptions import BadRequest, EmptyResultSet, PermissionDenied
from django.db import connection
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from reviewhub.backoffice.changelist import Rows
from reviewhub.backoffice.export import file_of
from reviewhub.backoffice.moments import time_tag
from reviewhub.backoffice.pages import AccountAdmin

RowModel = TypeVar("RowModel", bound=Model)
Text = str | Promise

MOST_ON_A_CHIP = 1_000
SELECT = "select"  # parameter of the address: the rows are to be chosen from; with "page" or "all" they are chosen
ORDER = "o"


@dataclass(frozen=True)
class Line:
    """One row of a list, in words: who, what happened and what comes next, when. `tone`: good, bad or wait."""

    who: str
    what: str
    when: datetime | None = None
    tone: str = ""


@dataclass(frozen=True)
class Chip:
    """One choice among the rows, with the parameter of the address that makes it.

    `where` is asked for the request, where the rows depend on whose they are. It must be one that an index serves:
    the rows of each chip are counted.
    """

    label: Text
    parameter: str = ""
    value: str = ""
    where: Q | Callable[[HttpRequest], Q] | None = None
    is_default: bool = False
    order: str = ""  # key of the order of these rows, where the address names none

    def condition(self, request: HttpRequest) -> Q:
        if self.where is None:
            return Q()
        return self.where if isinstance(self.where, Q) else self.where(request)


@dataclass(frozen=True)
class Order:
    """One order of the rows, which an index serves. The key stands in the address; that of the usual one is empty."""

    key: str
    label: Text
    by: tuple[Any, ...]
    for_one_business: bool = False  # no index serves it where all businesses are in view


class Listing(ABC, Generic[RowModel]):
    """A list: its words, its chips, its orders, its rows as sentences and as cells of a file."""

    title: Text
    search_label: Text
    empty: Text  # what will appear there, and how to make it so
    add_label: Text = ""
    file_name: str
    # Chips of one group exclude each other; those of two groups are combined.
    chips: ClassVar[tuple[tuple[Chip, ...], ...]] = ()
    orders: ClassVar[tuple[Order, ...]]
    columns: tuple[Text, ...]

    @abstractmethod
    def lines(self, rows: Sequence[RowModel], now: datetime) -> list[Line]:
        """Return the sentences of the rows. What they need of other tables is read for all at once."""

    @abstractmethod
    def cells(self, rows: Sequence[RowModel], now: datetime) -> list[list[str]]:
        """Return the cells of the rows for a file, one for each of the columns."""

    @abstractmethod
    def counted(self, count: int) -> str:
        """Return the number of rows in words, such as “12 customers”."""


class ListedRows(Rows):
    """The change list of a `Listing`."""

    listing: Listing[Any]

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        self.request = request
        self.listing = next(arg for arg in (*args, *kwargs.values()) if isinstance(arg, WithList)).listing
        super().__init__(request, *args, **kwargs)
        self.title = str(self.listing.title)

    # --- Which rows, in which order ---------------------------------------------------------------

    def get_filters_params(self, params: Any = None) -> dict[str, Any]:
        """Leave to Django what is no choice of ours."""
        lookups: dict[str, Any] = super().get_filters_params(params)
        ours = {SELECT, *(chip.parameter for chip in self.chosen), *self._no_lookups}
        return {name: value for name, value in lookups.items() if name not in ours}

    @cached_property
    def _no_lookups(self) -> set[str]:
        """Parameters of chips that ask for no column: with an unknown value they ask for nothing."""
        columns = {field.name for field in self.opts.get_fields()}
        names = {chip.parameter for group in self.listing.chips for chip in group}
        return {name for name in names if name.partition("__")[0] not in columns}

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request, exclude_parameters)
        self.unchosen = rows
        for chip in self.chosen:
            rows = rows.filter(chip.condition(request))
        return rows

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Any]) -> list[Any]:
        return list(self.order.by)

    @cached_property
    def chosen(self) -> list[Chip]:
        """The chosen chip of each group, unless the address asks for something that no chip stands for."""
        return [chip for chip in map(self._chosen_of, self.listing.chips) if chip is not None]

    def _chosen_of(self, group: tuple[Chip, ...]) -> Chip | None:
        given = {name: values[-1] for name, values in self.filter_params.items()}
        of_group = {chip.parameter for chip in group} - self._no_lookups
        for chip in group:
            if chip.parameter and given.get(chip.parameter) == chip.value:
                return chip
        return None if of_group & given.keys() else next((chip for chip in group if chip.is_default), None)

    @cached_property
    def orders(self) -> list[Order]:
        """The orders that can be chosen."""
        several = self.sees_several
        return [order for order in self.listing.orders if not (several and order.for_one_business)]

    @cached_property
    def order(self) -> Order:
        key = self.params.get(ORDER) or next((chip.order for chip in self.chosen if chip.order), "")
        return next((order for order in self.orders if order.key == key), self.orders[0])

    @cached_property
    def sees_several(self) -> bool:
        """True where rows of several businesses are in view, so that each has to name its own."""
        return bool(self.model_admin.sees_several(self.request))

    # --- What the page shows ------------------------------------------------------------------------

    @cached_property
    def lines(self) -> list[dict[str, Any]]:
        """The rows of this page."""
        rows = list(self.result_list)
        suffix = add_preserved_filters({"preserved_filters": self.preserved_filters, "opts": self.opts}, "")
        return [
            {
                "key": row.pk,
                "tone": line.tone,
                "address": f"{row.pk}/change/{suffix}",
                "words": _words(line, row.account.name if self.sees_several else ""),
            }
            for row, line in zip(rows, self.listing.lines(rows, timezone.now()), strict=True)
        ]

    @cached_property
    def chip_groups(self) -> list[list[dict[str, Any]]]:
        """Chips with rows, and the chosen ones.

        With a search or another filter none are counted: that would search once for each.
        """
        chips = [(group, chip) for group in self.listing.chips for chip in group]
        is_searched = self.query or self.get_filters_params()
        counts = [None] * len(chips) if is_searched else counts_of([self._rows_of(*chip) for chip in chips])
        groups: list[list[dict[str, Any]]] = [[] for _ in self.listing.chips]
        for (group, chip), count in zip(chips, counts, strict=True):
            is_chosen = chip in self.chosen
            if count or is_chosen or count is None or chip.is_default:
                others = dict.fromkeys(other.parameter for other in group if other.parameter)
                choice = {chip.parameter: chip.value} if chip.parameter else {}
                groups[self.listing.chips.index(group)].append(
                    {
                        "label": chip.label,
                        "count": "" if count is None else _shown(count),
                        "is_chosen": is_chosen,
                        "address": self.address(others | choice),
                    }
                )
        return [group for group in groups if len(group) > 1 or any(chip["count"] != "0" for chip in group)]

    def _rows_of(self, group: tuple[Chip, ...], chip: Chip) -> QuerySet[Any]:
        rows = self.unchosen.filter(chip.condition(self.request))
        for other in self.chosen:
            if other not in group:
                rows = rows.filter(other.condition(self.request))
        return rows

    @property
    def order_links(self) -> list[dict[str, Any]]:
        return [
            {
                "label": order.label,
                "is_chosen": order is self.order,
                "address": self.address({ORDER: order.key or None}),
            }
            for order in self.orders
        ]

    @cached_property
    def filters(self) -> list[dict[str, Any]]:
        """The other filters: each choice is a link."""
        return [
            {"title": spec.title, "choices": choices}
            for spec in self.filter_specs
            if (choices := list(spec.choices(self)))
        ]

    def get_query_string(self, new_params: Any = None, remove: Any = None) -> str:
        """Leave the choosing of rows out of the addresses of filters."""
        return str(super().get_query_string(new_params, [*(remove or []), SELECT]))

    @cached_property
    def is_narrowed(self) -> bool:
        """True where the address leaves rows out: the list may be empty for that."""
        return bool(self.query or self.get_filters_params() or any(not chip.is_default for chip in self.chosen))

    def counted(self) -> str:
        if self.paginator.is_cut:
            most = number_format(self.result_count, force_grouping=True)
            return _("%(count)s or more: search and filters find the others") % {"count": most}
        return self.listing.counted(self.result_count)

    @property
    def select(self) -> str:
        """The word for how many rows are chosen: none, those of the page, or all; empty where there is no choosing."""
        value = self.params.get(SELECT, "")
        return value if value in ("page", "all") else "none" if value else ""

    # --- Addresses -----------------------------------------------------------------------------------

    def address(self, changes: dict[str, Any]) -> str:
        """Return the list's address with other parameters; None removes one. It begins with the first page."""
        kept = {name: value for name, value in self.filter_params.items() if name != SELECT} | changes
        return f"?{urlencode(sorted((k, v) for k, v in kept.items() if v is not None), doseq=True)}"

    def _page(self, number: int) -> str:
        select = {SELECT: "1"} if self.select else {}
        return self.address({"p": str(number) if number > 1 else None} | select)

    @property
    def addresses(self) -> dict[str, str]:
        """Addresses that the page links to."""
        here = {"p": str(self.page_num) if self.page_num > 1 else None}
        found = {
            "clear": "?",
            "export": f"export.csv{self.address({})}".rstrip("?"),
            "select": self.address({SELECT: "1"} | here),
            "select_page": self.address({SELECT: "page"} | here),
            "select_all": self.address({SELECT: "all"} | here),
            "done": self.address(here),
        }
        if self.multi_page and self.page_num > 1:
            found["previous"] = self._page(self.page_num - 1)
        if self.multi_page and self.page_num < self.paginator.num_pages:
            found["next"] = self._page(self.page_num + 1)
        return found

    @property
    def hidden(self) -> list[tuple[str, str]]:
        """Parameters that the search keeps."""
        left_out = {"q", SELECT}
        return [
            (name, value) for name, values in self.filter_params.items() if name not in left_out for value in values
        ]


def _words(line: Line, business: str) -> SafeString:
    """Return what stands in a row. It is put together here: a template for each row took a tenth of the page's time."""
    whose = format_html(" <i>{}</i>", business) if business else ""
    return format_html("<b>{}</b>{} {} <span>{}</span>", line.who, whose, time_tag(line.when), line.what)


def counts_of(sets: Sequence[QuerySet[Any]]) -> list[int]:
    """Count the rows of several sets in one statement, each up to MOST_ON_A_CHIP and one more."""
    parts: list[str] = []
    values: list[Any] = []
    for rows in sets:
        try:
            sql, parameters = rows.order_by().values("pk")[: MOST_ON_A_CHIP + 1].query.sql_with_params()
        except EmptyResultSet:
            sql, parameters = "SELECT 1 WHERE 1 = 0", ()
        parts.append(f"(SELECT COUNT(*) FROM ({sql}) counted)")  # noqa: S608 (compiled by Django)
        values += parameters
    if not parts:
        return []
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", values)
        return list(cursor.fetchone())


def _shown(count: int) -> str:
    most = number_format(min(count, MOST_ON_A_CHIP), force_grouping=True)
    return f"{most}+" if count > MOST_ON_A_CHIP else most


class WithList(AccountAdmin):
    """Pages of rows whose list is a `Listing`."""

    listing: Listing[Any]
    change_list_template = "admin/list.html"
    list_display = ("__str__",)
    sortable_by = ()  # the orders are the listing's
    list_select_related: Any = ("account",)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[Any]:
        return ListedRows

    def sees_several(self, request: HttpRequest) -> bool:
        """Return True where the rows may be of several businesses."""
        return self._sees_several(request)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Show the list. What else can be done there stands in it, not in the header's menu, which needs a script."""
        response: HttpResponse = super().changelist_view(request, extra_context)
        if isinstance(response, TemplateResponse) and response.context_data is not None:
            response.context_data["ways"] = response.context_data.pop("actions_list", [])
        return response

    def response_action(self, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
        """End the choosing of rows with the action."""
        response = super().response_action(request, queryset)
        if isinstance(response, HttpResponseRedirect) and response.url == request.get_full_path():
            kept = request.GET.copy()
            kept.pop(SELECT, None)
            return HttpResponseRedirect(f"{request.path}?{kept.urlencode()}".rstrip("?"))
        return response

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.export)
        name = f"{self.opts.app_label}_{self.opts.model_name}_export"
        return [path("export.csv", view, name=name), *super().get_urls()]

    def export(self, request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
        """Answer with the rows of the list as a file, by the same search and filters."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            rows = self.get_changelist_instance(request)
        except IncorrectLookupParameters as error:
            raise BadRequest from error  # the whole list is not what was asked for
        return file_of(rows)
