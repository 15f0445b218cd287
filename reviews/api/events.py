"""What happened, for other programs: the feed that they read, and the form in which endpoints are told."""

from collections.abc import Iterable, Sequence
from typing import Any

import django_filters
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from oauth.authentication import credential_of
from reviewhub.api import ByNumber
from reviews.api import contacts
from reviews.api.feedback import FeedbackOut
from reviews.api.serializers import MessageOut, ReviewRequestOut
from reviews.api.suppressions import SuppressionOut
from reviews.models import (
    SUBSCRIBABLE,
    Contact,
    Delivery,
    Event,
    Feedback,
    ReviewRequest,
    ReviewSite,
    Suppression,
)


class ReviewRequestTold(ReviewRequestOut):
    """A request, without its messages."""

    class Meta(ReviewRequestOut.Meta):
        fields = [*ReviewRequestOut.Meta.fields, "created_at", "sent_at", "responded_at", "metadata"]


class EventOut(serializers.ModelSerializer[Event]):
    """What happened, and when."""

    type = serializers.ChoiceField(choices=Event.Type.choices)
    timestamp = serializers.DateTimeField(source="occurred_at")

    class Meta:
        model = Event
        fields = ["id", "type", "timestamp"]


class SiteOut(serializers.ModelSerializer[ReviewSite]):
    """Where the customer went to write a review."""

    name = serializers.CharField()
    url = serializers.URLField()

    class Meta:
        model = ReviewSite
        fields = ["name", "url"]


class EventFilter(django_filters.FilterSet):
    type = django_filters.MultipleChoiceFilter(choices=[(type_.value, type_.label) for type_ in SUBSCRIBABLE])
    occurred_after = django_filters.IsoDateTimeFilter(field_name="occurred_at", lookup_expr="gte")
    occurred_before = django_filters.IsoDateTimeFilter(field_name="occurred_at", lookup_expr="lt")


class EventList(GenericAPIView[Event]):
    """What happened, newest first; kept for 30 days."""

    serializer_class = EventOut
    filterset_class = EventFilter
    pagination_class = ByNumber

    def get_queryset(self) -> Any:
        own = Event.objects.for_account(credential_of(self.request).account)
        return own.exclude(type=Event.Type.TEST)

    def get(self, request: Request) -> Response:
        page: Any = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(represent(page))


# --- The form ----------------------------------------------------------------------------------------


def represent(events: Sequence[Event]) -> list[dict[str, Any]]:
    """Events with the rows they are about, as these are now; the same number of statements for one and for many.

    All keys of `data` are always there: null what an event is not about, or what is no more.
    """
    requests = _found(ReviewRequest, (event.request_id for event in events), "contact")
    messages = _found(Delivery, (event.delivery_id for event in events), "clicked_site")
    feedback = _found(Feedback, (event.feedback_id for event in events), "request__contact")
    suppressions = _found(Suppression, (event.suppression_id for event in events))
    people: list[Any] = list(_found(Contact, (event.contact_id for event in events)).values())
    customers = {str(row["id"]): row for row in contacts.represent(people)} if people else {}
    return [
        {
            **EventOut(event).data,
            "data": {
                "review_request": _told(ReviewRequestTold, requests.get(event.request_id)),
                "message": _told(MessageOut, message := messages.get(event.delivery_id)),
                "site": _told(SiteOut, message and event.type == Event.Type.LINK_CLICKED and message.clicked_site),
                "feedback": _told(FeedbackOut, feedback.get(event.feedback_id)),
                "contact": customers.get(str(event.contact_id)),
                "suppression": _told(SuppressionOut, suppressions.get(event.suppression_id)),
            },
        }
        for event in events
    ]


def _found(model: Any, keys: Iterable[Any], *related: str) -> dict[Any, Any]:
    wanted = {key for key in keys if key is not None}
    if not wanted:
        return {}
    return {row.pk: row for row in model.objects.filter(pk__in=wanted).select_related(*related)}


def _told(serializer: Any, row: Any) -> Any:
    return dict(serializer(row).data) if row else None
