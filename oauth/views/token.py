"""The token endpoint (RFC 6749 §3.2): codes and refresh tokens become token pairs."""

import json

from django.db import transaction
from django.http import HttpRequest, JsonResponse

from oauth.server.library import call_arguments, server
from oauth.server.parameters import without_empty
from oauth.views.endpoint import answer, endpoint, refused, unknown_client

DESCRIPTIONS = {
    "invalid_grant": "The code or refresh token is invalid, expired, used, or another client's.",
    "invalid_scope": "The scope goes beyond what the user granted.",
    "unsupported_grant_type": "Only authorization_code and refresh_token are supported.",
}


@endpoint
def token(request: HttpRequest, given: dict[str, str]) -> JsonResponse:
    """Errors are returned and never raised here, so that what they revoked stays revoked."""
    parameters = without_empty(given)
    if "grant_type" not in parameters:
        return refused(400, "invalid_request", "Missing grant_type parameter.")
    with transaction.atomic():
        _, body, status = server.create_token_response("/oauth/token", **call_arguments(request, parameters))
    found = json.loads(body)
    if status == 200:
        return answer(200, found)
    code = found["error"]
    if code == "invalid_client":
        return unknown_client()
    description = found.get("error_description") or DESCRIPTIONS.get(code, "The request could not be understood.")
    return refused(400, code, description)
