"""The authorization endpoint (RFC 6749 §3.1): a person allows an app to act for one of their accounts."""

from typing import Any
from urllib.parse import SplitResult, urlencode, urlsplit

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import Resolver404, resolve
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods
from oauthlib.common import add_params_to_uri
from oauthlib.oauth2 import FatalClientError, OAuth2Error
from oauthlib.oauth2.rfc6749.errors import (
    InvalidClientIdError,
    InvalidRedirectURIError,
    MismatchingRedirectURIError,
    MissingClientIdError,
    MissingRedirectURIError,
)
from rest_framework import serializers

from oauth.models import Application, Membership
from oauth.redirect_uris import is_on_device
from oauth.roles import WRITERS, memberships_of
from oauth.scopes import SCOPES, in_order
from oauth.server.library import server
from oauth.server.parameters import BadParameters, parameters_of, without_empty
from oauth.server.validator import CHALLENGE
from oauth.views.endpoint import TAG
from oauth.views.policy import allow_form_redirect
from reviewhub.rest.operations import operation

# Parameters of the reference product's clients that mean nothing here.
IGNORED = {"approval_prompt"}


class Redirect(HttpResponse):
    """302 to a client, whose address may have any scheme that the operator allowed: Django's own redirect has three."""

    status_code = 302

    def __init__(self, uri: str) -> None:
        super().__init__()
        self["Location"] = add_params_to_uri(uri, [("iss", settings.PUBLIC_URL)])  # RFC 9207


class AuthorizeQuery(serializers.Serializer[Any]):
    response_type = serializers.ChoiceField(choices=["code"])
    client_id = serializers.CharField()
    redirect_uri = serializers.URLField()
    scope = serializers.CharField(required=False, help_text="`read write` if it is left out.")
    state = serializers.CharField(required=False)
    code_challenge = serializers.CharField(required=False, help_text="PKCE (RFC 7636): public apps must.")
    code_challenge_method = serializers.ChoiceField(choices=["S256"], required=False)


@operation("authorize", {200: str, 302: None, 400: str}, method="GET", tag=TAG, query=AuthorizeQuery, security=[])
@csrf_protect
@require_http_methods(["GET", "POST"])
def authorize(request: HttpRequest) -> HttpResponse:
    """Ask a person for access. In a browser; `redirect_uri` gets `code`, `state` and `iss` (RFC 9207)."""
    # The page comes on GET, the decision on POST; both validate the whole query anew.
    response = _authorize(request)
    add_never_cache_headers(response)
    # Not `no-referrer`: under it a browser sends the form with `Origin: null`, which fails the CSRF check.
    response["Referrer-Policy"] = "same-origin"
    return response


def find_asking_app(url: str) -> tuple[Application, SplitResult] | None:
    """Return the app that sent a person to this URL of the endpoint, and its return address; None if invalid."""
    try:
        parts = urlsplit(url)
        if resolve(parts.path).func is not authorize:
            return None
        parameters = _read_parameters(parts.query)
        target = _validate(parameters)[1]["request"].redirect_uri
    except (BadParameters, FatalClientError, Resolver404, ValueError):
        return None
    except OAuth2Error as error:  # the app asks in a wrong way: the error goes to its own address
        target = error.redirect_uri
    return Application.objects.get(client_id=parameters["client_id"]), urlsplit(target)


def _authorize(request: HttpRequest) -> HttpResponse:
    try:
        parameters = _read_parameters(request.META.get("QUERY_STRING", ""))
        # Against the client's registration first: no redirect before the return address is known to be its own.
        scopes, details = _validate(parameters)
    except BadParameters as error:
        return _refuse(request, "link", error.description)
    except (MissingClientIdError, InvalidClientIdError) as error:
        return _refuse(request, "app", error.description)
    except (MissingRedirectURIError, MismatchingRedirectURIError, InvalidRedirectURIError) as error:
        app = Application.objects.get(client_id=parameters["client_id"])
        return _refuse(request, "address", error.description, app=str(app))
    except FatalClientError as error:
        return _refuse(request, "link", error.description)
    except OAuth2Error as error:
        if not request.user.is_authenticated:  # RFC 9700 §4.11.2: no redirect of a person who has not signed in
            return redirect_to_login(request.get_full_path())
        return Redirect(error.in_uri(parameters.get("redirect_uri") or error.redirect_uri))
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    if request.method == "POST":
        return _decide(request, parameters, scopes, details)
    return _ask(request, scopes, details)


def _read_parameters(query: str) -> dict[str, str]:
    return {name: value for name, value in without_empty(parameters_of(query)).items() if name not in IGNORED}


def _validate(parameters: dict[str, str]) -> tuple[list[str], dict[str, Any]]:
    """Return the scopes and details of a valid request. Raises FatalClientError, or OAuth2Error to redirect with."""
    scopes, details = server.validate_authorization_request(_request_uri(parameters))
    if details["request"].code_challenge is not None:
        is_s256 = details["request"].code_challenge_method == "S256"
        if not (is_s256 and CHALLENGE.fullmatch(parameters["code_challenge"])):
            raise _invalid_request(details["request"], "PKCE needs code_challenge_method S256 and its 43 characters.")
    return in_order(scopes), details


def _invalid_request(call: Any, description: str) -> OAuth2Error:
    error = OAuth2Error(description=description, state=call.state, request=call)
    error.error = "invalid_request"
    return error


def _request_uri(parameters: dict[str, str]) -> str:
    return f"{settings.PUBLIC_URL}/oauth/authorize?{urlencode(parameters)}"


def _ask(request: HttpRequest, scopes: list[str], details: dict[str, Any], problem: str = "") -> HttpResponse:
    target = urlsplit(details["request"].redirect_uri)
    response = render(
        request,
        "oauth/authorize.html",
        {
            "application": details["request"].client,
            "host": "" if is_on_device(target) else target.hostname,
            "scopes": [SCOPES[scope] for scope in scopes],
            "accounts": [membership.account for membership in _memberships(request)],
            "problem": problem,
        },
        status=400 if problem else 200,
    )
    allow_form_redirect(response, target)
    return response


def _decide(
    request: HttpRequest, parameters: dict[str, str], scopes: list[str], details: dict[str, Any]
) -> HttpResponse:
    call = details["request"]
    if request.POST.get("decision") != "allow":
        denial = [("error", "access_denied"), ("error_description", "The user said no.")]
        if call.state:
            denial.append(("state", call.state))
        return Redirect(add_params_to_uri(call.redirect_uri, denial))
    chosen = request.POST.get("account")
    membership = next((row for row in _memberships(request) if str(row.account_id) == chosen), None)
    if membership is None:
        return _ask(request, scopes, details, problem=gettext("Choose the business to connect."))
    headers, _, _ = server.create_authorization_response(
        _request_uri(parameters), scopes=scopes, credentials={"user": request.user, "membership": membership}
    )
    return Redirect(headers["Location"])


def _memberships(request: HttpRequest) -> list[Membership]:
    """Return those under which the person may connect an app, by account: a viewer cannot give the right to write."""
    memberships = [row for row in memberships_of(request) if row.role in WRITERS]
    return sorted(memberships, key=lambda membership: membership.account.name.casefold())


def _refuse(request: HttpRequest, fault: str, for_makers: str, *, app: str = "") -> HttpResponse:
    """Say that the app's link does not work: no redirect, since nobody knows whose address that would be.

    `fault`: what is wrong, of "app" (nobody has registered it), "address" (where people are sent back to), "link".
    """
    context = {"fault": fault, "app": app, "for_makers": for_makers}
    return render(request, "oauth/refused.html", context, status=400)
