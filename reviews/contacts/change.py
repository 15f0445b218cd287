"""Changes of what is known about a contact: the same rules for callers of the API and for staff.

Opt-outs are no such change (`opt_outs`), nor is becoming one contact with another (`merge`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from reviews.models import Contact
from reviews.models.addresses import normalise_email, normalise_phone
from reviews.models.base import Channel
from reviews.requests import contact_changes

SHARED_PHONE = "Another contact has this mobile number as well; the two are kept apart."
_PLACES = {"email": Channel.EMAIL, "phone": Channel.SMS}


class NoAddress(Exception):
    """The change would leave no way to write to the contact."""


class AddressTaken(Exception):
    """Another contact of the account has the e-mail address."""

    def __init__(self, holder: Contact) -> None:
        super().__init__(f"{holder} has this address already.")
        self.holder = holder


@dataclass(frozen=True)
class Change:
    """Result of a change: warnings for the caller, and the places (account, channel, address) that the contact left.

    A message that a worker was sending by then is still on its way to those (`suppressions.until_quiet`).
    """

    warnings: list[str]
    left: list[tuple[UUID, str, str]]


def change(*, contact: Contact, values: Mapping[str, str], now: datetime) -> Change:
    """Bring the values into their stored form and save them; only the columns that they name change.

    What is planned to the contact follows in the same transaction (`contact_changes.follow`). `values`: new texts by
    the names of the contact's columns; "" takes a value away. A number without + is read as one of the account's
    country. Raises InvalidAddress, NoAddress, and AddressTaken also when a parallel call was faster.
    """
    new = dict(values)
    if new.get("email"):
        new["email"] = normalise_email(new["email"])
    if new.get("phone"):
        new["phone"] = normalise_phone(new["phone"], contact.account.country)[0]
    try:
        before = _save(contact, new, now)
    except IntegrityError:  # a parallel call was faster: it has the address, or was the first with the number
        before = _save(contact, new, now)
    left = [
        (contact.account_id, channel.value, before[column])
        for column, channel in _PLACES.items()
        if before[column] and before[column] != getattr(contact, column)
    ]
    is_shared = contact.phone != before["phone"] and contact.shares_phone
    return Change([SHARED_PHONE] if is_shared else [], left)


@transaction.atomic
def _save(contact: Contact, new: dict[str, str], now: datetime) -> dict[str, str]:
    """Save the values on the locked row, and return the addresses that it had before."""
    row = Contact.objects.select_for_update().get(pk=contact.pk)
    before = {column: getattr(row, column) for column in _PLACES}
    for column, value in new.items():
        setattr(row, column, value)
    if not row.email and not row.phone and any(before.values()):
        raise NoAddress
    if row.email != before["email"] and (holder := holder_of_email(row)):
        raise AddressTaken(holder)
    if row.phone != before["phone"]:
        row.shares_phone = shares_phone(row)
    row.account = contact.account
    row.save(update_fields=[*new, "shares_phone", "updated_at"])
    contact_changes.follow(contacts=[row], now=now)
    for column in (*new, *_PLACES, "shares_phone", "updated_at"):
        setattr(contact, column, getattr(row, column))
    return before


def holder_of_email(contact: Contact) -> Contact | None:
    """Return the other contact of the account that has this one's e-mail address."""
    return _others(contact).filter(email=contact.email).first() if contact.email else None


def shares_phone(contact: Contact) -> bool:
    """Tell whether another contact of the account has this one's number."""
    return bool(contact.phone) and _others(contact).filter(phone=contact.phone).exists()


def _others(contact: Contact) -> QuerySet[Contact]:
    return Contact.objects.filter(account=contact.account_id).exclude(pk=contact.pk)
