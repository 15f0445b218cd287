"""Addresses of the OAuth server and of what tells about a credential, with the reference product's aliases."""

from django.contrib.auth.views import LogoutView
from django.urls import path

from oauth.views.authorize import authorize
from oauth.views.connections import account_connections, connections, disconnect, revoke_key
from oauth.views.introspect import introspect
from oauth.views.me import Me
from oauth.views.metadata import metadata
from oauth.views.revoke import revoke
from oauth.views.sign_in import SignIn
from oauth.views.status import Status
from oauth.views.token import token

urlpatterns = [
    path("sign-in", SignIn.as_view(), name="sign-in"),
    path("sign-out", LogoutView.as_view(next_page="sign-in"), name="sign-out"),
    path("connections", connections, name="connections"),
    path("connections/<uuid:account_id>", account_connections, name="account-connections"),
    path("connections/<uuid:account_id>/disconnect", disconnect, name="disconnect"),
    path("connections/<uuid:account_id>/keys/<uuid:key_id>/revoke", revoke_key, name="revoke-key"),
    path("oauth/authorize", authorize, name="oauth-authorize"),
    path("oauth/token", token, name="oauth-token"),
    path("oauth/revoke", revoke, name="oauth-revoke"),
    path("oauth/introspect", introspect, name="oauth-introspect"),
    path(".well-known/oauth-authorization-server", metadata, name="oauth-metadata"),
    path("api/v1/me", Me.as_view(), name="me"),
    path("api/v1/status", Status.as_view(), name="status"),
    path("api/oauth/zapier/authorize", authorize),
    path("api/oauth/zapier/token", token),
    path("api/oauth/zapier/revoke", revoke),
    path("api/zapier/me", Me.as_view()),
    path("api/zapier/status", Status.as_view()),
]
