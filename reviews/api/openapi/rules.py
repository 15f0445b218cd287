"""Rules by which drf-spectacular describes our views, from their operations, serializers, filters and pages."""

import json
import re
import sys
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import PolymorphicProxySerializer
from rest_framework import serializers

from reviewhub.rest.fields import METADATA_BYTES, METADATA_KEYS, Metadata, Text
from reviewhub.rest.operations import Either, Operation
from reviews.api.openapi.answers import HEADERS, error_answer

Schema = dict[str, Any]

# Said of answers by a column alone: a database may hold what was written under another limit, and addresses of people
# and pages have letters that these formats do not allow.
NOT_OF_ANSWERS = ("readOnly", "maxLength", "minLength", "pattern", "minimum", "maximum")
FORMATS_OF_ANSWERS = {"uuid", "date-time"}
ANSWERED = {200: "The answer.", 201: "Made.", 202: "Taken: it is done soon.", 204: "Done. There is no body."}
PAGES = {200: "A page.", 302: "On to the app, with a code or an error.", 400: "A page: the app is unknown."}
HTML = {"text/html": {"schema": {"type": "string"}}}
WITH_BODY = {400, 408, 409, 413, 415}  # errors of the methods that take a body
NULL_ALLOWED = "x-null-allowed"


class BearerDocument(OpenApiAuthenticationExtension):
    """Description of our authentication: a token in the header `Authorization`."""

    target_class = "oauth.calls.authentication.BearerAuthentication"
    name = "bearer"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}


class DescribedSchema(AutoSchema):
    """Description of one method of a view, by its Operation."""

    view: Any
    method: str

    @property
    def said(self) -> Operation:
        function = getattr(self.view, self.method.lower())
        if not hasattr(function, "operation"):
            raise LookupError(f"{type(self.view).__name__}.{self.method.lower()} has no @operation")
        said: Operation = function.operation
        return said

    @property
    def is_plain(self) -> bool:
        """True for one of the OAuth functions, which are no views of DRF."""
        return bool(self.said.tag)

    @property
    def is_versioned(self) -> bool:
        """True if the method shows a version, or asks for one."""
        return hasattr(getattr(self.view, self.method.lower()), "is_versioned")

    def get_operation_id(self) -> str:
        return self.said.id

    def get_summary(self) -> str:
        return self.said.summary

    def get_description(self) -> str:  # type: ignore[override]  # as its parent does
        return self.said.description

    def get_tags(self) -> list[str]:
        return [tag_of(self.view)[0]]

    def get_request_serializer(self) -> Any:
        media = "application/x-www-form-urlencoded" if self.said.form else "application/json"
        return {media: self.said.takes} if self.said.takes else None

    def get_response_serializers(self) -> Any:
        return {status: self._answer(answer) for status, answer in self.said.answers.items()}

    def _answer(self, answer: Any) -> Any:
        if isinstance(answer, list):
            return answer[0](many=True)
        return self._either(answer) if isinstance(answer, tuple) else answer

    def _either(self, forms: tuple[Any, ...]) -> Any:
        name = "Or".join(self.get_serializer_name(form(), "response") for form in forms)
        return PolymorphicProxySerializer(name, list(forms), resource_type_field_name=None)

    def get_override_parameters(self) -> list[Any]:
        return [self.said.query] if self.said.query else []

    def get_operation(self, *args: Any) -> Any:
        operation = super().get_operation(*args)
        if operation is not None:
            self._finish(operation)
        return operation

    def _finish(self, operation: Schema) -> None:
        """Add security, headers, examples, and the errors that it may answer with, to what the library made."""
        parameters = [_shared(each) for each in operation.get("parameters", [])]
        takes_key = getattr(getattr(self.view, self.method.lower()), "takes_key", False)
        headers = ["X-Request-ID"] if self.is_plain else [*HEADERS]
        if takes_key:
            headers.append("Idempotency-Replayed")
            parameters.append({"$ref": "#/components/parameters/IdempotencyKey"})
        if self.is_versioned:
            name = "IfNoneMatch" if self.method == "GET" else "IfMatch"
            parameters.append({"$ref": f"#/components/parameters/{name}"})
        if parameters:
            operation["parameters"] = parameters
        operation.setdefault("security", [])
        if body := operation.get("requestBody"):
            body["required"] = self.method == "PATCH" or _needs_something(self.said.takes)
            for content in body["content"].values():
                content |= {"example": self.said.example} if self.said.example else {}
        for status, answer in self.said.answers.items():
            response = operation["responses"][str(status)]
            response["description"] = (PAGES if self.method == "GET" and self.is_plain else ANSWERED)[status]
            if answer is str:
                response["content"] = HTML
            names = [*headers, *(["ETag"] if self.is_versioned and status == 200 else [])]
            response["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in names}
            if status in self.said.shows:
                response["content"]["application/json"]["example"] = self.said.shows[status]
        if self.is_versioned and self.method == "GET":
            unchanged = {name: {"$ref": f"#/components/headers/{name}"} for name in [*headers, "ETag"]}
            operation["responses"]["304"] = {"description": "It is still that version.", "headers": unchanged}
        for status in sorted(self._errors(bool(parameters))):
            operation["responses"][str(status)] = error_answer(status, self.said.errors.get(status, ""))

    def _errors(self, has_parameters: bool) -> set[int]:
        if self.is_plain:
            errors = {429, 500, 503, *self.said.errors}
            return errors | {401} | WITH_BODY - {409} if self.method == "POST" else errors
        errors = {401, 403, 429, 500, 503} | ({404} if "{" in self.path else set())
        if self.method in ("POST", "PATCH"):
            errors |= WITH_BODY
        if self.is_versioned and self.method != "GET":
            errors.add(412)
        return errors | ({400} if has_parameters else set())

    def get_auth(self) -> list[Any]:
        if self.said.security is not None:
            return list(self.said.security)
        scope = "read" if self.method == "GET" else "write"
        return [{"bearer": []}, {"oauth2": [scope] if self.view.permission_classes else []}]

    # --- Names of components ------------------------------------------------------------------------------

    def get_serializer_name(self, serializer: Any, direction: Any) -> str:
        """Return the name of the class, without `Out`; what comes in is an `Input`, or has a name of its own."""
        name = type(serializer).__name__
        if name.endswith("In"):
            return f"{name}put"
        return name.removesuffix("Out")

    def get_paginated_name(self, serializer_name: str) -> str:
        return f"{serializer_name}Page"

    # --- Schemas ------------------------------------------------------------------------------------------

    def _map_serializer_field(self, field: Any, direction: Any, bypass_extensions: bool = False) -> Any:
        if isinstance(field, Text) and field.one_of:
            field = serializers.ChoiceField(choices=field.one_of)
        if isinstance(field, Either):
            return self.resolve_serializer(self._either(field.forms), direction).ref
        schema = super()._map_serializer_field(field, direction, bypass_extensions)
        if isinstance(field, Text) and field.format:
            schema["format"] = field.format
        if isinstance(field, serializers.JSONField):
            schema = {"type": "object", "additionalProperties": {}} | (
                {"description": schema["description"]} if "description" in schema else {}
            )
        if isinstance(field, Metadata):
            limits = f"{field.help_text or 'The data of the call that asked'}, up to {METADATA_BYTES // 1024} KiB."
            schema |= {"maxProperties": METADATA_KEYS, "description": limits}
        return schema

    def _map_basic_serializer(self, serializer: Any, direction: Any) -> Any:
        schema = super()._map_basic_serializer(serializer, direction)
        if direction == "response":
            declared = type(serializer)._declared_fields
            sometimes = {name for name, field in declared.items() if not field.required and not field.read_only}
            schema["required"] = [name for name in schema["properties"] if name not in sometimes]
            for field in schema["properties"].values():
                _keep_what_answers_keep(field)
        elif names := getattr(serializer, "NULL_IS_ABSENT", ()):
            names = schema["properties"] if names is True else names
            needed = schema.get("required", ())
            schema[NULL_ALLOWED] = [name for name in names if name not in needed]  # see `simplify`
        return schema | _either_or(*getattr(serializer, "NEEDS_ONE_OF", ()))


def _needs_something(serializer: Any) -> bool:
    return hasattr(serializer, "NEEDS_ONE_OF") or any(field.required for field in serializer().fields.values())


def tag_of(view: Any) -> tuple[str, str]:
    """Return the tag of a view and what it is about: its module's docstring says "TAG over the API: …"."""
    if hasattr(view, "TAG"):
        return view.TAG, ""
    about = (sys.modules[type(view).__module__].__doc__ or "").partition("\n")[0]
    if not (parts := re.fullmatch(r"(.+) over the API(?:, [^:]+)?: (.+)", about)):
        raise LookupError(f"the first line of {type(view).__module__} does not say 'TAG over the API: …'")
    sentence = parts[2].partition(". ")[0].removesuffix(".")
    return parts[1], f"{sentence[0].upper()}{sentence[1:]}."


def _shared(parameter: Schema) -> Schema:
    """Refer to the parameters of all lists where they are described once."""
    return {"$ref": f"#/components/parameters/{SHARED[name]}"} if (name := parameter["name"]) in SHARED else parameter


SHARED = {"cursor": "Cursor", "page_size": "PageSize"}


def _either_or(first: str = "", second: str = "") -> Schema:
    """State that one of two properties is needed, in words that no generator takes for two kinds of bodies."""
    if not first:
        return {}

    def needs(name: str) -> Schema:
        # Of other properties, said because Redocly 1, which openapi-typescript brings, refuses them by default.
        others = {"additionalProperties": True}
        return {"title": f"By {name}", "required": [name], "properties": {name: value}} | others

    value = {"type": "string", "minLength": 1}
    return {"if": needs(first), "else": needs(second)}


def _keep_what_answers_keep(field: Schema) -> None:
    for key in NOT_OF_ANSWERS:
        field.pop(key, None)
    if field.get("format") not in FORMATS_OF_ANSWERS:
        field.pop("format", None)
    for inner in field.values():
        if isinstance(inner, dict):
            _keep_what_answers_keep(inner)


# --- Once all components are there ----------------------------------------------------------------------


_LIKE_ITS_VALUE = re.compile(r"\n*^\* `([^`]*)` - \1$", re.MULTILINE)  # a choice without a word of its own


def simplify(value: Any) -> Any:
    """Return a part of the document with null where it is allowed, plain references, and no words that say nothing."""
    if isinstance(value, list):
        return [simplify(item) for item in value]
    if not isinstance(value, dict):
        return value
    if isinstance(about := value.get("description"), str):
        value["description"] = _LIKE_ITS_VALUE.sub("", about)
    if "enum" in value:
        value.pop("minLength", None)  # orval makes no sense of it
    if names := value.pop(NULL_ALLOWED, ()):
        for name in names:
            value["properties"][name] = _or_null(simplify(value["properties"][name]))
    if [*value.get("allOf", [{}])[0]] == ["$ref"] and len(value["allOf"]) == 1:
        value = value.pop("allOf")[0] | value
    return {key: simplify(item) for key, item in value.items()}


def _or_null(field: Schema) -> Schema:
    """Allow `null`: like an empty text it counts as absent, or takes a value away."""
    if "oneOf" in field:  # a format, or an empty text
        field |= field.pop("oneOf")[0]
    field.pop("minLength", None)
    if "$ref" in field or "default" in field:
        about = {"description": field.pop("description")} if "description" in field else {}
        if about and "default" in field:
            # Deeper down, since openapi-typescript takes a property with a default for one that is always there; and
            # in words, since Redoc does not show at once what is deeper down.
            words, _, choices = about["description"].partition("\n")
            default = json.dumps(field["default"]).strip('"')
            about["description"] = f"{words} (default: {default})\n{choices}".strip()
        return {"anyOf": [field, {"type": "null"}], **about}
    return field | {"type": [field["type"], "null"]}
