"""Ending tokens, for two kinds of callers: the person's own token, or a client (RFC 7009)."""

from typing import Any

from django.db.models import Q
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from oauthlib.common import Request as OAuthRequest

from oauth import grants
from oauth.authentication import REALM, find_credential
from oauth.bodies import BadParameters, body_parameters
from oauth.models import User
from oauth.server import described, server
from reviewhub.api import CODES, error_body


@csrf_exempt
def revoke(request: HttpRequest) -> JsonResponse:
    if request.method != "POST":
        return _answer(405, error_body(*CODES[405]), Allow="POST")
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return _by_person(request, token.strip())
    return _by_client(request)


def _by_person(request: HttpRequest, bearer: str) -> JsonResponse:
    """One of the person's tokens, or all of them. Unknown and other people's count 0: nothing to probe."""
    credential = find_credential(bearer, timezone.now()) if bearer.isascii() else None
    if credential is None:
        challenge = f'Bearer realm="{REALM}", error="invalid_token"'
        return _answer(401, error_body(*CODES[401]), **{"WWW-Authenticate": challenge})
    try:
        count = _revoke(credential.user, _parameters(request))
    except BadParameters as error:
        return _answer(error.status, error_body(error.code, error.description))
    return _answer(200, {"success": True, "message": "Tokens revoked successfully", "revoked_count": count})


def _parameters(request: HttpRequest) -> dict[str, str]:
    """The reference's call has no body at all when it revokes everything."""
    if request.headers.get("Content-Length", "0") in ("", "0"):
        return {}
    return body_parameters(request, keep_empty=True)


def _revoke(user: User, parameters: dict[str, str]) -> int:
    now = timezone.now()
    if "token" not in parameters:
        return grants.revoke_user(user, now)
    if not parameters["token"]:
        raise BadParameters("An empty token names none; leave it out to revoke all.")
    return grants.revoke_token(parameters["token"], Q(user=user), now)


def _by_client(request: HttpRequest) -> JsonResponse:
    """RFC 7009: the client authenticates; an unknown token is no error."""
    try:
        parameters = body_parameters(request)
    except BadParameters as error:
        return _answer(error.status, error_body(error.code, error.description))
    call = OAuthRequest("/oauth/revoke", **described(request, parameters))
    if not server.request_validator.authenticate_client(call):
        challenge = {"WWW-Authenticate": f'Basic realm="{REALM}"'}
        return _answer(401, error_body("invalid_client", "The client id or its secret is wrong."), **challenge)
    if "token" not in parameters:
        return _answer(400, error_body("invalid_request", "Missing token parameter."))
    grants.revoke_token(parameters["token"], Q(application=call.client), timezone.now())
    return _answer(200, {})


def _answer(status: int, body: dict[str, Any], **headers: str) -> JsonResponse:
    return JsonResponse(body, status=status, headers={"Cache-Control": "no-store"} | headers)
