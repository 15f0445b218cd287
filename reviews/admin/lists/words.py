"""Words that several lists use."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from reviews.models.base import Channel

LONGEST = 110  # letters of somebody's own words in a list


def joined(phrases: Iterable[str]) -> str:
    """Return the phrases as one line; each is a whole one of its own."""
    return " · ".join(phrase for phrase in phrases if phrase)


def quoted(text: str) -> str:
    """Return somebody's own words in a line, as far as a list has room."""
    return f"“{shortened(text)}”" if text.strip() else ""


def shortened(text: str) -> str:
    return str(Truncator(" ".join(text.split())).chars(LONGEST))


def in_words(stored: str) -> str:
    """Return a stored reason in the reader's language, if that has it; without the full stop of a sentence alone."""
    return shortened(_(stored)).removesuffix(".") if stored else ""


def near(moment: datetime, now: datetime) -> str:
    """Return the moment as somebody says it: the time today, the weekday within a week, else the date."""
    local, today = timezone.localtime(moment), timezone.localtime(now).date()
    time = date_format(local, "TIME_FORMAT")
    if local.date() == today:
        return _("today %(time)s") % {"time": time}
    if abs(local.date() - today) < timedelta(days=7):
        return _("%(weekday)s %(time)s") % {"weekday": date_format(local, "D"), "time": time}
    return date_format(local, "j M" if local.year == today.year else "j M Y")


def stars(count: int) -> str:
    return _("%(stars)s of 5 stars") % {"stars": count}


def no_more(channel: str, reason: str) -> str:
    """Say that nothing may be sent to an address, and why."""
    if channel == Channel.EMAIL:
        return _("no e-mail: %(reason)s") % {"reason": reason}
    return _("no text messages: %(reason)s") % {"reason": reason}
