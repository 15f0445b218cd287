"""The OAuth library's server, with our rules and our tokens."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from oauthlib.common import Request
from oauthlib.oauth2 import WebApplicationServer

from oauth.models import Application
from oauth.server.validator import Validator, access_token, refresh_token, remaining_seconds

server = WebApplicationServer(
    Validator(),
    token_generator=access_token,
    refresh_token_generator=refresh_token,
    token_expires_in=remaining_seconds,
)


def call_arguments(request: HttpRequest, parameters: Mapping[str, str]) -> dict[str, Any]:
    """Return a call as the library's methods take it: only with parameters that were read and checked here."""
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    if "Authorization" in request.headers:
        headers["Authorization"] = request.headers["Authorization"]
    return {"http_method": "POST", "body": urlencode(parameters), "headers": headers}


def authenticate_client(request: HttpRequest, parameters: Mapping[str, str]) -> Application | None:
    """Return the client that calls, proven by its secret, or a public one by its id alone; None if unproven."""
    validator = server.request_validator
    call = Request(request.path, **call_arguments(request, parameters))
    if validator.client_authentication_required(call):
        is_proven = validator.authenticate_client(call)
    else:
        is_proven = validator.authenticate_client_id(call.client_id, call)
    return call.client if is_proven else None
