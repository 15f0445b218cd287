"""Kinds of texts that each language has: fixed ones of pages, mails and text messages, and those of the first steps."""

from dataclasses import dataclass
from typing import Literal

# A step of a sequence by its place: the first ask, a reminder, the last one of several.
Kind = Literal["first", "reminder", "last"]
KINDS: tuple[Kind, ...] = ("first", "reminder", "last")
STEP_FIELDS = ("email_subject", "email_text", "sms_text")


@dataclass(frozen=True)
class StepTexts:
    """Texts that a step begins with: templates in Liquid, which staff may change."""

    email_subject: str
    email_text: str
    sms_text: str


@dataclass(frozen=True)
class Texts:
    """All texts to customers in one language and form. Values stand in places such as {business}."""

    # The page: the question
    question: str
    question_named: str  # {first_name}
    invitation: str
    share_heading: str
    review_on: str  # {site}
    directly_heading: str
    private: str
    already_answered: str
    rating: str
    rating_question: str
    rating_hint: str
    rating_of_five: str  # {rating}
    your_words: str
    send: str
    nothing_chosen: str
    too_long: str  # {most}
    # The page: after an answer
    thanks_heading: str
    thanks: str
    change_answer: str
    # The page: the ways out
    no_more_messages: str
    stop_title: str
    stopped_title: str
    stop_heading: str
    stopped_heading: str
    stop_texts_question: str
    stop_mail_question: str
    stop_texts: str
    stop_mail: str
    texts_stopped: str
    mail_stopped: str
    choose_ways: str
    ways_heading: str
    ways_legend: str
    by_text: str
    by_mail: str
    stopped_by_text: str
    switched_off: str
    save: str
    saved: str
    # The page: what does not work
    moment_title: str
    moment: str
    too_much: str
    does_not_work: str
    ended_title: str
    link_ended: str
    no_longer_asked: str
    nowhere_title: str
    link_nowhere: str
    check_link: str
    # The page: around it
    language: str
    sandbox: str
    # Mail
    tell_us: str
    no_more_mail: str
    your_message: str  # {business}; the subject of an answer to what no mail came before
    # Text messages, in letters of their own alphabet alone: others would halve the room (3GPP TS 23.038)
    no_more_texts: str  # {link}
    stop_confirmed: str  # {business}
    start_confirmed: str  # {business}
    help: str  # {business} {contact}
    help_of_many: str  # {contact}
    # Steps of a sequence
    first: StepTexts
    reminder: StepTexts
    last: StepTexts
