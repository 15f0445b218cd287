"""Contacts, as a consumer reads, changes and erases them."""

from typing import Any

import django_filters
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
from reviewhub.rest.errors import found_in
from reviewhub.rest.fields import Email, Text
from reviews.api.filters import CreatedFilter
from reviews.contacts import erase
from reviews.contacts.change import AddressTaken, NoAddress, change
from reviews.models import Contact
from reviews.models.addresses import InvalidPhone, normalise_email, normalise_phone
from reviews.representations import ContactOut, represent_contacts


class ContactIn(serializers.Serializer[dict[str, str]]):
    """What a call changes: only what it names. `null` and `""` take a value away."""

    first_name = Text(required=False, allow_blank=True, max_length=150)
    last_name = Text(required=False, allow_blank=True, max_length=150)
    company_name = Text(required=False, allow_blank=True, max_length=150)
    email = Email(required=False, allow_blank=True, max_length=254)
    mobile_phone_number = Text(required=False, allow_blank=True, max_length=40)
    time_zone = Text(required=False, allow_blank=True, max_length=64)

    def to_internal_value(self, data: Any) -> Any:
        return super().to_internal_value({key: "" if value is None else value for key, value in data.items()})

    def validate_time_zone(self, name: str) -> str:
        if name:
            validate_time_zone(name)
        return name


class ContactFilter(CreatedFilter):
    email = django_filters.CharFilter(method="with_email")
    mobile_phone_number = django_filters.CharFilter(method="with_number")

    def with_email(self, rows: Any, name: str, value: str) -> Any:
        return rows.filter(email=normalise_email(value))

    def with_number(self, rows: Any, name: str, value: str) -> Any:
        account = credential_of(self.request).account
        return rows.filter(phone=_number(account, value))


class ContactList(GenericAPIView[Contact]):
    """The account's customers, newest first; who was erased is left out."""

    serializer_class = ContactOut
    filterset_class = ContactFilter

    def get_queryset(self) -> Any:
        return Contact.objects.for_account(credential_of(self.request).account).filter(erased_at=None)

    def get(self, request: Request) -> Response:
        page: Any = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(represent_contacts(page))


class ContactItem(APIView):
    """One customer."""

    def get(self, request: Request, pk: Any) -> Response:
        return Response(represent_contacts([_find(request, pk)])[0])

    def patch(self, request: Request, pk: Any) -> Response:
        """Change what the call names; opt-outs stay as they are."""
        contact = _find(request, pk)
        if contact.erased_at:
            raise NotFound
        given = ContactIn(data=request.data)
        given.is_valid(raise_exception=True)
        _change(contact, given.validated_data)
        return Response(represent_contacts([_find(request, pk)])[0])

    def delete(self, request: Request, pk: Any) -> Response:
        """Erase: personal data is gone, opt-outs stay as keyed hashes. Safe to repeat."""
        contact = _find(request, pk)
        if contact.erased_at is None:
            erase.erase(contact=contact, by=f"{credential_of(request).user} through the API", now=timezone.now())
        return Response(status=204)


def _change(contact: Contact, form_data: dict[str, str]) -> None:
    """Change the contact as the call wants it. Raises ValidationError, which names the API's fields."""
    if "mobile_phone_number" in form_data:
        form_data["phone"] = form_data.pop("mobile_phone_number")
    try:
        change(contact=contact, values=form_data)
    except InvalidPhone as error:
        raise ValidationError({"mobile_phone_number": [str(error)]}) from error
    except NoAddress as error:
        missing = "A contact needs an email or a mobile_phone_number."
        raise ValidationError({"email": [missing], "mobile_phone_number": [missing]}) from error
    except AddressTaken as error:
        name = "mobile_phone_number" if error.field == "phone" else error.field
        raise ValidationError({name: [f"The contact {error.holder.pk} has it already."]}) from error


def _number(account: Account, text: str) -> str:
    try:
        return normalise_phone(text, account.country)[0]
    except InvalidPhone as error:
        raise ValidationError({"mobile_phone_number": [str(error)]}) from error


def _find(request: Request, pk: Any) -> Contact:
    """The account's own contact of that id, with the account beside it. Raises NotFound."""
    account = credential_of(request).account
    found = found_in(Contact.objects.for_account(account), pk)
    found.account = account
    return found
