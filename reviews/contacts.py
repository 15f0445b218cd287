"""Who is meant: normalising what callers give and matching it with the contacts of an account."""

import unicodedata
from dataclasses import dataclass, field

import phonenumbers
from django.db.models import Q

from oauth.models import Account
from reviews.models import Contact, MergeCandidate


class InvalidPhone(ValueError):
    """The text is not a number that a phone network could route."""


@dataclass(frozen=True)
class Person:
    """Who a caller wants to ask, already normalised. Empty means unknown."""

    first_name: str = ""
    last_name: str = ""
    company_name: str = ""
    email: str = ""
    phone: str = ""
    time_zone: str = ""


@dataclass
class Match:
    """The contact that a person is: possibly not saved yet, with what would change about it."""

    contact: Contact
    is_new: bool
    changed: list[str] = field(default_factory=list)
    rival: Contact | None = None
    warnings: list[str] = field(default_factory=list)


def normalise_email(text: str) -> str:
    """The form an address is matched by: NFC, no surrounding space, lower case."""
    return unicodedata.normalize("NFC", text).strip().lower()


def normalise_phone(text: str, country: str) -> tuple[str, str]:
    """The number in E.164 and a warning, empty when the number is known to be in use.

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
    if not phonenumbers.is_valid_number(number):
        return formatted, f"{formatted} does not look like a number in use; a text may not arrive."
    return formatted, ""


def find(account: Account, person: Person) -> Match:
    """The account's contact with that e-mail address, else the one with that number, else a new one.

    Locks what it finds until the transaction ends, so that two calls for one person take turns.
    Blanks are filled and names replaced by non-empty ones on the instance; nothing is written
    (see `keep`).
    """
    same = Q()
    if person.email:
        same |= Q(email=person.email)
    if person.phone:
        same |= Q(phone=person.phone)
    found = list(Contact.objects.for_account(account).filter(same).order_by("pk").select_for_update())
    for row in found:
        row.account = account  # known already: no query for it later
    by_email = next((contact for contact in found if person.email and contact.email == person.email), None)
    by_phone = next((contact for contact in found if person.phone and contact.phone == person.phone), None)
    contact = by_email or by_phone
    if contact is None:
        return Match(Contact(account=account, **vars(person)), is_new=True)
    match = Match(contact, is_new=False)
    if by_phone is not None and by_phone != contact:
        match.rival = by_phone
        match.warnings.append("Another contact already has this mobile number; it stays with that contact.")
    _update(match, person)
    return match


def _update(match: Match, person: Person) -> None:
    contact = match.contact
    for name in ("first_name", "last_name", "company_name", "time_zone"):
        given = getattr(person, name)
        if given and given != getattr(contact, name):
            setattr(contact, name, given)
            match.changed.append(name)
    for name, label in (("email", "e-mail address"), ("phone", "mobile number")):
        given, kept = getattr(person, name), getattr(contact, name)
        if not given or given == kept or (name == "phone" and match.rival):
            continue
        if kept:
            match.warnings.append(f"This contact already has another {label}; the one on file is kept.")
        else:
            setattr(contact, name, given)
            match.changed.append(name)


def keep(match: Match) -> Contact:
    """Write what `find` changed, in at most one statement, and note a pair that may be one person.

    Raises IntegrityError when a parallel call made the same contact first: run the whole again.
    """
    if match.is_new:
        match.contact.save(force_insert=True)
    elif match.changed:
        match.contact.save(update_fields=[*match.changed, "updated_at"])
    if match.rival is not None:
        MergeCandidate.objects.bulk_create(
            [MergeCandidate(account=match.contact.account, by_email=match.contact, by_phone=match.rival)],
            ignore_conflicts=True,
        )
    return match.contact
