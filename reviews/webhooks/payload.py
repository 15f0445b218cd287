"""Payloads: the form in which other programs read events, in webhooks and in the API. Nothing is sent here."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

from reviewhub.rest.fields import Metadata, OrNull
from reviews.models import Consent, Contact, Delivery, Event, Feedback, ReviewRequest, ReviewSite, Suppression
from reviews.representations import (
    ConsentOut,
    ContactOut,
    FeedbackOut,
    MessageOut,
    ReviewRequestOut,
    SuppressionOut,
    represent_contacts,
    to_represent,
)


class ReviewRequestInEvent(ReviewRequestOut):
    """A request, without its messages."""

    metadata = Metadata()
    # Programs that pass a name on mostly take it in two parts.
    contact_first_name = OrNull(source="contact.first_name")
    contact_last_name = OrNull(source="contact.last_name")

    class Meta(ReviewRequestOut.Meta):
        fields = [
            *ReviewRequestOut.Meta.fields,
            *("contact_first_name", "contact_last_name"),
            *("created_at", "sent_at", "responded_at", "metadata"),
        ]


class SiteOut(serializers.ModelSerializer[ReviewSite]):
    """Where the customer went to write a review."""

    name = serializers.CharField()
    url = serializers.CharField()

    class Meta:
        model = ReviewSite
        fields = ["name", "url"]


class EventDataOut(serializers.Serializer[Any]):
    """The rows that an event is about, as they are now; null what it is not about."""

    review_request = ReviewRequestInEvent(allow_null=True)
    message = MessageOut(allow_null=True)
    site = SiteOut(allow_null=True)
    feedback = FeedbackOut(allow_null=True)
    contact = ContactOut(allow_null=True)
    suppression = SuppressionOut(allow_null=True)
    consent = ConsentOut(allow_null=True)


class _Head(serializers.ModelSerializer[Event]):
    """An event, without what it is about."""

    type = serializers.ChoiceField(choices=Event.Type.choices)
    timestamp = serializers.DateTimeField(source="occurred_at")

    class Meta:
        model = Event
        fields = ["id", "type", "timestamp"]


class EventOut(_Head):
    """Something that happened. The `id` is the webhook-id of what endpoints get."""

    data = EventDataOut()  # type: ignore[assignment]

    class Meta(_Head.Meta):
        fields = [*_Head.Meta.fields, "data"]


def represent_events(events: Sequence[Event]) -> list[dict[str, Any]]:
    """Represent events with the rows that they are about, as these are now.

    All keys of `data` are always there; null are rows that an event is not about, or that were deleted. One event and
    many take the same number of statements.
    """
    requests = _rows_by_key(to_represent(ReviewRequest.objects.all()), (event.request_id for event in events))
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
            **_Head(event).data,
            "data": {
                "review_request": _represent(ReviewRequestInEvent, requests.get(event.request_id)),
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
