"""All that is known about a customer, as a page that people read: the same as the file for programs."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import localize
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reviews.admin import reasons
from reviews.contacts.export import known_about
from reviews.models import Consent, Contact, Delivery, DeliveryEvent, InboxItem, ReviewRequest, Suppression
from reviews.models.addresses import show_email
from reviews.models.base import Channel

Facts = list[tuple[str, str]]

_HEADINGS = {
    "contact": gettext_lazy("Who it is"),
    "opt_outs": gettext_lazy("Not to be written to"),
    "consents": gettext_lazy("Consents"),
    "review_requests": gettext_lazy("Review requests and messages"),
    "answers": gettext_lazy("Answers of staff"),
    "inbox": gettext_lazy("What the customer said"),
    "reports": gettext_lazy("What was reported and replied"),
}
_NAMES = {
    "first_name": gettext_lazy("First name"),
    "last_name": gettext_lazy("Last name"),
    "company_name": gettext_lazy("Company"),
    "email": gettext_lazy("E-mail"),
    "phone": gettext_lazy("Mobile number"),
    "time_zone": gettext_lazy("Time zone"),
    "created_at": gettext_lazy("Made"),
    "updated_at": gettext_lazy("Changed"),
    "channel": gettext_lazy("Way"),
    "address": gettext_lazy("Address"),
    "reason": gettext_lazy("Reason"),
    "since": gettext_lazy("Since"),
    "kind": gettext_lazy("Kind"),
    "wording": gettext_lazy("Words"),
    "source": gettext_lazy("From"),
    "at": gettext_lazy("When"),
    "recorded_at": gettext_lazy("Noted"),
    "status": gettext_lazy("Status"),
    "external_id": gettext_lazy("Id"),
    "further_external_ids": gettext_lazy("Further ids"),
    "language": gettext_lazy("Language"),
    "metadata": gettext_lazy("Sent along"),
    "hold_reason": gettext_lazy("Why it was held"),
    "scheduled_for": gettext_lazy("First message due"),
    "sent_at": gettext_lazy("Sent"),
    "responded_at": gettext_lazy("Answered"),
    "ended_at": gettext_lazy("Ended"),
    "step": gettext_lazy("Message"),
    "seen_at": gettext_lazy("Page opened"),
    "clicked_at": gettext_lazy("Review site chosen"),
    "subject": gettext_lazy("Subject"),
    "text": gettext_lazy("Text"),
    "words": gettext_lazy("Words"),
    "error_text": gettext_lazy("Why it did not arrive"),
    "due_at": gettext_lazy("Due"),
    "rating": gettext_lazy("Stars"),
    "stars": gettext_lazy("Stars"),
    "provider": gettext_lazy("Reported by"),
    "occurred_at": gettext_lazy("When"),
    "meaning": gettext_lazy("Read as"),
    "answer": gettext_lazy("Answered at once"),
    "handled_at": gettext_lazy("Handled"),
    "outcome": gettext_lazy("Decision"),
    "note": gettext_lazy("Note"),
}
_WORDS: dict[str, dict[Any, Any]] = {
    "channel": dict(Channel.choices),
    "kind": dict([*Consent.Kind.choices, *DeliveryEvent.Kind.choices, *InboxItem.Kind.choices]),
    "status": dict([*ReviewRequest.Status.choices, *Delivery.Status.choices]),
    "source": dict(ReviewRequest.Source.choices),
    "outcome": dict(InboxItem.Outcome.choices),
    "reason": dict(Suppression.Reason.choices),
}


def data_in_words(contact: Contact) -> list[tuple[str, list[Facts]]]:
    """Return the parts, each with its heading and its rows, and of each row the facts that there are."""
    known = known_about(contact)
    return [(str(_HEADINGS[name]), list(_rows(part))) for name, part in known.items()]


def _rows(part: Any) -> Iterable[Facts]:
    for row in part if isinstance(part, list) else [part]:
        messages, feedback = row.pop("messages", []), row.pop("feedback", None)
        yield _facts(row)
        for inner in (*messages, *([feedback] if feedback else [])):
            yield _facts(inner)


def _facts(row: dict[str, Any]) -> Facts:
    return [(str(_NAMES[name]), _plain(name, value)) for name, value in row.items() if value not in (None, "", [], {})]


def _plain(name: str, value: Any) -> str:
    if isinstance(value, datetime):
        return str(localize(timezone.localtime(value)))
    if isinstance(value, dict):
        return "\n".join(f"{key}: {each}" for key, each in value.items())
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if name == "step":
        return _("Reminder %(number)s") % {"number": value} if value else _("First ask")
    if name in ("email", "address"):
        return show_email(value)
    if value in _WORDS.get(name, {}):
        return _(_WORDS[name][value])
    return reasons.in_words(value) if name == "reason" else str(value)
