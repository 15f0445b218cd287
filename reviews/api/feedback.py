"""What customers told the business, for its other programs."""

from typing import Any

import django_filters
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from oauth.authentication import credential_of
from oauth.models import Account
from reviewhub.api import ByNumber
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


class FeedbackFilter(django_filters.FilterSet):
    rating = django_filters.NumberFilter()
    handled = django_filters.BooleanFilter(field_name="handled_at", lookup_expr="isnull", exclude=True)
    review_request_id = django_filters.UUIDFilter(field_name="request_id")
    created_after = django_filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="gte")
    created_before = django_filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="lt")


class FeedbackList(GenericAPIView[Feedback]):
    """What was said, newest first."""

    serializer_class = FeedbackOut
    filterset_class = FeedbackFilter
    pagination_class = ByNumber

    def get_queryset(self) -> Any:
        return _of(credential_of(self.request).account)

    def get(self, request: Request) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(FeedbackOut(page, many=True).data)


class FeedbackItem(APIView):
    """One answer."""

    def get(self, request: Request, pk: int) -> Response:
        found = _of(credential_of(request).account).filter(pk=pk).first()
        if found is None:
            raise NotFound
        return Response(FeedbackOut(found).data)


def _of(account: Account) -> Any:
    return Feedback.objects.for_account(account).select_related("request__contact")
