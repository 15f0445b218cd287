"""The revocation endpoint, for two kinds of callers: a person by their own token, and a client (RFC 7009)."""

from typing import Any

from django.db.models import Q
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from rest_framework import serializers

from oauth.calls.authentication import REALM, Credential, find_credential
from oauth.calls.permissions import challenge_for
from oauth.scopes import WRITE
from oauth.server import grants
from oauth.server.library import authenticate_client
from oauth.server.parameters import BadParameters, without_empty
from oauth.views.endpoint import TAG, ClientIn, answer, endpoint, refuse, refuse_client
from reviewhub.rest.errors import CODES, error_body
from reviewhub.rest.operations import operation


class RevocationIn(ClientIn):
    NULL_IS_ABSENT = ("client_id", "client_secret")  # a token of null is never taken for all

    token = serializers.CharField(
        required=False, help_text="Specific token to revoke (optional, revokes all if not provided)"
    )


class RevocationOut(serializers.Serializer[Any]):
    success = serializers.BooleanField()
    message = serializers.CharField()
    revoked_count = serializers.IntegerField(help_text="Somebody else's token counts 0, too.")


@operation(
    "revokeTokens",
    RevocationOut,
    method="POST",
    tag=TAG,
    takes=RevocationIn,
    security=[{"bearer": []}, {"oauth2": ["write"]}, {}],
    errors={401: "unauthorized", 403: "insufficient_scope"},
    example={"token": "…"},
    shows={200: {"success": True, "message": "Tokens revoked successfully", "revoked_count": 2}},
)
@endpoint
def revoke(request: HttpRequest, parameters: dict[str, str]) -> JsonResponse:
    """Revoke one token, or all. Revokes all active OAuth tokens for the authenticated user, or the one that is named.

    All of them in the account that the Bearer token is for. With client credentials, as RFC 7009 has it: `token` is
    required and the answer is empty. A form is taken, too.
    """
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return _revoke_for_person(request, token.strip(), parameters)
    return _revoke_for_client(request, without_empty(parameters))


def _revoke_for_person(request: HttpRequest, bearer: str, parameters: dict[str, str]) -> JsonResponse:
    """End one of the person's tokens in the credential's account, or all of them there.

    Other tokens, known or not, count 0, so that none is probed.
    """
    credential = find_credential(bearer, timezone.now()) if bearer.isascii() else None
    if credential is None:
        challenge = f'Bearer realm="{REALM}", error="invalid_token"'
        return answer(401, error_body(*CODES[401]), **{"WWW-Authenticate": challenge})
    request.auth = credential  # type: ignore[attr-defined]  # as calls of the API have it
    if WRITE not in credential.scopes and parameters.get("token") != bearer:
        body = error_body("insufficient_scope", "Without the scope 'write' a token can end only itself.")
        return answer(403, body, **{"WWW-Authenticate": challenge_for(WRITE)})
    count = _revoke(credential, parameters)
    return answer(200, {"success": True, "message": "Tokens revoked successfully", "revoked_count": count})


def _revoke(credential: Credential, parameters: dict[str, str]) -> int:
    now = timezone.now()
    if "token" not in parameters:
        return grants.revoke_in_account(credential.user, credential.account, now)
    if not parameters["token"]:
        raise BadParameters("An empty token names none; leave it out to revoke all.")
    own = Q(user=credential.user, account=credential.account)
    return grants.revoke_token(parameters["token"], own, now)


def _revoke_for_client(request: HttpRequest, parameters: dict[str, str]) -> JsonResponse:
    """End one token of the client that authenticates; an unknown token is no error (RFC 7009 §2.2)."""
    client = authenticate_client(request, parameters)
    if client is None:
        return refuse_client()
    if "token" not in parameters:
        return refuse(400, "invalid_request", "Missing token parameter.")
    grants.revoke_token(parameters["token"], Q(application=client), timezone.now())
    return answer(200, {})
