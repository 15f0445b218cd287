"""The only place that joins the apps."""

from django.contrib import admin
from django.urls import include, path

from reviews.health import healthz, readyz

admin.site.index_title = "Dashboard"

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("admin/", admin.site.urls),
    path("", include("oauth.urls")),
    path("", include("reviews.api.urls")),
    path("", include("reviews.urls")),
]
