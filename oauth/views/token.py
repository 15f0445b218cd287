"""The token endpoint (RFC 6749 §3.2): codes and refresh tokens become token pairs."""

import json
from typing import Any

from django.db import transaction
from django.http import HttpRequest, JsonResponse
from rest_framework import serializers

from oauth.server.library import call_arguments, server
from oauth.server.parameters import without_empty
from oauth.views.endpoint import TAG, ClientIn, answer, endpoint, refuse, refuse_client
from reviewhub.rest.operations import operation

DESCRIPTIONS = {
    "invalid_grant": "The code or refresh token is invalid, expired, used, or another client's.",
    "invalid_scope": "The scope goes beyond what the user granted.",
    "unsupported_grant_type": "Only authorization_code and refresh_token are supported.",
}


class TokenIn(ClientIn):
    grant_type = serializers.ChoiceField(choices=["authorization_code", "refresh_token"], help_text="Type of grant")
    code = serializers.CharField(
        required=False, allow_blank=True, help_text="Authorization code (required for authorization_code grant)"
    )
    redirect_uri = serializers.CharField(
        required=False,
        allow_blank=True,
        help_text="Same redirect URI used in authorization (required for authorization_code grant)",
    )
    refresh_token = serializers.CharField(
        required=False, allow_blank=True, help_text="Refresh token (required for refresh_token grant)"
    )
    code_verifier = serializers.CharField(required=False, allow_blank=True, help_text="PKCE verifier (optional)")


class TokenPairOut(serializers.Serializer[Any]):
    access_token = serializers.CharField()
    token_type = serializers.ChoiceField(choices=["Bearer"])
    expires_in = serializers.IntegerField(help_text="Seconds.")
    refresh_token = serializers.CharField(help_text="Replaces the one that was sent.")
    scope = serializers.CharField()


@operation(
    "exchangeToken",
    TokenPairOut,
    method="POST",
    tag=TAG,
    takes=TokenIn,
    security=[],
    form=True,
    errors={400: "invalid_grant", 401: "invalid_client"},
    example={"grant_type": "refresh_token", "client_id": "…", "client_secret": "…", "refresh_token": "…"},
    shows={
        200: {
            "access_token": "…",
            "token_type": "Bearer",
            "expires_in": 3600,
            "refresh_token": "…",
            "scope": "read write",
        }
    },
)
@endpoint
def token(request: HttpRequest, parameters: dict[str, str]) -> JsonResponse:
    """Exchange a code, or refresh. Exchanges authorization code for access token or refreshes access token.

    A form; a JSON object is taken, too.
    """
    # No error is raised, so that the transaction keeps what it has revoked.
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
