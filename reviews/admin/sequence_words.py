"""Sequences in words: the names of their steps, such as “Reminder after 3 days”, and how a step travels."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy

from reviews.models import FollowUpStep, Sequence
from reviews.requests.step_names import HOURS_OF_A_DAY, name_of, step_name

__all__ = ["CHANNELS", "HOURS_OF_A_DAY", "WAYS", "StepInWords", "in_words", "name_of", "step_name"]

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


def in_words(sequence: Sequence) -> list[StepInWords]:
    """Return the steps of the sequence in their order."""
    return [
        StepInWords(name_of(step), str(WAYS[FollowUpStep.ChannelRule(step.channel)])) for step in sequence.steps.all()
    ]
