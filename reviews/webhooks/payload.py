"""Payloads: the form in which other programs read events, in webhooks and in the API. Nothing is sent here."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

from reviews.models import Consent, Contact, Delivery, Event, Feedback, ReviewRequest, ReviewSite, Suppression
from reviews.representations import (
    ConsentOut,
    FeedbackOut,
    MessageOut,
    ReviewRequestOut,
    SuppressionOut,
    represent_contacts,
    with_written_to,
)


class ReviewRequestTold(ReviewRequestOut):
    """A request, without its messages."""

    # Programs that pass a name on mostly take it in two parts.
    contact_first_name = serializers.SerializerMethodField()
    contact_last_name = serializers.SerializerMethodField()

    class Meta(ReviewRequestOut.Meta):
        fields = [
            *ReviewRequestOut.Meta.fields,
            *("contact_first_name", "contact_last_name"),
            *("created_at", "sent_at", "responded_at", "metadata"),
        ]

    def get_contact_first_name(self, request: ReviewRequest) -> str | None:
        return request.contact.first_name or None

    def get_contact_last_name(self, request: ReviewRequest) -> str | None:
        return request.contact.last_name or None


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


def represent_events(events: Sequence[Event]) -> list[dict[str, Any]]:
    """Represent events with the rows that they are about, as these are now.

    All keys of `data` are always there; null are rows that an event is not about, or that were deleted. One event and
    many take the same number of statements.
    """
    written = with_written_to(ReviewRequest.objects.select_related("contact"))
    requests = _rows_by_key(written, (event.request_id for event in events))
    messages = _rows_by_key(Delivery.objects.select_related("clicked_site"), (event.delivery_id for event in events))
    feedback = _rows_by_key(
        Feedback.objects.select_related("request__contact", "inbox_item"), (event.feedback_id for event in events)
    )
    suppressions = _rows_by_key(Suppression.objects.all(), (event.suppression_id for event in events))
    consents = _rows_by_key(Consent.objects.all(), (event.consent_id for event in events))
    contact_rows = list(_rows_by_key(Contact.objects.all(), (event.contact_id for event in events)).values())
    contacts = {str(contact["id"]): contact for contact in represent_contacts(contact_rows)} if contact_rows else {}
    return [
        {
            **EventOut(event).data,
            "data": {
                "review_request": _represent(ReviewRequestTold, requests.get(event.request_id)),
                "message": _represent(MessageOut, message := messages.get(event.delivery_id)),
                "site": _represent(SiteOut, message and event.type == Event.Type.LINK_CLICKED and message.clicked_site),
                "feedback": _represent(FeedbackOut, feedback.get(event.feedback_id)),
                "contact": contacts.get(str(event.contact_id)),
                "suppression": _represent(SuppressionOut, suppressions.get(event.suppression_id)),
                "consent": _represent(ConsentOut, consents.get(event.consent_id)),
            },
        }
        for event in events
    ]


def _rows_by_key(rows: QuerySet[Any], keys: Iterable[Any]) -> dict[Any, Any]:
    known_keys = {key for key in keys if key is not None}
    if not known_keys:
        return {}
    return {row.pk: row for row in rows.filter(pk__in=known_keys)}


def _represent(serializer: Any, row: Any) -> Any:
    return dict(serializer(row).data) if row else None
