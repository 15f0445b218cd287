"""Zapier's field definitions (FieldSchema) of a review request's input, made from its serializer."""

from collections.abc import Iterator
from typing import Any

from rest_framework import serializers
from rest_framework.fields import empty

from reviewhub.rest.fields import Moment
from reviews.requests.intake import ReviewRequestIn

# Zapier's types: https://docs.zapier.com/platform/build/field-types
TYPES: dict[type[serializers.Field[Any, Any, Any, Any]], str] = {
    serializers.IntegerField: "integer",
    serializers.BooleanField: "boolean",
    Moment: "datetime",
}


class InputFieldOut(serializers.Serializer[Any]):
    """A field in Zapier's FieldSchema words."""

    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    type = serializers.ChoiceField(choices=["string", "integer", "boolean", "datetime"])
    required = serializers.BooleanField()  # type: ignore[assignment]
    helpText = serializers.CharField()  # noqa: N815 (Zapier's name)
    default = serializers.CharField(required=False)
    placeholder = serializers.CharField(required=False)
    choices = serializers.ListField(child=serializers.CharField(), required=False)
    dict = serializers.BooleanField(required=False)


class InputFieldsOut(serializers.Serializer[Any]):
    fields = InputFieldOut(many=True)  # type: ignore[assignment]


def define_fields() -> list[dict[str, Any]]:
    """Return one definition for each input field, in the order of the serializer.

    A Zap has no fields within fields: those of `consent` are `consent_channel` and so on, which an ask takes as well.
    """
    return [_define(name, field, required) for name, field, required in _flat(ReviewRequestIn())]


def _flat(serializer: serializers.Serializer[Any]) -> Iterator[tuple[str, Any, bool]]:
    """Yield each field with its name and whether it is required, in place of a group the fields of the group."""
    for name, field in serializer.fields.items():
        if isinstance(field, serializers.Serializer):
            yield from ((f"{name}_{inner}", one, field.required) for inner, one, _ in _flat(field))
        else:
            yield name, field, field.required


def _define(name: str, field: Any, required: bool) -> dict[str, Any]:
    definition: dict[str, Any] = {
        "key": name,
        "label": str(field.label) if name == field.field_name else name.replace("_", " ").capitalize(),
        "type": next((word for kind, word in TYPES.items() if isinstance(field, kind)), "string"),
        "required": required,
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
