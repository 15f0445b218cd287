"""Common parts of all back-office pages: the theme (unfold), and who may see and change which rows.

An operator (superuser) sees everything. Other staff see the rows of the accounts they are members of;
owners and managers change them, viewers look. Every list, form, filter and action starts from the same
query set, so that another account's row does not exist for them. Lists and choices hold to the business in view.
"""

from typing import Any, cast
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import BaseModelAdmin, IncorrectLookupParameters
from django.contrib.admin.views.main import ERROR_FLAG
from django.core.exceptions import BadRequest, PermissionDenied, ValidationError
from django.db import DataError, ProgrammingError
from django.db.models import Field, ForeignKey, Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, StackedInline, TabularInline
from unfold.decorators import action, display
from unfold.forms import AdminPasswordChangeForm, PaginationInlineFormSet, UserChangeForm, UserCreationForm
from unfold.widgets import (
    UnfoldAdminEmailInputWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldAdminURLInputWidget,
)

from oauth.models import Account
from oauth.roles import WRITERS, is_operator, roles_of
from reviewhub.backoffice import changelist, scripts
from reviewhub.backoffice.business import accounts_in_view, accounts_to_choose, business_of, enter, written_in_view
from reviewhub.backoffice.history import Entry, entries_of
from reviewhub.languages import number

__all__ = [
    "AccountAdmin",
    "AccountFilter",
    "AccountStackedInline",
    "AdminPasswordChangeForm",
    "FixedRows",
    "GeneratedRows",
    "OperatorAdmin",
    "PaginationInlineFormSet",
    "StackedInline",
    "TabularInline",
    "UnfoldAdminEmailInputWidget",
    "UnfoldAdminIntegerFieldWidget",
    "UnfoldAdminRadioSelectWidget",
    "UnfoldAdminSelectWidget",
    "UnfoldAdminTextInputWidget",
    "UnfoldAdminTextareaWidget",
    "UnfoldAdminURLInputWidget",
    "UserChangeForm",
    "UserCreationForm",
    "WithHistory",
    "action",
    "badge",
    "display",
]

MOST_ENTRIES = 200  # changes on the page of a row's history
LONGEST_FILTER = 100  # a longer list of choices is no help; search finds the rest


def _may_open(request: HttpRequest) -> bool:
    return bool(request.user.is_active and getattr(request.user, "is_staff", False))


class _Pages(ModelAdmin):
    """The settings of all lists and forms."""

    paginator: type[Any] = changelist.BoundedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER  # a count for each choice would read the whole table
    list_per_page = 50
    compressed_fields = True
    view_on_site: Any = False  # apps name an address of their library's pages, which are not served
    warn_unsaved_form = True
    nothing_here: Any = _("Nothing here yet.")  # what an empty list says: what will appear there, and how

    @property
    def media(self) -> Any:
        """Leave out what writes one field while another is typed: 80 KB, for fields that no page of ours has."""
        media = super().media
        return media if self.prepopulated_fields else scripts.without(media, scripts.FOR_PREPOPULATED_FIELDS)

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts: Any, object_id: str) -> HttpResponse:
        """Do what Django does, without the key in the sentence."""
        words = gettext("What you looked for is not there: perhaps it was deleted, or it belongs to another business.")
        self.message_user(request, words, messages.WARNING)
        return HttpResponseRedirect(reverse("admin:index", current_app=self.admin_site.name))

    @display(description=ModelAdmin.action_checkbox.short_description)
    def action_checkbox(self, obj: Model) -> str:
        return changelist.checkbox_of(obj)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[Any]:
        return changelist.Rows

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """Ignore filters that no row could have: the whole list is shown.

        PostgreSQL refuses to look for NUL; a number may be too large for a date, a range may have one end.
        """
        if any("\0" in value for values in dict(request.GET.lists()).values() for value in values):
            raise IncorrectLookupParameters
        try:
            return super().get_changelist_instance(request)
        except (ArithmeticError, DataError, LookupError, ProgrammingError, TypeError, ValueError) as error:
            if request.GET.keys() <= {ERROR_FLAG}:
                raise
            raise IncorrectLookupParameters from error

    def response_action(self, request: HttpRequest, queryset: "QuerySet[Any]") -> Any:
        """Answer 400 to choices that are no keys of these rows, which no form of ours sends."""
        for key in request.POST.getlist(ACTION_CHECKBOX_NAME):
            try:
                self.opts.pk.to_python(key)
            except ValidationError as error:
                raise BadRequest from error
        if request.POST.get("select_across") == "1" and changelist.reach_too_far(queryset):
            # The list has counted fewer rows than this would reach.
            words = gettext("More than %(number)s rows: filter the list first.")
            problem = words % {"number": number(changelist.MOST_COUNTED)}
            self.message_user(request, problem, messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())
        return super().response_action(request, queryset)


def no_page_outside(request: HttpRequest, row: str) -> HttpResponse:
    """Answer 404 in place of the admin's way to a row's page outside, which none has (`view_on_site`).

    Django's own answers a key that is none of its model with an error of ours.
    """
    raise Http404


class OperatorAdmin(_Pages):
    """Pages for the operator alone: Django's own permissions, which only superusers pass."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Look at the person alone: Django would read everybody's permissions, on each page."""
        return is_operator(request)


class AccountFilter(admin.SimpleListFilter):
    """A filter by account, for people with several."""

    title = _("Business")
    parameter_name = "account"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        accounts = accounts_to_choose(accounts_in_view(request))
        choices = [(str(pk), name) for pk, name in accounts.values_list("pk", "name")[:LONGEST_FILTER]]
        return choices if len(choices) > 1 else []

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        # Only what was offered: a choice from the address bar may be no id at all.
        offered = {value for value, _ in self.lookup_choices}
        return queryset.filter(account=self.value()) if self.value() in offered else queryset


class _AccountRows(BaseModelAdmin):
    """Pages of rows that belong to an account. `account_path` leads from the model to it, as in a query."""

    account_path = "account"

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Any]":
        rows = super().get_queryset(request)
        return rows if is_operator(request) else rows.filter(**{f"{self.account_path}__in": roles_of(request)})

    def in_view(self, request: HttpRequest, rows: "QuerySet[Any]") -> "QuerySet[Any]":
        """Return those of the rows that belong to the business in view: what a list shows."""
        business = business_of(request)
        return rows if business is None else rows.filter(**{self.account_path: business.pk})

    def account_of(self, row: Any) -> Account:
        """Return the account that the row belongs to."""
        for name in self.account_path.split("__"):
            row = row if name == "pk" else getattr(row, name)
        return cast(Account, row)

    def account_key_of(self, row: Any) -> UUID | None:
        """Return the key of the account that the row belongs to, if any; no statement where the row itself holds it."""
        *path, last = self.account_path.split("__")
        for name in path:
            row = getattr(row, name)
        return cast(UUID | None, row.pk if last == "pk" else getattr(row, f"{last}_id"))

    def formfield_for_foreignkey(self, db_field: "ForeignKey[Any, Any]", request: HttpRequest, **kwargs: Any) -> Any:
        """Offer the accounts in view in which the person may change things, and rows of those accounts."""
        mine = written_in_view(request)
        if mine is not None:
            related: type[Model] = db_field.remote_field.model
            if related is Account:
                kwargs["queryset"] = Account.objects.filter(pk__in=mine)
            elif any(isinstance(field, Field) and field.name == "account" for field in related._meta.get_fields()):
                kwargs["queryset"] = related._default_manager.filter(account__in=mine)
        choice = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name == "account" and choice is not None:
            accounts = list((choice.queryset if choice.queryset is not None else Account.objects.none())[:2])
            choice.initial = accounts[0].pk if len(accounts) == 1 else None  # no choice: nothing to choose
        return choice

    def has_module_permission(self, request: HttpRequest) -> bool:
        return is_operator(request) or bool(_may_open(request) and roles_of(request))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_operator(request) or bool(_may_open(request) and self._role(request, obj))

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return self.has_write_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_write_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_write_permission(request, obj)

    def has_write_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return True if the person may change rows of the row's account; without a row, of any account."""
        return is_operator(request) or bool(_may_open(request) and self._role(request, obj) & WRITERS)

    def _role(self, request: HttpRequest, obj: Any) -> set[str]:
        """Return the person's role in the row's account; without a row, the roles in the accounts in view."""
        roles = roles_of(request)
        if obj is None or obj.pk is None:
            in_view = accounts_in_view(request)
            return {role for account, role in roles.items() if in_view is None or account in in_view}
        key = self.account_key_of(obj)
        role = roles.get(key) if key else None
        return {role} if role else set()


class AccountAdmin(_AccountRows, _Pages):
    """Pages for rows of an account, which they stay with for good. A row's page shows the business of the row."""

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        row = super().get_object(request, object_id, from_field)
        self.show_business_of(request, row)
        return row

    def show_business_of(self, request: HttpRequest, row: Any) -> None:
        """Make the row's business the one in view; the row may be None."""
        business = business_of(request)
        if row is None or business is None or self.account_key_of(row) in (None, business.pk):
            return
        enter(request, self.account_of(row))

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """Leave the account out where it would be the same in each row."""
        names = list(super().get_list_display(request))
        return names if self._sees_several(request) else [name for name in names if name != "account"]

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        filters = list(super().get_list_filter(request))
        return [*filters, AccountFilter] if self.account_path == "account" and self._sees_several(request) else filters

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Leave the business out where it is no field to fill in, and the only one in view."""
        parts = super().get_fieldsets(request, obj)
        if obj is None or self._sees_several(request) or self.has_change_permission(request, obj):
            return parts
        return [
            (name, {**part, "fields": [field for field in part["fields"] if field != "account"]})
            for name, part in parts
        ]

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """One way to save: who has saved a row goes back to its list, and adds the next one there."""
        context = {"show_save_and_continue": False, "show_save_and_add_another": False} | context
        page: HttpResponse = super().render_change_form(request, context, *args, **kwargs)
        return page

    def _sees_several(self, request: HttpRequest) -> bool:
        return business_of(request) is None

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        field = form.base_fields.get("account")
        if field is not None:
            plain_choices(form, "account")
            if obj is not None:
                # Shown but fixed. Not `readonly_fields`: what is no field of the form is left out when the
                # form looks for another row with the same e-mail address or name in the account.
                field.disabled, field.queryset = True, Account.objects.filter(pk=obj.account_id)
            if not self._sees_several(request):
                field.widget = forms.HiddenInput()
        return form


class WithHistory(AccountAdmin):
    """Pages of rows whose versions are kept. Subclasses add to `versions` those of rows that are part of the row."""

    def versions(self, row: Any) -> list[Any]:
        return list(row.history.select_related("history_user"))

    def entries(self, row: Any) -> list[Entry]:
        """Return the changes of the row, newest first."""
        return entries_of(self.versions(row))

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Show who changed what, with the values, which Django's own list does not have."""
        row = self.get_object(request, object_id)
        if row is None:
            raise Http404
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("History of %(row)s") % {"row": row},
            "opts": self.opts,
            "entries": self.entries(row)[:MOST_ENTRIES],
            "back": reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[row.pk]),
        }
        return TemplateResponse(request, "admin/history.html", context)


class _AccountInline(_AccountRows):
    """Rows of an account on the page of another row."""

    def _role(self, request: HttpRequest, obj: Any) -> set[str]:
        """Return all roles of the person: inlines are asked about the page's row, and its own page has decided."""
        return set(roles_of(request).values())


class AccountStackedInline(_AccountInline, StackedInline):
    """Inline rows, one below the other."""


class FixedRows:
    """Pages of rows that are neither edited nor deleted by hand once they are made; actions move them on."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class GeneratedRows(FixedRows):
    """Pages of rows that the product writes itself: nobody makes them by hand either."""

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False


def badge(text: str, colour: str) -> str:
    """Return a coloured word, as lists have them; `colour` is one of unfold's label types."""
    return render_to_string("unfold/helpers/label.html", {"text": text, "type": colour})


def plain_choices(form: Any, *names: str) -> Any:
    """Return the form class; the fields of these names have no icons any more that lead to a choice's own page."""
    for name in names:
        widget = form.base_fields[name].widget
        widget.can_add_related = widget.can_change_related = False
        widget.can_delete_related = widget.can_view_related = False
    return form


class _LibraryRows(OperatorAdmin):
    """Pages of rows that a library writes: a task typed in by hand would run any function of this installation."""

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def adopt_foreign_pages() -> None:
    """Give the pages that libraries registered the same looks, and show them to the operator alone."""
    for model, page in list(admin.site._registry.items()):
        if not isinstance(page, ModelAdmin):
            admin.site.unregister(model)
            admin.site.register(model, type(type(page).__name__, (type(page), _LibraryRows), {}))


def list_apps_late() -> None:
    """Have the admin list its apps only where a page shows them: for each other page that took a tenth of its time."""
    list_apps = admin.site.get_app_list

    def listed_late(*args: Any, **kwargs: Any) -> Any:
        return SimpleLazyObject(lambda: list_apps(*args, **kwargs))

    admin.site.get_app_list = listed_late  # type: ignore[method-assign]
