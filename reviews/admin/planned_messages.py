"""Messages that are planned when their sequence is changed: what would become of them, and the question about it."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import ngettext

from reviews.models import Delivery, FollowUpStep, Sequence
from reviews.models.base import Channel

# Answers: the planned messages change as well, or a copy of the sequence keeps them as they are.
CHANGE, KEEP = "change", "keep"
ANSWER = "planned"  # the name of the buttons


@dataclass(frozen=True)
class Changes:
    """Number of planned messages that saving would change."""

    reworded: int
    gone: int

    def __bool__(self) -> bool:
        return bool(self.reworded or self.gone)

    @property
    def title(self) -> str:
        number = self.reworded + self.gone
        return ngettext("%(number)s planned message changes", "%(number)s planned messages change", number) % {
            "number": f"{number:,}"
        }

    @property
    def sentences(self) -> list[str]:
        """Their fate, in words."""
        words = []
        if self.reworded:
            words.append(
                ngettext(
                    "%(number)s would be sent with the new text.",
                    "%(number)s would be sent with the new text.",
                    self.reworded,
                )
                % {"number": f"{self.reworded:,}"}
            )
        if self.gone:
            words.append(
                ngettext(
                    "%(number)s would not be sent: its step is gone.",
                    "%(number)s would not be sent: their step is gone.",
                    self.gone,
                )
                % {"number": f"{self.gone:,}"}
            )
        return words


def planned_changes(sequence: Sequence, steps: dict[int, FollowUpStep]) -> Changes:
    """Return how saving these steps (by position) would change messages that are planned already."""
    waiting = _waiting(sequence)
    reworded = gone = 0
    for old in sequence.steps.all():
        here, new = waiting.get(old.position, {}), steps.get(old.position)
        if new is None:
            gone += sum(here.values())
            continue
        if (old.email_subject, old.email_text) != (new.email_subject, new.email_text):
            reworded += here.get(Channel.EMAIL, 0)
        if old.sms_text != new.sms_text:
            reworded += here.get(Channel.SMS, 0)
    return Changes(reworded, gone)


def _waiting(sequence: Sequence) -> dict[int, dict[str, int]]:
    """Count the messages that are not sent yet, by step and channel."""
    rows = Delivery.objects.for_account(sequence.account).pending().filter(request__sequence=sequence)
    counts: dict[int, dict[str, int]] = {}
    for step, channel, number in rows.values_list("step", "channel").annotate(number=Count("pk")):
        counts.setdefault(step, {})[channel] = number
    return counts


def question_page(request: HttpRequest, context: dict[str, Any], sequence: Sequence, changes: Changes) -> HttpResponse:
    """Ask what is to become of the planned messages. All that was typed goes with each answer, and back."""
    left_out = {"csrfmiddlewaretoken", ANSWER}
    typed = [(name, value) for name, values in request.POST.lists() if name not in left_out for value in values]
    context |= {"title": str(sequence), "changes": changes, "typed": typed, "CHANGE": CHANGE, "KEEP": KEEP}
    return TemplateResponse(request, "admin/reviews/sequence/question.html", context)
