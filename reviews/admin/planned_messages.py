"""Messages that are planned when their sequence is changed: what would become of them, and the question about it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import ngettext

from reviews.models import Delivery, FollowUpStep, Sequence
from reviews.models.base import Channel
from reviews.texts import StepTexts, first_language

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
    own = sequence.account.language
    old_steps = {step.position: step for step in sequence.steps.select_related("sequence")}
    reworded = gone = 0
    for position, channel, language, number in _waiting(sequence):
        old, new = old_steps.get(position), steps.get(position)
        if old is None:
            continue
        if new is None:
            gone += number
        elif _of_channel(old.written_in(language, own)[1], channel) != _of_channel(
            new.written_in(language, own)[1], channel
        ):
            reworded += number
    return Changes(reworded, gone)


def _of_channel(texts: StepTexts, channel: str) -> tuple[str, ...]:
    return (texts.email_subject, texts.email_text) if channel == Channel.EMAIL else (texts.sms_text,)


def _waiting(sequence: Sequence) -> Iterator[tuple[int, str, str, int]]:
    """Yield step, channel and customer's language of the messages that are not sent yet, and their number."""
    rows = Delivery.objects.for_account(sequence.account).pending().filter(request__sequence=sequence)
    tags = ("request__contact__language", "request__language")
    groups = rows.values_list("step", "channel", *tags).annotate(number=Count("pk"))
    for step, channel, own, named, number in groups:
        yield step, channel, first_language(own, named, sequence.account.language), number


def question_page(request: HttpRequest, context: dict[str, Any], sequence: Sequence, changes: Changes) -> HttpResponse:
    """Ask what is to become of the planned messages. All that was typed goes with each answer, and back."""
    left_out = {"csrfmiddlewaretoken", ANSWER}
    typed = [(name, value) for name, values in request.POST.lists() if name not in left_out for value in values]
    context |= {"title": str(sequence), "changes": changes, "typed": typed, "CHANGE": CHANGE, "KEEP": KEEP}
    return TemplateResponse(request, "admin/reviews/sequence/question.html", context)
