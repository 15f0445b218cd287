"""Review requests and their messages."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import localize
from django.utils.html import format_html_join
from django.utils.text import Truncator

from oauth.models import Account
from reviewhub.backoffice import (
    LONGEST_FILTER,
    AccountAdmin,
    AccountStackedInline,
    FixedRows,
    GeneratedRows,
    PaginationInlineFormSet,
    UnfoldAdminEmailInputWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminTextInputWidget,
    action,
    badge,
    display,
    is_operator,
    plain_choices,
    roles_of,
)
from reviews import asking, lifecycle
from reviews.admin.addresses import normalise, require_one
from reviews.admin.events import EVENT_COLOURS
from reviews.asking import Ask
from reviews.contacts import Person
from reviews.models import Contact, Delivery, DeliveryEvent, ReviewRequest, Sequence
from reviews.searching import MOST_FOUND, search_requests

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


class AskForm(forms.ModelForm):
    """Ask one customer: the same fields as a call of the API, and the same rules behind them."""

    first_name = forms.CharField(max_length=150, required=False, widget=UnfoldAdminTextInputWidget)
    last_name = forms.CharField(max_length=150, required=False, widget=UnfoldAdminTextInputWidget)
    company_name = forms.CharField(label="Company", max_length=150, required=False, widget=UnfoldAdminTextInputWidget)
    email = forms.EmailField(
        label="E-mail",
        max_length=254,
        required=False,
        widget=UnfoldAdminEmailInputWidget,
        help_text="This, a mobile number, or both.",
    )
    phone = forms.CharField(label="Mobile number", max_length=40, required=False, widget=UnfoldAdminTextInputWidget)
    delay_hours = forms.IntegerField(
        label="Hours to wait", min_value=0, max_value=8760, initial=0, widget=UnfoldAdminIntegerFieldWidget
    )

    class Meta:
        model = ReviewRequest
        fields = ("account", "channel", "sequence")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sequence"].required = False
        self.fields["sequence"].help_text = "The account's standard one if empty."

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        account, sequence = cleaned.get("account"), cleaned.get("sequence")
        normalise(self, cleaned, account)
        require_one(self, cleaned)
        if account and sequence and sequence.account_id != account.pk:
            self.add_error("sequence", "This sequence belongs to another account.")
        if not self.errors:
            self._weigh(cleaned)
        return cleaned

    def _weigh(self, cleaned: dict[str, Any]) -> None:
        """Let the rules speak before anything is written."""
        try:
            asking.weigh(account=cleaned["account"], wanted=self.wanted(cleaned), now=timezone.now())
        except asking.Refused as refusal:
            names = {"mobile_phone_number": "phone"}
            self.add_error(names.get(refusal.field, refusal.field), refusal.reason)

    def wanted(self, cleaned: dict[str, Any]) -> Ask:
        names = ("first_name", "last_name", "company_name", "email", "phone")
        sequence = cleaned.get("sequence")
        return Ask(
            person=Person(**{name: cleaned[name] for name in names}),
            delay=timedelta(hours=cleaned["delay_hours"]),
            channel=cleaned["channel"],
            sequence=str(sequence.pk) if sequence else "",
            source=ReviewRequest.Source.STAFF,
        )

    def _post_clean(self) -> None:
        """Nothing: the row is made by `asking.ask`, not by this form."""


class DeliveryFormSet(PaginationInlineFormSet):
    """The messages of a request, as its page tells them."""

    def timeline(self) -> list[dict[str, Any]]:
        return [
            {
                "delivery": form.instance,
                "state": badge(form.instance.get_status_display(), DELIVERY_COLOURS[form.instance.status]),
                "events": [
                    {"event": event, "kind": badge(event.get_kind_display(), EVENT_COLOURS[event.kind])}
                    for event in form.instance.events.all()
                ],
            }
            for form in self.forms
        ]


class DeliveryInline(GeneratedRows, AccountStackedInline):
    model = Delivery
    formset = DeliveryFormSet
    template = "admin/reviews/reviewrequest/timeline.html"
    fields = ()
    extra = 0
    ordering = ("step", "pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Delivery]:
        telling = DeliveryEvent.objects.exclude(kind=DeliveryEvent.Kind.UNKNOWN, text="")
        events = telling.defer("payload").order_by("occurred_at", "pk")
        rows = super().get_queryset(request).select_related("clicked_site")
        return rows.prefetch_related(Prefetch("events", queryset=events))


class SequenceFilter(admin.SimpleListFilter):
    """By sequence, where there are several."""

    title = "sequence"
    parameter_name = "sequence"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        rows = Sequence.objects.select_related("account").order_by("account__name", "name")
        if not is_operator(request):
            rows = rows.filter(account__in=roles_of(request))
        found = list(rows[:LONGEST_FILTER])
        several = len({row.account_id for row in found}) > 1
        return [(str(row.pk), f"{row.account}: {row}" if several else str(row)) for row in found if len(found) > 1]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        offered = {value for value, _ in self.lookup_choices}
        return queryset.filter(sequence=self.value()) if self.value() in offered else queryset


@admin.register(ReviewRequest)
class ReviewRequestAdmin(FixedRows, AccountAdmin):
    list_display = (
        "contact",
        "state",
        "why",
        "channel",
        "scheduled_for",
        "sent_at",
        "responded_at",
        "source",
        "account",
    )
    list_filter = ("status", "source", SequenceFilter, "created_at")
    sortable_by = ()  # newest first: the one order that has an index
    list_select_related = ("contact", "account")
    ordering = ("-created_at", "-pk")
    search_fields = ("contact",)  # which ones, `get_search_results` says
    search_help_text = "The customer's name, e-mail address or number, or your own id"
    actions = ("cancel",)
    actions_detail = ("cancel_this",)
    add_fields = (
        "account",
        ("first_name", "last_name"),
        ("email", "phone"),
        "company_name",
        ("delay_hours", "channel"),
        "sequence",
    )
    read_fieldsets = (
        (None, {"fields": (("contact", "state_badge"), "reason", ("scheduled_for", "sent_at", "responded_at"))}),
        ("Feedback", {"fields": ("feedback_text",)}),
        (
            "More",
            {
                "classes": ("collapse",),
                "fields": (
                    ("account", "sequence"),
                    ("channel", "source"),
                    "external_id",
                    "metadata",
                    ("created_at", "ended_at"),
                ),
            },
        ),
    )

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if obj:  # nothing to fill in: no help with it either
            plain = {"help_texts": {field.name: "" for field in self.opts.fields}}
            return super().get_form(request, obj, change=change, **kwargs | plain)
        form = super().get_form(request, obj, change=change, **kwargs | {"form": AskForm})
        return plain_choices(form, "account", "sequence")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.read_fieldsets if obj else ((None, {"fields": self.add_fields}),)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("state_badge", "feedback_text") if obj else ()

    def get_inlines(self, request: HttpRequest, obj: Any) -> list[Any]:
        return [DeliveryInline] if obj else []

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[ReviewRequest], search_term: str
    ) -> tuple[QuerySet[ReviewRequest], bool]:
        if not search_term.strip():
            return queryset, False
        contacts: Any = self.admin_site.get_model_admin(Contact).get_queryset(request)
        accounts: Any = self.admin_site.get_model_admin(Account).get_queryset(request)
        found, is_cut = search_requests(queryset, search_term, contacts=contacts, accounts=accounts)
        if is_cut:
            messages.info(request, f"More than {MOST_FOUND:,} customers match: only the newest are shown.")
        return found, False

    def has_cancel_permission(self, request: HttpRequest) -> bool:
        return self._may_write(request, None)

    def has_cancel_this_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        found = self.get_object(request, str(object_id)) if object_id else None
        return found is not None and found.is_open and self._may_write(request, found)

    def save_model(self, request: HttpRequest, obj: ReviewRequest, form: Any, change: bool) -> None:
        account = form.cleaned_data["account"]
        answer = asking.ask(account=account, wanted=form.wanted(form.cleaned_data), now=timezone.now())
        obj.pk, obj.account, obj.contact = answer.request.pk, account, answer.request.contact
        level = messages.success if answer.created and not answer.request.reason else messages.warning
        level(request, ". ".join([answer.message.rstrip("."), *answer.warnings]))

    def response_add(self, request: HttpRequest, obj: ReviewRequest, post_url_continue: Any = None) -> HttpResponse:
        """Show what came of it; `save_model` has said so: "added" would be wrong for half of the answers."""
        if "_addanother" in request.POST:
            return HttpResponseRedirect(request.path)
        return HttpResponseRedirect(reverse("admin:reviews_reviewrequest_change", args=[obj.pk]))

    @display(description="Status", ordering="status", label=STATUS_COLOURS)
    def state(self, request: ReviewRequest) -> tuple[str, str]:
        return request.status, request.get_status_display()

    @display(description="Status")
    def state_badge(self, request: ReviewRequest) -> str:
        return badge(request.get_status_display(), STATUS_COLOURS[request.status])

    @display(description="Reason", ordering="reason")
    def why(self, request: ReviewRequest) -> str:
        return Truncator(request.reason).chars(60)

    @display(description="What the customer said")
    def feedback_text(self, request: ReviewRequest) -> str:
        feedback = getattr(request, "feedback", None)
        if feedback is None:
            return "Nothing yet."
        return ": ".join(part for part in (str(feedback) if feedback.rating else "", feedback.text) if part)

    @action(description="Cancel the chosen requests", permissions=["cancel"])
    def cancel(self, request: HttpRequest, rows: QuerySet[ReviewRequest]) -> None:
        cancelled = refused = 0
        for row in rows:
            try:
                if not self._may_write(request, row):
                    raise lifecycle.InvalidMove
                lifecycle.cancel_request(request=row, now=timezone.now(), reason=f"Cancelled by {request.user}.")
                cancelled += 1
            except lifecycle.InvalidMove:
                refused += 1
        messages.success(request, f"Cancelled: {cancelled}. Had ended already, or are not yours to cancel: {refused}.")

    @action(description="Cancel request", url_path="cancel", icon="cancel", permissions=["cancel_this"])
    def cancel_this(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask first: what is cancelled stays so."""
        row = self.get_object(request, object_id)
        if row is None:
            raise Http404
        address = reverse("admin:reviews_reviewrequest_change", args=[row.pk])
        if request.method != "POST":
            context = {
                **self.admin_site.each_context(request),
                "title": f"Cancel the request to {row.contact}?",
                "opts": self.opts,
                "back": address,
            }
            return TemplateResponse(request, "admin/reviews/reviewrequest/cancel.html", context)
        try:
            lifecycle.cancel_request(request=row, now=timezone.now(), reason=f"Cancelled by {request.user}.")
            messages.success(request, "Cancelled: no more messages leave.")
        except lifecycle.InvalidMove as refusal:
            messages.error(request, str(refusal))
        return HttpResponseRedirect(address)


@admin.register(Delivery)
class DeliveryAdmin(GeneratedRows, AccountAdmin):
    list_display = ("request", "step", "channel", "state", "due_at", "sent_at", "seen_at", "error_text", "account")
    list_filter = ("status", "channel", "sandbox")
    sortable_by = ()
    list_select_related = ("request__contact", "account")
    ordering = ("-pk",)  # newest first
    exclude = ("claim", "message_key", "link_token")
    readonly_fields = ("reported",)

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
