"""Zapier's field definitions (FieldSchema) of a review request's input, made from its serializer."""

from typing import Any

from rest_framework import serializers
from rest_framework.fields import empty

from reviews.requests.intake import ReviewRequestIn

# Zapier's types: https://docs.zapier.com/platform/build/field-types
TYPES: dict[type[serializers.Field[Any, Any, Any, Any]], str] = {
    serializers.IntegerField: "integer",
    serializers.BooleanField: "boolean",
}


def define_fields() -> list[dict[str, Any]]:
    """Return one definition for each input field, in the order of the serializer."""
    return [_define(name, field) for name, field in ReviewRequestIn().fields.items()]


def _define(name: str, field: Any) -> dict[str, Any]:
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
