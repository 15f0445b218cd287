"""Times as people say them: “12 minutes ago”, “Tue 9:40”, “12 Nov”, with the exact one at hand."""

from datetime import datetime, timedelta
from functools import lru_cache

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
DUE = timedelta(minutes=5)  # later, something keeps a message back
NEAR = 6  # days in which the name of the day says which one is meant


def say_moment(at: datetime, *, now: datetime | None = None) -> str:
    """Return the time in few words, by the clock and calendar of the active zone."""
    now = now or timezone.now()
    away = at - now
    if abs(away) < HOUR:
        return _say_minutes(away)
    local, today = timezone.localtime(at), timezone.localtime(now)
    clock = _formatted(local, "TIME_FORMAT")
    days = (local.date() - today.date()).days
    if days == 0:
        return _("today %(time)s") % {"time": clock}
    if days == -1:
        return _("yesterday %(time)s") % {"time": clock}
    if days == 1:
        return _("tomorrow %(time)s") % {"time": clock}
    if abs(days) <= NEAR:
        return _("%(day)s %(time)s") % {"day": _formatted(local, "D"), "time": clock}
    # Translators: how a date of this year is written, in Django's format letters: 12 Nov.
    of_this_year = _("j M")
    # Translators: how a date of another year is written, in Django's format letters: 12 Nov 2025.
    of_another_year = _("j M Y")
    return _formatted(local, of_this_year if local.year == today.year else of_another_year)


def say_day(local: datetime, *, now: datetime) -> str:
    """Return the day of a local time, as it stands before the time: “today”, “Wednesday 4 March”."""
    days = (local.date() - timezone.localtime(now).date()).days
    if days in (0, 1):
        return _("today") if days == 0 else _("tomorrow")
    return f"{_formatted(local, 'l')} {_formatted(local, 'MONTH_DAY_FORMAT')}"


def say_clock(local: datetime) -> str:
    """Return the time of day of a local time, in the person's habit."""
    return _formatted(local, "TIME_FORMAT")


def _formatted(local: datetime, form: str) -> str:
    """Return the local time in the form. Django takes 0.1 ms for one, and a list has three times in a row."""
    return _format_once(local.replace(second=0, microsecond=0, tzinfo=None), form, get_language())


@lru_cache(maxsize=8192)
def _format_once(minute: datetime, form: str, language: str | None) -> str:
    return date_format(minute, form)


def _say_minutes(away: timedelta) -> str:
    minutes = abs(away) // MINUTE
    if minutes == 0:
        return _("just now") if away <= timedelta(0) else _("in a moment")
    if away < timedelta(0):
        return ngettext("%(count)d minute ago", "%(count)d minutes ago", minutes) % {"count": minutes}
    return ngettext("in %(count)d minute", "in %(count)d minutes", minutes) % {"count": minutes}


def say_exactly(at: datetime) -> str:
    """Return date and time in full, with the zone."""
    local = timezone.localtime(at)
    return f"{_formatted(local, 'DATETIME_FORMAT')} {local.tzname()}"


def time_tag(at: datetime | None, *, ahead: bool = False) -> SafeString:
    """Return the time in few words as an element whose title is the exact one; nothing for no time.

    `ahead`: of what is still to come, so that what has been due for less than DUE comes "in a moment".
    """
    if at is None:
        return SafeString("")
    words = _("in a moment") if ahead and timedelta(0) <= timezone.now() - at < DUE else say_moment(at)
    return format_html('<time datetime="{}" title="{}">{}</time>', at.isoformat(), say_exactly(at), words)
