"""Reasons, which are stored in English, in the words and the language of the page that shows them."""

import re
from functools import cache

from django.utils.translation import gettext, gettext_noop

from reviewhub.sentences import said
from reviews.models import Delivery, ReviewRequest, provider_codes
from reviews.requests import contact_changes

# Each reason that the product writes, with the words for people. What stands in braces is somebody's own words.
_WORDS = {
    "Cancelled.": gettext_noop("Cancelled."),
    "Cancelled through the API.": gettext_noop("Cancelled by an app."),
    "Cancelled by {who}.": gettext_noop("Cancelled by {who}."),
    "Cancelling taken back by {who}.": gettext_noop("{who} took the cancelling back."),
    "Merged by {who} with a contact that has an open request.": gettext_noop(
        "Merged by {who} with a customer who was asked."
    ),
    "Marked as responded by {who}.": gettext_noop("Marked as answered by {who}."),
    "The customer has answered. Told through the API.": gettext_noop("The customer has answered, as an app told us."),
    "Reviewed on {site}. Told through the API.": gettext_noop("Reviewed on {site}, as an app told us."),
    "Left feedback.": gettext_noop("Left feedback."),
    "Went to {site}.": gettext_noop("Went to {site}."),
    "Replied by text message.": gettext_noop("Replied by text message."),
    "No answer.": gettext_noop("No answer came."),
    "The customer responded.": gettext_noop("The customer answered."),
    "The address does not exist.": gettext_noop("The address does not exist."),
    "Wrong number.": gettext_noop("Somebody else has the number."),
    "Erased by {who}.": gettext_noop("The customer was erased by {who}."),
    "Retried by staff.": gettext_noop("Sent again by staff."),
    "Sent early by staff.": gettext_noop("Sent early by staff."),
    "Skipped by {who}.": gettext_noop("Skipped by {who}."),
    "Not to be contacted, said {who}.": gettext_noop("Not to be contacted, said {who}."),
    "Opted out by text message, as {who} read it.": gettext_noop("Opted out by text message, as {who} read it."),
    contact_changes.NO_WAY_LEFT: gettext_noop("No address is left to which it may be sent."),
    "Perhaps an opt-out: staff decide.": gettext_noop(
        "A text from the customer may have been an opt-out: decide in the inbox."
    ),
    "Unsubscribed (e-mail)": gettext_noop("Unsubscribed from e-mail."),
    "Said stop (text message)": gettext_noop("Replied that no more texts are wanted."),
    "Complained to the mail provider (e-mail)": gettext_noop("Reported our e-mail as spam."),
    "Added by staff (e-mail)": gettext_noop("Staff noted that no e-mail may go there."),
    "Added by staff (text message)": gettext_noop("Staff noted that no text may go there."),
    "This contact was asked {ago}; the account waits {days} days between requests.": gettext_noop(
        "The customer was asked {ago}; you wait {days} days before you ask again."
    ),
    "This number was texted for another contact {ago}; the account waits {days} days between requests.": gettext_noop(
        "The number was texted for another customer {ago}; you wait {days} days before the next text."
    ),
    "Another contact with this number has an open review request.": gettext_noop(
        "Another customer with this number is being asked."
    ),
    "This contact cannot be written to ({ways}).": gettext_noop("The customer cannot be written to ({ways})."),
    "The address must not be written to: {why}.": gettext_noop("The address must not be written to: {why}."),
}


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    return [
        (re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+)", re.escape(stored))), words)
        for stored, words in _WORDS.items()
    ]


# What a mail server says: its code, maybe the finer one of RFC 3463, and its own words.
_REPLY = re.compile(r"([45]\d\d)[ -]([45]\.\d{1,3}\.\d{1,3})?.*", re.DOTALL)


def in_words(reason: str) -> str:
    """Return a stored reason as people read it; one that is not in the table as it is."""
    if reply := _REPLY.fullmatch(reason):
        finer = reply[2] if reply[2] and provider_codes.find(reply[2]) else ""
        return of_code(finer or reply[1])
    for pattern, words in _patterns():
        if found := pattern.fullmatch(reason):
            return gettext(words).format(**{name: _said_parts(value) for name, value in found.groupdict().items()})
    return said(reason)


def _said_parts(value: str) -> str:
    return "; ".join(said(part) for part in value.split("; "))


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
