"""Texts that are missing in a customer's language: the messages of a sequence that will go in another one."""

from collections.abc import Iterator

from django.db.models import prefetch_related_objects

from reviewhub.languages import ENGLISH, in_language, language_name
from reviews.models import Contact, FollowUpStep, Sequence
from reviews.requests.plan import pick_channel
from reviews.requests.step_names import name_of
from reviews.texts import first_language


def missing_texts(contact: Contact, sequence: Sequence, *, named: str, only: str, blocked: dict[str, str]) -> list[str]:
    """Say, in English, of each message that has no text in the contact's language in which one it goes.

    `named`: the language that the ask names, which counts for a contact without one. The steps are read only where the
    sequence speaks another language, and once for all that share the instance.
    """
    account = contact.account
    spoken = first_language(contact.language, named, account.language)
    if spoken == sequence.language:
        return []
    prefetch_related_objects([sequence], "steps")
    sentences = []
    for step in _sent(contact, sequence, only, blocked):
        language, _ = step.written_in(spoken, account.language)
        if language != spoken:
            with in_language(ENGLISH):
                wanted, other, name = language_name(spoken), language_name(language), name_of(step)
            sentences.append(f"No {wanted} text for {name}: it goes in {other}.")
    return sentences


def _sent(contact: Contact, sequence: Sequence, only: str, blocked: dict[str, str]) -> Iterator[FollowUpStep]:
    """Yield the steps that a message would be sent for if nobody answered."""
    previous = None
    for step in sequence.steps.all():
        channel = pick_channel(contact=contact, rule=step.channel, only=only, blocked=blocked, previous=previous)
        if channel is not None:
            previous = channel
            yield step
