"""The library's own addresses, and the views that are compared with ours."""

from django.urls import include, path

from bench.stock import views

urlpatterns = [
    path("o/", include("oauth2_provider.urls", namespace="oauth2_provider")),
    path("api/v1/status", views.Status.as_view()),
    path("ask", views.Ask.as_view()),
    path("ask-with-oauth", views.AskWithOAuth.as_view()),
    path("go/<str:token>", views.go),
]
