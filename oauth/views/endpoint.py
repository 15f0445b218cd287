"""Shared part of the token, revocation and introspection endpoints: parameters, answers, and a limit on failures."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_variables
from rest_framework import serializers

from oauth.calls import throttling
from oauth.calls.authentication import REALM
from oauth.server.parameters import BadParameters, basic_credentials, body_parameters
from reviewhub.outages import DATABASE_AWAY, RETRY_AFTER, drop_connection
from reviewhub.rest.errors import CODES, error_body

View = Callable[[HttpRequest, dict[str, str]], JsonResponse]

TAG = "OAuth 2.0"  # in the OpenAPI document


class ClientIn(serializers.Serializer[Any]):
    """With the credentials of an app. An empty parameter counts as absent (RFC 6749 §3.2)."""

    client_id = serializers.CharField(
        required=False, allow_blank=True, help_text="Your OAuth client ID; or HTTP Basic."
    )
    client_secret = serializers.CharField(
        required=False, allow_blank=True, help_text="Your OAuth client secret; a public app has none. Or HTTP Basic."
    )


def endpoint(view: View) -> Callable[[HttpRequest], JsonResponse]:
    """Wrap `view(request, parameters)` as a view that takes POST alone, and answers errors in the API's form.

    After too many failures, a failed call gets 429 instead of 400 or 401. A call with correct credentials still works:
    clients behind one address do not stop each other.
    """

    shielded_view = sensitive_variables()(view)  # error reports show no secrets, of the view as of the wrapper

    @csrf_exempt
    @wraps(view)
    @sensitive_variables()
    def wrapped(request: HttpRequest) -> JsonResponse:
        if request.method != "POST":
            return answer(405, error_body(*CODES[405]), Allow="POST")
        parameters: dict[str, str] = {}
        try:
            if request.META.get("QUERY_STRING"):
                raise BadParameters("Send the parameters in the body, not in the address.")
            parameters = body_parameters(request)
            request.client_id = parameters.get("client_id")  # type: ignore[attr-defined]  # see calls.cross_origin
            response = shielded_view(request, parameters)
        except BadParameters as error:
            response = refuse(error.status, error.code, error.description)
        except DATABASE_AWAY as error:
            drop_connection(error)
            return answer(503, error_body(*CODES[503]), **{"Retry-After": RETRY_AFTER})
        if response.status_code in (400, 401):
            basic = basic_credentials(request.headers.get("Authorization", ""))
            client_id = basic[0] if basic else parameters.get("client_id", "")
            if wait := throttling.note_failure(request, client_id):
                return answer(429, error_body(*CODES[429]), **{"Retry-After": str(wait)})
        return response

    return wrapped


def answer(status: int, body: dict[str, Any], **headers: str) -> JsonResponse:
    """Answer in JSON, with headers that forbid storing it (RFC 6749 §5.1)."""
    return JsonResponse(body, status=status, headers={"Cache-Control": "no-store", "Pragma": "no-cache"} | headers)


def refuse(status: int, code: str, description: str) -> JsonResponse:
    return answer(status, error_body(code, description))


def refuse_client() -> JsonResponse:
    """Answer that the client did not authenticate (RFC 6749 §5.2)."""
    challenge = {"WWW-Authenticate": f'Basic realm="{REALM}"'}
    return answer(401, error_body("invalid_client", "The client id or its secret is wrong."), **challenge)
