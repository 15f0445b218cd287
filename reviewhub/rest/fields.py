"""Serializer fields that convert no types: in JSON a number is no text, and `true` is no number."""

import json
import math
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.core.validators import EmailValidator
from rest_framework import serializers

from reviewhub.mailboxes import InvalidEmail, normalise_email

METADATA_BYTES = 16 * 1024
METADATA_KEYS = 50


class Text(serializers.CharField):
    """A JSON string, without surrounding space. Refuses NUL and lone surrogates.

    `one_of` and `format`: what the document says that it takes, where the service refuses the rest in words of its own.
    """

    def __init__(self, *, one_of: Sequence[Any] = (), format: str = "", **options: Any) -> None:  # noqa: A002
        super().__init__(**options)
        self.one_of, self.format = one_of, format

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class OrNull(serializers.CharField):
    """A text of an answer, which is null where there is none."""

    def __init__(self, **options: Any) -> None:
        super().__init__(allow_null=True, **options)

    def to_representation(self, value: Any) -> Any:
        return value or None


class Email(serializers.EmailField):
    """A JSON string that is an e-mail address; it is read into the address's stored form."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        # Django's validator takes letters that fold to ASCII, and knows hosts by IDNA 2003.
        self.validators = [rule for rule in self.validators if not isinstance(rule, EmailValidator)]

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        try:
            return normalise_email(super().to_internal_value(data))
        except InvalidEmail as error:
            raise serializers.ValidationError(str(error), code="invalid") from error


class Integer(serializers.IntegerField):
    """A JSON number without fraction; 24.0 is one, since JSON has one kind of number (RFC 8259, section 6)."""

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, float) and data.is_integer():
            return int(data)
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        return data


class Flag(serializers.BooleanField):
    """`true` or `false`."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class Moment(serializers.DateTimeField):
    """A JSON string with a date and time of RFC 3339, such as 2026-01-02T12:00:00Z: with its offset, never a guess."""

    default_error_messages = {"invalid": "Must be a time as RFC 3339 writes it, such as 2026-01-02T12:00:00Z."}
    _FORM = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)", re.ASCII | re.IGNORECASE)

    def to_internal_value(self, data: Any) -> datetime:
        if not isinstance(data, str) or not self._FORM.fullmatch(data):
            self.fail("invalid")
        try:
            return datetime.fromisoformat(data.upper()).astimezone(UTC)
        except (ValueError, OverflowError):  # the 31st of June; a year before the first, in UTC
            self.fail("invalid")


class Metadata(serializers.JSONField):
    """A JSON object of the caller's own, with at most METADATA_KEYS keys and METADATA_BYTES bytes."""

    default_error_messages = {
        "object": 'Must be an object, such as {{"source": "zapier"}}.',
        "keys": f"Must not have more than {METADATA_KEYS} keys.",
        "size": f"Must not be larger than {METADATA_BYTES // 1024} KiB as JSON.",
        "text": "Must not contain NUL or half surrogate characters.",
        "number": "Must not contain numbers that are too large for JSON.",
    }

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if not isinstance(data, dict):
            self.fail("object")
        if len(data) > METADATA_KEYS:
            self.fail("keys")
        self._check(data)
        if len(json.dumps(data, ensure_ascii=False).encode()) > METADATA_BYTES:
            self.fail("size")
        return data

    def _check(self, value: Any) -> None:
        """Refuse values that a database cannot store."""
        if isinstance(value, dict):
            for key, item in value.items():
                self._check(key)
                self._check(item)
        elif isinstance(value, list):
            for item in value:
                self._check(item)
        elif isinstance(value, str):
            if "\x00" in value or any("\ud800" <= character <= "\udfff" for character in value):
                self.fail("text")
        elif isinstance(value, float) and not math.isfinite(value):
            self.fail("number")
