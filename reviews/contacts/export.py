"""Export of all that is known about a customer, for the customer (Regulation (EU) 2016/679, Articles 15 and 20)."""

from typing import Any

from reviews.contacts import suppressions
from reviews.models import Contact, Delivery, DeliveryEvent
from reviews.models.base import Channel

_OF_CONTACT = (
    *("first_name", "last_name", "company_name", "email", "phone", "time_zone", "language"),
    *("created_at", "updated_at"),
)
_OF_REQUEST = (
    *("status", "reason", "source", "external_id", "language", "metadata", "hold_reason"),
    *("scheduled_for", "created_at", "sent_at", "responded_at", "ended_at"),
)
_OF_MESSAGE = (
    *("step", "channel", "address", "status", "sent_at", "seen_at", "clicked_at"),
    *("subject", "text", "error_text"),
)
_OF_ANSWER = ("channel", "address", "status", "sent_at", "created_at", "subject", "words", "text", "error_text")
_OF_CONSENT = ("channel", "address", "kind", "wording", "source", "at", "recorded_at")
_OF_EVENT = ("kind", "provider", "occurred_at", "text", "meaning", "answer")
_OF_ITEM = ("kind", "text", "stars", "created_at", "handled_at", "outcome", "note")


def known_about(contact: Contact) -> dict[str, Any]:
    """Gather the contact and all rows about it, from opt-outs to inbox items, as values for JSON."""
    requests = (
        contact.review_requests.select_related("feedback")
        .prefetch_related("deliveries", "aliases")
        .order_by("created_at")
    )
    return {
        "contact": _fields(contact, _OF_CONTACT),
        "opt_outs": [
            {"channel": row.channel, "address": row.address, "reason": row.reason, "since": row.created_at}
            for channel in Channel.values
            for row in suppressions.of(account=contact.account, channel=channel, address=contact.address(channel))
        ],
        "consents": [_fields(consent, _OF_CONSENT) for consent in contact.consents.order_by("at")],
        "review_requests": [
            {
                **_fields(request, _OF_REQUEST),
                "further_external_ids": [alias.external_id for alias in request.aliases.all()],
                "messages": [
                    _fields(message, _OF_MESSAGE) | {"due_at": message.leaves_at}
                    for message in request.deliveries.all()
                ],
                "feedback": _fields(feedback, ("rating", "text", "created_at", "updated_at"))
                if (feedback := getattr(request, "feedback", None))
                else None,
            }
            for request in requests
        ],
        "answers": [
            _fields(answer, _OF_ANSWER) | {"due_at": answer.leaves_at} for answer in contact.answers.order_by("pk")
        ],
        "inbox": [_fields(item, _OF_ITEM) for item in contact.inbox_items.order_by("created_at")],
        "reports": [
            _fields(event, _OF_EVENT)
            for event in DeliveryEvent.objects.filter(delivery__in=Delivery.objects.of_contact(contact)).order_by(
                "occurred_at"
            )
        ],
    }


def _fields(row: Any, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}
