"""The inbox: what customers said, addresses that went wrong, and the person who took care of each."""

from datetime import datetime, timedelta
from typing import Any, cast
from urllib.parse import quote

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from oauth.models import User
from reviewhub.backoffice.business import accounts_in_view
from reviewhub.backoffice.lists import WithList
from reviewhub.backoffice.pages import GeneratedRows, action, display
from reviewhub.languages import number
from reviewhub.refused import Refused
from reviews.admin import inbox_page, inbox_return
from reviews.admin.inbox_words import may_opt_out, read_as
from reviews.admin.lists.inbox import Inbox
from reviews.admin.request_words import failed_way
from reviews.delivery import answers
from reviews.inbox import decisions, items
from reviews.models import Delivery, InboxItem
from reviews.models.addresses import show_email
from reviews.models.base import Channel

MOST_WAITING = 100  # counted for the menu
UNCLEAR = InboxItem.Kind.UNCLEAR_OPT_OUT
MOST_NOTE = InboxItem._meta.get_field("note").max_length
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


class AnswerForm(forms.Form):
    """What the answer box of an item's page posts; the words are judged by the service."""

    words = forms.CharField(required=False, strip=False, max_length=100_000)
    channel = forms.ChoiceField(choices=Channel.choices)
    token = forms.CharField(max_length=64)
    read_item = forms.IntegerField(min_value=0, max_value=2**63 - 1)
    read_answer = forms.IntegerField(min_value=0, max_value=2**63 - 1)


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
    fields = ("note",)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The note alone changes: the customer's words stay as they are."""
        return self.has_write_permission(request, obj)

    def get_queryset(self, request: HttpRequest) -> QuerySet[InboxItem]:
        rows: QuerySet[InboxItem] = super().get_queryset(request)
        return rows.select_related("contact", "account", "handled_by", "suppression")

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show the item as a conversation; its form is the note's, with the decisions."""
        item = self.get_object(request, object_id)
        if item is None or request.method == "POST" or not self.has_view_permission(request, item):
            page: HttpResponse = super().change_view(request, object_id, form_url, extra_context)
            return page
        return inbox_page.page(self, request, item)

    def response_change(self, request: HttpRequest, obj: InboxItem) -> HttpResponse:
        """Say that the note is saved, where the admin would name the item by its stars. Buttons say it themselves."""
        if not any(self.get_unfold_action(name).action_name in request.POST for name in self.actions_submit_line):
            messages.success(request, _("Saved."))
        page: HttpResponse = self.response_post_save_change(request, obj)
        return page

    def get_urls(self) -> list[Any]:
        views = {
            "opt-out": (self.opt_out_from_request, "opt_out"),
            "answer": (self.answer, "answer"),
            "size": (self.size, "size"),
            "handled": (self.handle_and_go_on, "handled"),
        }
        own = [
            path(f"<int:pk>/{part}", self.admin_site.admin_view(view), name=f"reviews_inboxitem_{name}")
            for part, (view, name) in views.items()
        ]
        return [*own, *super().get_urls()]

    # --- What the page of one says ----------------------------------------------------------------------------------

    @display(description=_("Read as"))
    def meaning(self, item: InboxItem) -> str:
        return read_as(item.event)

    @display(description=_("Customer"))
    def customer_link(self, item: InboxItem) -> str:
        if item.contact is None:
            return item.sender
        link = reverse("admin:reviews_contact_change", args=[item.contact.pk])
        customer = format_html('<a class="rh-link" href="{}">{}</a>', link, item.contact)
        if item.kind != InboxItem.Kind.BOUNCE:
            return customer
        return format_html("{} – {}", customer, gettext("correct the address there"))

    def way_to_correct(self, item: InboxItem) -> str:
        return _way_to_correct(item)

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

    # --- Answering --------------------------------------------------------------------------------

    def answer(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Send what the person wrote; the page again, with the draft, where that cannot be, or somebody was faster."""
        item = self._written(request, pk)
        if isinstance(item, HttpResponse):
            return item
        form = AnswerForm(request.POST)
        if not form.is_valid():
            raise BadRequest
        fields = form.cleaned_data
        read = answers.Read(item=fields["read_item"], answer=fields["read_answer"])
        draft = inbox_page.Draft(fields["words"], fields["channel"], fields["token"])
        if "keep" in request.POST:
            return inbox_page.page(self, request, item, draft)
        try:
            answers.write(
                item=item,
                channel=Channel(fields["channel"]),
                words=fields["words"],
                by=cast(User, request.user),
                token=fields["token"],
                read=read,
                all_the_same="all_the_same" in request.POST,
                now=timezone.now(),
            )
        except answers.AnsweredMeanwhile as earlier:
            draft.others = earlier.answer
            return inbox_page.page(self, request, item, draft, status=409)
        except Refused as refusal:
            draft.problem = refusal.reason
            return inbox_page.page(self, request, item, draft, status=400)
        messages.success(request, gettext("Your answer leaves as soon as it may."))
        return HttpResponseRedirect(inbox_return.page_of(item))

    def size(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Say how many segments the draft takes, while somebody writes it."""
        item = self._written(request, pk)
        if isinstance(item, HttpResponse):
            return item
        words, channel = request.POST.get("words", ""), request.POST.get("channel", "")
        context = {"size": inbox_page.size(words[: max(answers.LONGEST.values())], channel)}
        return TemplateResponse(request, "admin/reviews/inboxitem/size.html", context)

    def handle_and_go_on(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Mark the item as handled with its note, and go to the next one that waits; to the list where none does."""
        item = self._written(request, pk)
        if isinstance(item, HttpResponse):
            return item
        following = inbox_page.neighbours(request, item)["next"]
        if item.kind == UNCLEAR and item.handled_at is None:
            messages.warning(request, gettext("It waits for your decision."))
            return HttpResponseRedirect(inbox_return.page_of(item))
        note = request.POST.get("note", item.note)[:MOST_NOTE]
        if note != item.note:
            item.note = note
            item.save(update_fields=["note"])
        self.handle(request, item)
        return HttpResponseRedirect(following or reverse("admin:reviews_inboxitem_changelist"))

    def _written(self, request: HttpRequest, pk: int) -> InboxItem | HttpResponse:
        """Return the item that a form of its page is about; an answer to a call that is no such form."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        item: InboxItem | None = self.get_object(request, str(pk))
        if item is None:
            raise Http404
        if not self.has_write_permission(request, item):
            raise PermissionDenied
        return item

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
        item = self._written(request, pk)
        if isinstance(item, HttpResponse):
            return item
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


def _sent_by(delivery: Delivery, at: datetime) -> str:
    values = {"channel": delivery.get_channel_display(), "day": date_format(at, "DATE_FORMAT")}
    return gettext("%(channel)s on %(day)s") % values


def waiting_count(request: HttpRequest) -> int:
    """Return how many of the items of the businesses in view wait for somebody, up to MOST_WAITING."""
    rows, accounts = InboxItem.objects.filter(handled_at=None), accounts_in_view(request)
    rows = rows if accounts is None else rows.filter(account__in=accounts)
    return len(rows.order_by("-pk").values_list("pk")[:MOST_WAITING])
