"""Review sites: the places where customers may write, shown to all of them alike."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest

from reviewhub.backoffice.pages import UnfoldAdminURLInputWidget, WithHistory
from reviews.models import ReviewSite
from reviews.sites.rules import Finding, check_site

MOST = 50  # sites of an account


class ReviewSiteForm(forms.ModelForm):
    """A site's name and link. One that must not be asked for, or that looks like another site, is refused."""

    url = forms.URLField(
        label="Address",
        max_length=500,
        assume_scheme="https",
        widget=UnfoldAdminURLInputWidget,
        help_text="Of the form in which a customer writes a review, as the site itself gives it to you.",
    )
    finding = Finding()

    class Meta:
        model = ReviewSite
        fields = ("account", "name", "url", "position", "is_active")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self.finding = check_site(cleaned.get("url") or "", name=cleaned.get("name") or "")
        if self.finding.refused:
            self.add_error("url", self.finding.refused)
        account = cleaned.get("account")
        own = ReviewSite.objects.filter(account=account)
        if account and self.instance._state.adding and own.count() >= MOST:
            self.add_error("name", f"The account has {MOST} review sites already: delete some first.")
        return cleaned


@admin.register(ReviewSite)
class ReviewSiteAdmin(WithHistory):
    form = ReviewSiteForm
    list_display = ("name", "url", "position", "is_active", "account")
    list_select_related = ("account",)
    ordering = ("account", "position")

    def save_model(self, request: HttpRequest, obj: ReviewSite, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if form.finding.warning:
            messages.warning(request, form.finding.warning)
