"""Badges: coloured words. One table gives each word one colour, on whatever page it stands."""

from django.utils.translation import gettext as _

from reviewhub.backoffice.pages import badge
from reviews.models import Delivery, DeliveryEvent, ReviewRequest

# What is ahead is blue, what left is violet, what went well is green, what ended early orange, what went wrong red.
_COLOURS = {
    "scheduled": "info",
    "planned": "info",
    "sending": "info",
    "sent": "primary",
    "replied": "primary",
    "delivered": "success",
    "responded": "success",
    "completed": "success",
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


def of_request(request: ReviewRequest) -> str:
    """Return the badge of the request's status; of its hold, while it is held."""
    return of_hold() if request.held else badge(_(request.get_status_display()), STATUS_COLOURS[request.status])


def of_hold() -> str:
    return badge(_("Held"), _COLOURS["held"])


def of_message(delivery: Delivery) -> str:
    return badge(_(delivery.get_status_display()), DELIVERY_COLOURS[delivery.status])


def of_report(event: DeliveryEvent) -> str:
    """Return the badge of what a provider reported, or a customer wrote."""
    return badge(_(event.get_kind_display()), EVENT_COLOURS[event.kind])
