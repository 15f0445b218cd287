"""Sequences over the API, read only: for integrations that let somebody choose one."""

from typing import Any

from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from oauth.calls.authentication import credential_of
from reviewhub.rest.errors import find_row
from reviewhub.rest.operations import operation
from reviews.models import FollowUpStep, Sequence


class StepTextOut(serializers.Serializer[Any]):
    """The texts of a step in another language than its sequence's."""

    language = serializers.CharField()
    email_subject = serializers.CharField()
    email_text = serializers.CharField()
    sms_text = serializers.CharField()


class SequenceStepOut(serializers.ModelSerializer[FollowUpStep]):
    """One message of a sequence; `step` 0 is the first ask."""

    step = serializers.IntegerField(source="position")
    translations = StepTextOut(many=True, source="translated")

    class Meta:
        model = FollowUpStep
        fields = ["step", "delay_hours", "channel", "email_subject", "email_text", "sms_text", "translations"]


class SequenceOut(serializers.ModelSerializer[Sequence]):
    """A plan: `slug` is what a review request names."""

    steps = SequenceStepOut(many=True)

    class Meta:
        model = Sequence
        fields = ["id", "name", "slug", "language", "is_default", "created_at", "updated_at", "steps"]


class SequenceList(ListAPIView[Sequence]):
    """The account's sequences."""

    serializer_class = SequenceOut

    def get_queryset(self) -> Any:
        return _rows_of(self.request)

    @operation("listSequences", [SequenceOut])
    def get(self, request: Request) -> Response:
        """List sequences. With their steps."""
        return self.list(request)


class SequenceItem(APIView):
    """One sequence."""

    @operation("getSequence", SequenceOut)
    def get(self, request: Request, pk: int) -> Response:
        """Get one sequence. With its steps."""
        return Response(SequenceOut(find_row(_rows_of(request), pk)).data)


def _rows_of(request: Request) -> Any:
    return Sequence.objects.for_account(credential_of(request).account).prefetch_related("steps")
