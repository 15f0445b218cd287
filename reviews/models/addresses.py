"""Addresses: the form in which they are stored, matched and hashed. Whose they are, other modules know."""

import hashlib
import hmac
import unicodedata
from uuid import UUID

import phonenumbers
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from reviews.models.base import Channel


class InvalidAddress(ValueError):
    """Text that is neither an e-mail address nor a number; its message is for the person who typed it."""


class InvalidPhone(InvalidAddress):
    """Text that is not a number that a phone network could route."""


def normalise_email(text: str) -> str:
    """Return the e-mail address in its stored form: NFC, no surrounding space, lower case. Does not validate it."""
    return unicodedata.normalize("NFC", text).strip().lower()


def read_address(text: str, country: str) -> tuple[Channel, str]:
    """Return the channel and the stored form of an address that somebody typed. Raises InvalidAddress.

    Text without `@` is read as a phone number; one without `+` as a number of `country` (ISO 3166).
    """
    if "@" not in text:
        return Channel.SMS, normalise_phone(text, country)[0]
    try:
        validate_email(address := normalise_email(text))
    except ValidationError as error:
        raise InvalidAddress(" ".join(error.messages)) from error
    return Channel.EMAIL, address


def normalise_phone(text: str, country: str) -> tuple[str, str]:
    """Return the number in E.164, and a warning: empty when the number is in use and may be a mobile one.

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
    number_type = phonenumbers.number_type(number)
    if number_type == phonenumbers.PhoneNumberType.UNKNOWN:
        return formatted, f"{formatted} does not look like a number in use; a text may not arrive."
    if number_type == phonenumbers.PhoneNumberType.FIXED_LINE:
        return formatted, f"{formatted} is a landline number; a text may not arrive."
    return formatted, ""


def hash_address(account_id: UUID, channel: str, address: str) -> str:
    """Return a keyed hash of the address in the account, the same for any case: all that is kept of an erased one."""
    key = settings.ADDRESS_HASH_KEY.encode()
    return hmac.new(key, f"{account_id}:{channel}:{address.lower()}".encode(), hashlib.sha256).hexdigest()
