"""Signing in: one page for staff and for people who connect an app, then the second factor of those who have one.

A passkey signs in alone, or is the second factor.

A page of ours asks for the password, not allauth's, whose limit counts failures by name alone: anybody could lock
somebody else out. allauth takes over once the password is right.
"""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.models import Login
from allauth.account.utils import perform_login
from allauth.core.internal import ratelimit
from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from allauth.mfa.webauthn.internal import auth, flows
from allauth.mfa.webauthn.views import LoginWebAuthnView
from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView, RedirectURLMixin
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers

from oauth.calls import throttling
from oauth.redirect_uris import is_on_device
from oauth.sign_in import passkeys
from oauth.sign_in.forms import CodeForm, SignInForm
from oauth.views.authorize import find_asking_app
from oauth.views.policy import allow_form_redirect, allow_scripts

# Names of a person's second factors on the page.
WAYS = {"has_app": Authenticator.Type.TOTP, "has_passkey": Authenticator.Type.WEBAUTHN}


class LeadsOn(RedirectURLMixin):
    """Part of a view that leads on to the address in `next`, if that is one of ours."""

    request: HttpRequest

    def get_redirect_url(self, request: HttpRequest | None = None) -> str:
        """Return the address, or nothing."""
        url = self.request.POST.get("next", self.request.GET.get("next", ""))
        return url if get_adapter().is_safe_url(url) else ""


class Step:
    """Shared part of all steps: naming the app that asks, the script of passkeys, and a limit on wrong answers.

    They are counted by IP address, and by IP address and person (`oauth.calls.throttling`).
    """

    request: HttpRequest

    def target(self) -> str:
        """Return the address that the person wants to reach; empty if there is none."""
        raise NotImplementedError

    def counted_name(self) -> str:
        """Return the name under which wrong answers are counted."""
        raise NotImplementedError

    def empty_form(self) -> Any:
        raise NotImplementedError

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        self._app = find_asking_app(self.target()) if self.target() else None
        app, target = self._app or (None, None)
        context: dict[str, Any] = super().get_context_data(**kwargs)  # type: ignore[misc]
        return (
            context
            | kwargs
            | {
                "app": app,
                "host": target.hostname if target and not is_on_device(target) else "",
                "public_url": settings.PUBLIC_URL,
            }
        )

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        response: HttpResponse = super().render_to_response(context, **kwargs)  # type: ignore[misc]
        if self._app:
            # The error of a wrong request is redirected from this form to the app's own address.
            allow_form_redirect(response, self._app[1])
        allow_scripts(response)
        response["Referrer-Policy"] = "same-origin"
        add_never_cache_headers(response)
        return response

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if wait := throttling.seconds_to_wait(request, self.counted_name()):
            # An empty form: showing the one that was sent would check its password or code.
            context = self.get_context_data(form=self.empty_form(), wait=wait)
            response = self.render_to_response(context, status=429)
            response["Retry-After"] = str(wait)
            return response
        answer: HttpResponse = super().post(request, *args, **kwargs)  # type: ignore[misc]
        return answer

    def form_invalid(self, form: Any) -> HttpResponse:
        throttling.note_failure(self.request, self.counted_name())
        answer: HttpResponse = super().form_invalid(form)  # type: ignore[misc]
        return answer


class SignIn(Step, LeadsOn, LoginView):
    """The password. For people with a second factor the session begins only after that one."""

    template_name = "oauth/sign_in.html"
    authentication_form = SignInForm

    def target(self) -> str:
        return self.get_redirect_url()

    def counted_name(self) -> str:
        # As the form cleans it and the person is looked up: else each spelling would have guesses of its own.
        cleaned = SignInForm.base_fields["username"].to_python(self.request.POST.get("username", ""))
        return str(cleaned)[:254].lower()

    def empty_form(self) -> SignInForm:
        return SignInForm(self.request)

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        answer: HttpResponse = perform_login(self.request, form.get_user(), redirect_url=self.target() or None)
        return answer


class PasskeySignIn(Step, LeadsOn, LoginWebAuthnView):
    """A passkey in place of password and second factor: GET gives the challenge, POST takes the answer."""

    template_name = "oauth/sign_in.html"
    form_class = passkeys.SignInForm

    def target(self) -> str:
        return self.get_redirect_url()

    def counted_name(self) -> str:
        # Whose passkey it would be, only a right answer proves: nobody can lock somebody else out.
        return "passkey"

    def empty_form(self) -> SignInForm:
        return SignInForm(self.request)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        # allauth counts answers alone, but each challenge begins a session, which is a row.
        limit = {"app": "allauth.mfa", "action": "webauthn_login", "limit_get": True}
        refusal: HttpResponse | None = ratelimit.consume_or_429(request, **limit)
        return refusal or JsonResponse({"request_options": auth.begin_authentication(user=None)})

    def form_valid(self, form: Any) -> HttpResponse:
        passkey = form.cleaned_data["credential"]
        login = Login(user=passkey.user, redirect_url=self.target() or None)
        answer: HttpResponse = flows.perform_passwordless_login(self.request, passkey, login)
        return answer

    def form_invalid(self, form: Any) -> HttpResponse:
        throttling.note_failure(self.request, self.counted_name())
        context = self.get_context_data(form=self.empty_form(), passkey_problems=form.errors["credential"])
        return self.render_to_response(context)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"next": self.target(), "what": "passkeys"}


class SignOut(LeadsOn, LogoutView):
    """The end of a session. Whoever uses another account goes on from there."""

    next_page = "account_login"


class SecondFactor(Step, AuthenticateView):
    """A code of the authenticator app, a recovery code, or a passkey."""

    webauthn_form_class = passkeys.SecondStepForm

    def target(self) -> str:
        return self.stage.login.redirect_url or ""

    def counted_name(self) -> str:
        return f"second factor of {self.stage.login.user.pk}"

    def empty_form(self) -> CodeForm:
        return CodeForm(user=self.stage.login.user)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        user = self.stage.login.user
        return context | {name: is_mfa_enabled(user, [kind]) for name, kind in WAYS.items()}


def ask_to_wait(request: HttpRequest) -> HttpResponse:
    """Answer for allauth when one of its limits is reached; all of them are for a minute."""
    response = render(request, "oauth/too_many.html", status=429)
    response["Retry-After"] = str(throttling.WINDOW)
    return response
