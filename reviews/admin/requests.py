"""Review requests and their messages."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from reviewhub.backoffice import (
    AccountAdmin,
    AccountStackedInline,
    FixedRows,
    GeneratedRows,
    UnfoldAdminEmailInputWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminTextInputWidget,
    action,
    display,
    plain_choices,
)
from reviews import asking, lifecycle
from reviews.admin.addresses import normalise, require_one
from reviews.asking import Ask
from reviews.contacts import Person
from reviews.models import Delivery, DeliveryEvent, ReviewRequest

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
    email = forms.EmailField(label="E-mail", max_length=254, required=False, widget=UnfoldAdminEmailInputWidget)
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


class DeliveryInline(GeneratedRows, AccountStackedInline):
    model = Delivery
    verbose_name_plural = "Messages"
    fields = (("status", "address"), ("due_at", "sent_at"), ("seen_at", "clicked_at"), "what", "message")
    readonly_fields = ("status", "address", "due_at", "sent_at", "seen_at", "clicked_at", "what", "message")
    extra = 0
    ordering = ("step", "pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Delivery]:
        return super().get_queryset(request).select_related("clicked_site")

    @display(description="What happened")
    def what(self, delivery: Delivery) -> str:
        parts = [
            "in the sandbox" if delivery.sandbox else "",
            delivery.reason,
            delivery.error_text,
            f"went to {delivery.clicked_site.name}" if delivery.clicked_site else "",
        ]
        return "; ".join(part for part in parts if part) or "–"

    @display(description="Message")
    def message(self, delivery: Delivery) -> str:
        return "\n\n".join(part for part in (delivery.subject, delivery.text) if part) or "–"


@admin.register(ReviewRequest)
class ReviewRequestAdmin(FixedRows, AccountAdmin):
    list_display = ("contact", "state", "reason", "scheduled_for", "sent_at", "responded_at", "source", "account")
    list_filter = ("status", "source", "created_at")
    list_select_related = ("contact", "account")
    ordering = ("-created_at", "-pk")
    search_fields = ("contact__first_name", "contact__last_name", "contact__email", "contact__phone", "external_id")
    search_help_text = "The customer's name, e-mail address or number, or your own id"
    actions = ("cancel",)
    add_fields = (
        "account",
        ("first_name", "last_name"),
        ("email", "phone"),
        "company_name",
        ("delay_hours", "channel"),
        "sequence",
    )
    read_fieldsets = (
        (None, {"fields": (("contact", "status"), "reason", ("scheduled_for", "sent_at", "responded_at"))}),
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
        if obj:
            return super().get_form(request, obj, change=change, **kwargs)
        form = super().get_form(request, obj, change=change, **kwargs | {"form": AskForm})
        return plain_choices(form, "account", "sequence")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.read_fieldsets if obj else ((None, {"fields": self.add_fields}),)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("feedback_text",) if obj else ()

    def get_inlines(self, request: HttpRequest, obj: Any) -> list[Any]:
        return [DeliveryInline] if obj else []

    def has_cancel_permission(self, request: HttpRequest) -> bool:
        return self._may_write(request, None)

    def save_model(self, request: HttpRequest, obj: ReviewRequest, form: Any, change: bool) -> None:
        account = form.cleaned_data["account"]
        answer = asking.ask(account=account, wanted=form.wanted(form.cleaned_data), now=timezone.now())
        obj.pk, obj.account, obj.contact = answer.request.pk, account, answer.request.contact
        level = messages.success if answer.created and not answer.request.reason else messages.warning
        level(request, ". ".join([answer.message.rstrip("."), *answer.warnings]))

    @display(description="Status", ordering="status", label=STATUS_COLOURS)
    def state(self, request: ReviewRequest) -> tuple[str, str]:
        return request.status, request.get_status_display()

    @display(description="What the customer said")
    def feedback_text(self, request: ReviewRequest) -> str:
        feedback = getattr(request, "feedback", None)
        return f"{feedback}: {feedback.text}" if feedback else "Nothing yet."

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


@admin.register(Delivery)
class DeliveryAdmin(GeneratedRows, AccountAdmin):
    list_display = ("request", "step", "channel", "state", "due_at", "sent_at", "seen_at", "error_text", "account")
    list_filter = ("status", "channel", "sandbox")
    list_select_related = ("request__contact", "account")
    ordering = ("-created_at",)
    exclude = ("claim", "message_key", "link_token")

    @display(description="Status", ordering="status", label=DELIVERY_COLOURS)
    def state(self, delivery: Delivery) -> tuple[str, str]:
        return delivery.status, delivery.get_status_display()


@admin.register(DeliveryEvent)
class DeliveryEventAdmin(GeneratedRows, AccountAdmin):
    list_display = ("kind", "provider", "delivery", "occurred_at", "received_at", "applied_at")
    list_filter = ("kind", "provider")
    list_select_related = ("delivery",)
    ordering = ("-received_at",)
