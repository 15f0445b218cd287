"""The library's server, with our rules and our tokens."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from oauthlib.oauth2 import WebApplicationServer

from oauth.validator import Validator, access_token, refresh_token, remaining_seconds

server = WebApplicationServer(
    Validator(),
    token_generator=access_token,
    refresh_token_generator=refresh_token,
    token_expires_in=remaining_seconds,
)


def described(request: HttpRequest, parameters: Mapping[str, str]) -> dict[str, Any]:
    """A call as the library's methods take it: only what we have read and checked ourselves."""
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    if "Authorization" in request.headers:
        headers["Authorization"] = request.headers["Authorization"]
    return {"http_method": "POST", "body": urlencode(parameters), "headers": headers}
