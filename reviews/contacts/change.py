"""Changes of what is known about a contact: the same rules for callers of the API and for staff.

Opt-outs are no such change (`opt_outs`), nor is becoming one contact with another (`merge`).
"""

from django.db import IntegrityError, transaction

from reviews.models import Contact
from reviews.models.addresses import normalise_email, normalise_phone


class NoAddress(Exception):
    """The change would leave no way to write to the contact."""


class AddressTaken(Exception):
    """Another contact of the account has the address; `field` is the column: email or phone."""

    def __init__(self, field: str, holder: Contact) -> None:
        super().__init__(f"{holder} has this {field} already.")
        self.field = field
        self.holder = holder


def change(*, contact: Contact, values: dict[str, str]) -> None:
    """Bring the values into their stored form and save them; only the columns that they name change.

    `values`: new texts by the names of the contact's columns; "" takes a value away. A number without + is read as one
    of the account's country. Raises InvalidAddress, NoAddress, and AddressTaken also when a parallel call was faster.
    """
    if values.get("email"):
        values = values | {"email": normalise_email(values["email"])}
    if values.get("phone"):
        values = values | {"phone": normalise_phone(values["phone"], contact.account.country)[0]}
    for column, value in values.items():
        setattr(contact, column, value)
    if not contact.email and not contact.phone:
        raise NoAddress
    _refuse_taken(contact)
    try:
        with transaction.atomic():
            contact.save(update_fields=[*values, "updated_at"])
    except IntegrityError:  # a parallel call was faster
        _refuse_taken(contact)
        raise


def holders(contact: Contact) -> dict[str, Contact]:
    """Return the other contacts of the account that have this one's addresses, by column: email or phone."""
    others = Contact.objects.filter(account=contact.account_id).exclude(pk=contact.pk)
    addresses = {"email": contact.email, "phone": contact.phone}
    rows = {column: others.filter(**{column: address}).first() for column, address in addresses.items() if address}
    return {column: holder for column, holder in rows.items() if holder}


def _refuse_taken(contact: Contact) -> None:
    for column, holder in holders(contact).items():
        raise AddressTaken(column, holder)
