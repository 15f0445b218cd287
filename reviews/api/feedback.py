"""Feedback over the API: what customers told the business on their page."""

from typing import Any

import django_filters
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from oauth.calls.authentication import credential_of
from reviewhub.rest.errors import ByNumber, find_row
from reviewhub.rest.operations import operation
from reviews.api.filters import CreatedFilter, WholeNumberFilter, YesNoFilter
from reviews.models import Feedback
from reviews.representations import FeedbackOut


class FeedbackFilter(CreatedFilter):
    """Filters of the list. `handled`: true for feedback that staff have dealt with."""

    rating = WholeNumberFilter(help_text="Those with this many stars.")
    handled = YesNoFilter(
        field_name="inbox_item__handled_at",
        lookup_expr="isnull",
        exclude=True,
        help_text="Whether staff have dealt with it.",
    )
    review_request_id = django_filters.UUIDFilter(field_name="request_id", help_text="That of one review request.")


class FeedbackList(ListAPIView[Feedback]):
    """What was said, newest first."""

    serializer_class = FeedbackOut
    filterset_class = FeedbackFilter
    pagination_class = ByNumber

    def get_queryset(self) -> Any:
        return _rows_of(self.request)

    @operation("listFeedback", [FeedbackOut])
    def get(self, request: Request) -> Response:
        """List feedback. What customers told the business alone; it is never published."""
        return self.list(request)


class FeedbackItem(APIView):
    """One answer."""

    @operation("getFeedback", FeedbackOut)
    def get(self, request: Request, pk: int) -> Response:
        """Get what one customer said. Who it was is null where somebody scanned the printed code."""
        return Response(FeedbackOut(find_row(_rows_of(request), pk)).data)


def _rows_of(request: Request) -> Any:
    rows = Feedback.objects.for_account(credential_of(request).account)
    return rows.select_related("request__contact", "inbox_item")
