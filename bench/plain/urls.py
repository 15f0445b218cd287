"""The list of requests in Django's own admin, with the columns and the search of ours."""

from django.contrib import admin
from django.urls import path

from reviews.models import ReviewRequest

site = admin.AdminSite()


@admin.register(ReviewRequest, site=site)
class RequestAdmin(admin.ModelAdmin):
    list_display = (
        "contact",
        "status",
        "reason",
        "channel",
        "scheduled_for",
        "sent_at",
        "responded_at",
        "source",
        "account",
    )
    list_filter = ("status", "source", "created_at")
    list_select_related = ("contact", "account")
    ordering = ("-created_at",)
    search_fields = ("contact__first_name", "contact__last_name", "contact__email", "contact__phone", "external_id")


urlpatterns = [path("admin/", site.urls)]
