"""Settings, Messages: the sequences of an account, and the form in which one is written."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from oauth.models import Account
from reviewhub.backoffice.actions import WithActions
from reviewhub.backoffice.business import business_of, written_in_view
from reviewhub.backoffice.pages import StackedInline, UnfoldAdminTextInputWidget, WithHistory, action
from reviewhub.refused import Refused
from reviews.admin.languages import shown_language
from reviews.admin.planned_messages import question_page
from reviews.admin.sequence_editor import COPY, MAKE_DEFAULT, contacts_to_look_with, preview_typed, test_page
from reviews.admin.sequence_list import cards
from reviews.admin.sequence_steps import ADD, USUAL_WAIT, StepForm, StepFormSet
from reviews.admin.step_translations import BEGIN, begin_with_ours
from reviews.admin.variables import chips
from reviews.models import FollowUpStep, Sequence
from reviews.models.sequence import MAX_FOLLOW_UPS
from reviews.requests.sequences import check_number, keep_for_planned, slug_for

MOST_STEPS = 1 + MAX_FOLLOW_UPS


class StepInline(StackedInline):
    """The steps of a sequence, with a template of their own: each beside what becomes of it."""

    model = FollowUpStep
    form = StepForm
    formset = StepFormSet
    template = "admin/reviews/sequence/steps.html"
    extra = 0
    min_num = 1
    max_num = MOST_STEPS

    def get_queryset(self, request: HttpRequest) -> QuerySet[FollowUpStep]:
        rows: QuerySet[FollowUpStep] = super().get_queryset(request)
        return rows.select_related("sequence__account")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True  # whoever may open the sequence may see its steps

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, obj)

    def _may(self, request: HttpRequest, obj: Any) -> bool:
        page = self.admin_site.get_model_admin(Sequence)
        return bool(page.has_change_permission(request, obj))


class SequenceForm(forms.ModelForm):
    """The name of a sequence. The slug by which calls of the API name it is made of its first name, and stays."""

    class Meta:
        model = Sequence
        fields = ("account", "name")
        labels = {"name": gettext_lazy("Name")}
        help_texts = {"name": gettext_lazy("For you and your colleagues; customers do not see it.")}
        widgets = {"name": UnfoldAdminTextInputWidget({"autocomplete": "off"})}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        account = cleaned.get("account")
        if account and self.instance._state.adding:
            try:
                check_number(account)
            except Refused as refusal:
                self.add_error(None, refusal.reason)  # its field, the account, is hidden
        return cleaned


@admin.register(Sequence)
class SequenceAdmin(WithActions, WithHistory):
    """Sequences with an editor for their steps; an account has one that is used by default."""

    form = SequenceForm
    list_display = ("name", "account")
    list_select_related = ("account",)
    ordering = ("account", "-is_default", "name")
    inlines = (StepInline,)
    actions_detail = ("send_test",)
    confirmed_actions = (COPY, MAKE_DEFAULT)
    change_form_template = "admin/reviews/sequence/editor.html"
    change_list_template = "admin/reviews/sequence/list.html"

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("name",) if obj else ("account", "name")

    def versions(self, row: Sequence) -> list[Any]:
        """Add the versions of its steps, also of steps that are gone."""
        steps = FollowUpStep.history.filter(sequence_id=row.pk).select_related("history_user", "sequence")
        return [*super().versions(row), *steps]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Sequence]:
        rows: QuerySet[Sequence] = super().get_queryset(request)
        return rows.select_related("account")

    def get_urls(self) -> list[Any]:
        typed = self.admin_site.admin_view(self.typed)
        return [
            path("preview", typed, name="reviews_sequence_preview"),
            path("<path:object_id>/preview", typed, name="reviews_sequence_preview_of"),
            *super().get_urls(),
        ]

    # --- The list ---------------------------------------------------------------------------------

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        return {}  # each card has its own

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        response = super().changelist_view(request, {"title": _("Messages"), **(extra_context or {})})
        context = getattr(response, "context_data", None)
        if context is not None and "cl" in context:
            context["may_add"] = written_in_view(request) != []
            context["cards"] = cards(context["cl"].result_list, may_write=lambda row: self._may_write(request, row))
        return response

    def _may_write(self, request: HttpRequest, row: Sequence) -> bool:
        return self.has_write_permission(request, row)

    # --- The editor -------------------------------------------------------------------------------

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        if request.method == "POST" and ADD in request.POST:
            _add_step(request)
        if request.method == "POST" and BEGIN in request.POST:
            self._begin(request, object_id)
        names = ("preview_of", [object_id]) if object_id else ("preview", [])
        more = {
            "preview_address": reverse(f"admin:reviews_sequence_{names[0]}", args=names[1]),
            "chips": chips(),
            "show_save_and_add_another": False,
        }
        return super().changeform_view(request, object_id, form_url, (extra_context or {}) | more)

    def get_formset_kwargs(self, request: HttpRequest, obj: Any, inline: Any, prefix: str) -> dict[str, Any]:
        """Let a new sequence be previewed for the business in view."""
        if obj.account_id is None and (business := business_of(request)):
            obj.account = business
        kwargs: dict[str, Any] = super().get_formset_kwargs(request, obj, inline, prefix)
        return kwargs

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        """Show the form; or the question, where all is sound and planned messages would change."""
        formset: StepFormSet = context["inline_admin_formsets"][0].formset
        sequence: Sequence | None = context["original"]
        if sequence is not None and formset.changes and not context["errors"]:
            return question_page(request, context, sequence, formset.changes)
        account = formset.instance.account if formset.instance.account_id else None
        context |= {
            "title": str(sequence) if sequence else _("New sequence"),
            "subtitle": None,
            "tabs": (tabs := formset.tabs),
            "language": shown_language(request, tabs),
            "look_with": contacts_to_look_with(account) if account else [],
            "chosen": request.POST.get("preview_contact", ""),
        }
        return super().render_change_form(request, context, *args, **kwargs)

    def typed(self, request: HttpRequest, object_id: str | None = None) -> HttpResponse:
        """Answer with the preview of a step as it stands in the form; a script fetches it while somebody types."""
        account, language = self._account(request, object_id)
        form = StepForm(request.POST, prefix=request.GET.get("prefix", ""), language=language)
        return preview_typed(request, form, account=account)

    def _begin(self, request: HttpRequest, object_id: str | None) -> None:
        """Put our own texts into the form that was sent, where it has none in the language of the button."""
        data = request.POST.copy()
        begin_with_ours(data, self._account(request, object_id)[0])
        request.POST = data  # type: ignore[assignment]

    def _account(self, request: HttpRequest, object_id: str | None) -> tuple[Account, str]:
        """Return the account of the sequence, or of the new one in the form, and the language of the sequence."""
        if object_id is not None:
            sequence: Sequence | None = self.get_object(request, object_id)
            if sequence is None:
                raise Http404
            if not self.has_change_permission(request, sequence):
                raise PermissionDenied
            return sequence.account, sequence.language
        if not self.has_add_permission(request):
            raise PermissionDenied
        choice: Any = self.formfield_for_foreignkey(Sequence._meta.get_field("account"), request)
        try:
            account: Account = choice.clean(request.POST.get("account"))
        except ValidationError as error:
            raise Http404 from error
        return account, account.language

    def save_model(self, request: HttpRequest, obj: Sequence, form: Any, change: bool) -> None:
        has_default = Sequence.objects.for_account(obj.account).filter(is_default=True).exists()
        obj.is_default = obj.is_default or not has_default
        obj.slug = obj.slug or slug_for(obj.account, obj.name)
        if not change:
            obj.language = obj.account.language
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Save the steps, after what the planned messages stay with was copied."""
        if change and any(formset.keeps_planned for formset in formsets):
            copied = keep_for_planned(form.instance, now=timezone.now())
            words = _("The planned messages stay as they were: “%(sequence)s” keeps them.") % {"sequence": copied}
            messages.info(request, words)
        super().save_related(request, form, formsets, change)

    # --- A test, and the end ----------------------------------------------------------------------

    def has_send_test_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        sequence = self.get_object(request, str(object_id)) if object_id else None
        return sequence is not None and self.has_change_permission(request, sequence)

    @action(description=gettext_lazy("Send it to me"), url_path="test", icon="outgoing_mail", permissions=["send_test"])
    def send_test(self, request: HttpRequest, object_id: str) -> HttpResponse:
        sequence: Sequence | None = self.get_object(request, object_id)
        if sequence is None:
            raise Http404
        return test_page(self, request, sequence)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Not the default sequence: without it, asks that name no sequence could not be made."""
        return super().has_delete_permission(request, obj) and not (obj and obj.is_default)


def _add_step(request: HttpRequest) -> None:
    """Give the form that was sent one more step, with nothing in it: the button of who has no script."""
    data = request.POST.copy()
    try:
        number = int(data.get("steps-TOTAL_FORMS", ""))
    except ValueError:
        return
    if 0 <= number < MOST_STEPS:
        data["steps-TOTAL_FORMS"] = str(number + 1)
        data[f"steps-{number}-delay_hours"] = str(USUAL_WAIT)
        data[f"steps-{number}-channel"] = FollowUpStep.ChannelRule.AUTO
    request.POST = data  # type: ignore[assignment]
