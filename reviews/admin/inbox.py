"""The inbox: what customers said, addresses that went wrong, and the person who took care of each."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from reviewhub.backoffice.business import accounts_in_view
from reviewhub.backoffice.lists import WithList
from reviewhub.backoffice.pages import GeneratedRows, action, badge, display
from reviewhub.languages import number
from reviewhub.refused import Refused
from reviewhub.sentences import said
from reviews.admin.contact_actions import has_way
from reviews.admin.lists.inbox import Inbox, sender
from reviews.admin.request_words import failed_way
from reviews.inbox import decisions, items
from reviews.models import Delivery, DeliveryEvent, InboxItem
from reviews.models.addresses import show_email

MOST_WAITING = 100  # counted for the menu
KIND_COLOURS = {"feedback": "info", "reply": "primary", "unclear_opt_out": "warning", "bounce": "danger"}
MEANINGS = {
    "stop": _("An opt-out"),
    "unclear": _("Perhaps an opt-out"),
    "wrong_number": _("A wrong number"),
    "start": _("Texts may come again"),
    "help": _("A call for help"),
    "reply": _("A reply"),
}
UNCLEAR = InboxItem.Kind.UNCLEAR_OPT_OUT
PERIODS = {"1": _("Today and yesterday"), "7": _("The last 7 days"), "30": _("The last 30 days")}


class StarsFilter(admin.SimpleListFilter):
    """A filter by the customer's rating."""

    title = _("Stars")
    parameter_name = "stars__exact"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(str(stars), str(stars)) for stars in range(1, 6)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        offered = {value for value, _ in self.lookup_choices}
        return queryset.filter(stars=self.value()) if self.value() in offered else queryset


class WordsFilter(admin.SimpleListFilter):
    """A filter by whether the customer wrote anything beside the rating."""

    title = _("Words")
    parameter_name = "words"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("With words")), ("no", _("Stars alone"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "yes":
            return queryset.exclude(text="")
        return queryset.filter(text="") if self.value() == "no" else queryset


class PeriodFilter(admin.SimpleListFilter):
    """A filter by the day on which it came."""

    title = _("Came")
    parameter_name = "period"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(PERIODS.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() not in PERIODS:
            return queryset
        return queryset.filter(created_at__gte=timezone.now() - timedelta(days=int(self.value() or 0)))


@admin.register(InboxItem)
class InboxItemAdmin(GeneratedRows, WithList):
    """Items as they came; staff add a note, decide what is unclear, and mark them as handled."""

    listing = Inbox()
    list_filter = (StarsFilter, WordsFilter, PeriodFilter)
    list_select_related = ("contact", "account", "handled_by")
    ordering = ("-pk",)  # newest first
    search_fields = ("text",)
    actions = ("mark_handled", "mark_waiting")
    actions_submit_line = ("opt_out", "dismiss", "handle", "reopen")
    fields = (
        "kind_badge",
        "shown_stars",
        "whole_text",
        "report",
        "meaning",
        "customer_link",
        "reply",
        "sent",
        "created_at",
        "handled",
        "until",
        "note",
    )
    readonly_fields = fields[:-1]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The note alone changes: the customer's words stay as they are."""
        return self.has_write_permission(request, obj)

    def get_queryset(self, request: HttpRequest) -> QuerySet[InboxItem]:
        rows: QuerySet[InboxItem] = super().get_queryset(request)
        return rows.select_related("contact", "account", "handled_by", "suppression")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Leave out what this kind of item has not."""
        unused = set() if obj is None or obj.kind == InboxItem.Kind.FEEDBACK else {"shown_stars"}
        unused.add("whole_text" if obj is not None and obj.kind == InboxItem.Kind.BOUNCE else "report")
        if obj is not None and (obj.event is None or not obj.event.meaning):
            unused.add("meaning")
        if obj is None or obj.kind != UNCLEAR or obj.handled_at is not None:
            unused.add("until")
        return [name for name in self.fields if name not in unused]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """One way to save, so that it takes less room than the decision; beside it, to leave the customer alone."""
        context = (extra_context or {}) | {"leave_alone": None}
        item = self.get_object(request, object_id)
        context["heading"] = sender(item) if item is not None else None
        if item is not None and item.contact and has_way(item.contact) and self.has_write_permission(request, item):
            address = reverse("admin:reviews_contact_leave_alone", args=[item.contact.pk])
            context["leave_alone"] = f"{address}?item={item.pk}"
            context["correct"] = _way_to_correct(item)
        page: HttpResponse = super().change_view(request, object_id, form_url, context)
        return page

    def response_change(self, request: HttpRequest, obj: InboxItem) -> HttpResponse:
        """Say that the note is saved, where the admin would name the item by its stars. Buttons say it themselves."""
        if not any(self.get_unfold_action(name).action_name in request.POST for name in self.actions_submit_line):
            messages.success(request, _("Saved."))
        page: HttpResponse = self.response_post_save_change(request, obj)
        return page

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.opt_out_from_request)
        return [path("<int:pk>/opt-out", view, name="reviews_inboxitem_opt_out"), *super().get_urls()]

    # --- What the page of one says ----------------------------------------------------------------------------------

    @display(description=_("Kind"))
    def kind_badge(self, item: InboxItem) -> str:
        return badge(item.get_kind_display(), KIND_COLOURS[item.kind])

    @display(description=_("Words"))
    def whole_text(self, item: InboxItem) -> str:
        nothing = gettext("No words, only a rating.") if item.stars else gettext("No words.")
        return format_html('<div class="rh-words">{}</div>', item.text or nothing)

    @display(description=_("What came back"))
    def report(self, item: InboxItem) -> str:
        return item.text or gettext("Nothing more is known.")

    @display(description=_("Read as"))
    def meaning(self, item: InboxItem) -> str:
        return read_as(item.event)

    @display(description=_("Rating"), ordering="stars")
    def shown_stars(self, item: InboxItem) -> str:
        if not item.stars:
            return "–"
        words = gettext("%(stars)s of 5") % {"stars": item.stars}
        return format_html('<span aria-label="{}">{}</span>', words, "★" * item.stars)

    @display(description=_("Customer"))
    def customer_link(self, item: InboxItem) -> str:
        if item.contact is None:
            return sender(item)
        link = reverse("admin:reviews_contact_change", args=[item.contact.pk])
        customer = format_html('<a class="rh-link" href="{}">{}</a>', link, item.contact)
        if item.kind != InboxItem.Kind.BOUNCE:
            return customer
        return format_html("{} – {}", customer, gettext("correct the address there"))

    @display(description=_("Handled"))
    def handled(self, item: InboxItem) -> str:
        if item.handled_at is None:
            return gettext("waits for your decision") if item.kind == UNCLEAR else gettext("waits")
        time = date_format(timezone.localtime(item.handled_at), "DATETIME_FORMAT")
        words = gettext("%(time)s, by %(person)s") if item.handled_by else "%(time)s"
        handled = words % {"time": time, "person": item.handled_by}
        return f"{handled}: {item.get_outcome_display()}" if item.outcome else handled

    @display(description=_("Meanwhile"))
    def until(self, item: InboxItem) -> str:
        ends_at = timezone.localtime(item.created_at + decisions.DECIDE_WITHIN)
        words = gettext("Nothing is sent to that number. Undecided, it counts as an opt-out from %(time)s on.")
        return words % {"time": date_format(ends_at, "DATETIME_FORMAT")}

    @display(description=_("Answer"))
    def reply(self, item: InboxItem) -> str:
        ways = [("mailto", item.contact.email), ("tel", item.contact.phone)] if item.contact else []
        gone = item.suppression.address if item.kind == InboxItem.Kind.BOUNCE and item.suppression else ""
        links = [
            (kind, quote(address, safe="@+"), show_email(address))
            for kind, address in ways
            if address and address != gone
        ]
        nothing = gettext("No way to answer is known.")
        return format_html_join(" · ", '<a class="rh-link" href="{}:{}">{}</a>', links) or nothing

    @display(description=_("What was sent"))
    def sent(self, item: InboxItem) -> str:
        if item.request_id is None:
            scanned = item.kind == InboxItem.Kind.FEEDBACK
            return gettext("Nothing: the code was scanned.") if scanned else gettext("No request of ours is known.")
        link = reverse("admin:reviews_reviewrequest_change", args=[item.request_id])
        rows = Delivery.objects.filter(request=item.request_id, status__in=Delivery.ACCEPTED).order_by("step")
        words = " · ".join(_sent_by(row, timezone.localtime(row.sent_at)) for row in rows if row.sent_at)
        return format_html('<a class="rh-link" href="{}">{}</a>', link, words or gettext("The request"))

    # --- Deciding ---------------------------------------------------------------------------------

    def has_opt_out_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        if object_id is None:
            return self.has_write_permission(request)
        item = self._own_item(request, object_id)
        return item is not None and may_opt_out(item)

    def has_dismiss_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        if object_id is None:
            return self.has_write_permission(request)
        item = self._own_item(request, object_id)
        return item is not None and item.kind == UNCLEAR and may_opt_out(item)

    def _own_item(self, request: HttpRequest, object_id: Any) -> InboxItem | None:
        """Return the item if the person may change it."""
        item = self.get_object(request, str(object_id))
        return item if item is not None and self.has_write_permission(request, item) else None

    @action(description=_("Opt out"), permissions=["opt_out"])
    def opt_out(self, request: HttpRequest, obj: InboxItem) -> None:
        self._decide(request, obj, decisions.opt_out, gettext("Opted out: no more texts go to that number."))

    @action(description=_("Not an opt-out"), permissions=["dismiss"])
    def dismiss(self, request: HttpRequest, obj: InboxItem) -> None:
        self._decide(request, obj, decisions.dismiss, gettext("Not an opt-out: what was held goes on."))

    def opt_out_from_request(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take a reply for an opt-out, from the page of its request; back to that page."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        item = self.get_object(request, str(pk))
        if item is None:
            raise Http404
        if not self.has_write_permission(request, item):
            raise PermissionDenied
        self.opt_out(request, item)
        page, row = ("reviewrequest", item.request_id) if item.request_id else ("inboxitem", item.pk)
        return HttpResponseRedirect(reverse(f"admin:reviews_{page}_change", args=[row]))

    def _decide(self, request: HttpRequest, item: InboxItem, decide: Any, words: str) -> None:
        try:
            decide(item=item, by=request.user, now=timezone.now())
        except Refused as refusal:
            messages.error(request, refusal.reason)
        else:
            messages.success(request, words)

    # --- Handling ---------------------------------------------------------------------------------

    def has_handle_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        if object_id is None:
            return self.has_write_permission(request)
        item = self._own_item(request, object_id)
        return item is not None and item.handled_at is None and item.kind != UNCLEAR

    def has_reopen_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        if object_id is None:
            return self.has_write_permission(request)
        item = self._own_item(request, object_id)
        return item is not None and item.handled_at is not None and not item.outcome

    @action(description=_("Mark the chosen ones as handled"), permissions=["handle"])
    def mark_handled(self, request: HttpRequest, rows: QuerySet[InboxItem]) -> None:
        chosen = self._own(request, rows)
        handled = items.handle(chosen.exclude(kind=UNCLEAR), by=request.user, now=timezone.now())  # type: ignore[arg-type]
        messages.success(request, gettext("Marked as handled: %(number)s.") % {"number": number(handled)})
        if undecided := chosen.filter(kind=UNCLEAR, handled_at=None).count():
            words = gettext("Wait for your decision, each on its own page: %(number)s.")
            messages.warning(request, words % {"number": number(undecided)})

    @action(description=_("Mark the chosen ones as waiting again"), permissions=["reopen"])
    def mark_waiting(self, request: HttpRequest, rows: QuerySet[InboxItem]) -> None:
        count = items.reopen(self._own(request, rows))
        messages.success(request, gettext("Waiting again: %(number)s.") % {"number": number(count)})

    @action(description=_("Mark as handled"), permissions=["handle"])
    def handle(self, request: HttpRequest, obj: InboxItem) -> None:
        if not items.handle(self._own(request, obj), by=request.user, now=timezone.now()):  # type: ignore[arg-type]
            obj.refresh_from_db()
            words = gettext("Somebody else was faster: it is handled.")
            if obj.handled_by:
                words = gettext("%(person)s was faster: it is handled.") % {"person": obj.handled_by}
            messages.error(request, words)
        else:
            messages.success(request, gettext("Handled."))

    @action(description=_("Mark as waiting again"), permissions=["reopen"])
    def reopen(self, request: HttpRequest, obj: InboxItem) -> None:
        items.reopen(self._own(request, obj))

    def _own(self, request: HttpRequest, rows: QuerySet[InboxItem] | InboxItem) -> QuerySet[InboxItem]:
        """Return those of the rows that the person may change."""
        if isinstance(rows, InboxItem):
            rows = InboxItem.objects.filter(pk=rows.pk)
        keys = [row.pk for row in rows.select_related("account") if self.has_write_permission(request, row)]
        return InboxItem.objects.filter(pk__in=keys)


def _way_to_correct(item: InboxItem) -> str:
    """Return where the wrong address is corrected and the customer asked again; empty where that is done already."""
    request, gone = item.request, item.suppression
    if request is None or gone is None or item.kind != InboxItem.Kind.BOUNCE:
        return ""
    is_there_still = request.contact.address(gone.channel) == gone.address
    if not is_there_still or failed_way(request, list(request.deliveries.all())) is None:
        return ""
    return reverse("admin:reviews_reviewrequest_correct_address", args=[request.pk])


def read_as(event: DeliveryEvent | None) -> str:
    """Say how a customer's text was read, and why."""
    if event is None or not event.meaning:
        return ""
    return f"{MEANINGS.get(event.meaning, event.meaning)}. {said(event.meaning_reason)}".strip()


def _sent_by(delivery: Delivery, at: datetime) -> str:
    values = {"channel": delivery.get_channel_display(), "day": date_format(at, "DATE_FORMAT")}
    return gettext("%(channel)s on %(day)s") % values


def may_opt_out(item: InboxItem) -> bool:
    """Tell whether somebody may still take the item's text for an opt-out."""
    is_open = item.handled_at is None if item.kind == UNCLEAR else not item.outcome
    return is_open and item.kind != InboxItem.Kind.FEEDBACK and bool(decisions.number_of(item))


def waiting_count(request: HttpRequest) -> int:
    """Return how many of the items of the businesses in view wait for somebody, up to MOST_WAITING."""
    rows, accounts = InboxItem.objects.filter(handled_at=None), accounts_in_view(request)
    rows = rows if accounts is None else rows.filter(account__in=accounts)
    return len(rows.order_by("-pk").values_list("pk")[:MOST_WAITING])
