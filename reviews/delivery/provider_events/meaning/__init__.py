"""The meaning of a text that a customer sends back: does it opt out?

Pure: no rows, no network, no model. The rules are in one module for each language; docs/rules.md T3 says what they hold.
"""

from dataclasses import dataclass
from enum import StrEnum

from reviews.delivery.provider_events.meaning import english, french, german, spanish
from reviews.delivery.provider_events.meaning.grammar import BOUNDARIES, NAME, UNKNOWN, Grammar, read_rules
from reviews.delivery.provider_events.meaning.spelling import ALONE, Spelling, correct, join
from reviews.delivery.provider_events.meaning.text import REACTION, Word, clean, cut, read_words


class Meaning(StrEnum):
    """The customer's will."""

    STOP = "stop"  # clearly opts out
    UNCLEAR = "unclear"  # may opt out, or speaks of stopping something else
    WRONG_NUMBER = "wrong_number"  # somebody else has the number
    START = "start"
    HELP = "help"
    REPLY = "reply"  # anything else


@dataclass(frozen=True)
class Reading:
    """The meaning of a text, and the reason: one plain sentence for staff, never empty."""

    meaning: Meaning
    reason: str


LANGUAGES = (english, spanish, german, french)
TABLES = ("INNOCENT", "WRONG_NUMBER", "STOP", "UNCLEAR", "LIMIT", "HEDGE")
RULES = {name: [rule for language in LANGUAGES for rule in read_rules(getattr(language, name))] for name in TABLES}
GRAMMAR = Grammar([language.WORDS for language in LANGUAGES], [rule for rules in RULES.values() for rule in rules])
COMPILED = {name: GRAMMAR.compile(rules) for name, rules in RULES.items()}
SPELLING = Spelling(GRAMMAR, [word for language in LANGUAGES for word in language.TYPOS.split()])
START_WORDS, HELP_WORDS = {"start", "unstop"}, {"help", "info"}
BARE = GRAMMAR.members("BARE")
FILLERS = GRAMMAR.members("FILLER") + BOUNDARIES
MOST_WORDS = 120


def read(text: str, opt_out_type: str = "") -> Reading:
    """Return the meaning of a text. `opt_out_type`: the one that Twilio found by its own words; it counts first."""
    for meaning in (Meaning.STOP, Meaning.START, Meaning.HELP):
        if opt_out_type.strip().lower() == meaning:
            return Reading(meaning, f"The text provider took it for {meaning.upper()}.")
    text = clean(text)
    if REACTION.match(text):
        return Reading(Meaning.REPLY, "A reaction to a message.")
    written = cut(text)
    words = join(read_words(written))
    if len(words) > MOST_WORDS:
        words = words[:80] + words[-40:]
    letters = SPELLING.spell(words)
    plain = {word.plain for word, letter in zip(words, letters, strict=True) if letter not in FILLERS}
    if len(plain) == 1 and plain <= START_WORDS:
        return Reading(Meaning.START, f'Says "{written.strip()}".')
    if len(plain) == 1 and plain <= HELP_WORDS:
        return Reading(Meaning.HELP, f'Says "{written.strip()}".')
    if plain and all(letter in BARE or letter in FILLERS for letter in letters):
        return Reading(Meaning.STOP, f'Says "{quote(written, words, 0, len(words))}".')
    lonely = [word.plain for word, letter in zip(words, letters, strict=True) if letter not in FILLERS]
    if len(lonely) == 1 and letters.count(UNKNOWN) + letters.count(NAME) == 1 and correct(lonely[0], ALONE, shortest=3):
        return Reading(Meaning.STOP, f'Says "{quote(written, words, 0, len(words))}".')
    masked = letters
    for match in COMPILED["INNOCENT"].find(letters):
        masked = masked[: match.start()] + "_" * len(match[0]) + masked[match.end() :]
    for match in COMPILED["WRONG_NUMBER"].find(masked):
        return Reading(Meaning.WRONG_NUMBER, f'Says "{quote(written, words, *match.span())}".')
    doubt = ""
    for match in COMPILED["STOP"].find(masked):
        said = quote(written, words, *match.span())
        begin = max(masked.rfind(".", 0, match.start()), masked.rfind("?", 0, match.start())) + 1
        end = min(e for e in (masked.find(".", match.end()), masked.find("?", match.end()), len(masked)) if e >= 0)
        comma = masked.find(",", match.end(), end)
        comma = end if comma < 0 else comma
        if hedge := next(COMPILED["HEDGE"].find(masked, begin, end), None):
            doubt = doubt or f'Says "{said}", but with "{quote(written, words, *hedge.span())}".'
        elif limit := next(COMPILED["LIMIT"].find(masked, match.start(), comma), None):
            doubt = doubt or f'Says "{said}", but only "{quote(written, words, *limit.span())}".'
        else:
            return Reading(Meaning.STOP, f'Says "{said}".')
    if doubt:
        return Reading(Meaning.UNCLEAR, doubt)
    for match in COMPILED["UNCLEAR"].find(masked):
        said = quote(written, words, *match.span())
        return Reading(Meaning.UNCLEAR, f'Says "{said}", which may ask for no more messages, or for something else.')
    return Reading(Meaning.REPLY, "Says nothing of opting out.")


def quote(text: str, words: list[Word], start: int, end: int) -> str:
    while end > start and words[end - 1].plain in BOUNDARIES:
        end -= 1
    return " ".join(text[words[start].start : words[end - 1].end].split())[:80]
