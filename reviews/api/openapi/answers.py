"""Answers of every operation, described once for the OpenAPI document: its errors, and the headers of all answers."""

from typing import Any

from reviewhub.rest.errors import CODES

HEADERS = {
    "X-Request-ID": {"schema": {"type": "string"}, "description": "Names this call in the logs."},
    "RateLimit-Policy": {"schema": {"type": "string"}, "description": "The limit: calls in a window of seconds."},
    "RateLimit": {"schema": {"type": "string"}, "description": "How many are left, and for how many seconds."},
}
MORE_HEADERS = {
    "ETag": {"schema": {"type": "string"}, "description": "The version of what is shown (RFC 9110 §8.8.3)."},
    "Idempotency-Replayed": {
        "schema": {"type": "string", "enum": ["true"]},
        "description": "There where a call with the same key was answered before.",
    },
    "Retry-After": {"schema": {"type": "integer"}, "description": "Seconds to wait."},
    "WWW-Authenticate": {"schema": {"type": "string"}, "description": "What would be accepted (RFC 6750, RFC 7617)."},
}
HEADERS_OF = dict.fromkeys((401, 403), "WWW-Authenticate") | dict.fromkeys((409, 429, 503), "Retry-After")

ERRORS = {
    400: "The input is wrong.",
    401: "The token is missing, unknown, expired or revoked.",
    403: "The token may not do this.",
    404: "There is nothing here that the account has.",
    408: "The body did not arrive in time.",
    409: "The call does not fit what is there, or the one before it with the same key still runs (Retry-After).",
    412: "It was changed since you read it.",
    413: "The body is too large.",
    415: "The body has another media type, or it is compressed.",
    429: "Too many calls; wait for the seconds in Retry-After.",
    500: "Something went wrong on our side.",
    503: "The service is busy; try again.",
}
# Codes of errors, with their descriptions, that are not the usual ones of their status.
MORE_CODES = {
    "request_timeout": "The request did not arrive in time; send it again.",
    "insufficient_scope": "This call needs the scope 'write'.",
    "invalid_state": "The request has ended.",
    "invalid_grant": "The code or refresh token is invalid, expired, used, or another client's.",
    "invalid_client": "The client id or its secret is wrong.",
}
USUAL = {status: code for status, (code, _) in CODES.items()}
USUAL |= {403: "insufficient_scope", 408: "request_timeout", 409: "invalid_state"}


def error_answer(status: int, code: str = "") -> dict[str, str]:
    """Refer to the shared description of an error: that of its usual code, or of another one."""
    return {"$ref": f"#/components/responses/{_name(code or USUAL[status])}"}


def error_answers() -> dict[str, Any]:
    """Return the shared descriptions of errors, each by its name."""
    usual = {status: [USUAL[status]] for status in ERRORS}
    usual[400] += ["invalid_grant"]
    usual[401] += ["invalid_client"]
    return {_name(code): _describe(status, code) for status, codes in usual.items() for code in codes}


def _describe(status: int, code: str) -> dict[str, Any]:
    description = MORE_CODES.get(code) or CODES[status][1]
    names = ["X-Request-ID", *([HEADERS_OF[status]] if status in HEADERS_OF else [])]
    return {
        "description": description if code in ("invalid_grant", "invalid_client") else ERRORS[status],
        "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in names},
        "content": {
            "application/json": {
                "schema": {"$ref": "#/components/schemas/ApiError"},
                "example": {"error": code, "error_description": description},
            }
        },
    }


def _name(code: str) -> str:
    return "".join(word.capitalize() for word in code.split("_"))
