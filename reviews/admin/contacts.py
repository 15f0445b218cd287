"""Contacts: their data, opt-outs and requests; two are merged, all data about one is handed out or erased."""

from functools import partial
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import localize
from django.utils.html import format_html, format_html_join

from reviewhub.backoffice.actions import Action, WithActions
from reviewhub.backoffice.lists import WithList
from reviewhub.backoffice.pages import AccountAdmin, GeneratedRows, action, display
from reviews.admin.evidence import evidence_page
from reviews.admin.lists.customers import Customers
from reviews.admin.normalise import EmailField, normalise, require_one
from reviews.contacts import erase, merge, suppressions
from reviews.contacts.change import SHARED_PHONE, holder_of_email, shares_phone
from reviews.contacts.change import change as change_contact
from reviews.contacts.evidence import subjects_of
from reviews.contacts.export import known_about
from reviews.contacts.search import search_contacts
from reviews.models import Contact, MergeCandidate
from reviews.models.addresses import has_stored_form, show_email
from reviews.models.base import Channel
from reviews.models.suppression import NO_MAIL

REQUESTS_SHOWN = 50


class ContactForm(forms.ModelForm):
    """The data of a contact, in the same normal form as the API's, so that both find the same contact."""

    class Meta:
        model = Contact
        fields = ("account", "first_name", "last_name", "company_name", "email", "phone", "time_zone")
        field_classes = {"email": EmailField}
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
        if account:
            holder = holder_of_email(Contact(pk=self.instance.pk, account=account, email=cleaned.get("email") or ""))
            if holder:
                self.add_error("email", f"{holder} has this address already.")
        return cleaned


def _erase(contact: Contact, form_data: dict[str, Any], by: str) -> str:
    erase.erase(contact=contact, by=by, now=timezone.now())
    return "Erased. The addresses will not be written to again."


ERASE: Action[Contact] = Action(
    name="erase",
    label="Erase",
    url_path="erase",
    icon="person_remove",
    question="Erase {row}?",
    explanation="Name, addresses, the texts of messages and what the customer wrote are gone for good, and what is "
    "under way is stopped. That somebody was asked, when, and with what result stays. The addresses are never written "
    "to again, also if a list that holds them is imported.",
    confirm="Erase for good",
    is_offered=lambda contact: contact.erased_at is None,
    perform=_erase,
)


@admin.register(Contact)
class ContactAdmin(WithList, WithActions):
    form = ContactForm
    listing = Customers()
    ordering = ("-created_at", "-pk")
    search_fields = ("email",)  # and others: see `get_search_results`
    readonly_fields = ("created_at", "updated_at", "opt_outs", "consents", "story")
    fields = (
        "account",
        ("first_name", "last_name"),
        "company_name",
        ("email", "phone"),
        "time_zone",
        ("created_at", "updated_at"),
    )
    read_fields = (*fields, "opt_outs", "consents", "story")
    actions = ("merge",)
    actions_detail = ("hand_out", "evidence")
    confirmed_actions = (ERASE,)

    def save_model(self, request: HttpRequest, obj: Contact, form: Any, change: bool) -> None:
        """Save by the same function as the API: what is planned to the customer follows."""
        if not change:
            obj.shares_phone = shares_phone(obj)
            super().save_model(request, obj, form, change)
            warnings = [SHARED_PHONE] if obj.shares_phone else []
        else:
            values = {name: form.cleaned_data[name] for name in form.changed_data if name != "account"}
            result = change_contact(contact=obj, values=values, now=timezone.now())
            warnings = result.warnings
            transaction.on_commit(partial(suppressions.until_quiet, *result.left))
        for words in warnings:
            messages.warning(request, words)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Contact], search_term: str
    ) -> tuple[QuerySet[Contact], bool]:
        return search_contacts(queryset, search_term) if search_term.strip() else queryset, False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only a contact that was never asked: a request is the record of what was sent, and stays."""
        return super().has_delete_permission(request, obj) and not (obj and obj.review_requests.exists())

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and not (obj and obj.erased_at)

    def has_hand_out_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return bool(object_id) and self.get_object(request, str(object_id)) is not None

    def has_evidence_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Owners and managers: it holds all that was written, with the customer's own words."""
        contact = self.get_object(request, str(object_id)) if object_id else None
        return contact is not None and self.has_write_permission(request, contact)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.read_fields if obj else self.fields

    @display(description="Opt-outs")
    def opt_outs(self, contact: Contact) -> str:
        lines, problem = [], ""
        if contact.email and not has_stored_form(contact.email):
            problem = f"{NO_MAIL}: write it in another way, or remove it."
        for channel in Channel:
            address = contact.address(channel)
            rows = suppressions.of(account=contact.account, channel=channel, address=address) if address else None
            if rows is not None and (row := rows.first()):
                words = f"{row.get_reason_display()}, {localize(timezone.localtime(row.created_at))}"
                lines.append((reverse("admin:reviews_suppression_change", args=[row.pk]), channel.label, words))
        links = format_html_join("", '<p><a class="rh-link" href="{}">{}</a>: {}</p>', lines)
        return format_html("{}{}", links, problem) if lines or problem else "None: may be written to."

    @display(description="Consents")
    def consents(self, contact: Contact) -> str:
        rows = contact.consents.order_by("-at")[:REQUESTS_SHOWN]
        lines = (
            (
                localize(timezone.localtime(row.at)),
                row.get_kind_display(),
                row.get_channel_display(),
                show_email(row.address) or "erased address",
                row.source,
            )
            for row in rows
        )
        return format_html_join("", "<p>{} {} ({}, {}): {}</p>", lines) or "None recorded."

    @display(description="Requests")
    def story(self, contact: Contact) -> str:
        rows = contact.review_requests.order_by("-created_at")[:REQUESTS_SHOWN]
        lines = (
            (
                reverse("admin:reviews_reviewrequest_change", args=[row.pk]),
                localize(timezone.localtime(row.created_at)),
                " · ".join(filter(None, ["Held" if row.held else row.get_status_display(), row.why])),
            )
            for row in rows
        )
        return format_html_join("", '<p><a class="rh-link" href="{}">{}</a> {}</p>', lines) or "Never asked."

    @action(description="Merge the two chosen into the older one", permissions=["write"])
    def merge(self, request: HttpRequest, rows: QuerySet[Contact]) -> None:
        chosen = list(rows.select_related("account").order_by("created_at")[:3])
        if len(chosen) != 2 or not all(self.has_write_permission(request, row) for row in chosen):
            messages.error(request, "Choose two contacts of an account that is yours to change.")
            return
        try:
            kept = merge.merge(kept=chosen[0], other=chosen[1], by=str(request.user), now=timezone.now())
        except merge.CannotMerge as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, f"Merged into {kept}. An opt-out of either counts for both addresses.")

    @action(description="Hand out all data", url_path="data.json", icon="download", permissions=["hand_out"])
    def hand_out(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Answer with all data about the customer, whose right that is (Regulation (EU) 2016/679, Articles 15, 20)."""
        contact: Contact | None = self.get_object(request, object_id)
        if contact is None:
            raise Http404
        response = JsonResponse(known_about(contact), json_dumps_params={"indent": 2, "ensure_ascii": False})
        response["Content-Disposition"] = f'attachment; filename="contact-{contact.pk}.json"'
        return response

    @action(description="Evidence", url_path="evidence", icon="verified", permissions=["evidence"])
    def evidence(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show the signed history of the customer's addresses, to be printed, or hand it out as a file."""
        contact: Contact | None = self.get_object(request, object_id)
        if contact is None:
            raise Http404
        back = reverse("admin:reviews_contact_change", args=[contact.pk])
        return evidence_page(self, request, account=contact.account, subjects=subjects_of(contact), back=back)


@admin.register(MergeCandidate)
class MergeCandidateAdmin(GeneratedRows, AccountAdmin):
    list_display = ("by_email", "by_phone", "account", "created_at")
    list_select_related = ("by_email", "by_phone", "account")
    ordering = ("-created_at",)
    actions = ("merge",)

    @action(description="Merge into the contact in the first column", permissions=["write"])
    def merge(self, request: HttpRequest, rows: QuerySet[MergeCandidate]) -> None:
        merged, refusals = 0, set()
        for row in rows.select_related("by_email", "by_phone", "account"):
            try:
                if not self.has_write_permission(request, row):
                    raise merge.CannotMerge("Some are not yours to merge.")
                merge.merge(kept=row.by_email, other=row.by_phone, by=str(request.user), now=timezone.now())
                merged += 1
            except merge.CannotMerge as refusal:
                refusals.add(str(refusal))
        messages.success(request, f"Merged: {merged}.")
        for words in refusals:
            messages.warning(request, words)
