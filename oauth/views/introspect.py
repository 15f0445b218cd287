"""The introspection endpoint (RFC 7662): the state of a client's own tokens."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.utils import timezone

from oauth.calls.authentication import live_access_token
from oauth.models import AccessToken, Application, RefreshToken
from oauth.models.tokens import REFRESH_PREFIX
from oauth.roles import scopes_now
from oauth.server import grants
from oauth.server.library import authenticate_client
from oauth.server.parameters import without_empty
from oauth.views.endpoint import answer, endpoint, refuse, refuse_client


@endpoint
def introspect(request: HttpRequest, parameters: dict[str, str]) -> JsonResponse:
    """Answer with the state of a token; another client's is as inactive as an unknown one. Asking does not use it."""
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
