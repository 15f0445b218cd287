"""Names of steps for people, such as “Reminder after 3 days”, in the active language."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reviews.models import FollowUpStep

HOURS_OF_A_DAY = 24


def step_name(position: int, hours: int) -> str:
    """Return the name of the step that stands there and waits so long after the one before it."""
    if position == 0:
        return _("First ask")
    if hours == 0:
        return _("Reminder at once")
    if hours % HOURS_OF_A_DAY:
        return ngettext("Reminder after %(hours)s hour", "Reminder after %(hours)s hours", hours) % {"hours": hours}
    days = hours // HOURS_OF_A_DAY
    return ngettext("Reminder after %(days)s day", "Reminder after %(days)s days", days) % {"days": days}


def name_of(step: FollowUpStep) -> str:
    return step_name(step.position, step.delay_hours)
