"""Customers, and addresses that must not be written to."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.validators import validate_email
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from reviewhub.backoffice import (
    AccountAdmin,
    FixedRows,
    GeneratedRows,
    UnfoldAdminTextInputWidget,
    action,
    display,
)
from reviews import lifecycle, suppressions
from reviews.admin.addresses import normalise, require_one
from reviews.contacts import InvalidPhone, normalise_email, normalise_phone
from reviews.models import Contact, MergeCandidate, Suppression
from reviews.models.base import Channel
from reviews.searching import search_contacts


class ContactForm(forms.ModelForm):
    """The same normalising as for callers of the API, so that both find the same contact."""

    class Meta:
        model = Contact
        fields = ("account", "first_name", "last_name", "company_name", "email", "phone", "time_zone")
        help_texts = {
            "email": "",
            "phone": "Without +, it is read as a number of the account's country.",
            "time_zone": "Such as America/New_York; the number's or the account's if empty.",
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        account = cleaned.get("account")
        normalise(self, cleaned, account)
        require_one(self, cleaned)
        for name, label in (("email", "address"), ("phone", "number")):
            value = cleaned.get(name)
            same = Contact.objects.filter(account=account, **{name: value}).exclude(pk=self.instance.pk)
            if account and value and (other := same.first()):
                self.add_error(name, f"{other} has this {label} already.")
        return cleaned


@admin.register(Contact)
class ContactAdmin(AccountAdmin):
    form = ContactForm
    list_display = ("shown_name", "email", "phone", "company_name", "account", "created_at")
    list_select_related = ("account",)
    ordering = ("-created_at", "-pk")
    search_fields = ("email",)  # and others: see `get_search_results`
    sortable_by = ()  # newest first: the one order that has an index
    search_help_text = "Name, e-mail address, number or company"
    readonly_fields = ("created_at", "updated_at")
    fields = (
        "account",
        ("first_name", "last_name"),
        "company_name",
        ("email", "phone"),
        "time_zone",
        ("created_at", "updated_at"),
    )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Contact], search_term: str
    ) -> tuple[QuerySet[Contact], bool]:
        return search_contacts(queryset, search_term) if search_term.strip() else queryset, False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only who was never asked: a request is the record of what was sent, and stays."""
        return super().has_delete_permission(request, obj) and not (obj and obj.review_requests.exists())

    @display(description="Name", ordering="last_name")
    def shown_name(self, contact: Contact) -> str:
        return str(contact)


@admin.register(MergeCandidate)
class MergeCandidateAdmin(GeneratedRows, AccountAdmin):
    list_display = ("by_email", "by_phone", "account", "created_at")
    list_select_related = ("by_email", "by_phone", "account")
    ordering = ("-created_at",)


class SuppressionForm(forms.ModelForm):
    class Meta:
        model = Suppression
        fields = ("account", "channel", "address", "evidence")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        address, account = cleaned.get("address", "").strip(), cleaned.get("account")
        if not address:
            self.add_error("address", "Which address must not be written to?")
        elif cleaned.get("channel") == Channel.EMAIL:
            cleaned["address"] = normalise_email(address)
            try:
                validate_email(cleaned["address"])
            except forms.ValidationError as error:
                self.add_error("address", error)
        elif account:
            try:
                cleaned["address"], _ = normalise_phone(address, account.country)
            except InvalidPhone as error:
                self.add_error("address", str(error))
        return cleaned


class LiftForm(forms.Form):
    because = forms.CharField(
        label="Reason",
        max_length=150,
        help_text="Such as: asked for it by phone on 3 March. Kept with the address.",
        widget=UnfoldAdminTextInputWidget,
    )


@admin.register(Suppression)
class SuppressionAdmin(FixedRows, AccountAdmin):
    """Added by staff here, by customers on their own; lifted with a reason, never deleted."""

    form = SuppressionForm
    list_display = ("address", "channel", "reason", "account", "created_at", "lifted_at")
    list_filter = ("channel", "reason", ("lifted_at", admin.EmptyFieldListFilter))
    list_select_related = ("account",)
    ordering = ("-pk",)  # newest first
    search_fields = ("address",)
    actions = ("lift",)
    fields = ("account", "channel", "address", "evidence")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        extra = ("reason", "created_at", "lifted_at", "lifted_because") if obj else ()
        return (*self.fields, *extra)

    def has_lift_permission(self, request: HttpRequest) -> bool:
        return self._may_write(request, None)

    def save_model(self, request: HttpRequest, obj: Suppression, form: Any, change: bool) -> None:
        made = lifecycle.opt_out(
            account=obj.account,
            channel=obj.channel,
            address=obj.address,
            reason=Suppression.Reason.STAFF,
            evidence=obj.evidence or f"Added by {request.user}.",
            now=timezone.now(),
        )
        obj.pk = made.pk

    @action(description="Lift: allow the chosen addresses again …", permissions=["lift"])
    def lift(self, request: HttpRequest, rows: QuerySet[Suppression]) -> HttpResponse | None:
        """Ask for the reason first: who once said no may be written to again only with a good one."""
        chosen = list(rows.select_related("account"))
        form = LiftForm(request.POST if "because" in request.POST else None)
        if not form.is_valid():
            context = {
                **self.admin_site.each_context(request),
                "title": "Allow these addresses again?",
                "opts": self.opts,
                "rows": chosen,
                "form": form,
                "media": self.media,
            }
            return TemplateResponse(request, "admin/reviews/suppression/lift.html", context)
        because = f"{form.cleaned_data['because']} ({request.user})"
        lifted = sum(
            suppressions.lift(suppression=row, because=because, now=timezone.now())
            for row in chosen
            if self._may_write(request, row)
        )
        messages.success(request, f"Lifted: {lifted}. Left as they were: {len(chosen) - lifted}.")
        return None
