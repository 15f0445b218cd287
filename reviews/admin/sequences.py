"""Sequences with their steps, and the sites where reviews are collected."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe

from oauth.models import Account
from reviewhub.backoffice.actions import WithActions
from reviewhub.backoffice.pages import (
    PaginationInlineFormSet,
    StackedInline,
    UnfoldAdminTextareaWidget,
    WithHistory,
    action,
    display,
)
from reviewhub.refused import Refused
from reviews.admin.sequence_editor import (
    COPY,
    contacts_to_look_with,
    example,
    planned_changes,
    preview,
    preview_typed,
    test_page,
)
from reviews.delivery.content.templates import VARIABLES, check_template
from reviews.delivery.content.wording import check_wording
from reviews.models import FollowUpStep, Sequence
from reviews.models.sequence import MAX_FOLLOW_UPS
from reviews.requests.sequences import check_number, make_default

CONFIRM = "change_planned"
HELP = "You may use " + ", ".join(f"{{{{ {name} }}}}" for name in VARIABLES) + "."


class StepForm(forms.ModelForm):
    """A step. Its texts can be rendered, hold the link to the page, and the first text says how to opt out."""

    class Meta:
        model = FollowUpStep
        fields = ("position", "delay_hours", "channel", "email_subject", "email_text", "sms_text")
        help_texts = {"email_text": HELP, "sms_text": HELP}
        widgets = {"email_text": UnfoldAdminTextareaWidget(), "sms_text": UnfoldAdminTextareaWidget({"rows": 3})}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for name in ("email_subject", "email_text", "sms_text"):
            text = cleaned.get(name) or ""
            problems = check_template(text)
            if text and name != "email_subject" and not problems and "link" not in text:
                problems = ["The text must hold {{ link }}: it leads to the page."]
            for problem in [*problems, *check_wording(text)]:
                self.add_error(name, problem)
        if cleaned.get("position") == 0 and "sms_text" not in self.errors:
            self._check_first_text(cleaned.get("sms_text") or "")
        return cleaned

    def _check_first_text(self, text: str) -> None:
        """The first text names the business and says how to opt out (CTIA Messaging Principles §5)."""
        if "business_name" not in text and "sender_name" not in text:
            self.add_error("sms_text", "The first text must name the business: use {{ business_name }}.")
        if "STOP" not in text:
            self.add_error("sms_text", "The first text must say how to opt out, such as: Reply STOP to opt out.")


def _confirmation() -> str:
    """Return a box to tick, which stands among the errors that say why: so nothing that was typed is lost."""
    words = "Yes, change the planned messages, too. Then save again."
    return format_html('<label><input type="checkbox" name="{}"> {}</label>', CONFIRM, words)


class StepFormSet(PaginationInlineFormSet):
    """The steps of one sequence, among them a first ask; changes of planned messages must be confirmed."""

    def clean(self) -> None:
        super().clean()
        forms_kept = [form for form in self.forms if form.has_changed() or form.instance.pk]
        if any(self.errors):
            return
        steps = {form.instance.position: form.instance for form in forms_kept if not form.cleaned_data.get("DELETE")}
        if 0 not in steps:
            raise ValidationError("A sequence needs its first ask: the step with position 0.")
        if self.instance.pk and self.data.get(CONFIRM) != "on" and (changes := planned_changes(self.instance, steps)):
            raise ValidationError([*changes, _confirmation()])

    def save(self, commit: bool = True) -> Any:
        """Save the steps; those that move are deleted first, since two that change places would meet in one of them."""
        moved = [form.instance.pk for form in self.initial_forms if "position" in form.changed_data]
        if commit:
            FollowUpStep.objects.filter(pk__in=moved).delete()  # saving inserts them again, under the same key
        return super().save(commit)


def _once(row: Any, make: Callable[[], str]) -> str:
    """Make a value once for the row: the theme asks for it several times."""
    if not hasattr(row, "_made"):
        row._made = make()
    made: str = row._made
    return made


def _preview_box(step: FollowUpStep) -> str:
    """Return the box with the preview of a saved step; while somebody types, a script renews it."""
    content = ""
    if step.pk:
        account = step.sequence.account
        content = preview(step, account=account, contact=example(account))
    return format_html('<div class="rh-preview" aria-live="polite">{}</div>', mark_safe(content))  # noqa: S308 (a template's)


class StepInline(StackedInline):
    model = FollowUpStep
    form = StepForm
    formset = StepFormSet
    verbose_name = "step"
    verbose_name_plural = "steps"
    extra = 0
    min_num = 1
    max_num = 1 + MAX_FOLLOW_UPS
    fields = (("position", "delay_hours", "channel"), "email_subject", "email_text", "sms_text", "preview")
    readonly_fields = ("preview",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[FollowUpStep]:
        rows: QuerySet[FollowUpStep] = super().get_queryset(request)
        return rows.select_related("sequence__account")

    @display(description="What the customer gets")
    def preview(self, step: FollowUpStep) -> str:
        return _once(step, lambda: _preview_box(step))

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
    """The name of a sequence, and the slug by which calls of the API name it."""

    class Meta:
        model = Sequence
        fields = ("account", "name", "slug")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        account, slug = cleaned.get("account"), cleaned.get("slug") or ""
        if slug.isdecimal():
            self.add_error("slug", "Digits alone would be taken for an id: add a letter.")
        elif account and Sequence.objects.for_account(account).filter(slug=slug).exclude(pk=self.instance.pk).exists():
            self.add_error("slug", "Another sequence of this account is named so.")
        if account and self.instance._state.adding:
            try:
                check_number(account)
            except Refused as refusal:
                self.add_error(refusal.field, refusal.reason)
        return cleaned


@admin.register(Sequence)
class SequenceAdmin(WithActions, WithHistory):
    """Sequences with an editor for their steps; an account has one default."""

    form = SequenceForm
    list_display = ("name", "slug", "is_default", "account", "updated_at")
    list_select_related = ("account",)
    ordering = ("account", "name")
    prepopulated_fields = {"slug": ("name",)}
    fields = ("account", ("name", "slug"), "is_default", "look_with")
    readonly_fields = ("is_default", "look_with")
    inlines = (StepInline,)
    actions = ("default",)
    actions_detail = ("send_test",)
    confirmed_actions = (COPY,)
    change_form_template = "admin/reviews/sequence/editor.html"

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

    @display(description="Preview for")
    def look_with(self, sequence: Sequence) -> str:
        return _once(sequence, lambda: self._choice(sequence))

    def _choice(self, sequence: Sequence) -> str:
        contacts = contacts_to_look_with(sequence.account) if sequence.pk else []
        options = format_html_join(
            "", '<option value="{}">{}</option>', ((contact.pk, str(contact)) for contact in contacts)
        )
        return format_html(
            '<select name="preview_contact" aria-label="Preview for" class="rh-select">'
            '<option value="">Jane Smith, an example</option>{}</select>',
            options,
        )

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        address = (
            reverse("admin:reviews_sequence_preview_of", args=[object_id])
            if object_id
            else reverse("admin:reviews_sequence_preview")
        )
        more = {"preview_address": address, "variables": VARIABLES}
        return super().changeform_view(request, object_id, form_url, (extra_context or {}) | more)

    def typed(self, request: HttpRequest, object_id: str | None = None) -> HttpResponse:
        """Answer with the preview of a step as it stands in the form; a script fetches it while somebody types."""
        return preview_typed(
            request, StepForm, account=self._account(request, object_id), prefix=request.GET.get("prefix", "")
        )

    def _account(self, request: HttpRequest, object_id: str | None) -> Account:
        if object_id is not None:
            sequence = self.get_object(request, object_id)
            if sequence is None:
                raise Http404
            if not self.has_change_permission(request, sequence):
                raise PermissionDenied
            account: Account = sequence.account
            return account
        if not self.has_add_permission(request):
            raise PermissionDenied
        choice: Any = self.formfield_for_foreignkey(Sequence._meta.get_field("account"), request)
        try:
            account = choice.clean(request.POST.get("account"))
        except ValidationError as error:
            raise Http404 from error
        return account

    def has_send_test_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        sequence = self.get_object(request, str(object_id)) if object_id else None
        return sequence is not None and self.has_change_permission(request, sequence)

    @action(description="Send myself a test", url_path="test", icon="outgoing_mail", permissions=["send_test"])
    def send_test(self, request: HttpRequest, object_id: str) -> HttpResponse:
        sequence: Sequence | None = self.get_object(request, object_id)
        if sequence is None:
            raise Http404
        return test_page(self, request, sequence)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Not the default sequence: without it, asks that name no sequence could not be made."""
        return super().has_delete_permission(request, obj) and not (obj and obj.is_default)

    def save_model(self, request: HttpRequest, obj: Sequence, form: Any, change: bool) -> None:
        has_default = Sequence.objects.for_account(obj.account).filter(is_default=True).exists()
        obj.is_default = obj.is_default or not has_default
        super().save_model(request, obj, form, change)

    @action(description="Make the chosen one the default", permissions=["write"])
    def default(self, request: HttpRequest, rows: QuerySet[Sequence]) -> None:
        chosen = list(rows.select_related("account"))
        writable = [row for row in chosen if self.has_write_permission(request, row)]
        if len(writable) < len(chosen) or len({row.account_id for row in writable}) < len(writable):
            messages.error(request, "Choose one sequence, of an account that is yours to change.")
            return
        for sequence in writable:
            make_default(sequence)
            messages.success(request, f"{sequence} is the default of {sequence.account} now.")
