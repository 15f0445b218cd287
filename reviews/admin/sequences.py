"""What is sent, when, and where reviews are collected."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from reviewhub.backoffice import AccountAdmin, StackedInline, UnfoldAdminTextareaWidget, UnfoldAdminURLInputWidget
from reviews.models import FollowUpStep, ReviewSite, Sequence
from reviews.models.sequence import MAX_FOLLOW_UPS
from reviews.rendering import VARIABLES, check_template

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
            for problem in problems:
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


class StepInline(StackedInline):
    model = FollowUpStep
    form = StepForm
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


@admin.register(Sequence)
class SequenceAdmin(AccountAdmin):
    list_display = ("name", "slug", "is_default", "account", "updated_at")
    list_select_related = ("account",)
    ordering = ("account", "name")
    prepopulated_fields = {"slug": ("name",)}
    fields = ("account", ("name", "slug"), "is_default")
    inlines = (StepInline,)


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
