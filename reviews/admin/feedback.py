"""Feedback: the words and ratings that customers left for the business, and the person who took care of each."""

from datetime import timedelta
from typing import Any
from urllib.parse import quote

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.text import Truncator

from oauth.roles import is_operator, roles_of
from reviewhub.backoffice.pages import AccountAdmin, GeneratedRows, action, display
from reviews.models import Delivery, Feedback
from reviews.models.addresses import show_email

FIRST_WORDS = 120
MOST_WAITING = 100  # counted for the menu
PERIODS = {"1": "Today and yesterday", "7": "The last 7 days", "30": "The last 30 days"}


class HandledFilter(admin.SimpleListFilter):
    """A filter by whether somebody took care of it; without a choice, the list shows what waits."""

    title = "handled"
    parameter_name = "handled"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("no", "Waits"), ("yes", "Handled"), ("all", "All")]

    def choices(self, changelist: Any) -> Any:
        for value, title in self.lookup_choices:
            selected = (self.value() or "no") == str(value)
            query = changelist.get_query_string({self.parameter_name: value})
            yield {"selected": selected, "query_string": query, "display": title}

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "all":
            return queryset
        return queryset.filter(handled_at__isnull=self.value() != "yes")


class WordsFilter(admin.SimpleListFilter):
    """A filter by whether the customer wrote anything beside the rating."""

    title = "words"
    parameter_name = "words"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "With words"), ("no", "Rating alone")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "yes":
            return queryset.exclude(text="")
        return queryset.filter(text="") if self.value() == "no" else queryset


class PeriodFilter(admin.SimpleListFilter):
    """A filter by the day on which the feedback came."""

    title = "period"
    parameter_name = "period"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(PERIODS.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() not in PERIODS:
            return queryset
        return queryset.filter(created_at__gte=timezone.now() - timedelta(days=int(self.value() or 0)))


@admin.register(Feedback)
class FeedbackAdmin(GeneratedRows, AccountAdmin):
    """Feedback as it came; staff add a note, and mark it as handled."""

    list_display = ("words", "stars", "customer", "updated_at", "handled", "account")
    list_filter = (HandledFilter, "rating", WordsFilter, PeriodFilter)
    list_select_related = ("request__contact", "account", "handled_by")
    ordering = ("-pk",)  # newest first
    sortable_by = ()
    search_fields = ("text",)
    search_help_text = "Words of the customer"
    actions = ("mark_handled", "mark_waiting")
    actions_submit_line = ("handle", "reopen")
    fields = ("stars", "whole_text", "customer", "reply", "sent", ("created_at", "updated_at"), "handled", "note")
    readonly_fields = ("stars", "whole_text", "customer", "reply", "sent", "created_at", "updated_at", "handled")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The note alone changes: the customer's words stay as they are."""
        return self.has_write_permission(request, obj)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Feedback]:
        rows: QuerySet[Feedback] = super().get_queryset(request)
        return rows.select_related("request__contact", "account", "handled_by")

    # --- Columns ----------------------------------------------------------------------------------

    @display(description="Words")
    def words(self, feedback: Feedback) -> str:
        return Truncator(feedback.text).chars(FIRST_WORDS) or "–"

    @display(description="Words")
    def whole_text(self, feedback: Feedback) -> str:
        return format_html('<div class="rh-words">{}</div>', feedback.text or "No words, only a rating.")

    @display(description="Rating", ordering="rating")
    def stars(self, feedback: Feedback) -> str:
        if not feedback.rating:
            return "–"
        return format_html('<span aria-label="{} of 5">{}</span>', feedback.rating, "★" * feedback.rating)

    @display(description="Customer")
    def customer(self, feedback: Feedback) -> str:
        return str(feedback.request.contact) if feedback.request else "Somebody at the printed code"

    @display(description="Handled")
    def handled(self, feedback: Feedback) -> str:
        if feedback.handled_at is None:
            return "waits"
        by = f" by {feedback.handled_by}" if feedback.handled_by else ""
        return f"{timezone.localtime(feedback.handled_at):%d %b %Y, %H:%M}{by}"

    @display(description="Answer")
    def reply(self, feedback: Feedback) -> str:
        contact = feedback.request.contact if feedback.request else None
        ways = [("mailto", contact.email), ("tel", contact.phone)] if contact else []
        links = [(kind, quote(address, safe="@+"), show_email(address)) for kind, address in ways if address]
        return format_html_join(" · ", '<a class="rh-link" href="{}:{}">{}</a>', links) or "Nobody is known to answer."

    @display(description="What was sent")
    def sent(self, feedback: Feedback) -> str:
        if feedback.request is None:
            return "Nothing: the code was scanned."
        link = reverse("admin:reviews_reviewrequest_change", args=[feedback.request_id])
        rows = Delivery.objects.filter(request=feedback.request, status__in=Delivery.ACCEPTED).order_by("step")
        words = ", ".join(f"{row.get_channel_display().lower()} {row.sent_at:%d %b}" for row in rows if row.sent_at)
        return format_html('<a class="rh-link" href="{}">{}</a>', link, words or "The request")

    # --- Handling ---------------------------------------------------------------------------------

    def has_handle_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self._may_mark(request, object_id, handled=True)

    def has_reopen_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self._may_mark(request, object_id, handled=False)

    def _may_mark(self, request: HttpRequest, object_id: Any, *, handled: bool) -> bool:
        """Return True if the person may mark feedback so; on a row's page, only if the row is not marked so already."""
        if object_id is None:
            return self.has_write_permission(request)
        feedback = self.get_object(request, str(object_id))
        if feedback is None or not self.has_write_permission(request, feedback):
            return False
        return bool(feedback.handled_at) != handled

    @action(description="Mark the chosen ones as handled", permissions=["handle"])
    def mark_handled(self, request: HttpRequest, rows: QuerySet[Feedback]) -> None:
        messages.success(request, f"Marked as handled: {self._mark(request, rows, handled=True)}.")

    @action(description="Mark the chosen ones as waiting again", permissions=["reopen"])
    def mark_waiting(self, request: HttpRequest, rows: QuerySet[Feedback]) -> None:
        messages.success(request, f"Waiting again: {self._mark(request, rows, handled=False)}.")

    @action(description="Mark as handled", permissions=["handle"])
    def handle(self, request: HttpRequest, obj: Feedback) -> None:
        self._mark(request, Feedback.objects.filter(pk=obj.pk), handled=True)

    @action(description="Mark as waiting again", permissions=["reopen"])
    def reopen(self, request: HttpRequest, obj: Feedback) -> None:
        self._mark(request, Feedback.objects.filter(pk=obj.pk), handled=False)

    def _mark(self, request: HttpRequest, rows: QuerySet[Feedback], *, handled: bool) -> int:
        """Mark rows, and return how many changed: what somebody else has marked meanwhile keeps their name."""
        chosen = [row.pk for row in rows.select_related("account") if self.has_write_permission(request, row)]
        unmarked = Feedback.objects.filter(pk__in=chosen, handled_at__isnull=handled)
        if handled:
            return unmarked.update(handled_at=timezone.now(), handled_by=request.user)
        return unmarked.update(handled_at=None, handled_by=None)


def waiting_count(request: HttpRequest) -> int:
    """Return how much of the feedback that the person sees waits for somebody, up to MOST_WAITING."""
    rows = Feedback.objects.filter(handled_at=None)
    if not is_operator(request):
        rows = rows.filter(account__in=roles_of(request))
    return len(rows.order_by("-pk").values_list("pk")[:MOST_WAITING])
