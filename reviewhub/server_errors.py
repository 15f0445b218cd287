"""Errors that the web server answers by itself, for what the application never sees, in the form of all others."""

import json
import logging
import uuid
from typing import Any

from waitress.utilities import Error

from reviewhub import logs

access = logging.getLogger("reviewhub.access")

# The code and the words of each status that waitress knows; it adds words of its own about what is no request.
ANSWERS = {
    400: ("invalid_request", "This is no request as HTTP/1.1 has it."),
    408: ("request_timeout", "The request did not arrive in time; send it again."),
    413: ("payload_too_large", "The body is larger than any that is taken here."),
    429: ("rate_limited", "Too many of your requests wait to be answered; send fewer at once."),
    431: ("headers_too_large", "The address and the headers are too long together: 32 KiB at most."),
    500: ("server_error", "Something went wrong on our side."),
    501: ("not_implemented", "The body may be sent with a Content-Length or in chunks, and in no other way."),
}


def answer_in_json() -> None:
    """Make waitress answer its own errors so: it takes no class or function of ours for them."""
    Error.to_response = to_response


def to_response(error: Error, ident: str | None = None) -> tuple[str, list[tuple[str, str]], bytes]:
    """Return status, headers and body for the error, and log its line: no middleware does."""
    code, description = ANSWERS[error.code]
    request_id = uuid.uuid4().hex
    token = logs.request_id.set(request_id)
    access.info("request", extra={"method": "-", "route": "-", "status": error.code})
    logs.request_id.reset(token)
    body: dict[str, Any] = {"error": code, "error_description": description}
    headers = [
        ("Content-Type", "application/json"),
        ("Cache-Control", "no-store"),
        ("X-Request-ID", request_id),
    ]
    return f"{error.code} {error.reason}", headers, json.dumps(body).encode()
