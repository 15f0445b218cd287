"""Sequences, for integrations that let somebody choose one."""

from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from oauth.authentication import credential_of
from oauth.models import Account
from reviews.models import FollowUpStep, Sequence


class StepOut(serializers.ModelSerializer[FollowUpStep]):
    """One message of a sequence; `step` 0 is the first ask."""

    step = serializers.IntegerField(source="position")

    class Meta:
        model = FollowUpStep
        fields = ["step", "delay_hours", "channel", "email_subject", "email_text", "sms_text"]


class SequenceOut(serializers.ModelSerializer[Sequence]):
    """A plan: `slug` is what a review request names."""

    steps = StepOut(many=True)

    class Meta:
        model = Sequence
        fields = ["id", "name", "slug", "is_default", "created_at", "updated_at", "steps"]


class SequenceList(GenericAPIView[Sequence]):
    """The account's sequences."""

    serializer_class = SequenceOut

    def get_queryset(self) -> Any:
        return _of(credential_of(self.request).account)

    def get(self, request: Request) -> Response:
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(SequenceOut(page, many=True).data)


class SequenceItem(APIView):
    """One sequence."""

    def get(self, request: Request, pk: int) -> Response:
        found = _of(credential_of(request).account).filter(pk=pk).first()
        if found is None:
            raise NotFound
        return Response(SequenceOut(found).data)


def _of(account: Account) -> Any:
    return Sequence.objects.for_account(account).prefetch_related("steps")
