"""The input of a review request in Zapier's FieldSchema words, made from the serializer itself."""

from typing import Any

from rest_framework import serializers
from rest_framework.fields import empty

from reviews.requests.intake import ReviewRequestIn

# https://docs.zapier.com/platform/build/field-types
TYPES: dict[type[serializers.Field[Any, Any, Any, Any]], str] = {
    serializers.IntegerField: "integer",
    serializers.BooleanField: "boolean",
}


def field_definitions() -> list[dict[str, Any]]:
    """One definition for each field that a caller may send, in the order of the serializer."""
    return [_definition(name, field) for name, field in ReviewRequestIn().fields.items()]


def _definition(name: str, field: Any) -> dict[str, Any]:
    definition: dict[str, Any] = {
        "key": name,
        "label": str(field.label),
        "type": next((word for kind, word in TYPES.items() if isinstance(field, kind)), "string"),
        "required": field.required,
        "helpText": str(field.help_text),
    }
    if isinstance(field, serializers.JSONField):
        definition["dict"] = True
    if isinstance(field, serializers.ChoiceField):
        definition["choices"] = list(field.choices)
    if field.default is not empty:
        default = field.default
        definition["default"] = str(default).lower() if isinstance(default, bool) else str(default)
    if placeholder := field.style.get("placeholder"):
        definition["placeholder"] = placeholder
    return definition
