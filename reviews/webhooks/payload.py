"""Payloads: the form in which other programs read events."""

from collections.abc import Iterable, Sequence
from typing import Any

from rest_framework import serializers

from reviews import representations
from reviews.models import Contact, Delivery, Event, Feedback, ReviewRequest, ReviewSite, Suppression
from reviews.representations import FeedbackOut, MessageOut, ReviewRequestOut, SuppressionOut


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


def represent(events: Sequence[Event]) -> list[dict[str, Any]]:
    """Events with the rows they are about, as these are now; the same number of statements for one and for many.

    All keys of `data` are always there: null what an event is not about, or what is no more.
    """
    requests = _found(ReviewRequest, (event.request_id for event in events), "contact")
    messages = _found(Delivery, (event.delivery_id for event in events), "clicked_site")
    feedback = _found(Feedback, (event.feedback_id for event in events), "request__contact")
    suppressions = _found(Suppression, (event.suppression_id for event in events))
    people: list[Any] = list(_found(Contact, (event.contact_id for event in events)).values())
    customers = {str(row["id"]): row for row in representations.represent(people)} if people else {}
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
