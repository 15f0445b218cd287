"""Contacts over the API: reading, changing and erasing them. The rules of a change are in `reviews.contacts`."""

from contextlib import AbstractContextManager
from typing import Any

import django_filters
from django.db import transaction
from django.utils import timezone
from rest_framework import serializers
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from oauth.calls.authentication import credential_of
from oauth.models import Account
from oauth.models.account import validate_time_zone
from reviewhub.rest.errors import find_row
from reviewhub.rest.fields import Email, Text
from reviewhub.rest.operations import operation
from reviewhub.rest.versions import at_version, versioned
from reviews.api.filters import CreatedFilter
from reviews.api.idempotency import takes_key
from reviews.contacts import erase, suppressions
from reviews.contacts.change import AddressTaken, NoAddress, change
from reviews.models import Contact
from reviews.models.addresses import InvalidEmail, InvalidPhone, normalise_email, normalise_phone
from reviews.representations import ContactOut, represent_contacts
from reviews.requests.languages import UnknownLanguage, read_language


class ContactChange(serializers.Serializer[dict[str, str]]):
    """What a call changes: only what it names. `null` and `""` take a value away."""

    NULL_IS_ABSENT = True

    first_name = Text(required=False, allow_blank=True, max_length=150)
    last_name = Text(required=False, allow_blank=True, max_length=150)
    company_name = Text(required=False, allow_blank=True, max_length=150)
    email = Email(required=False, allow_blank=True, max_length=254)
    mobile_phone_number = Text(required=False, allow_blank=True, max_length=40)
    time_zone = Text(required=False, allow_blank=True, max_length=64)
    language = Text(required=False, allow_blank=True, max_length=35)

    def to_internal_value(self, data: Any) -> Any:
        return super().to_internal_value({key: "" if value is None else value for key, value in data.items()})

    def validate_time_zone(self, name: str) -> str:
        if name:
            validate_time_zone(name)
        return name

    def validate_language(self, text: str) -> str:
        try:
            return read_language(text) if text else ""
        except UnknownLanguage as error:
            raise ValidationError(str(error)) from error


class ContactFilter(CreatedFilter):
    """Filters of the list. An address is compared in its stored form."""

    email = django_filters.CharFilter(method="filter_by_email", help_text="In any form of the address.")
    mobile_phone_number = django_filters.CharFilter(method="filter_by_number", help_text="In any form of the number.")

    def filter_by_email(self, rows: Any, name: str, value: str) -> Any:
        return rows.filter(email=_read_email(value))

    def filter_by_number(self, rows: Any, name: str, value: str) -> Any:
        account = credential_of(self.request).account
        return rows.filter(phone=_read_number(account, value))


class ContactList(GenericAPIView[Contact]):
    """The account's customers, newest first; who was erased is left out."""

    serializer_class = ContactOut
    filterset_class = ContactFilter

    def get_queryset(self) -> Any:
        return Contact.objects.for_account(credential_of(self.request).account).filter(erased_at=None)

    @operation("listContacts", [ContactOut])
    def get(self, request: Request) -> Response:
        """List contacts. Who was erased is left out."""
        page: Any = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(represent_contacts(page))


class ContactItem(APIView):
    """One customer."""

    @operation("getContact", ContactOut)
    @versioned
    def get(self, request: Request, pk: Any) -> Response:
        """Get one contact. With the channels that must not be used."""
        return Response(represent_contacts([_find(request, pk)])[0])

    @operation("changeContact", ContactOut, takes=ContactChange, example={"last_name": "Doe"})
    @takes_key()
    @versioned
    def patch(self, request: Request, pk: Any) -> Response:
        """Change a contact. Only what is named changes; `null` and an empty text take a value away.

        Opt-outs stay as they are. A message that is planned goes to the new address; the answer comes when none is on
        its way to the former one any more.
        """
        contact = _find(request, pk)
        if contact.erased_at:
            raise NotFound
        body = ContactChange(data=request.data)
        body.is_valid(raise_exception=True)
        with _at_version(request, contact):
            _change(contact, body.validated_data)
        return Response(represent_contacts([_find(request, pk)])[0])

    @operation("eraseContact", {204: None})
    @versioned
    def delete(self, request: Request, pk: Any) -> Response:
        """Erase a contact. Personal data is gone for good; opt-outs stay as keyed hashes. Safe to repeat."""
        contact = _find(request, pk)
        if contact.erased_at is None:
            with _at_version(request, contact):
                erase.erase(contact=contact, by=f"{credential_of(request).user} through the API", now=timezone.now())
        return Response(status=204)


def _at_version(request: Request, contact: Contact) -> AbstractContextManager[None]:
    rows = Contact.objects.filter(pk=contact.pk)
    return at_version(request, rows, lambda: represent_contacts([_find(request, contact.pk)])[0])


def _change(contact: Contact, values: dict[str, str]) -> None:
    """Change the contact to the values, by the API's names. Raises ValidationError by the same names.

    No message is on its way to a former address any more when the call is answered.
    """
    if "mobile_phone_number" in values:
        values["phone"] = values.pop("mobile_phone_number")
    try:
        changed = change(contact=contact, values=values, now=timezone.now())
    except InvalidPhone as error:
        raise ValidationError({"mobile_phone_number": [str(error)]}) from error
    except NoAddress as error:
        missing = "A contact needs an email or a mobile_phone_number."
        raise ValidationError({"email": [missing], "mobile_phone_number": [missing]}) from error
    except AddressTaken as error:
        raise ValidationError({"email": [f"The contact {error.holder.pk} has it already."]}) from error
    if changed.left:
        transaction.on_commit(lambda: suppressions.until_quiet(*changed.left))


def _read_email(text: str) -> str:
    try:
        return normalise_email(text)
    except InvalidEmail as error:
        raise ValidationError({"email": [str(error)]}) from error


def _read_number(account: Account, text: str) -> str:
    try:
        return normalise_phone(text, account.country)[0]
    except InvalidPhone as error:
        raise ValidationError({"mobile_phone_number": [str(error)]}) from error


def _find(request: Request, pk: Any) -> Contact:
    """Return the account's own contact with that id, its account loaded. Raises NotFound."""
    account = credential_of(request).account
    contact = find_row(Contact.objects.for_account(account), pk)
    contact.account = account
    return contact
