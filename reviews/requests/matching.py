"""Matching of persons, as callers name them, with the contacts of an account (docs/rules.md D2)."""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from copy import copy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from django.db.models import Max, Q

from oauth.models import Account
from reviewhub.refused import Refused
from reviewhub.statements import Select, insert_rows
from reviews.models import Contact, MergeCandidate, ReviewRequest

_NAMES = ("first_name", "last_name")
# Columns of a contact that an ask may change.
_CHANGED_BY_ASKS = (*_NAMES, "company_name", "time_zone", "language", "email", "phone", "shares_phone", "updated_at")
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Person:
    """A person as a caller names them, normalised. Empty means unknown."""

    first_name: str = ""
    last_name: str = ""
    company_name: str = ""
    email: str = ""
    phone: str = ""
    time_zone: str = ""
    language: str = ""


@dataclass(frozen=True)
class KnownPerson(Person):
    """A person of whom the caller knows which contact it is, by its key; one of its addresses is named, too."""

    contact: UUID | None = None


@dataclass
class Match:
    """The contact of a person, possibly not saved yet, with the columns that the ask changes.

    `rival`: another contact that has the person's number, and may be the same person.
    """

    contact: Contact
    is_new: bool
    changed: list[str] = field(default_factory=list)
    rival: Contact | None = None
    warnings: list[str] = field(default_factory=list)


def find(account: Account, persons: Sequence[Person]) -> list[Match]:
    """Find for each person the account's contact with that e-mail address, else with that number, else a new one.

    A contact with another e-mail address is somebody else, who shares the number. Lock the contacts until the
    transaction ends, so that two calls for one person take turns. Fill blanks and replace names on the instances;
    `keep` writes them. Raises Refused where a caller means a contact that has other addresses by now.
    """
    emails = [person.email for person in persons if person.email]
    phones = [person.phone for person in persons if person.phone]
    contacts = _with_addresses(account=account.pk, emails=emails, phones=phones)
    by_email = {contact.email: contact for contact in contacts if contact.email}
    by_phone = defaultdict[str, list[Contact]](list)
    for contact in contacts:
        if contact.phone:
            by_phone[contact.phone].append(contact)
    holders = [by_phone.get(person.phone, []) for person in persons]
    candidates = [
        [_meant(person, contacts)]
        if isinstance(person, KnownPerson)
        else [by_email[person.email]]
        if person.email in by_email
        else _candidates(person, others)
        for person, others in zip(persons, holders, strict=True)
    ]
    asked_at = _last_asks([contact.pk for several in candidates if len(several) > 1 for contact in several])
    chosen = [
        max(
            several,
            key=lambda contact: (asked_at.get(contact.pk, _NEVER), contact.created_at, contact.pk),
            default=None,
        )
        for several in candidates
    ]
    uses = Counter(contact.pk for contact in chosen if contact)
    matches = []
    for person, found, others in zip(persons, chosen, holders, strict=True):
        if found is None:
            contact = Contact(account=account, **vars(person), shares_phone=bool(others))
            match = Match(contact, is_new=True, rival=_rival(contact, others))
        else:
            # Two persons may be one contact, by the address of the one and the number of the other: each gets a copy.
            match = Match(copy(found) if uses[found.pk] > 1 else found, is_new=False)
            match.contact.account = account  # saves a query later
            _update(match, person, others)
        if match.rival and match.rival.phone == match.contact.phone:
            match.warnings.append("Another contact has this mobile number as well; the two are kept apart.")
        matches.append(match)
    return matches


# PostgreSQL's partial indexes hold only addresses that are not empty: it uses them where the query says so.
_with_addresses = Select(
    lambda account, emails, phones: (
        Contact.objects.filter(account=account)
        .filter(Q(email__in=emails) & ~Q(email="") | Q(phone__in=phones) & ~Q(phone=""))
        .order_by("pk")
        .select_for_update()
    )
)


def _meant(person: KnownPerson, contacts: Sequence[Contact]) -> Contact:
    """Return the contact that the person is. Raises Refused where it has none of the addresses any more."""
    for contact in contacts:
        if contact.pk == person.contact:
            return contact
    raise Refused("contact", "The customer's addresses have changed meanwhile: look at them again.")


def _candidates(person: Person, holders: Sequence[Contact]) -> Sequence[Contact]:
    """Return the contacts with the person's number that may be the person: those without an e-mail address first."""
    return [contact for contact in holders if not contact.email] or ([] if person.email else holders)


def _last_asks(contacts: Collection[UUID]) -> dict[UUID, datetime]:
    """Return when each of the contacts was last asked; those that never were are left out."""
    if not contacts:
        return {}
    requests = ReviewRequest.objects.filter(contact__in=contacts).values("contact")
    return dict(requests.annotate(asked_at=Max("created_at")).values_list("contact", "asked_at"))


def _rival(contact: Contact, holders: Sequence[Contact]) -> Contact | None:
    """Return the one of the holders of a number that is most likely to be the contact itself; None without another."""
    others = [holder for holder in holders if holder.pk != contact.pk]
    return min(others, key=lambda other: (bool(other.email), other.created_at, other.pk), default=None)


def _update(match: Match, person: Person, holders: Sequence[Contact]) -> None:
    """Bring what the person's ask says into the contact, as far as it is the contact's own to say."""
    contact = match.contact
    is_own = contact.email == person.email  # by the same e-mail address, or by number where neither has one
    if is_own or not _has_another_name(contact, person):
        _set_texts(match, person, only_blanks=not is_own)
    else:
        match.warnings.append("This mobile number is known under another name; the name on file is kept.")
    if person.phone and contact.phone != person.phone:
        match.rival = _rival(contact, holders)
        if not contact.phone:
            contact.shares_phone = bool(holders)
            match.changed.append("shares_phone")
    for name, label in (("email", "e-mail address"), ("phone", "mobile number")):
        value, value_on_file = getattr(person, name), getattr(contact, name)
        if not value or value == value_on_file:
            continue
        if value_on_file:
            match.warnings.append(f"This contact already has another {label}; the one on file is kept.")
        else:
            setattr(contact, name, value)
            match.changed.append(name)


def _has_another_name(contact: Contact, person: Person) -> bool:
    pairs = [(getattr(contact, name).casefold(), getattr(person, name).casefold()) for name in _NAMES]
    return any(on_file and value and on_file != value for on_file, value in pairs)


def _set_texts(match: Match, person: Person, *, only_blanks: bool) -> None:
    for name in (*_NAMES, "company_name", "time_zone", "language"):
        value, value_on_file = getattr(person, name), getattr(match.contact, name)
        if value and value != value_on_file and not (only_blanks and value_on_file):
            setattr(match.contact, name, value)
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
