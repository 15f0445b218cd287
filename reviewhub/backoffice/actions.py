"""Actions on one row, made from a table: the permission, the button on the row's page, the question before the deed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from django import forms
from django.contrib import messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from unfold.decorators import action

from oauth.models import User
from reviewhub.backoffice.pages import AccountAdmin
from reviewhub.refused import Refused

RowModel = TypeVar("RowModel", bound=Model)
RowModel_contra = TypeVar("RowModel_contra", bound=Model, contravariant=True)


@dataclass(frozen=True)
class Elsewhere:
    """Result of a deed that is shown on another page: the sentence, and that page's address."""

    words: str
    url: str
    level: int = messages.SUCCESS


class Perform(Protocol[RowModel_contra]):
    """The deed of an action. Raises Refused when the row is not any more as the person saw it."""

    def __call__(self, row: RowModel_contra, form_data: dict[str, Any], by: User, /) -> str | HttpResponse | Elsewhere:
        """Act for `by`. Return the sentence that they read on the row's page afterwards, or another page instead."""


def _always(row: Model) -> bool:
    return True


@dataclass(frozen=True)
class Action(Generic[RowModel]):
    """One action. Its name makes a method and a permission of the ModelAdmin, and the name of its address.

    Whoever may change the row's account may act where `is_offered`. The form, made for the row, is part of the
    question; what it holds once it is valid is the `form_data` of the deed.
    """

    name: str
    label: str | Promise  # on the button of the row's page
    url_path: str
    icon: str
    question: str | Promise  # may name attributes of the row: "Erase {row}?"
    explanation: str | Promise  # below the question
    confirm: str | Promise  # on the button that does it
    perform: Perform[RowModel]
    is_offered: Callable[[RowModel], bool] = _always
    form: Callable[[RowModel, Any], forms.Form] | None = None
    # The button acts without the question, which only those see who open its address. For what can be taken back.
    at_once: bool = False


@dataclass(frozen=True)
class Button:
    """An action that is offered to the person on the row's page, with the address of its question."""

    action: Action[Any]
    url: str


class WithActions(AccountAdmin):
    """Pages of rows with `confirmed_actions`: each asks first, and then says what came of it.

    The buttons stand behind those that a class names in `actions_detail` itself.
    """

    confirmed_actions: tuple[Action[Any], ...] = ()

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        own: tuple[Action[Any], ...] = cls.__dict__.get("confirmed_actions", ())
        for row_action in own:
            setattr(cls, f"has_{row_action.name}_permission", _permission(row_action))
            setattr(cls, row_action.name, _view(row_action))
        cls.actions_detail = (*cls.actions_detail, *(row_action.name for row_action in own))

    def page_rows(self, request: HttpRequest) -> "QuerySet[Any]":
        """Return the rows that a page is read from. Classes add what their page and buttons look at."""
        return self.get_queryset(request)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """Return the row, or None; it is read once for the page and all its buttons."""
        if from_field is not None:
            return super().get_object(request, object_id, from_field)
        rows: dict[tuple[str, str], Any] = request.__dict__.setdefault("_rows_of_pages", {})
        key = (self.opts.label, str(object_id))
        if key not in rows:
            try:
                rows[key] = self.page_rows(request).filter(pk=self.opts.pk.to_python(object_id)).first()
            except (ValidationError, ValueError):  # no key of such a row
                rows[key] = None
            self.show_business_of(request, rows[key])
        return rows[key]

    def buttons(self, request: HttpRequest, row: Any) -> dict[str, Button]:
        """Return the actions of the table that are offered to the person, by their names, in its order."""
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}"
        offered = [each for each in self.confirmed_actions if self._may_act(each, request, row)]
        return {each.name: Button(each, reverse(f"{name}_{each.name}", args=[row.pk])) for each in offered}

    def _may_act(self, row_action: Action[Any], request: HttpRequest, row: Any) -> bool:
        return row is not None and self.has_write_permission(request, row) and row_action.is_offered(row)

    def _ask_or_act(self, row_action: Action[Any], request: HttpRequest, object_id: str) -> HttpResponse:
        """Show the question; when it was answered, act once, from the state that the row has by then."""
        row = self.get_object(request, object_id)
        if row is None:
            raise Http404
        is_confirmed = request.method == "POST"
        if not self._may_act(row_action, request, row):
            if is_confirmed and row_action.at_once and self.has_write_permission(request, row):  # pressed twice
                messages.info(request, _("Nothing was changed: somebody was faster."))
                return HttpResponseRedirect(self._page_of(row))
            raise PermissionDenied
        form = row_action.form(row, request.POST if is_confirmed else None) if row_action.form else None
        if form is not None and not is_confirmed:  # a link to the question says where the person came from
            names = {field.name for field in form.hidden_fields()} - set(form.initial)
            form.initial = {**form.initial, **{name: request.GET[name] for name in names if name in request.GET}}
        if not is_confirmed or (form is not None and not form.is_valid()):
            return self._question(row_action, request, row, form)
        user: Any = request.user
        try:
            result = row_action.perform(row, form.cleaned_data if form else {}, user)
        except Refused as refusal:
            messages.error(request, refusal.reason)
        else:
            self._log(row_action, request, row)
            if isinstance(result, HttpResponse):
                return result
            if isinstance(result, Elsewhere):
                messages.add_message(request, result.level, result.words)
                return HttpResponseRedirect(result.url)
            messages.success(request, result)
        return HttpResponseRedirect(self._page_of(row))

    def _log(self, row_action: Action[Any], request: HttpRequest, row: Any) -> None:
        """Note who did it, for the row's history, and nothing of the row itself, which may have been erased."""
        content_type = ContentType.objects.get_for_model(self.model)
        LogEntry.objects.create(
            user_id=str(request.user.pk),
            content_type=content_type,
            object_id=str(row.pk),
            object_repr="",
            action_flag=CHANGE,
            change_message=row_action.name,
        )

    def _question(
        self, row_action: Action[Any], request: HttpRequest, row: Any, form: forms.Form | None
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": str(row_action.question).format(row=row),
            "opts": self.opts,
            "row_action": row_action,
            "form": form,
            "media": self.media,
            "back": getattr(form, "back", "") or self._page_of(row),
        }
        return TemplateResponse(request, "admin/action.html", context)

    def _page_of(self, row: Any) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[row.pk])


def _permission(row_action: Action[Any]) -> Callable[..., bool]:
    """Make the method that the theme asks before it shows the button."""

    def has_permission(page: WithActions, request: HttpRequest, object_id: Any = None) -> bool:
        row = page.get_object(request, str(object_id)) if object_id else None
        return page._may_act(row_action, request, row)

    return has_permission


def _view(row_action: Action[Any]) -> Any:
    """Make the view behind the button."""

    def view(page: WithActions, request: HttpRequest, object_id: str) -> HttpResponse:
        return page._ask_or_act(row_action, request, object_id)

    view.__name__ = row_action.name
    button: Any = action(description=row_action.label, url_path=row_action.url_path, icon=row_action.icon)(view)
    # Set here, not given to the decorator, which would answer 403 for a row that does not exist for the person.
    button.allowed_permissions = [row_action.name]
    return button
