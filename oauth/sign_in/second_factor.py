"""Rule that staff must have a second factor (STAFF_MUST_HAVE_MFA)."""

from collections.abc import Callable
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect

FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
# Pages that staff without a second factor may open: the way to one, and the way out.
OPEN = {
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "account_reauthenticate",
    "account_login",
    "sign-out",
    "account_change_password",
}
OPEN |= {f"account_reset_password{page}" for page in ("", "_done", "_from_key", "_from_key_done")}
WANTED_PAGE = "wanted_before_second_factor"


def must_set_up(request: HttpRequest) -> bool:
    """Return True for staff who have no second factor where the operator asks for one."""
    user: Any = request.user
    is_asked = settings.STAFF_MUST_HAVE_MFA and user.is_authenticated and user.is_staff
    return bool(is_asked) and not is_mfa_enabled(user, FACTORS)


class StaffMustHaveMFA:
    """Middleware: lead signed-in staff without a second factor to the page that sets one up, from everywhere else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *view: Any) -> HttpResponseBase | None:
        if getattr(request.resolver_match, "url_name", "") in OPEN or not must_set_up(request):
            return None
        if request.method == "GET":
            request.session[WANTED_PAGE] = request.get_full_path()
        return redirect("mfa_activate_totp")


def take_wanted_page(request: HttpRequest) -> str:
    """Return the address that the person asked for when the rule led them away, once; empty if there is none."""
    return str(request.session.pop(WANTED_PAGE, ""))
