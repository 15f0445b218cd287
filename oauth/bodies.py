"""Reading the parameters of an OAuth call: a form or a JSON object, to the letter, and bounded."""

import json
import re
from typing import Any
from urllib.parse import unquote_to_bytes

from django.http import HttpRequest

from reviewhub.api import CODES

MAX_BYTES = 64 * 1024
MAX_FIELDS = 50
MAX_LENGTH = 4096
BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")


class BadParameters(Exception):
    """The call cannot be read: `status`, `code` and `description` are what it is answered with."""

    def __init__(self, description: str, status: int = 400, code: str = "invalid_request") -> None:
        super().__init__(description)
        self.status, self.code, self.description = status, code, description


def body_parameters(request: HttpRequest, *, keep_empty: bool = False) -> dict[str, str]:
    """What the body says. Empty values count as absent (RFC 6749 §3.2), unless `keep_empty`.

    Raises BadParameters.
    """
    raw = request.read(MAX_BYTES + 1)
    if len(raw) > MAX_BYTES:
        raise BadParameters("The body is larger than 64 KiB.", 413, "payload_too_large")
    kind = request.content_type
    if kind == "application/json":
        return _checked(_json_pairs(raw), keep_empty=keep_empty)
    if kind == "application/x-www-form-urlencoded" or (not raw and not kind):
        return _checked(_form_pairs(raw), keep_empty=keep_empty)
    raise BadParameters("Send a form or application/json.", 415, CODES[415][0])


def query_parameters(request: HttpRequest) -> dict[str, str]:
    """What the query string says, by the same rules."""
    return _checked(_form_pairs(request.META.get("QUERY_STRING", "").encode("latin-1")))


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


def _checked(pairs: list[tuple[str, Any]], *, keep_empty: bool = False) -> dict[str, str]:
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
    return {name: value for name, value in found.items() if value or keep_empty}


def _has_surrogate(text: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in text)
