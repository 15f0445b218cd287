"""The token endpoint (RFC 6749 §3.2): codes and refresh tokens become token pairs."""

import json

from django.db import transaction
from django.http import HttpRequest, JsonResponse

from oauth.server.library import call_arguments, server
from oauth.server.parameters import without_empty
from oauth.views.endpoint import answer, endpoint, refuse, refuse_client

DESCRIPTIONS = {
    "invalid_grant": "The code or refresh token is invalid, expired, used, or another client's.",
    "invalid_scope": "The scope goes beyond what the user granted.",
    "unsupported_grant_type": "Only authorization_code and refresh_token are supported.",
}


@endpoint
def token(request: HttpRequest, parameters: dict[str, str]) -> JsonResponse:
    """Answer with a pair of tokens, or an error: none is raised, so that the transaction keeps what it has revoked."""
    parameters = without_empty(parameters)
    if "grant_type" not in parameters:
        return refuse(400, "invalid_request", "Missing grant_type parameter.")
    with transaction.atomic():
        _, body, status = server.create_token_response("/oauth/token", **call_arguments(request, parameters))
    content = json.loads(body)
    if status == 200:
        return answer(200, content)
    code = content["error"]
    if code == "invalid_client":
        return refuse_client()
    description = content.get("error_description") or DESCRIPTIONS.get(code, "The request could not be understood.")
    return refuse(400, code, description)
