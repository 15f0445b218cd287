"""Addresses of the OAuth server and of what tells about a credential, with the reference product's aliases."""

from django.urls import path

from oauth.views.me import Me
from oauth.views.status import Status

urlpatterns = [
    path("api/v1/me", Me.as_view(), name="me"),
    path("api/v1/status", Status.as_view(), name="status"),
    path("api/zapier/me", Me.as_view()),
    path("api/zapier/status", Status.as_view()),
]
