"""Review requests and their messages."""

from datetime import datetime
from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from django.utils.formats import localize
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from oauth.models import Account
from reviewhub.backoffice.actions import WithActions
from reviewhub.backoffice.business import accounts_in_view
from reviewhub.backoffice.lists import WithList
from reviewhub.backoffice.pages import (
    LONGEST_FILTER,
    AccountAdmin,
    AccountStackedInline,
    FixedRows,
    GeneratedRows,
    PaginationInlineFormSet,
    action,
    badge,
    display,
)
from reviews.admin.ask import ask_page, ask_preview
from reviews.admin.inbox import PeriodFilter, may_opt_out, read_as
from reviews.admin.lists.requests import Requests
from reviews.admin.provider_events import EVENT_COLOURS
from reviews.admin.request_actions import REQUEST_ACTIONS
from reviews.contacts.search import MOST_FOUND, search_requests
from reviews.models import Contact, Delivery, DeliveryEvent, InboxItem, ReviewRequest, Sequence
from reviews.requests import lifecycle
from reviews.requests.schedule.slots import recipient_zone

STATUS_COLOURS = {
    "scheduled": "info",
    "sent": "primary",
    "responded": "success",
    "completed": "success",
    "suppressed": "warning",
    "cancelled": "warning",
    "failed": "danger",
}
DELIVERY_COLOURS = {
    "planned": "info",
    "sending": "info",
    "sent": "success",
    "delivered": "success",
    "cancelled": "warning",
    "bounced": "danger",
    "failed": "danger",
    "unknown": "danger",
}


class DeliveryFormSet(PaginationInlineFormSet):
    """The messages of a request, for the timeline on its page. `may_write`: the person may act on what it shows."""

    may_write = False

    def timeline(self) -> list[dict[str, Any]]:
        return [
            {
                "delivery": form.instance,
                "local_time": _local_time(form.instance),
                "state": badge(form.instance.get_status_display(), DELIVERY_COLOURS[form.instance.status]),
                "events": [self._reported(event, form.instance) for event in form.instance.events.all()],
            }
            for form in self.forms
        ]

    def _reported(self, event: DeliveryEvent, delivery: Delivery) -> dict[str, Any]:
        item = next((item for item in event.inbox_items.all() if item.account_id == delivery.account_id), None)
        return {
            "event": event,
            "kind": badge(event.get_kind_display(), EVENT_COLOURS[event.kind]),
            "read_as": read_as(event),
            "item": item,
            "may_opt_out": self.may_write and item is not None and may_opt_out(item),
        }


def _local_time(delivery: Delivery) -> str:
    """Return when the message leaves, or left, by the customer's clock; nothing where that shows the same as ours."""
    if not delivery.sent_at and delivery.status not in Delivery.PENDING:
        return ""
    moment = delivery.sent_at or delivery.leaves_at
    zone = recipient_zone(account=delivery.account, contact=delivery.request.contact, channel=delivery.channel)
    local = timezone.localtime(moment, zone)
    if local.utcoffset() == timezone.localtime(moment).utcoffset():
        return ""
    return f"{local:%A %H:%M} where the customer is ({zone})"


class DeliveryInline(GeneratedRows, AccountStackedInline):
    model = Delivery
    formset = DeliveryFormSet
    template = "admin/reviews/reviewrequest/timeline.html"
    fields = ()
    extra = 0
    ordering = ("step", "pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Delivery]:
        legible = DeliveryEvent.objects.exclude(kind=DeliveryEvent.Kind.UNKNOWN, text="")
        events = legible.defer("payload").order_by("occurred_at", "pk")
        rows = super().get_queryset(request).select_related("clicked_site", "account", "request__contact")
        items = Prefetch("inbox_items", queryset=InboxItem.objects.select_related("event"))
        return rows.prefetch_related(Prefetch("events", queryset=events.prefetch_related(items)))

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        formset = super().get_formset(request, obj, **kwargs)
        page: Any = self.admin_site.get_model_admin(ReviewRequest)
        formset.may_write = obj is not None and page.has_write_permission(request, obj)
        return formset


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
class ReviewRequestAdmin(FixedRows, WithList, WithActions):
    """Requests: made by a form of their own, moved on by actions."""

    listing = Requests()
    list_filter = (SourceFilter, SequenceFilter, PeriodFilter)
    list_select_related = ("contact", "account")
    ordering = ("-created_at", "-pk")
    search_fields = ("contact",)  # there is a search box; `get_search_results` does the search
    actions = ("cancel",)
    confirmed_actions = REQUEST_ACTIONS
    readonly_fields = ("state_badge", "whole_why")
    inlines = (DeliveryInline,)
    fieldsets = (
        (None, {"fields": (("contact", "state_badge"), "whole_why", ("scheduled_for", "sent_at", "responded_at"))}),
        (
            "More",
            {
                "classes": ("collapse",),
                "fields": (
                    ("account", "sequence"),
                    ("channel", "source", "language"),
                    "external_id",
                    "metadata",
                    ("created_at", "ended_at"),
                ),
            },
        ),
    )

    def page_rows(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().page_rows(request).select_related("account", "contact", "sequence", "feedback__inbox_item")
        return rows.prefetch_related("deliveries", "aliases")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        plain = {"help_texts": {field.name: "" for field in self.opts.fields}}  # nothing to fill in: no help with it
        return super().get_form(request, obj, change=change, **kwargs | plain)

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
            messages.info(request, f"More than {MOST_FOUND:,} customers match: only the newest are shown.")
        return rows, False

    @display(description="Status")
    def state_badge(self, request: ReviewRequest) -> str:
        state = badge(request.get_status_display(), STATUS_COLOURS[request.status])
        return format_html("{} {}", state, badge("Held", "warning")) if request.held else state

    @display(description="Reason")
    def whole_why(self, request: ReviewRequest) -> str:
        return request.why or "–"

    @action(description="Cancel the chosen requests", permissions=["write"])
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
        messages.success(request, f"Cancelled: {cancelled}. Had ended already, or are not yours to cancel: {refused}.")


@admin.register(Delivery)
class DeliveryAdmin(GeneratedRows, AccountAdmin):
    list_display = ("request", "step", "channel", "state", "leaves", "sent_at", "seen_at", "error_text", "account")
    list_filter = ("status", "channel", "sandbox")
    sortable_by = ()
    list_select_related = ("request__contact", "account")
    ordering = ("-pk",)  # newest first
    exclude = ("claim", "message_key", "link_token", "due_at")
    readonly_fields = ("leaves", "reported")

    @display(description="Due at")
    def leaves(self, delivery: Delivery) -> datetime:
        return delivery.leaves_at

    @display(description="Status", ordering="status", label=DELIVERY_COLOURS)
    def state(self, delivery: Delivery) -> tuple[str, str]:
        return delivery.status, delivery.get_status_display()

    @display(description="What was reported and replied")
    def reported(self, delivery: Delivery) -> str:
        events = delivery.events.defer("payload").order_by("occurred_at", "pk")
        lines = (
            (event.get_kind_display(), localize(timezone.localtime(event.occurred_at)), event.text) for event in events
        )
        return format_html_join("", "<p>{} {} {}</p>", lines) or "Nothing yet."
