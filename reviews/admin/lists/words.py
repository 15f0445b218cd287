"""Words that several lists use."""

from collections.abc import Iterable

from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reviews.admin import reasons
from reviews.models import Suppression
from reviews.models.base import Channel

LONGEST = 110  # letters of somebody's own words in a list

Reason = Suppression.Reason
# Why an address must not be written to, as it stands behind a colon.
REASONS = {
    Reason.UNSUBSCRIBED: gettext_lazy("unsubscribed"),
    Reason.STOP: gettext_lazy("replied STOP"),
    Reason.COMPLAINED: gettext_lazy("complained about the mail"),
    Reason.BOUNCED: gettext_lazy("the address does not exist"),
    Reason.STAFF: gettext_lazy("added by your team"),
    Reason.ERASED: gettext_lazy("the customer was erased"),
    Reason.WRONG_NUMBER: gettext_lazy("a wrong number"),
    Reason.UNCLEAR: gettext_lazy("perhaps an opt-out, you decide"),
}
_BY_LABEL = {str(reason.label): words for reason, words in REASONS.items()}


def joined(phrases: Iterable[str]) -> str:
    """Return the phrases as one line; each is a whole one of its own."""
    return " · ".join(phrase for phrase in phrases if phrase)


def quoted(text: str) -> str:
    """Return somebody's own words in a line, as far as a list has room."""
    return f"“{shortened(text)}”" if text.strip() else ""


def shortened(text: str) -> str:
    return str(Truncator(" ".join(text.split())).chars(LONGEST))


def in_words(stored: str) -> str:
    """Return a stored reason as people read it, without the full stop of a sentence alone."""
    return shortened(reasons.in_words(stored)).removesuffix(".") if stored else ""


def stars(count: int) -> str:
    return _("%(stars)s of 5 stars") % {"stars": count}


def no_more(channel: str, label: str) -> str:
    """Say that nothing may be sent to an address; the label is that of the reason."""
    reason = {"reason": _BY_LABEL.get(label) or in_words(label)}
    if channel == Channel.EMAIL:
        return _("No e-mail: %(reason)s") % reason
    return _("No text messages: %(reason)s") % reason
