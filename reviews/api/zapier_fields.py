"""Zapier's field definitions (FieldSchema) of a review request's input, made from its serializer."""

import re
from collections.abc import Iterator
from typing import Any

from rest_framework import serializers
from rest_framework.fields import empty

from reviewhub.rest.fields import METADATA_BYTES, METADATA_KEYS, Metadata, Moment
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


# A step of a Zap that asks nobody is of no use.
NOT_ON_FORMS = {"dry_run"}


def define_fields() -> list[dict[str, Any]]:
    """Return one definition for each input field, in the order of the serializer.

    A Zap has no fields within fields: those of `consent` are `consent_channel` and so on, which an ask takes as well.
    """
    fields = list(_flat(ReviewRequestIn()))
    labels = {name: label for name, label, *_ in fields}
    return [_define(name, labels, field, required) for name, _, field, required in fields if name not in NOT_ON_FORMS]


def _flat(serializer: serializers.Serializer[Any]) -> Iterator[tuple[str, str, Any, bool]]:
    """Yield each field with its name, its label and whether it is required.

    In place of a group, yield the fields of the group.
    """
    for name, field in serializer.fields.items():
        label = field.style.get("label") or _title(str(field.label))
        if isinstance(field, serializers.Serializer):
            yield from (
                (f"{name}_{inner}", f"{label} {words}", one, field.required) for inner, words, one, _ in _flat(field)
            )
        else:
            yield name, label, field, field.required


def _define(name: str, labels: dict[str, str], field: Any, required: bool) -> dict[str, Any]:
    definition: dict[str, Any] = {
        "key": name,
        "label": labels[name],
        "type": next((word for kind, word in TYPES.items() if isinstance(field, kind)), "string"),
        "required": required,
        "helpText": _explain(field, labels[name], labels),
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


def _explain(field: Any, label: str, labels: dict[str, str]) -> str:
    """Return help for people: it names other fields by their labels, says the limits, and does not repeat the label."""
    text = re.sub(r"\w+", lambda word: labels.get(word[0], word[0]) if "_" in word[0] else word[0], field.help_text)
    repeats = text.removeprefix("Contact's ").lower() == label.lower()
    return " ".join(f"{sentence}." for sentence in ("" if repeats else text, _limits(field)) if sentence)


def _limits(field: Any) -> str:
    if isinstance(field, Metadata):
        return f"Up to {METADATA_KEYS} keys, and {METADATA_BYTES // 1024} KiB as JSON"
    if isinstance(field, serializers.IntegerField):
        return f"From {field.min_value} to {field.max_value}"
    if isinstance(field, serializers.CharField):
        return f"Up to {field.max_length} characters"
    return ""


def _title(words: str) -> str:
    return " ".join(word[:1].upper() + word[1:] for word in words.split())
