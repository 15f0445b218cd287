"""URLs of the tabs of Settings that are no list or form of a model."""

from django.contrib import admin
from django.urls import path

from reviews.admin.settings import page

urlpatterns = [
    path("page/", admin.site.admin_view(page.page_settings), name="settings-page"),
    path("page/preview/", admin.site.admin_view(page.page_preview), name="settings-page-preview"),
]
