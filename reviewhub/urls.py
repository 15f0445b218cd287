"""URLs of the whole site: the one module that joins the apps."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

import reviewhub.rest.paths  # noqa: F401 (<id:…>, for the URLs of all apps)
from reviewhub.backoffice.pages import no_page_outside
from reviewhub.backoffice.switcher import switch
from reviews.admin.examples import examples
from reviews.admin.reports import reports
from reviews.admin.simulator import simulator
from reviews.insights.health import healthz, readyz
from reviews.insights.prometheus import metrics

handler403 = "reviewhub.backoffice.forbidden.answer_forbidden"
handler500 = "reviewhub.outages.answer_error"
handler429 = "oauth.views.sign_in.ask_to_wait"  # allauth looks here for the answer to its own limits

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
    # Everybody signs in on one page, which limits wrong passwords.
    path("admin/login/", RedirectView.as_view(pattern_name="account_login", query_string=True)),
    path("admin/password_change/", RedirectView.as_view(pattern_name="account_change_password")),
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("admin/reports/", admin.site.admin_view(reports), name="reports"),
    path("admin/examples/", admin.site.admin_view(examples), name="examples"),
    path("admin/settings/", include("reviews.admin.settings.urls")),
    path("admin/held/", include("reviews.admin.held")),
    path("admin/kept/", include("reviews.admin.kept")),
    path("admin/operations/", include("reviews.admin.operations")),
    path("admin/simulator/", admin.site.admin_view(simulator), name="simulator"),
    path("admin/today/", include("reviews.admin.today.page")),
    path("admin/r/<path:row>", no_page_outside),
    path("admin/businesses/", admin.site.admin_view(switch), name="switch-business"),
    path("admin/", admin.site.urls),
    path("", include("oauth.urls")),
    path("", include("reviews.api.urls")),
    path("", include("reviews.urls")),
]
