"""Parts that every API endpoint has: the body of errors, strict JSON, pages of a list."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import IO, Any, TypeVar

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db.models import Model, QuerySet
from django.http import Http404, JsonResponse
from rest_framework import exceptions, serializers
from rest_framework.pagination import CursorPagination
from rest_framework.parsers import BaseParser
from rest_framework.response import Response

from reviewhub.outages import DATABASE_AWAY, RETRY_AFTER, drop_connection

M = TypeVar("M", bound=Model)

MAX_BODY = 1024 * 1024

CODES = {
    400: ("invalid_request", "The request could not be understood."),
    401: ("unauthorized", "Send a valid access token or API key as 'Authorization: Bearer …'."),
    403: ("forbidden", "You may not do this."),
    404: ("not_found", "There is nothing at this address."),
    405: ("method_not_allowed", "This address does not take that method; see the Allow header."),
    413: ("payload_too_large", f"The body is larger than {MAX_BODY // 1024 // 1024} MiB."),
    415: ("unsupported_media_type", "Send the body as application/json."),
    429: ("rate_limited", "Too many calls; wait for the seconds in Retry-After."),
    500: ("server_error", "Something went wrong on our side; the X-Request-ID header names this call."),
    503: ("temporarily_unavailable", "The service is busy; try again shortly."),
}


class ApiError(exceptions.APIException):
    """An error with a code of the contract; its body is `{"error": code, "error_description": description}`."""

    def __init__(self, status: int, code: str, description: str, *, headers: dict[str, str] | None = None) -> None:
        super().__init__(description, code)
        self.status_code = status
        self.headers = headers or {}


class PayloadTooLarge(exceptions.APIException):
    """The body is larger than the view allows: 413."""

    status_code = 413
    default_code, default_detail = CODES[413]


class ApiErrorOut(serializers.Serializer[Any]):
    """Every error. `fields` names each wrong input field with what is wrong about it."""

    error = serializers.CharField(help_text="A code, for programs.")
    error_description = serializers.CharField(help_text="One sentence, for people.")
    fields = serializers.DictField(child=serializers.ListField(child=serializers.CharField()), required=False)  # type: ignore[assignment]
    active = serializers.BooleanField(required=False, help_text="False, where a token was asked about that is none.")


def error_body(code: str, description: str, fields: dict[str, list[str]] | None = None) -> dict[str, Any]:
    """Return the body of an error. `fields` maps each wrong input field to its problems."""
    body: dict[str, Any] = {"error": code, "error_description": description}
    if fields is not None:
        body["fields"] = fields
    return body


def error_response(status: int, code: str, description: str) -> JsonResponse:
    """Return the error as a plain Django response, for answers outside DRF."""
    return JsonResponse(error_body(code, description), status=status)


def exception_handler(exc: Exception, context: dict[str, Any]) -> Response | None:
    """Turn an error of a view into an answer with the contract's body; None leaves a bug to Django's 500."""
    if isinstance(exc, Http404):
        exc = exceptions.NotFound()
    elif isinstance(exc, PermissionDenied):
        exc = exceptions.PermissionDenied()
    elif isinstance(exc, RequestDataTooBig):
        exc = PayloadTooLarge()
    elif isinstance(exc, DATABASE_AWAY):
        drop_connection(exc)
        exc = ApiError(503, *CODES[503], headers={"Retry-After": RETRY_AFTER})
    if not isinstance(exc, exceptions.APIException):
        return None
    return Response(_body_of(exc), status=exc.status_code, headers=_headers_of(exc))


def _body_of(exc: exceptions.APIException) -> dict[str, Any]:
    if isinstance(exc, exceptions.ValidationError):
        fields = flatten_errors(exc.detail)
        name, messages = next(iter(fields.items()))
        return error_body("invalid_request", f"{name}: {messages[0]}", fields)
    code, description = CODES.get(exc.status_code, ("invalid_request", ""))
    if isinstance(exc, ApiError) or exc.status_code == 400:
        description = str(exc.detail)
    if isinstance(exc, ApiError):
        code = str(exc.get_codes())
    return error_body(code, description)


def _headers_of(exc: exceptions.APIException) -> dict[str, str]:
    headers = dict(getattr(exc, "headers", {}))
    if (challenge := getattr(exc, "auth_header", None)) is not None:
        headers["WWW-Authenticate"] = challenge
    if (wait := getattr(exc, "wait", None)) is not None:
        headers["Retry-After"] = str(max(1, int(wait)))
    return headers


def flatten_errors(detail: Any, prefix: str = "") -> dict[str, list[str]]:
    """Return nested validation errors as `{"metadata.key": ["…"]}`; errors of no field are under `body`."""
    if isinstance(detail, dict):
        flat: dict[str, list[str]] = {}
        for key, value in detail.items():
            name = "body" if key == "non_field_errors" else str(key)
            for path, messages in flatten_errors(value, f"{prefix}.{name}" if prefix else name).items():
                flat.setdefault(path, []).extend(messages)
        return flat
    messages = [str(message) for message in (detail if isinstance(detail, list) else [detail])]
    return {prefix or "body": messages}


class StrictJSONParser(BaseParser):
    """A parser of JSON objects, to the letter of RFC 8259: UTF-8, no NaN. Fields check the characters of their texts.

    A view sets `max_body` (bytes) to take more than the usual 1 MiB.
    """

    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        limit: int = getattr((parser_context or {}).get("view"), "max_body", MAX_BODY)
        raw = stream.read(limit + 1)
        if len(raw) > limit:
            raise PayloadTooLarge
        try:
            value = json.loads(raw.decode("utf-8"), parse_constant=refuse_constant)
        except (ValueError, RecursionError) as error:
            raise exceptions.ParseError(f"The body is not valid JSON: {_reason(error)}.") from error
        if not isinstance(value, dict):
            raise exceptions.ParseError('The body must be a JSON object, such as {"email": "jane@example.com"}.')
        return value


def refuse_constant(name: str) -> None:
    """Refuse what Python's parser takes for a number though JSON has none of it: NaN, Infinity and -Infinity."""
    raise ValueError(f"{name} is not JSON")


def _reason(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg.lower()} at line {error.lineno} column {error.colno}"
    if isinstance(error, UnicodeDecodeError):
        return f"byte {error.start} is not UTF-8"
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    return str(error)


class NewestFirst(CursorPagination):
    """Pages of a list, newest first: `{"next", "previous", "results"}`; `?page_size=` counts up to 200."""

    ordering: tuple[str, ...] = ("-created_at", "-id")
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200

    def get_page_size(self, request: Any) -> int:
        text = request.query_params.get(self.page_size_query_param)
        if text is None:
            return self.page_size
        if not (text.isascii() and text.isdecimal() and len(text) < 10 and int(text)):
            raise exceptions.ValidationError({"page_size": ["Give a number of rows: 1, or up to 200."]})
        return min(int(text), self.max_page_size)

    def paginate_queryset(self, queryset: Any, request: Any, view: Any = None) -> Any:
        self._ordered_by: Any = queryset.model._meta.get_field(self.ordering[0].lstrip("-"))
        return super().paginate_queryset(queryset, request, view)

    def decode_cursor(self, request: Any) -> Any:
        """Answer an invalid cursor with 400: the library's 404 would say that the list does not exist.

        What a cursor begins at has to be written as `next` writes it: the library passes on whatever text it holds.
        """
        try:
            cursor: Any = super().decode_cursor(request)
            if cursor is not None and cursor.position is not None:
                value = self._ordered_by.to_python(cursor.position)
                if str(value) != cursor.position or (isinstance(value, datetime) and value.tzinfo is None):
                    raise ValueError
        except (exceptions.NotFound, ArithmeticError, DjangoValidationError, ValueError) as error:
            raise exceptions.ValidationError({"cursor": ["Take the address of a page as `next` gave it."]}) from error
        return cursor


class ByNumber(NewestFirst):
    """Pages by descending id, for tables whose index has that order."""

    ordering = ("-id",)


def find_row(rows: QuerySet[M], key: Any) -> M:
    """Return the row with that key among those that the caller may see. Raises NotFound, for a stranger's row too."""
    return first_row(rows.filter(pk=key))


def first_row(rows: QuerySet[M]) -> M:
    """Return the one row that the caller asks for. Raises NotFound where there is none."""
    row = rows.first()
    if row is None:
        raise exceptions.NotFound
    return row
