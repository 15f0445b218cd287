"""Review sites as rows, with their history. They are made and changed in Settings."""

from django.contrib import admin

from reviewhub.backoffice.pages import GeneratedRows, WithHistory
from reviews.models import ReviewSite


@admin.register(ReviewSite)
class ReviewSiteAdmin(GeneratedRows, WithHistory):
    list_display = ("name", "url", "position", "is_active", "account")
    list_select_related = ("account",)
    ordering = ("account", "position")
    fields = readonly_fields = ("account", "name", "url", "position", "is_active")
