"""Parameters of an OAuth call, from a form or a JSON object: read to the letter, and bounded."""

import base64
import json
import re
from typing import Any
from urllib.parse import unquote_plus, unquote_to_bytes

from django.http import HttpRequest

from reviewhub.rest.errors import CODES, refuse_constant

MAX_BYTES = 64 * 1024
MAX_FIELDS = 50
MAX_LENGTH = 4096
# Parameters that some call reads. Others are ignored (RFC 6749 §3.1 and §3.2), whatever value they have in JSON.
READ = {"client_id", "client_secret", "code", "code_verifier", "grant_type", "redirect_uri", "refresh_token", "scope"}
READ |= {"token", "token_type_hint"}
BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")


class BadParameters(Exception):
    """The parameters cannot be read; the answer has this `status`, `code` and `description`."""

    def __init__(self, description: str, status: int = 400, code: str = "invalid_request") -> None:
        super().__init__(description)
        self.status, self.code, self.description = status, code, description


def body_parameters(request: HttpRequest) -> dict[str, str]:
    """Return the parameters in the body, empty ones included; `null` is read as empty. Raises BadParameters."""
    raw = request.read(MAX_BYTES + 1)
    if len(raw) > MAX_BYTES:
        raise BadParameters("The body is larger than 64 KiB.", 413, "payload_too_large")
    if not raw:  # whatever its headers call it
        return {}
    if request.content_type == "application/json":
        return _check(_json_pairs(raw))
    if request.content_type == "application/x-www-form-urlencoded":
        return _check(_form_pairs(raw))
    raise BadParameters("Send a form or application/json.", 415, CODES[415][0])


def parameters_of(query: str) -> dict[str, str]:
    """Return the parameters in a query string, by the same rules."""
    return _check(_form_pairs(query.encode("latin-1", "replace")))


def without_empty(parameters: dict[str, str]) -> dict[str, str]:
    """Return the parameters without the empty ones, which count as absent (RFC 6749 §3.2)."""
    return {name: value for name, value in parameters.items() if value}


def basic_credentials(header: str) -> tuple[str, str] | None:
    """Return client id and secret of an `Authorization: Basic` header; both empty if unreadable, None for other ones.

    The scheme may be in upper or lower case; the parts are form-encoded (RFC 6749 §2.3.1), then joined as in RFC 7617.
    """
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        client_id, _, secret = base64.b64decode(encoded.strip(), validate=True).decode("utf-8").partition(":")
    except ValueError:
        return "", ""
    client_id, secret = unquote_plus(client_id), unquote_plus(secret)
    return ("", "") if "\x00" in client_id + secret else (client_id, secret)


def _form_pairs(raw: bytes) -> list[tuple[str, Any]]:
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadParameters("The parameters are not UTF-8.") from error
    if BAD_ESCAPE.search(text):
        raise BadParameters("A % in the parameters is not followed by two hexadecimal digits.")
    pairs = [part.partition("=")[::2] for part in text.split("&") if part]
    return [(_unquote(name), _unquote(value)) for name, value in pairs]


def _unquote(text: str) -> str:
    try:
        return unquote_to_bytes(text.replace("+", " ")).decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadParameters("The parameters are not UTF-8.") from error


def _json_pairs(raw: bytes) -> list[tuple[str, Any]]:
    if not raw.strip():
        return []
    try:
        pairs = json.loads(raw.decode("utf-8"), object_pairs_hook=_Pairs, parse_constant=refuse_constant)
    except (ValueError, RecursionError) as error:
        raise BadParameters("The body is not valid JSON.") from error
    if not isinstance(pairs, _Pairs):
        raise BadParameters("The body must be a JSON object.")
    return list(pairs)


class _Pairs(list[tuple[str, Any]]):
    """A JSON object with its duplicate keys still there."""


def _check(pairs: list[tuple[str, Any]]) -> dict[str, str]:
    """Return the pairs as parameters. Raises BadParameters."""
    if len(pairs) > MAX_FIELDS:
        raise BadParameters(f"There are more than {MAX_FIELDS} parameters.")
    parameters: dict[str, str] = {}
    for name, value in pairs:
        if not isinstance(value, str) and name not in READ:
            continue
        value = "" if value is None else value
        if not isinstance(value, str):
            raise BadParameters(f"{name[:50]!r} must be a string.")
        if len(value) > MAX_LENGTH or "\x00" in value + name or _has_surrogate(value + name):
            raise BadParameters(f"{name[:50]!r} is too long, or holds characters that cannot be meant.")
        if name in parameters:
            raise BadParameters(f"{name[:50]!r} is there twice.")
        parameters[name] = value
    return parameters


def _has_surrogate(text: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in text)
