"""What the token, revocation and introspection endpoints share."""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_variables

from oauth.calls import throttling
from oauth.calls.authentication import REALM
from oauth.server.parameters import BadParameters, basic_credentials, body_parameters
from reviewhub.rest.errors import CODES, error_body

logger = logging.getLogger(__name__)

View = Callable[[HttpRequest, dict[str, str]], JsonResponse]


def endpoint(view: View) -> Callable[[HttpRequest], JsonResponse]:
    """A view that is posted to, and gets the parameters of the body; answers in the contract's error body.

    Who fails too often is told to wait, and nobody else: a call that succeeds is never held up, so that
    clients behind one address do not stop each other.
    """

    hidden = sensitive_variables()(view)  # error reports show no secrets

    @csrf_exempt
    @wraps(view)
    @sensitive_variables()
    def answered(request: HttpRequest) -> JsonResponse:
        if request.method != "POST":
            return answer(405, error_body(*CODES[405]), Allow="POST")
        given: dict[str, str] = {}
        try:
            if request.META.get("QUERY_STRING"):
                raise BadParameters("Send the parameters in the body, not in the address.")
            given = body_parameters(request)
            response = hidden(request, given)
        except BadParameters as error:
            response = refused(error.status, error.code, error.description)
        except (OperationalError, InterfaceError):
            logger.exception("database unavailable", extra={"route": request.path})
            return answer(503, error_body(*CODES[503]), **{"Retry-After": "1"})
        if response.status_code in (400, 401):
            basic = basic_credentials(request.headers.get("Authorization", ""))
            who = basic[0] if basic else given.get("client_id", "")
            if wait := throttling.note_failure(request, who):
                return answer(429, error_body(*CODES[429]), **{"Retry-After": str(wait)})
        return response

    return answered


def answer(status: int, body: dict[str, Any], **headers: str) -> JsonResponse:
    """An answer that is kept nowhere (RFC 6749 §5.1)."""
    return JsonResponse(body, status=status, headers={"Cache-Control": "no-store", "Pragma": "no-cache"} | headers)


def refused(status: int, code: str, description: str) -> JsonResponse:
    return answer(status, error_body(code, description))


def unknown_client() -> JsonResponse:
    challenge = {"WWW-Authenticate": f'Basic realm="{REALM}"'}
    return answer(401, error_body("invalid_client", "The client id or its secret is wrong."), **challenge)
