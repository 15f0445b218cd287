"""What customers told the business, for its other programs."""

from typing import Any

import django_filters
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from oauth.authentication import credential_of
from reviewhub.api import ByNumber, found_in
from reviews.api.filters import CreatedFilter, WholeNumberFilter, YesNoFilter
from reviews.models import Feedback


class FeedbackOut(serializers.ModelSerializer[Feedback]):
    """Never published. Who wrote it is null where somebody scanned the printed code."""

    review_request_id = serializers.UUIDField(source="request_id", allow_null=True)
    contact_id = serializers.SerializerMethodField()
    contact_name = serializers.SerializerMethodField()
    text = serializers.SerializerMethodField()

    class Meta:
        model = Feedback
        fields = [
            *("id", "rating", "text", "review_request_id", "contact_id", "contact_name"),
            *("created_at", "updated_at", "handled_at"),
        ]

    def get_contact_id(self, feedback: Feedback) -> str | None:
        return str(feedback.request.contact_id) if feedback.request else None

    def get_contact_name(self, feedback: Feedback) -> str | None:
        return (feedback.request.contact.name or None) if feedback.request else None

    def get_text(self, feedback: Feedback) -> str | None:
        return feedback.text or None


class FeedbackFilter(CreatedFilter):
    rating = WholeNumberFilter()
    handled = YesNoFilter(field_name="handled_at", lookup_expr="isnull", exclude=True)
    review_request_id = django_filters.UUIDFilter(field_name="request_id")


class FeedbackList(ListAPIView[Feedback]):
    """What was said, newest first."""

    serializer_class = FeedbackOut
    filterset_class = FeedbackFilter
    pagination_class = ByNumber

    def get_queryset(self) -> Any:
        return _of(self.request)


class FeedbackItem(APIView):
    """One answer."""

    def get(self, request: Request, pk: int) -> Response:
        return Response(FeedbackOut(found_in(_of(request), pk)).data)


def _of(request: Request) -> Any:
    return Feedback.objects.for_account(credential_of(request).account).select_related("request__contact")
