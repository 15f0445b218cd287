"""Suppressions over the API: a program lists, adds and lifts them, to keep in step with a list of its own."""

from typing import Any

import django_filters
from django.db import transaction
from django.utils import timezone
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from oauth.calls.authentication import credential_of
from oauth.models import Account
from reviewhub.rest.errors import ApiError, ByNumber, find_row
from reviewhub.rest.fields import Text
from reviewhub.rest.operations import operation
from reviews.api.filters import CreatedFilter, YesNoFilter
from reviews.api.idempotency import takes_key
from reviews.contacts import doubts, opt_outs, suppressions
from reviews.models import InboxItem, Suppression
from reviews.models.addresses import InvalidAddress, hashes_of, read_address
from reviews.models.base import Channel
from reviews.representations import SuppressionOut


class SuppressionIn(serializers.Serializer[dict[str, str]]):
    """One address; the channel is that of its kind."""

    address = Text(max_length=254)
    evidence = Text(required=False, max_length=400)


class Lift(serializers.Serializer[dict[str, str]]):
    because = Text(max_length=150)


class SuppressionFilter(CreatedFilter):
    """Filters of the list."""

    address = django_filters.CharFilter(
        method="filter_by_address", help_text="An e-mail address or a number, in any form."
    )
    channel = django_filters.ChoiceFilter(choices=Channel.choices)
    reason = django_filters.ChoiceFilter(choices=Suppression.Reason.choices)
    active = YesNoFilter(
        field_name="lifted_at", lookup_expr="isnull", help_text="Whether it holds; false for one that was lifted."
    )

    def filter_by_address(self, rows: Any, name: str, value: str) -> Any:
        """Keep those of the address, also where an erased customer left its hash alone."""
        account = credential_of(self.request).account
        channel, address = _read_address(account, value)
        return rows.filter(address_hash__in=hashes_of(account.pk, channel, address))


class SuppressionList(ListAPIView[Suppression]):
    """Addresses that the account does not write to."""

    serializer_class = SuppressionOut
    filterset_class = SuppressionFilter
    pagination_class = ByNumber

    def get_queryset(self) -> Any:
        return _rows_of(self.request)

    @operation("listSuppressions", [SuppressionOut])
    def get(self, request: Request) -> Response:
        """List suppressions. Those that were lifted are among them."""
        return self.list(request)

    @operation(
        "addSuppression",
        {201: SuppressionOut, 200: SuppressionOut},
        takes=SuppressionIn,
        example={"address": "jane@example.com"},
    )
    @takes_key()
    def post(self, request: Request) -> Response:
        """Write to an address no more. What is planned to it does not leave. 200 where it was suppressed already."""
        body = SuppressionIn(data=request.data)
        body.is_valid(raise_exception=True)
        credential = credential_of(request)
        channel, address = _read_address(credential.account, body.validated_data["address"])
        is_old = suppressions.of(account=credential.account, channel=channel, address=address).exists()
        suppression = opt_outs.opt_out(
            account=credential.account,
            channel=channel,
            address=address,
            reason=Suppression.Reason.STAFF,
            evidence=body.validated_data.get("evidence") or f"Added by {credential.user} through the API.",
            now=timezone.now(),
        )
        place = (credential.account.pk, channel, address)
        transaction.on_commit(lambda: suppressions.until_quiet(place))
        return Response(SuppressionOut(suppression).data, status=200 if is_old else 201)


class SuppressionItem(APIView):
    """One address."""

    @operation("getSuppression", SuppressionOut)
    def get(self, request: Request, pk: int) -> Response:
        """Get one suppression. With its reason and evidence."""
        return Response(SuppressionOut(find_row(_rows_of(request), pk)).data)


class SuppressionLift(APIView):
    """Allow an address again, with the reason."""

    @operation("liftSuppression", SuppressionOut, takes=Lift, example={"because": "Asked for it by phone"})
    @takes_key()
    def post(self, request: Request, pk: int) -> Response:
        """Allow an address again. With the reason, which is kept. 409 if it was lifted, or its contact was erased."""
        suppression = find_row(_rows_of(request), pk)
        body = Lift(data=request.data)
        body.is_valid(raise_exception=True)
        if not suppression.address:
            raise ApiError(409, "invalid_state", "The customer was erased: nobody is left to be written to.")
        because = f"{body.validated_data['because']} ({credential_of(request).user}, through the API)"
        outcome = InboxItem.Outcome.NOT_AN_OPT_OUT
        if not doubts.lift(suppression=suppression, because=because, outcome=outcome, now=timezone.now()):
            raise ApiError(409, "invalid_state", "This suppression was lifted before.")
        return Response(SuppressionOut(find_row(_rows_of(request), pk)).data)


def _read_address(account: Account, text: str) -> tuple[Channel, str]:
    try:
        return read_address(text, account.country)
    except InvalidAddress as error:
        raise ValidationError({"address": [str(error)]}) from error


def _rows_of(request: Request) -> Any:
    return Suppression.objects.for_account(credential_of(request).account)
