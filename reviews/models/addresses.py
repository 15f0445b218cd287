"""Addresses: the form in which they are stored, matched and hashed. Whose they are, other modules know.

An address is brought into its form where it comes in, once; all that lies behind takes the stored form.
"""

import hashlib
import hmac
import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

import phonenumbers
from django.conf import settings
from django.utils.translation import gettext

from reviewhub.mailboxes import (
    InvalidAddress,
    InvalidEmail,
    has_other_letters,
    has_stored_form,
    in_unicode,
    normalise_email,
    read_reported_email,
    show_email,
)
from reviews.models.base import Channel

__all__ = [
    "InvalidAddress",
    "InvalidEmail",
    "InvalidPhone",
    "forms_of",
    "has_stored_form",
    "hash_address",
    "hashes_of",
    "normalise_email",
    "normalise_phone",
    "read_address",
    "read_reported_email",
    "read_sender",
    "show_email",
]

# Letters that nobody sees, such as programs put around a number that is copied from them.
_MARKS = re.compile("[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")
# A way to a number, written before it: `tel:` (RFC 3966), `sms:` (RFC 5724), and those of text providers.
_TRANSPORT = re.compile(r"\s*([a-z]+):", re.IGNORECASE)
_TRANSPORTS_OF_NUMBERS = {"tel", "sms", "whatsapp", "rcs"}
# What people and programs type where there is no number; all of one digit are looked for as well.
_PLACEHOLDERS = {"1234567890", "0123456789"}


class InvalidPhone(InvalidAddress):
    """Text that is not a number that a phone network could route."""


def read_address(text: str, country: str) -> tuple[Channel, str]:
    """Return the channel and the stored form of an address that somebody typed. Raises InvalidAddress.

    Text without `@` is read as a phone number; one without `+` as a number of `country` (ISO 3166).
    """
    if "@" in text:
        return Channel.EMAIL, normalise_email(text)
    return Channel.SMS, normalise_phone(text, country)[0]


# --- Numbers ------------------------------------------------------------------------------------


def normalise_phone(text: str, country: str) -> tuple[str, str]:
    """Return the number in E.164, and a warning: empty when the number is in use and may be a mobile one.

    A number without `+` is read as one of `country` (ISO 3166). Digits may be those of any script. Numbers that are
    possible but not assigned pass with a warning: numbering plans change faster than any table of them.
    Raises InvalidPhone when no network could route it, when it is a placeholder or a premium-rate number, and when it
    has an extension, since a text would reach the switchboard.
    """
    transport, typed = _split_transport(text)
    if transport and transport not in _TRANSPORTS_OF_NUMBERS:
        raise InvalidPhone(
            gettext("%(text)s is not a phone number; write it like +12125551234.") % {"text": repr(text)}
        )
    try:
        number = _look_up(typed, country)
    except phonenumbers.NumberParseException as error:
        raise InvalidPhone(
            gettext("%(text)s is not a phone number; write it like +12125551234.") % {"text": repr(text)}
        ) from error
    if _is_placeholder(typed) or _is_placeholder(number.significant):
        raise InvalidPhone(gettext("%(text)s stands where there is no number; leave it empty.") % {"text": repr(text)})
    if number.has_extension:
        raise InvalidPhone(
            gettext("%(text)s has an extension, which no text reaches; give the number of the mobile phone.")
            % {"text": repr(text)}
        )
    if not number.is_possible:
        raise InvalidPhone(
            gettext("%(text)s has too few or too many digits; write it like +12125551234.") % {"text": repr(text)}
        )
    formatted = number.formatted
    if number.kind == phonenumbers.PhoneNumberType.PREMIUM_RATE:
        raise InvalidPhone(
            gettext("%(formatted)s is a premium-rate number, where no customer is: a text there costs dearly.")
            % {"formatted": formatted}
        )
    if number.kind == phonenumbers.PhoneNumberType.UNKNOWN:
        return formatted, gettext("%(formatted)s does not look like a number in use; a text may not arrive.") % {
            "formatted": formatted
        }
    if number.kind == phonenumbers.PhoneNumberType.FIXED_LINE:
        return formatted, gettext("%(formatted)s is a landline number; a text may not arrive.") % {
            "formatted": formatted
        }
    return formatted, ""


class _Number(NamedTuple):
    """A number as the numbering plans know it. `formatted`: in E.164; `significant`: without the country's code."""

    formatted: str
    significant: str
    has_extension: bool
    is_possible: bool
    kind: int


@lru_cache(maxsize=1000)  # a row of an import asks three times
def _look_up(typed: str, country: str) -> _Number:
    number = phonenumbers.parse(typed, country)
    return _Number(
        formatted=phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164),
        significant=phonenumbers.national_significant_number(number),
        has_extension=bool(number.extension),
        is_possible=phonenumbers.is_possible_number(number),
        kind=phonenumbers.number_type(number),
    )


def read_sender(text: str) -> tuple[str, str]:
    """Return the transport and the number of a phone as a text provider names it: `whatsapp:+12125551234`, say.

    The transport is the word before the colon in small letters, "sms" where there is none. The number is in E.164;
    what is none, such as a short code or the name of a sender, comes back without blanks around it: a report is kept,
    whatever it says.
    """
    transport, sender = _split_transport(text)
    transport = {"": "sms", "tel": "sms"}.get(transport, transport)
    try:
        number = phonenumbers.parse(sender, None)  # no country: what has no + is no E.164
    except phonenumbers.NumberParseException:
        return transport, sender
    return transport, phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _split_transport(text: str) -> tuple[str, str]:
    """Return the transport before a number, empty if there is none, and the number in plain digits and signs."""
    plain = unicodedata.normalize("NFKC", _MARKS.sub("", text)).strip()
    if match := _TRANSPORT.match(plain):
        return match[1].lower(), plain[match.end() :].strip()
    return "", plain


def _is_placeholder(number: str) -> bool:
    digits = [str(unicodedata.digit(character)) for character in number if character.isdigit()]
    return len(set(digits)) == 1 or "".join(digits) in _PLACEHOLDERS


# --- Hashes -------------------------------------------------------------------------------------


def hash_address(account_id: UUID, channel: str, address: str) -> str:
    """Return a keyed hash of a stored address in the account: all that is kept of an erased one."""
    key = settings.ADDRESS_HASH_KEY.encode()
    return hmac.new(key, f"{account_id}:{channel}:{address}".encode(), hashlib.sha256).hexdigest()


def forms_of(address: str) -> tuple[str, ...]:
    """Return the forms in which rows may have the address, today's first.

    There is a second one where the host is in other letters than ASCII: until such hosts were stored as A-labels, they
    were stored as they were typed.
    """
    return tuple(dict.fromkeys((address, in_unicode(address)))) if has_other_letters(address) else (address,)


def hashes_of(account_id: UUID, channel: str, address: str) -> tuple[str, ...]:
    """Return the hashes that suppressions of a stored address may have, today's first.

    Of who was erased the hash alone is left, and it cannot be made anew: it stays that of the former form.
    """
    return tuple(hash_address(account_id, channel, form) for form in forms_of(address))
