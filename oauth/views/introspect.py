"""Introspection (RFC 7662): a client asks what became of its own tokens."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.utils import timezone

from oauth.calls.authentication import live_access_token
from oauth.models import AccessToken, Application, RefreshToken
from oauth.models.tokens import REFRESH_PREFIX
from oauth.server import grants
from oauth.server.library import authenticate_client
from oauth.server.parameters import without_empty
from oauth.views.endpoint import answer, endpoint, refused, unknown_client


@endpoint
def introspect(request: HttpRequest, given: dict[str, str]) -> JsonResponse:
    """Another client's token is as inactive as an unknown one. Asking is no use of the token."""
    parameters = without_empty(given)
    client = authenticate_client(request, parameters)
    if client is None or client.client_type == Application.CLIENT_PUBLIC:
        return unknown_client()
    if "token" not in parameters:
        return refused(400, "invalid_request", "Missing token parameter.")
    return answer(200, _described(parameters["token"], client))


def _described(token: str, client: Application) -> dict[str, Any]:
    now = timezone.now()
    if token.startswith(REFRESH_PREFIX):
        refresh = grants.live_refresh_token(token, client, now)
        return _active(refresh, client, exp=int(refresh.idle_until().timestamp())) if refresh else {"active": False}
    access = live_access_token(token, now)
    if access is None or access.application_id != client.pk:
        return {"active": False}
    return _active(access, client, exp=int(access.expires.timestamp()), token_type="Bearer")  # noqa: S106 (RFC 6750's word)


def _active(row: AccessToken | RefreshToken, client: Application, **kind: Any) -> dict[str, Any]:
    return {
        "active": True,
        "scope": row.scope,
        "client_id": client.client_id,
        "sub": str(row.user_id),
        "account_id": str(row.account_id),
        "iss": settings.PUBLIC_URL,
        "iat": int(row.created.timestamp()),
    } | kind
