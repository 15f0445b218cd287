"""Matching of persons, as callers name them, with the contacts of an account."""

from collections import Counter
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, field

from django.db.models import Q

from oauth.models import Account
from reviewhub.statements import Select, insert_rows
from reviews.models import Contact, MergeCandidate

# Columns of a contact that an ask may change.
_CHANGED_BY_ASKS = ("first_name", "last_name", "company_name", "time_zone", "email", "phone", "updated_at")


@dataclass(frozen=True)
class Person:
    """A person as a caller names them, normalised. Empty means unknown."""

    first_name: str = ""
    last_name: str = ""
    company_name: str = ""
    email: str = ""
    phone: str = ""
    time_zone: str = ""


@dataclass
class Match:
    """The contact of a person, possibly not saved yet, with the columns that the ask changes.

    `rival`: another contact that has the person's number.
    """

    contact: Contact
    is_new: bool
    changed: list[str] = field(default_factory=list)
    rival: Contact | None = None
    warnings: list[str] = field(default_factory=list)


def find(account: Account, persons: Sequence[Person]) -> list[Match]:
    """Find for each person the account's contact with that e-mail address, else with that number, else a new one.

    Lock the contacts until the transaction ends, so that two calls for one person take turns. Fill blanks and replace
    names by non-empty ones on the instances; `keep` writes them.
    """
    emails = [person.email for person in persons if person.email]
    phones = [person.phone for person in persons if person.phone]
    contacts = _with_addresses(account=account.pk, emails=emails, phones=phones)
    by_email = {contact.email: contact for contact in contacts}
    by_phone = {contact.phone: contact for contact in contacts}
    holders = [by_phone.get(person.phone) if person.phone else None for person in persons]
    chosen = [
        (by_email.get(person.email) if person.email else None) or holder
        for person, holder in zip(persons, holders, strict=True)
    ]
    uses = Counter(contact.pk for contact in chosen if contact)
    matches = []
    for person, contact, holder in zip(persons, chosen, holders, strict=True):
        if contact is None:
            matches.append(Match(Contact(account=account, **vars(person)), is_new=True))
            continue
        # Two persons may be one contact, by the address of the one and the number of the other: each gets a copy.
        match = Match(copy(contact) if uses[contact.pk] > 1 else contact, is_new=False)
        match.contact.account = account  # saves a query later
        if holder is not None and holder != contact:
            match.rival = holder
            match.warnings.append("Another contact already has this mobile number; it stays with that contact.")
        _update(match, person)
        matches.append(match)
    return matches


# PostgreSQL's unique indexes hold only addresses that are not empty: it uses them where the query says so.
_with_addresses = Select(
    lambda account, emails, phones: (
        Contact.objects.filter(account=account)
        .filter(Q(email__in=emails) & ~Q(email="") | Q(phone__in=phones) & ~Q(phone=""))
        .order_by("pk")
        .select_for_update()
    )
)


def _update(match: Match, person: Person) -> None:
    contact = match.contact
    for name in ("first_name", "last_name", "company_name", "time_zone"):
        value = getattr(person, name)
        if value and value != getattr(contact, name):
            setattr(contact, name, value)
            match.changed.append(name)
    for name, label in (("email", "e-mail address"), ("phone", "mobile number")):
        value, value_on_file = getattr(person, name), getattr(contact, name)
        if not value or value == value_on_file or (name == "phone" and match.rival):
            continue
        if value_on_file:
            match.warnings.append(f"This contact already has another {label}; the one on file is kept.")
        else:
            setattr(contact, name, value)
            match.changed.append(name)


def keep(matches: Sequence[Match]) -> None:
    """Write the contacts that `find` made or changed, in at most two statements; note pairs that may be one person.

    Raises IntegrityError when a parallel call made one of the contacts first: find and decide again.
    """
    changed = [match.contact for match in matches if match.is_new or match.changed]
    # In a fixed order: of two calls with the same new contacts one waits for the other, and they cannot deadlock.
    insert_rows(sorted(changed, key=lambda contact: (contact.email, contact.phone)), or_update=_CHANGED_BY_ASKS)
    rivals = [(match.contact, match.rival) for match in matches if match.rival is not None]
    MergeCandidate.objects.bulk_create(
        [MergeCandidate(account=contact.account, by_email=contact, by_phone=rival) for contact, rival in rivals],
        ignore_conflicts=True,
    )
