"""Addresses in the form in which they are stored, matched and hashed."""

import hashlib
import hmac
import unicodedata
from typing import Any

import phonenumbers
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from reviews.models.base import Channel


class InvalidAddress(ValueError):
    """The text is neither an e-mail address nor a number; it says so to the person who typed it."""


class InvalidPhone(InvalidAddress):
    """The text is not a number that a phone network could route."""


def normalise_email(text: str) -> str:
    """The form an address is matched by: NFC, no surrounding space, lower case."""
    return unicodedata.normalize("NFC", text).strip().lower()


def read_address(text: str, country: str) -> tuple[Channel, str]:
    """What was typed as an address: its channel, and the form that addresses are compared in. Raises InvalidAddress."""
    if "@" not in text:
        return Channel.SMS, normalise_phone(text, country)[0]
    try:
        validate_email(address := normalise_email(text))
    except ValidationError as error:
        raise InvalidAddress(" ".join(error.messages)) from error
    return Channel.EMAIL, address


def normalise_phone(text: str, country: str) -> tuple[str, str]:
    """The number in E.164 and a warning, empty when the number is known to be in use and may be a mobile one.

    A number without `+` is read as one of `country` (ISO 3166). Numbers that are possible but not
    assigned pass with a warning: numbering plans change faster than any table of them.
    Raises InvalidPhone when no network could route it.
    """
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException as error:
        raise InvalidPhone(f"{text!r} is not a phone number; write it like +12125551234.") from error
    if not phonenumbers.is_possible_number(number):
        raise InvalidPhone(f"{text!r} has too few or too many digits; write it like +12125551234.")
    formatted = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    kind = phonenumbers.number_type(number)
    if kind == phonenumbers.PhoneNumberType.UNKNOWN:
        return formatted, f"{formatted} does not look like a number in use; a text may not arrive."
    if kind == phonenumbers.PhoneNumberType.FIXED_LINE:
        return formatted, f"{formatted} is a landline number; a text may not arrive."
    return formatted, ""


def address_hash(account_id: Any, channel: str, address: str) -> str:
    """What stays of an address when its contact is erased: a keyed hash, the same for every spelling."""
    key = settings.ADDRESS_HASH_KEY.encode()
    return hmac.new(key, f"{account_id}:{channel}:{address.lower()}".encode(), hashlib.sha256).hexdigest()
