"""Sign-in and security: second factors, passkeys, recovery codes, and the sessions of a person.

Each change of a second factor ends the person's other sessions: whoever got in without it is out.
"""

from typing import Any
from uuid import UUID

from allauth.account.internal.flows.reauthentication import reauthenticate_by_password
from allauth.account.views import PasswordChangeView
from allauth.mfa.base.views import IndexView
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView, ViewRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.utils import is_mfa_enabled
from allauth.mfa.webauthn.internal import auth
from allauth.mfa.webauthn.views import (
    AddWebAuthnView,
    EditWebAuthnView,
    ReauthenticateWebAuthnView,
    RemoveWebAuthnView,
)
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from oauth.sign_in import passkeys, sessions
from oauth.sign_in.second_factor import take_wanted_page
from oauth.views.language import languages_of
from oauth.views.policy import allow_scripts


@method_decorator(never_cache, name="dispatch")
class Security(IndexView):
    """The page of how the person signs in, and of where they are signed in."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        rows, this = sessions.list_sessions(self.request.user, timezone.now()), self.request.session.session_key
        rows.sort(key=lambda row: row.session_id != this)  # this one first
        return context | {"sessions": rows, "this_session": this, "languages": languages_of(self.request)}


class ChangePassword(PasswordChangeView):
    """Another password. Who has just given the old one is not asked for the new one right after."""

    def form_valid(self, form: Any) -> HttpResponse:
        answer: HttpResponse = super().form_valid(form)
        reauthenticate_by_password(self.request)
        return answer


# --- Second factors ----------------------------------------------------------------------------------


class EndsOtherSessions:
    """Part of a view that changes a second factor: the person's other sessions end with the change, or neither is."""

    request: HttpRequest

    def form_valid(self, form: Any) -> HttpResponse:
        with transaction.atomic():
            sessions.lock(self.request.user)
            answer: HttpResponse = super().form_valid(form)  # type: ignore[misc]
            sessions.end_others(self.request)
        return answer


class SetUpApp(EndsOtherSessions, ActivateTOTPView):
    """The authenticator app, set up: by a code to scan, by a link on the phone itself, or by a key to type."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        secret = context["form"].secret
        return context | {"key_groups": [secret[start : start + 4] for start in range(0, len(secret), 4)]}

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponseBase:
        response: HttpResponseBase = super().render_to_response(context, **kwargs)
        allow_scripts(response)  # for the button that copies the key
        return response


class RemoveApp(EndsOtherSessions, DeactivateTOTPView):
    """The authenticator app, removed."""


class NewRecoveryCodes(EndsOtherSessions, GenerateRecoveryCodesView):
    """Recovery codes, made anew."""


@method_decorator(never_cache, name="dispatch")
class RecoveryCodes(ViewRecoveryCodesView):
    """Recovery codes, shown once. From here people go on to the page they wanted before they had a second factor."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"onward": take_wanted_page(self.request) or reverse("mfa_index")}


# --- Passkeys ----------------------------------------------------------------------------------------


class PasskeyPage:
    """Part of a page that asks the browser for a passkey, which takes a script."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)  # type: ignore[misc]
        return context | kwargs | {"public_url": settings.PUBLIC_URL}

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponseBase:
        response: HttpResponseBase = super().render_to_response(context, **kwargs)  # type: ignore[misc]
        allow_scripts(response)
        return response


@method_decorator(never_cache, name="dispatch")
class AddPasskey(EndsOtherSessions, PasskeyPage, AddWebAuthnView):
    """A new passkey. It may sign in alone: the authenticator keeps it, and asks for a PIN or a finger."""

    form_class = passkeys.AddForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        return context | {
            "js_data": {"creation_options": auth.begin_registration(self.request.user, True)},
            "has_app": is_mfa_enabled(self.request.user, [Authenticator.Type.TOTP]),
        }


class RenamePasskey(EditWebAuthnView):
    """Another name for a passkey."""

    form_class = passkeys.RenameForm
    success_url = reverse_lazy("mfa_index")

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            answer: HttpResponse = super().form_valid(form)
        except Authenticator.DoesNotExist as error:
            raise Http404 from error
        return answer


class RemovePasskey(EndsOtherSessions, RemoveWebAuthnView):
    """A passkey, removed."""

    success_url = reverse_lazy("mfa_index")


@method_decorator(never_cache, name="dispatch")
class ConfirmByPasskey(PasskeyPage, ReauthenticateWebAuthnView):
    """The passkey of a person who is signed in already, before they change how they sign in."""

    form_class = passkeys.ConfirmForm

    def form_invalid(self, form: Any) -> HttpResponse:
        for error in form.errors.get("credential", []):
            messages.error(self.request, error)
        return redirect(self.passthrough_next_url(reverse("mfa_reauthenticate_webauthn")))


# --- Sessions ----------------------------------------------------------------------------------------


@require_POST
@login_required
def end_session(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """End another session of the person."""
    if not sessions.end_one(request, session_id):
        raise Http404
    messages.success(request, gettext("That device is signed out."))
    return redirect("mfa_index")


@require_POST
@login_required
def end_other_sessions(request: HttpRequest) -> HttpResponse:
    """End every session of the person but this one."""
    sessions.end_others(request)
    messages.success(request, gettext("Every other device is signed out."))
    return redirect("mfa_index")
