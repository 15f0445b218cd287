"""Contacts: their data, opt-outs and requests; two are merged, all data about one is handed out or erased."""

from functools import partial
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reviewhub.backoffice.actions import WithActions
from reviewhub.backoffice.history import Entry
from reviewhub.backoffice.lists import WithList
from reviewhub.backoffice.pages import WithHistory, action
from reviewhub.sentences import said
from reviews.admin import customer_page, record_history
from reviews.admin.contact_actions import CONTACT_ACTIONS
from reviews.admin.data_in_words import data_in_words
from reviews.admin.evidence import evidence_page
from reviews.admin.languages import language_field, offer_region
from reviews.admin.lists.customers import Customers
from reviews.admin.normalise import EmailField, normalise, require_one
from reviews.contacts import merge, suppressions
from reviews.contacts.change import SHARED_PHONE, holder_of_email, shares_phone
from reviews.contacts.change import change as change_contact
from reviews.contacts.evidence import subjects_of
from reviews.contacts.export import known_about
from reviews.contacts.search import search_contacts
from reviews.models import Contact


class ContactForm(forms.ModelForm):
    """The data of a contact, in the same normal form as the API's, so that both find the same contact."""

    language = language_field()

    class Meta:
        model = Contact
        fields = ("account", "first_name", "last_name", "company_name", "email", "phone", "language", "time_zone")
        field_classes = {"email": EmailField}
        help_texts = {
            "email": "",
            "phone": gettext_lazy("Without +, it is read as a number of the business's country."),
            "time_zone": gettext_lazy("Such as America/New_York; the number's or the business's if empty."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "language" in self.fields:  # not where it may only be read
            offer_region(self.fields["language"], self.instance.language)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        account = cleaned.get("account")
        normalise(self, cleaned, account)
        require_one(self, cleaned)
        if account:
            holder = holder_of_email(Contact(pk=self.instance.pk, account=account, email=cleaned.get("email") or ""))
            if holder:
                self.add_error("email", _("%(customer)s has this address already.") % {"customer": holder})
        return cleaned


@admin.register(Contact)
class ContactAdmin(WithList, WithHistory, WithActions):
    form = ContactForm
    listing = Customers()
    ordering = ("-created_at", "-pk")
    search_fields = ("email",)  # and others: see `get_search_results`
    readonly_fields = ("created_at", "updated_at")
    fields = ("account", ("first_name", "last_name"), "company_name", ("email", "phone"), "language", "time_zone")
    actions = ("merge",)
    actions_detail = ("evidence",)
    confirmed_actions = CONTACT_ACTIONS

    def get_urls(self) -> list[Any]:
        views = {"edit/": ("edit", self.edit_view), "data/": ("data", self.data_view)}
        views["data.json"] = ("hand_out", self.data_file)
        own = [
            path(f"<path:object_id>/{place}", self.admin_site.admin_view(view), name=f"reviews_contact_{name}")
            for place, (name, view) in views.items()
        ]
        return own + super().get_urls()

    # --- The page, and the form behind it -----------------------------------------------------------

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show the customer, to read first; the form has an address of its own."""
        contact: Contact | None = self.get_object(request, object_id)
        if request.method != "GET" or contact is None or not self.has_view_permission(request, contact):
            return self._form(request, object_id, form_url, extra_context)
        return customer_page.page(self, request, contact)

    def edit_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show the form with the customer's data, or save it."""
        contact = self._own(request, object_id)
        if not self.has_change_permission(request, contact):
            raise PermissionDenied
        return self._form(request, object_id)

    def _form(self, request: HttpRequest, object_id: str, form_url: str = "", more: Any = None) -> HttpResponse:
        one_button = {"show_save_and_continue": False, "show_save_and_add_another": False}
        context = {**(more or {}), **one_button, "title": _("Edit")}
        form_page: HttpResponse = super().change_view(request, object_id, form_url, context)
        return form_page

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """None above the form: the buttons stand on the page."""
        return []

    def response_post_save_change(self, request: HttpRequest, obj: Contact) -> HttpResponse:
        return HttpResponseRedirect(self._page_of(obj))

    def _own(self, request: HttpRequest, object_id: str) -> Contact:
        """Return the contact, if the person may see it."""
        contact: Contact | None = self.get_object(request, object_id)
        if contact is None or not self.has_view_permission(request, contact):
            raise Http404
        return contact

    def entries(self, row: Contact) -> list[Entry]:
        return record_history.of_contact(row)

    def page_rows(self, request: HttpRequest) -> QuerySet[Any]:
        return super().page_rows(request).select_related("account")

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
            messages.warning(request, said(words))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Contact], search_term: str
    ) -> tuple[QuerySet[Contact], bool]:
        return search_contacts(queryset, search_term) if search_term.strip() else queryset, False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody: what was sent stays on record, and who is to be forgotten is erased."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and not (obj and obj.erased_at)

    def has_evidence_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Owners and managers: it holds all that was written, with the customer's own words."""
        contact = self.get_object(request, str(object_id)) if object_id else None
        return contact is not None and self.has_write_permission(request, contact)

    @action(description=gettext_lazy("Merge the two chosen into the older one"), permissions=["write"])
    def merge(self, request: HttpRequest, rows: QuerySet[Contact]) -> None:
        chosen = list(rows.select_related("account").order_by("created_at")[:3])
        if len(chosen) != 2 or not all(self.has_write_permission(request, row) for row in chosen):
            messages.error(request, _("Choose two customers of a business that is yours to change."))
            return
        try:
            kept = merge.merge(kept=chosen[0], other=chosen[1], by=str(request.user), now=timezone.now())
        except merge.CannotMerge as refusal:
            messages.error(request, said(refusal))
        else:
            words = _("Merged into %(customer)s. An opt-out of either counts for both addresses.") % {"customer": kept}
            messages.success(request, words)

    def data_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show all data about the customer, whose right that is (Regulation (EU) 2016/679, Articles 15 and 20)."""
        contact = self._own(request, object_id)
        context = {
            **self.admin_site.each_context(request),
            "title": _("All data about %(customer)s") % {"customer": contact},
            "opts": self.opts,
            "parts": data_in_words(contact),
            "file": reverse("admin:reviews_contact_hand_out", args=[contact.pk]),
            "back": self._page_of(contact),
        }
        return TemplateResponse(request, "admin/reviews/contact/data.html", context)

    def data_file(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Answer with the same as a file for programs."""
        contact = self._own(request, object_id)
        response = JsonResponse(known_about(contact), json_dumps_params={"indent": 2, "ensure_ascii": False})
        response["Content-Disposition"] = f'attachment; filename="contact-{contact.pk}.json"'
        return response

    @action(description=gettext_lazy("Evidence"), url_path="evidence", icon="verified", permissions=["evidence"])
    def evidence(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show the signed history of the customer's addresses, to be printed, or hand it out as a file."""
        contact: Contact | None = self.get_object(request, object_id)
        if contact is None:
            raise Http404
        back = reverse("admin:reviews_contact_change", args=[contact.pk])
        return evidence_page(self, request, account=contact.account, subjects=subjects_of(contact), back=back)
