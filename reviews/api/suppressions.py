"""Addresses that must not be written to, as a consumer keeps them in step with another program."""

from typing import Any

import django_filters
from django.utils import timezone
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from oauth.calls.authentication import credential_of
from reviewhub.rest.errors import ApiError, ByNumber, found_in
from reviewhub.rest.fields import Text
from reviews.api.filters import CreatedFilter, YesNoFilter
from reviews.contacts import opt_outs, suppressions
from reviews.models import Suppression
from reviews.models.addresses import InvalidAddress, read_address
from reviews.models.base import Channel
from reviews.representations import SuppressionOut


class SuppressionIn(serializers.Serializer[dict[str, str]]):
    """One address; the channel is that of its kind."""

    address = Text(max_length=254)
    evidence = Text(required=False, max_length=400)


class LiftIn(serializers.Serializer[dict[str, str]]):
    because = Text(max_length=150)


class SuppressionFilter(CreatedFilter):
    """`active`: whether the address is still not written to."""

    channel = django_filters.ChoiceFilter(choices=Channel.choices)
    reason = django_filters.ChoiceFilter(choices=Suppression.Reason.choices)
    active = YesNoFilter(field_name="lifted_at", lookup_expr="isnull")


class SuppressionList(ListAPIView[Suppression]):
    """Addresses that the account does not write to."""

    serializer_class = SuppressionOut
    filterset_class = SuppressionFilter
    pagination_class = ByNumber

    def get_queryset(self) -> Any:
        return _of(self.request)

    def post(self, request: Request) -> Response:
        """Write there no more: what is planned to that address does not leave. One that is suppressed stays so: 200."""
        given = SuppressionIn(data=request.data)
        given.is_valid(raise_exception=True)
        credential = credential_of(request)
        try:
            channel, address = read_address(given.validated_data["address"], credential.account.country)
        except InvalidAddress as error:
            raise ValidationError({"address": [str(error)]}) from error
        known = suppressions.of(account=credential.account, channel=channel, address=address).exists()
        made = opt_outs.opt_out(
            account=credential.account,
            channel=channel,
            address=address,
            reason=Suppression.Reason.STAFF,
            evidence=given.validated_data.get("evidence") or f"Added by {credential.user} through the API.",
            now=timezone.now(),
        )
        suppressions.until_quiet((credential.account.pk, channel, address))
        return Response(SuppressionOut(made).data, status=200 if known else 201)


class SuppressionItem(APIView):
    """One address."""

    def get(self, request: Request, pk: int) -> Response:
        return Response(SuppressionOut(found_in(_of(request), pk)).data)


class SuppressionLift(APIView):
    """Allow an address again, with the reason."""

    def post(self, request: Request, pk: int) -> Response:
        found = found_in(_of(request), pk)
        given = LiftIn(data=request.data)
        given.is_valid(raise_exception=True)
        if not found.address:
            raise ApiError(409, "invalid_state", "The customer was erased: nobody is left to be written to.")
        because = f"{given.validated_data['because']} ({credential_of(request).user}, through the API)"
        if not suppressions.lift(suppression=found, because=because, now=timezone.now()):
            raise ApiError(409, "invalid_state", "This suppression was lifted before.")
        return Response(SuppressionOut(found_in(_of(request), pk)).data)


def _of(request: Request) -> Any:
    return Suppression.objects.for_account(credential_of(request).account)
