"""Review requests and their messages."""

from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from django.utils.formats import localize
from django.utils.html import format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from oauth.models import Account
from reviewhub.backoffice.actions import WithActions
from reviewhub.backoffice.business import accounts_in_view
from reviewhub.backoffice.history import Entry
from reviewhub.backoffice.lists import WithList
from reviewhub.backoffice.pages import (
    LONGEST_FILTER,
    AccountAdmin,
    FixedRows,
    GeneratedRows,
    WithHistory,
    action,
    display,
)
from reviewhub.languages import number
from reviews.admin import record_history, request_page, story
from reviews.admin.ask import ask_page, ask_preview
from reviews.admin.badges import DELIVERY_COLOURS, word_of_message
from reviews.admin.inbox import PeriodFilter
from reviews.admin.lists.requests import Requests
from reviews.admin.request_actions import REQUEST_ACTIONS
from reviews.contacts.search import MOST_FOUND, search_requests
from reviews.models import Contact, Delivery, ReviewRequest, Sequence
from reviews.requests import lifecycle


class SourceFilter(admin.SimpleListFilter):
    """A filter by how the request came."""

    title = _("Came by")
    parameter_name = "source__exact"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("staff", _("These pages")), ("import", _("An import")), ("api", _("Another program"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(source=self.value()) if self.value() else queryset


class SequenceFilter(admin.SimpleListFilter):
    """A filter by sequence, where there are several."""

    title = _("By the sequence")
    parameter_name = "sequence"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        rows = Sequence.objects.select_related("account").order_by("account__name", "name")
        accounts = accounts_in_view(request)
        rows = rows if accounts is None else rows.filter(account__in=accounts)
        sequences = list(rows[:LONGEST_FILTER])
        if len(sequences) < 2:
            return []
        several = len({row.account_id for row in sequences}) > 1
        return [(str(row.pk), f"{row.account}: {row}" if several else str(row)) for row in sequences]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        offered = {value for value, _ in self.lookup_choices}
        return queryset.filter(sequence=self.value()) if self.value() in offered else queryset


@admin.register(ReviewRequest)
class ReviewRequestAdmin(FixedRows, WithList, WithHistory, WithActions):
    """Requests: made by a form of their own, read on a page, moved on by actions."""

    listing = Requests()
    list_filter = (SourceFilter, SequenceFilter, PeriodFilter)
    list_select_related = ("contact", "account")
    ordering = ("-created_at", "-pk")
    search_fields = ("contact",)  # there is a search box; `get_search_results` does the search
    actions = ("cancel",)
    confirmed_actions = REQUEST_ACTIONS

    def page_rows(self, request: HttpRequest) -> QuerySet[Any]:
        rows = story.with_messages(super().page_rows(request))
        return rows.select_related("account", "contact", "sequence", "feedback__inbox_item").prefetch_related("aliases")

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show the request, to read: how it stands, what happened, what else is known. Nothing is saved here."""
        row: ReviewRequest | None = self.get_object(request, object_id)
        if request.method != "GET" or row is None or not self.has_view_permission(request, row):
            answer: HttpResponse = super().change_view(request, object_id, form_url, extra_context)
            return answer
        return request_page.page(self, request, row)

    def entries(self, row: ReviewRequest) -> list[Entry]:
        return record_history.of_request(row)

    def get_urls(self) -> list[Any]:
        preview = self.admin_site.admin_view(partial(ask_preview, self))
        return [path("preview", preview, name="reviews_reviewrequest_preview"), *super().get_urls()]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        return ask_page(self, request)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[ReviewRequest], search_term: str
    ) -> tuple[QuerySet[ReviewRequest], bool]:
        if not search_term.strip():
            return queryset, False
        contacts: Any = self.admin_site.get_model_admin(Contact).get_queryset(request)
        accounts: Any = self.admin_site.get_model_admin(Account).get_queryset(request)
        rows, is_cut = search_requests(queryset, search_term, contacts=contacts, accounts=accounts)
        if is_cut:
            words = gettext("More than %(number)s customers match: only the newest are shown.")
            messages.info(request, words % {"number": number(MOST_FOUND)})
        return rows, False

    @action(description=_("Cancel the chosen requests"), permissions=["write"])
    def cancel(self, request: HttpRequest, rows: QuerySet[ReviewRequest]) -> None:
        cancelled = refused = 0
        for row in rows:
            try:
                if not self.has_write_permission(request, row):
                    raise lifecycle.InvalidMove
                lifecycle.cancel_request(request=row, now=timezone.now(), reason=f"Cancelled by {request.user}.")
                cancelled += 1
            except lifecycle.InvalidMove:
                refused += 1
        words = gettext("Cancelled: %(number)s. Had ended already, or are not yours to cancel: %(refused)s.")
        messages.success(request, words % {"number": number(cancelled), "refused": number(refused)})


@admin.register(Delivery)
class DeliveryAdmin(GeneratedRows, AccountAdmin):
    list_display = ("to", "kind", "step", "channel", "state", "leaves", "sent_at", "seen_at", "error_text", "account")
    list_filter = ("kind", "status", "channel", "sandbox")
    sortable_by = ()
    list_select_related = ("request__contact", "contact", "account")
    ordering = ("-pk",)  # newest first
    exclude = ("claim", "message_key", "link_token", "due_at")
    readonly_fields = ("leaves", "reported")

    @display(description=_("Customer"))
    def to(self, delivery: Delivery) -> str:
        return str(delivery.customer)

    @display(description=_("Due at"))
    def leaves(self, delivery: Delivery) -> str:
        return str(localize(timezone.localtime(delivery.leaves_at)))

    @display(description=_("Status"), ordering="status", label=DELIVERY_COLOURS)
    def state(self, delivery: Delivery) -> tuple[str, str]:
        return delivery.status, word_of_message(delivery)

    @display(description=_("What was reported and replied"))
    def reported(self, delivery: Delivery) -> str:
        events = delivery.events.defer("payload").order_by("occurred_at", "pk")
        lines = (
            (event.get_kind_display(), localize(timezone.localtime(event.occurred_at)), event.text) for event in events
        )
        return format_html_join("", "<p>{} {} {}</p>", lines) or gettext("Nothing yet.")
