"""Who is meant: normalising what callers give and matching it with the contacts of an account."""

from collections import Counter
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, field

from django.db.models import Q

from oauth.models import Account
from reviewhub.statements import Select, insert_rows
from reviews.models import Contact, MergeCandidate

# What a call may change about a contact.
_CHANGING = ("first_name", "last_name", "company_name", "time_zone", "email", "phone", "updated_at")


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


def find(account: Account, persons: Sequence[Person]) -> list[Match]:
    """For each the account's contact with that e-mail address, else the one with that number, else a new one.

    Locks what it finds until the transaction ends, so that two calls for one person take turns.
    Blanks are filled and names replaced by non-empty ones on the instance; nothing is written
    (see `keep`).
    """
    emails = [person.email for person in persons if person.email]
    phones = [person.phone for person in persons if person.phone]
    found = _with_addresses(account=account.pk, emails=emails, phones=phones)
    by_email = {contact.email: contact for contact in found}
    by_phone = {contact.phone: contact for contact in found}
    holders = [by_phone.get(person.phone) if person.phone else None for person in persons]
    chosen = [
        (by_email.get(person.email) if person.email else None) or holder
        for person, holder in zip(persons, holders, strict=True)
    ]
    times = Counter(contact.pk for contact in chosen if contact)
    matches = []
    for person, contact, holder in zip(persons, chosen, holders, strict=True):
        if contact is None:
            matches.append(Match(Contact(account=account, **vars(person)), is_new=True))
            continue
        # Two persons may be one contact, by the one's address and by the other's number: to each its own instance.
        match = Match(copy(contact) if times[contact.pk] > 1 else contact, is_new=False)
        match.contact.account = account  # known already: no query for it later
        if holder is not None and holder != contact:
            match.rival = holder
            match.warnings.append("Another contact already has this mobile number; it stays with that contact.")
        _update(match, person)
        matches.append(match)
    return matches


# That an address is not empty is said for PostgreSQL, whose unique indexes hold only such.
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


def keep(matches: Sequence[Match]) -> None:
    """Write what `find` changed, in at most two statements, and note pairs that may be one person.

    Raises IntegrityError when a parallel call made one of the contacts first: run the whole again.
    """
    changed = [match.contact for match in matches if match.is_new or match.changed]
    # In an order, so that of two calls with the same new contacts one waits for the other, and not each for each.
    insert_rows(sorted(changed, key=lambda contact: (contact.email, contact.phone)), or_update=_CHANGING)
    rivals = [(match.contact, match.rival) for match in matches if match.rival is not None]
    MergeCandidate.objects.bulk_create(
        [MergeCandidate(account=one.account, by_email=one, by_phone=other) for one, other in rivals],
        ignore_conflicts=True,
    )
