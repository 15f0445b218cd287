"""Addresses of sign-in, of the OAuth server, and of calls about one's own credential.

The addresses below api/oauth/zapier and api/zapier are the reference product's. allauth looks its pages up by the names
that begin with account_ and mfa_; those of its pages that are not here, such as signing up, are not served.
"""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from django.conf import settings
from django.urls import path

from oauth.views.authorize import authorize
from oauth.views.connections import account_connections, connections, disconnect, revoke_key
from oauth.views.introspect import introspect
from oauth.views.invitation import accept_invitation
from oauth.views.language import choose_language
from oauth.views.me import Me
from oauth.views.member_mail import member_mail, stop_member_mail
from oauth.views.metadata import metadata
from oauth.views.revoke import revoke
from oauth.views.security import (
    AddPasskey,
    ChangePassword,
    ConfirmByPasskey,
    NewRecoveryCodes,
    RecoveryCodes,
    RemoveApp,
    RemovePasskey,
    RenamePasskey,
    Security,
    SetUpApp,
    end_other_sessions,
    end_session,
)
from oauth.views.sign_in import PasskeySignIn, SecondFactor, SignIn, SignOut
from oauth.views.sign_in_link import sign_in_by_link
from oauth.views.status import TokenStatus
from oauth.views.token import token

urlpatterns = [
    path("sign-in", SignIn.as_view(), name="account_login"),
    path("sign-in/passkey", PasskeySignIn.as_view(), name="mfa_login_webauthn"),
    path("sign-in/code", SecondFactor.as_view(), name="mfa_authenticate"),
    path("sign-in/link/<str:token>", sign_in_by_link, name="sign-in-link"),
    path("sign-out", SignOut.as_view(), name="sign-out"),
    path("invitation/<str:token>", accept_invitation, name="invitation"),
    path("password/change", ChangePassword.as_view(), name="account_change_password"),
    path(
        "password/reset",
        account.PasswordResetView.as_view(extra_context={"sends_mail": settings.MAIL_PROVIDER}),
        name="account_reset_password",
    ),
    path("password/reset/sent", account.password_reset_done, name="account_reset_password_done"),
    path(
        "password/reset/<str:uidb36>/<str:key>", account.password_reset_from_key, name="account_reset_password_from_key"
    ),
    path("password/reset/done", account.password_reset_from_key_done, name="account_reset_password_from_key_done"),
    path("security", Security.as_view(), name="mfa_index"),
    path("security/confirm", account.reauthenticate, name="account_reauthenticate"),
    path("security/confirm/code", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("security/confirm/passkey", ConfirmByPasskey.as_view(), name="mfa_reauthenticate_webauthn"),
    path("security/app", SetUpApp.as_view(), name="mfa_activate_totp"),
    path("security/app/remove", RemoveApp.as_view(), name="mfa_deactivate_totp"),
    path("security/passkeys/add", AddPasskey.as_view(), name="mfa_add_webauthn"),
    path("security/passkeys/<int:pk>/rename", RenamePasskey.as_view(), name="mfa_edit_webauthn"),
    path("security/passkeys/<int:pk>/remove", RemovePasskey.as_view(), name="mfa_remove_webauthn"),
    path("security/recovery-codes", RecoveryCodes.as_view(), name="mfa_view_recovery_codes"),
    path("security/recovery-codes/new", NewRecoveryCodes.as_view(), name="mfa_generate_recovery_codes"),
    path("security/sessions/end-others", end_other_sessions, name="end-other-sessions"),
    path("security/sessions/<id:session_id>/end", end_session, name="end-session"),
    path("security/mail", member_mail, name="member-mail"),
    path("security/mail/stop/<str:token>", stop_member_mail, name="stop-member-mail"),
    path("language", choose_language, name="language"),
    path("connections", connections, name="connections"),
    path("connections/<id:account_id>", account_connections, name="account-connections"),
    path("connections/<id:account_id>/disconnect", disconnect, name="disconnect"),
    path("connections/<id:account_id>/keys/<id:key_id>/revoke", revoke_key, name="revoke-key"),
    path("oauth/authorize", authorize, name="oauth-authorize"),
    path("oauth/token", token, name="oauth-token"),
    path("oauth/revoke", revoke, name="oauth-revoke"),
    path("oauth/introspect", introspect, name="oauth-introspect"),
    path(".well-known/oauth-authorization-server", metadata, name="oauth-metadata"),
    path("api/v1/me", Me.as_view(), name="me"),
    path("api/v1/status", TokenStatus.as_view(), name="status"),
    path("api/oauth/zapier/authorize", authorize),
    path("api/oauth/zapier/token", token),
    path("api/oauth/zapier/revoke", revoke),
    path("api/zapier/me", Me.as_view()),
    path("api/zapier/status", TokenStatus.as_view()),
]
