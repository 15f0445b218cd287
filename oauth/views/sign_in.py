"""Signing in and out: one page for staff and for people who connect an app."""

from typing import Any

from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from oauth import throttling
from oauth.forms import SignInForm
from oauth.views.authorize import asking_app, let_form_lead_to


class SignIn(LoginView):
    """Wrong passwords are counted, and make wait: by address, and by address and person."""

    template_name = "oauth/sign_in.html"
    authentication_form = SignInForm

    def get_default_redirect_url(self) -> str:
        is_staff = getattr(self.request.user, "is_staff", False)
        return reverse("admin:index" if is_staff else "connections")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        self._app = asking_app(self.get_redirect_url()) if self.get_redirect_url() else None
        app, target = self._app or (None, None)
        return super().get_context_data(**kwargs) | {"app": app, "host": target.hostname if target else ""}

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        response = super().render_to_response(context, **kwargs)
        if self._app:
            # A wrong request of the app ends at its own address, on the way from this form.
            let_form_lead_to(response, self._app[1])
        response["Referrer-Policy"] = "same-origin"
        return response

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if wait := throttling.must_wait(request, _name(request)):
            context = self.get_context_data(form=SignInForm(request), wait=wait)
            response = self.render_to_response(context, status=429)
            response["Retry-After"] = str(wait)
            return response
        return super().post(request, *args, **kwargs)

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        throttling.note_failure(self.request, _name(self.request))
        return super().form_invalid(form)


def _name(request: HttpRequest) -> str:
    return request.POST.get("username", "")[:254].lower()
