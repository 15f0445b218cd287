"""The only place that joins the apps."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", include("reviews.api.urls")),
    path("", include("reviews.urls")),
]
