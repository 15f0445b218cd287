"""Badges: coloured words. Two tables give each state its word and each word its colour, on whatever page it stands."""

from collections.abc import Iterable

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reviewhub.backoffice.pages import badge
from reviews.models import Delivery, DeliveryEvent, ReviewRequest

# The words of requests, where programs have others. A request and a message in the same state share the word.
_WORDS = {
    "scheduled": gettext_lazy("Planned"),
    "sent": gettext_lazy("Sent"),
    "responded": gettext_lazy("Answered"),
    "completed": gettext_lazy("No answer"),
    "suppressed": gettext_lazy("Stopped"),
    "cancelled": gettext_lazy("Cancelled"),
    "failed": gettext_lazy("Failed"),
}

# What is ahead is blue, what left is violet, what went well is green, what ended early orange, what went wrong red.
_COLOURS = {
    "scheduled": "info",
    "planned": "info",
    "sending": "info",
    "sent": "primary",
    "replied": "primary",
    "delivered": "success",
    "responded": "success",
    "completed": "default",
    "suppressed": "warning",
    "cancelled": "warning",
    "held": "warning",
    "deferred": "warning",
    "unsubscribed": "warning",
    "failed": "danger",
    "bounced": "danger",
    "complained": "danger",
    "unknown": "danger",
}

STATUS_COLOURS = {status.value: _COLOURS[status.value] for status in ReviewRequest.Status}
DELIVERY_COLOURS = {status.value: _COLOURS[status.value] for status in Delivery.Status}
EVENT_COLOURS = {kind.value: _COLOURS[kind.value] for kind in DeliveryEvent.Kind}


def recorded() -> str:
    """Return what stands in place of "Sent" for a message of the sandbox, which never left."""
    return _("Recorded (sandbox)")


def of_request(request: ReviewRequest, messages: Iterable[Delivery]) -> str:
    """Return the badge of the request's status; of its hold, while it is held. `messages`: all of it."""
    if request.held:
        return of_hold()
    is_recorded = request.status == ReviewRequest.Status.SENT and are_only_recorded(messages)
    return badge(recorded() if is_recorded else word_of(request), STATUS_COLOURS[request.status])


def are_only_recorded(messages: Iterable[Delivery]) -> bool:
    """Tell whether all that left of the messages went to the sandbox, and something did."""
    left = [message for message in messages if message.sent_at]
    return bool(left) and all(message.sandbox for message in left)


def word_of(request: ReviewRequest) -> str:
    """Return the request's status in one word."""
    return word_of_status(request.status)


def word_of_status(status: str) -> str:
    """Return the status of requests in one word; in the sandbox, nothing was sent."""
    return recorded() if settings.SANDBOX and status == ReviewRequest.Status.SENT else str(_WORDS[status])


def of_hold() -> str:
    return badge(_("Held"), _COLOURS["held"])


def of_message(delivery: Delivery) -> str:
    return badge(word_of_message(delivery), DELIVERY_COLOURS[delivery.status])


def word_of_message(delivery: Delivery) -> str:
    is_recorded = delivery.sandbox and delivery.status == Delivery.Status.SENT
    return recorded() if is_recorded else _(delivery.get_status_display())


def of_report(event: DeliveryEvent) -> str:
    """Return the badge of what a provider reported, or a customer wrote."""
    return badge(_(event.get_kind_display()), EVENT_COLOURS[event.kind])
