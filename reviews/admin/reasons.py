"""Reasons, which are stored in English, in the words and the language of the page that shows them."""

import re
from functools import cache

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as noop

from reviews.models import Delivery, ReviewRequest, provider_codes
from reviews.requests import contact_changes

# Each reason that the product writes, with the words for people. What stands in braces is somebody's own words.
_WORDS = {
    "Cancelled.": noop("Cancelled."),
    "Cancelled through the API.": noop("Cancelled by an app."),
    "Cancelled by {who}.": noop("Cancelled by {who}."),
    "Cancelling taken back by {who}.": noop("{who} took the cancelling back."),
    "Merged by {who} with a contact that has an open request.": noop("Merged by {who} with a customer who was asked."),
    "Marked as responded by {who}.": noop("Marked as answered by {who}."),
    "The customer has answered. Told through the API.": noop("The customer has answered, as an app told us."),
    "Reviewed on {site}. Told through the API.": noop("Reviewed on {site}, as an app told us."),
    "Left feedback.": noop("Left feedback."),
    "Went to {site}.": noop("Went to {site}."),
    "Replied by text message.": noop("Replied by text message."),
    "No answer.": noop("No answer came."),
    "The customer responded.": noop("The customer answered."),
    "The address does not exist.": noop("The address does not exist."),
    "Wrong number.": noop("Somebody else has the number."),
    "Erased by {who}.": noop("The customer was erased by {who}."),
    "Retried by staff.": noop("Sent again by staff."),
    "Sent early by staff.": noop("Sent early by staff."),
    "Skipped by {who}.": noop("Skipped by {who}."),
    "Not to be contacted, said {who}.": noop("Not to be contacted, said {who}."),
    "Opted out by text message, as {who} read it.": noop("Opted out by text message, as {who} read it."),
    contact_changes.NO_WAY_LEFT: noop("No address is left to which it may be sent."),
    "Perhaps an opt-out: staff decide.": noop(
        "A text from the customer may have been an opt-out: decide in the inbox."
    ),
    "Unsubscribed (e-mail)": noop("Unsubscribed from e-mail."),
    "Said stop (text message)": noop("Replied that no more texts are wanted."),
    "Complained to the mail provider (e-mail)": noop("Reported our e-mail as spam."),
    "Added by staff (e-mail)": noop("Staff noted that no e-mail may go there."),
    "Added by staff (text message)": noop("Staff noted that no text may go there."),
    "This contact was asked {ago}; the account waits {days} days between requests.": noop(
        "The customer was asked {ago}; you wait {days} days before you ask again."
    ),
    "This number was texted for another contact {ago}; the account waits {days} days between requests.": noop(
        "The number was texted for another customer {ago}; you wait {days} days before the next text."
    ),
    "Another contact with this number has an open review request.": noop(
        "Another customer with this number is being asked."
    ),
    "This contact cannot be written to ({ways}).": noop("The customer cannot be written to ({ways})."),
    "The address must not be written to: {why}.": noop("The address must not be written to: {why}."),
}


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    return [
        (re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+)", re.escape(stored))), words)
        for stored, words in _WORDS.items()
    ]


def in_words(reason: str) -> str:
    """Return a stored reason as people read it; one that is not in the table as it is."""
    for pattern, words in _patterns():
        if found := pattern.fullmatch(reason):
            return gettext(words).format(**{name: gettext(value) for name, value in found.groupdict().items()})
    return gettext(reason) if reason else ""


def why(request: ReviewRequest) -> str:
    """Say why a request stands as it does."""
    return in_words(request.why)


def cause(delivery: Delivery) -> str:
    """Say why a message has not arrived, or is tried again; empty where nothing went wrong."""
    if delivery.error_code:
        return of_code(delivery.error_code)
    return in_words(delivery.error_text)


def of_code(code: str) -> str:
    """Say what a provider's code means."""
    return gettext(provider_codes.explain(code))
