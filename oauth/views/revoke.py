"""Ending tokens, for two kinds of callers: the person's own token, or a client (RFC 7009)."""

from django.db.models import Q
from django.http import HttpRequest, JsonResponse
from django.utils import timezone

from oauth.calls.authentication import REALM, Credential, find_credential
from oauth.scopes import WRITE
from oauth.server import grants
from oauth.server.library import authenticate_client
from oauth.server.parameters import BadParameters, without_empty
from oauth.views.endpoint import answer, endpoint, refused, unknown_client
from reviewhub.rest.errors import CODES, error_body


@endpoint
def revoke(request: HttpRequest, given: dict[str, str]) -> JsonResponse:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return _by_person(token.strip(), given)
    return _by_client(request, without_empty(given))


def _by_person(bearer: str, given: dict[str, str]) -> JsonResponse:
    """One of the person's tokens, or all of them. Unknown and other people's count 0: nothing to probe."""
    credential = find_credential(bearer, timezone.now()) if bearer.isascii() else None
    if credential is None:
        challenge = f'Bearer realm="{REALM}", error="invalid_token"'
        return answer(401, error_body(*CODES[401]), **{"WWW-Authenticate": challenge})
    if WRITE not in credential.scopes and given.get("token") != bearer:
        return refused(403, "insufficient_scope", "Without the scope 'write' a token can end only itself.")
    count = _revoke(credential, given)
    return answer(200, {"success": True, "message": "Tokens revoked successfully", "revoked_count": count})


def _revoke(credential: Credential, given: dict[str, str]) -> int:
    now = timezone.now()
    if "token" not in given:
        return grants.revoke_user(credential.user, now)
    if not given["token"]:
        raise BadParameters("An empty token names none; leave it out to revoke all.")
    return grants.revoke_token(given["token"], Q(user=credential.user), now)


def _by_client(request: HttpRequest, parameters: dict[str, str]) -> JsonResponse:
    """RFC 7009: the client authenticates; an unknown token is no error."""
    client = authenticate_client(request, parameters)
    if client is None:
        return unknown_client()
    if "token" not in parameters:
        return refused(400, "invalid_request", "Missing token parameter.")
    grants.revoke_token(parameters["token"], Q(application=client), timezone.now())
    return answer(200, {})
