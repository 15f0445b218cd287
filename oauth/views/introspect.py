"""The introspection endpoint (RFC 7662): the state of a client's own tokens."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from rest_framework import serializers

from oauth.calls.authentication import live_access_token
from oauth.models import AccessToken, Application, RefreshToken
from oauth.models.tokens import REFRESH_PREFIX
from oauth.roles import scopes_now
from oauth.server import grants
from oauth.server.library import authenticate_client
from oauth.server.parameters import without_empty
from oauth.views.endpoint import TAG, ClientIn, answer, endpoint, refuse, refuse_client
from reviewhub.rest.operations import operation


class IntrospectionIn(ClientIn):
    token = serializers.CharField(help_text="An access or a refresh token.")


class IntrospectionOut(serializers.Serializer[Any]):
    """The state of a token; of one that is not active, no more than that."""

    active = serializers.BooleanField()
    scope = serializers.CharField(required=False)
    client_id = serializers.CharField(required=False)
    sub = serializers.UUIDField(required=False, help_text="The person.")
    account_id = serializers.UUIDField(required=False)
    iss = serializers.CharField(required=False)
    iat = serializers.IntegerField(required=False)
    exp = serializers.IntegerField(required=False)
    token_type = serializers.ChoiceField(choices=["Bearer"], required=False)


@operation(
    "introspectToken",
    IntrospectionOut,
    method="POST",
    tag=TAG,
    takes=IntrospectionIn,
    security=[],
    form=True,
    errors={401: "invalid_client"},
    example={"token": "…"},
    shows={200: {"active": True, "scope": "read write", "token_type": "Bearer"}},
)
@endpoint
def introspect(request: HttpRequest, parameters: dict[str, str]) -> JsonResponse:
    """Tell what a token is good for. RFC 7662: another client's token is as inactive as an unknown one.

    Asking does not use it. A form; a JSON object is taken, too.
    """
    parameters = without_empty(parameters)
    client = authenticate_client(request, parameters)
    if client is None or client.client_type == Application.CLIENT_PUBLIC:
        return refuse_client()
    if "token" not in parameters:
        return refuse(400, "invalid_request", "Missing token parameter.")
    return answer(200, _describe(parameters["token"], client))


def _describe(token: str, client: Application) -> dict[str, Any]:
    now = timezone.now()
    if token.startswith(REFRESH_PREFIX):
        refresh = grants.live_refresh_token(token, client, now)
        if refresh is None:
            return {"active": False}
        return _describe_row(refresh, client, exp=int(refresh.idle_until().timestamp()))
    access = live_access_token(token, now)
    if access is None or access.application_id != client.pk:
        return {"active": False}
    return _describe_row(access, client, exp=int(access.expires.timestamp()), token_type="Bearer")  # noqa: S106 (RFC 6750's word)


def _describe_row(row: AccessToken | RefreshToken, client: Application, **own: Any) -> dict[str, Any]:
    return {
        "active": True,
        "scope": " ".join(scopes_now(row.scope, row.role)),
        "client_id": client.client_id,
        "sub": str(row.user_id),
        "account_id": str(row.account_id),
        "iss": settings.PUBLIC_URL,
        "iat": int(row.created.timestamp()),
    } | own
