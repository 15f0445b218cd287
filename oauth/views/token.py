"""The token endpoint (RFC 6749 §3.2): codes and refresh tokens become token pairs."""

import json
import logging
from typing import Any

from django.db import OperationalError, transaction
from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters

from oauth import throttling
from oauth.bodies import BadParameters, body_parameters
from oauth.server import described, server
from reviewhub.api import CODES, error_body

logger = logging.getLogger(__name__)

DESCRIPTIONS = {
    "invalid_client": "The client id or its secret is wrong.",
    "invalid_grant": "The code or refresh token is invalid, expired, used, or another client's.",
    "invalid_scope": "The scope goes beyond what the user granted.",
    "unsupported_grant_type": "Only authorization_code and refresh_token are supported.",
}


@csrf_exempt
@sensitive_post_parameters()
def token(request: HttpRequest) -> JsonResponse:
    """Answers are never stored (RFC 6749 §5.1); errors are returned, so that what they revoked stays so."""
    if request.method != "POST":
        return _answer(405, error_body(*CODES[405]), Allow="POST")
    try:
        if request.META.get("QUERY_STRING"):
            raise BadParameters("Send the parameters in the body, not in the address.")
        parameters = body_parameters(request)
        if "grant_type" not in parameters:
            raise BadParameters("Missing grant_type parameter.")
    except BadParameters as error:
        return _answer(error.status, error_body(error.code, error.description))
    client_id = parameters.get("client_id", "")
    if wait := throttling.too_many_failures(request, client_id):
        return _answer(429, error_body(*CODES[429]), **{"Retry-After": str(wait)})
    try:
        with transaction.atomic():
            _, body, status = server.create_token_response("/oauth/token", **described(request, parameters))
    except OperationalError:
        logger.exception("token endpoint: database unavailable")
        return _answer(503, error_body(*CODES[503]), **{"Retry-After": "1"})
    if status != 200:
        throttling.note_failure(request, client_id)
        return _failure(status, json.loads(body))
    return _answer(200, json.loads(body))


def _failure(status: int, body: dict[str, Any]) -> JsonResponse:
    code = body["error"]
    description = body.get("error_description") or DESCRIPTIONS.get(code, "The request could not be understood.")
    if code == "invalid_client":
        challenge = {"WWW-Authenticate": 'Basic realm="ReviewHub"'}
        return _answer(401, error_body(code, DESCRIPTIONS[code]), **challenge)
    return _answer(400 if status < 500 else status, error_body(code, description))


def _answer(status: int, body: dict[str, Any], **headers: str) -> JsonResponse:
    return JsonResponse(body, status=status, headers={"Cache-Control": "no-store", "Pragma": "no-cache"} | headers)
