"""Reading the parameters of an OAuth call: a form or a JSON object, to the letter, and bounded."""

import base64
import json
import re
from typing import Any
from urllib.parse import unquote_plus, unquote_to_bytes

from django.http import HttpRequest

from reviewhub.rest.errors import CODES

MAX_BYTES = 64 * 1024
MAX_FIELDS = 50
MAX_LENGTH = 4096
BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")


class BadParameters(Exception):
    """The call cannot be read: `status`, `code` and `description` are what it is answered with."""

    def __init__(self, description: str, status: int = 400, code: str = "invalid_request") -> None:
        super().__init__(description)
        self.status, self.code, self.description = status, code, description


def body_parameters(request: HttpRequest) -> dict[str, str]:
    """What the body says, empty values included. Raises BadParameters."""
    raw = request.read(MAX_BYTES + 1)
    if len(raw) > MAX_BYTES:
        raise BadParameters("The body is larger than 64 KiB.", 413, "payload_too_large")
    if not raw:  # whatever its headers call it
        return {}
    if request.content_type == "application/json":
        return _checked(_json_pairs(raw))
    if request.content_type == "application/x-www-form-urlencoded":
        return _checked(_form_pairs(raw))
    raise BadParameters("Send a form or application/json.", 415, CODES[415][0])


def parameters_of(query: str) -> dict[str, str]:
    """What a query string says, by the same rules."""
    return _checked(_form_pairs(query.encode("latin-1", "replace")))


def present(parameters: dict[str, str]) -> dict[str, str]:
    """Without the empty ones, which count as absent (RFC 6749 §3.2)."""
    return {name: value for name, value in parameters.items() if value}


def basic_credentials(header: str) -> tuple[str, str] | None:
    """Client id and secret of an `Authorization: Basic` header; None for another scheme, both empty if unreadable.

    The scheme counts in any case; the parts are form-encoded (RFC 6749 §2.3.1), then joined as in RFC 7617.
    """
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        client_id, _, secret = base64.b64decode(encoded.strip(), validate=True).decode("utf-8").partition(":")
    except ValueError:
        return "", ""
    found = unquote_plus(client_id), unquote_plus(secret)
    return ("", "") if "\x00" in "".join(found) else found


def _form_pairs(raw: bytes) -> list[tuple[str, Any]]:
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadParameters("The parameters are not UTF-8.") from error
    if BAD_ESCAPE.search(text):
        raise BadParameters("A % in the parameters is not followed by two hexadecimal digits.")
    pairs = [part.partition("=")[::2] for part in text.split("&") if part]
    return [(_unquoted(name), _unquoted(value)) for name, value in pairs]


def _unquoted(text: str) -> str:
    try:
        return unquote_to_bytes(text.replace("+", " ")).decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadParameters("The parameters are not UTF-8.") from error


def _json_pairs(raw: bytes) -> list[tuple[str, Any]]:
    if not raw.strip():
        return []
    try:
        pairs = json.loads(raw.decode("utf-8"), object_pairs_hook=_Pairs)
    except (ValueError, RecursionError) as error:
        raise BadParameters("The body is not valid JSON.") from error
    if not isinstance(pairs, _Pairs):
        raise BadParameters("The body must be a JSON object.")
    return list(pairs)


class _Pairs(list[tuple[str, Any]]):
    """A JSON object with its duplicate keys still there."""


def _checked(pairs: list[tuple[str, Any]]) -> dict[str, str]:
    if len(pairs) > MAX_FIELDS:
        raise BadParameters(f"There are more than {MAX_FIELDS} parameters.")
    found: dict[str, str] = {}
    for name, value in pairs:
        if not isinstance(value, str):
            raise BadParameters(f"{name[:50]!r} must be a string.")
        if len(value) > MAX_LENGTH or "\x00" in value + name or _has_surrogate(value + name):
            raise BadParameters(f"{name[:50]!r} is too long, or holds characters that cannot be meant.")
        if name in found:
            raise BadParameters(f"{name[:50]!r} is there twice.")
        found[name] = value
    return found


def _has_surrogate(text: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in text)
