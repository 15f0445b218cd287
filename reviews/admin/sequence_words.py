"""Sequences in words: the names of their steps, such as “Reminder after 3 days”, and how a step travels."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from reviews.models import FollowUpStep, Sequence

HOURS_OF_A_DAY = 24
WAYS = {
    FollowUpStep.ChannelRule.AUTO: gettext_lazy("by mail, or by text message"),
    FollowUpStep.ChannelRule.EMAIL: gettext_lazy("by mail"),
    FollowUpStep.ChannelRule.SMS: gettext_lazy("by text message"),
    FollowUpStep.ChannelRule.OTHER: gettext_lazy("by the way not used before"),
}
CHANNELS = [
    (FollowUpStep.ChannelRule.AUTO, gettext_lazy("By mail, or by text message where there is no mail address")),
    (FollowUpStep.ChannelRule.EMAIL, gettext_lazy("By mail, where there is an address")),
    (FollowUpStep.ChannelRule.SMS, gettext_lazy("By text message, where there is a number")),
    (FollowUpStep.ChannelRule.OTHER, gettext_lazy("By the way not used before, where both are known")),
]


@dataclass(frozen=True)
class StepInWords:
    """A step of a sequence as a list names it."""

    name: str
    way: str


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


def in_words(sequence: Sequence) -> list[StepInWords]:
    """Return the steps of the sequence in their order."""
    return [
        StepInWords(name_of(step), str(WAYS[FollowUpStep.ChannelRule(step.channel)])) for step in sequence.steps.all()
    ]
