"""The authorization endpoint (RFC 6749 §3.1): a person allows an app to act for one of their accounts."""

from typing import Any
from urllib.parse import SplitResult, urlencode, urlsplit

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import Resolver404, resolve
from django.utils.cache import add_never_cache_headers
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods
from oauthlib.common import add_params_to_uri
from oauthlib.oauth2 import FatalClientError, OAuth2Error

from oauth.models import Account, Application
from oauth.roles import WRITERS, memberships_of
from oauth.scopes import SCOPES, in_order
from oauth.server.library import server
from oauth.server.parameters import BadParameters, parameters_of, without_empty
from oauth.server.validator import CHALLENGE

# Parameters of the reference product's clients that mean nothing here.
IGNORED = {"approval_prompt"}


class Redirect(HttpResponse):
    """302 to a client: its registered address may have any scheme the operator allowed."""

    status_code = 302

    def __init__(self, uri: str) -> None:
        super().__init__()
        self["Location"] = add_params_to_uri(uri, [("iss", settings.PUBLIC_URL)])  # RFC 9207


@csrf_protect
@require_http_methods(["GET", "POST"])
def authorize(request: HttpRequest) -> HttpResponse:
    """GET asks, POST decides. Both judge the whole query anew; nothing is trusted because it was shown."""
    response = _authorize(request)
    add_never_cache_headers(response)
    # Not `no-referrer`: under it a browser sends the form with `Origin: null`, which fails the CSRF check.
    response["Referrer-Policy"] = "same-origin"
    return response


def asking_app(url: str) -> tuple[Application, SplitResult] | None:
    """The app that sent somebody to this address of the endpoint, and where they return to; None if unsound."""
    try:
        parts = urlsplit(url)
        if resolve(parts.path).func is not authorize:
            return None
        given = _given(parts.query)
        target = _validate(given)[1]["request"].redirect_uri
    except (BadParameters, FatalClientError, Resolver404, ValueError):
        return None
    except OAuth2Error as error:  # the app asks in a wrong way, and will be told so at its own address
        target = error.redirect_uri
    return Application.objects.get(client_id=given["client_id"]), urlsplit(target)


def let_form_lead_to(response: HttpResponse, target: SplitResult) -> None:
    """A browser applies the policy's form-action to where the form's answer redirects, too."""
    response._csp_update = {"form-action": [f"{target.scheme}://{target.netloc}"]}  # type: ignore[attr-defined]


def _authorize(request: HttpRequest) -> HttpResponse:
    try:
        given = _given(request.META.get("QUERY_STRING", ""))
        # Against the client's registration first: until the address is known to be its own, no redirect.
        scopes, details = _validate(given)
    except BadParameters as error:
        return _refuse(request, error.description)
    except FatalClientError as error:
        return _refuse(request, error.description or "The app or its return address is not known here.")
    except OAuth2Error as error:
        if not request.user.is_authenticated:  # RFC 9700 §4.11.2: nobody is sent on unasked
            return redirect_to_login(request.get_full_path())
        return Redirect(error.in_uri(given.get("redirect_uri") or error.redirect_uri))
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    if request.method == "POST":
        return _decide(request, given, scopes, details)
    return _ask(request, scopes, details)


def _given(query: str) -> dict[str, str]:
    return {name: value for name, value in without_empty(parameters_of(query)).items() if name not in IGNORED}


def _validate(given: dict[str, str]) -> tuple[list[str], dict[str, Any]]:
    """The scopes and details of a sound request. Raises FatalClientError, or OAuth2Error to redirect with."""
    scopes, details = server.validate_authorization_request(_uri(given))
    if details["request"].code_challenge is not None:
        sound = details["request"].code_challenge_method == "S256" and CHALLENGE.fullmatch(given["code_challenge"])
        if not sound:
            raise _error(details["request"], "PKCE needs code_challenge_method S256 and its 43 characters.")
    return in_order(scopes), details


def _error(call: Any, description: str) -> OAuth2Error:
    error = OAuth2Error(description=description, state=call.state, request=call)
    error.error = "invalid_request"
    return error


def _uri(given: dict[str, str]) -> str:
    return f"{settings.PUBLIC_URL}/oauth/authorize?{urlencode(given)}"


def _ask(request: HttpRequest, scopes: list[str], details: dict[str, Any], problem: str = "") -> HttpResponse:
    target = urlsplit(details["request"].redirect_uri)
    response = render(
        request,
        "oauth/authorize.html",
        {
            "application": details["request"].client,
            "host": target.hostname,
            "scopes": [SCOPES[scope] for scope in scopes],
            "accounts": _accounts(request),
            "problem": problem,
        },
        status=400 if problem else 200,
    )
    let_form_lead_to(response, target)
    return response


def _decide(request: HttpRequest, given: dict[str, str], scopes: list[str], details: dict[str, Any]) -> HttpResponse:
    call = details["request"]
    if request.POST.get("decision") != "allow":
        denied = [("error", "access_denied"), ("error_description", "The user said no.")]
        if call.state:
            denied.append(("state", call.state))
        return Redirect(add_params_to_uri(call.redirect_uri, denied))
    account = next((row for row in _accounts(request) if str(row.pk) == request.POST.get("account")), None)
    if account is None:
        return _ask(request, scopes, details, problem="Choose the business to connect.")
    headers, _, _ = server.create_authorization_response(
        _uri(given), scopes=scopes, credentials={"user": request.user, "account": account}
    )
    return Redirect(headers["Location"])


def _accounts(request: HttpRequest) -> list[Account]:
    """The accounts that the person may connect: a viewer may not hand out what they do not have."""
    mine = [row.account for row in memberships_of(request) if row.role in WRITERS]
    return sorted(mine, key=lambda account: account.name.casefold())


def _refuse(request: HttpRequest, reason: str) -> HttpResponse:
    return render(request, "oauth/refused.html", {"reason": reason}, status=400)
