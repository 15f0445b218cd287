"""What is sent, when, and where reviews are collected."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest

from reviewhub.backoffice import (
    AccountAdmin,
    PaginationInlineFormSet,
    StackedInline,
    UnfoldAdminTextareaWidget,
    UnfoldAdminURLInputWidget,
    action,
)
from reviews.models import FollowUpStep, ReviewSite, Sequence
from reviews.models.sequence import MAX_FOLLOW_UPS
from reviews.rendering import VARIABLES, check_template
from reviews.sequences import make_default
from reviews.wording import check_wording

HELP = "You may use " + ", ".join(f"{{{{ {name} }}}}" for name in VARIABLES) + "."


class StepForm(forms.ModelForm):
    """A step whose texts can be filled in, lead to the page, and let the customer leave."""

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


class StepFormSet(PaginationInlineFormSet):
    """The steps of one sequence: there is a first ask, and each has its own place."""

    def clean(self) -> None:
        super().clean()
        kept = [form.cleaned_data for form in self.forms if form.has_changed() or form.instance.pk]
        if any(self.errors):
            return
        if 0 not in [step.get("position") for step in kept if not step.get("DELETE")]:
            raise ValidationError("A sequence needs its first ask: the step with position 0.")

    def save(self, commit: bool = True) -> Any:
        """Make room first: two steps that change places would meet in one of them otherwise."""
        moved = [form.instance.pk for form in self.initial_forms if "position" in form.changed_data]
        if commit:
            FollowUpStep.objects.filter(pk__in=moved).delete()  # saving inserts them again, under the same key
        return super().save(commit)


class StepInline(StackedInline):
    model = FollowUpStep
    form = StepForm
    formset = StepFormSet
    verbose_name = "step"
    verbose_name_plural = "steps"
    extra = 0
    min_num = 1
    max_num = 1 + MAX_FOLLOW_UPS
    fields = ("position", "delay_hours", "channel", "email_subject", "email_text", "sms_text")

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
        return cleaned


@admin.register(Sequence)
class SequenceAdmin(AccountAdmin):
    form = SequenceForm
    list_display = ("name", "slug", "is_default", "account", "updated_at")
    list_select_related = ("account",)
    ordering = ("account", "name")
    prepopulated_fields = {"slug": ("name",)}
    fields = ("account", ("name", "slug"), "is_default")
    readonly_fields = ("is_default",)
    inlines = (StepInline,)
    actions = ("default",)

    def has_default_permission(self, request: HttpRequest) -> bool:
        return self._may_write(request, None)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The default one stays: without it, nobody could be asked who names no sequence."""
        return super().has_delete_permission(request, obj) and not (obj and obj.is_default)

    def save_model(self, request: HttpRequest, obj: Sequence, form: Any, change: bool) -> None:
        has_default = Sequence.objects.for_account(obj.account).filter(is_default=True).exists()
        obj.is_default = obj.is_default or not has_default
        super().save_model(request, obj, form, change)

    @action(description="Make the chosen one the default", permissions=["default"])
    def default(self, request: HttpRequest, rows: QuerySet[Sequence]) -> None:
        chosen = list(rows.select_related("account"))
        writable = [row for row in chosen if self._may_write(request, row)]
        if len(writable) < len(chosen) or len({row.account_id for row in writable}) < len(writable):
            messages.error(request, "Choose one sequence, of an account that is yours to change.")
            return
        for sequence in writable:
            make_default(sequence)
            messages.success(request, f"{sequence} is the default of {sequence.account} now.")


class ReviewSiteForm(forms.ModelForm):
    url = forms.URLField(label="Address", max_length=500, assume_scheme="https", widget=UnfoldAdminURLInputWidget)

    class Meta:
        model = ReviewSite
        fields = ("account", "name", "url", "position", "is_active")


@admin.register(ReviewSite)
class ReviewSiteAdmin(AccountAdmin):
    form = ReviewSiteForm
    list_display = ("name", "url", "position", "is_active", "account")
    list_select_related = ("account",)
    ordering = ("account", "position")
