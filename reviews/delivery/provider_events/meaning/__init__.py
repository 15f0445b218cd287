"""The meaning of a text that a customer sends back: does it opt out?

Pure: no rows, no network, no model. The rules are in one module for each language; docs/rules.md T3 says what they hold.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from reviews.delivery.provider_events.meaning import english, french, german, spanish
from reviews.delivery.provider_events.meaning.grammar import BOUNDARIES, DIGITS, NAME, UNKNOWN, Grammar, read_rules
from reviews.delivery.provider_events.meaning.text import (
    DIGITS_AS_LETTERS,
    REACTION,
    Word,
    clean,
    cut,
    read_words,
)
from reviews.delivery.provider_events.meaning.typos import Speller


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
PATTERNS = {name: GRAMMAR.compile(rules) for name, rules in RULES.items()}
SPELLER = Speller([word for word in GRAMMAR.exact])
START_WORDS, HELP_WORDS = {"start", "unstop"}, {"help", "info"}
BARE = GRAMMAR.members("BARE")
FILLERS = GRAMMAR.members("FILLER") + BOUNDARIES
MOST_WORDS = 150
MOST_TYPOS = 20
JOINED = {("opt", "out"): "optout", ("un", "subscribe"): "unsubscribe", ("opted", "out"): "optedout"}
SPELLED = {"stop", "stopp", "unsubscribe", "end", "quit", "cancel", "optout", "baja", "arret"}


def read(text: str, opt_out_type: str = "") -> Reading:
    """Return the meaning of a text. `opt_out_type`: the one that Twilio found by its own words; it counts first."""
    for meaning in (Meaning.STOP, Meaning.START, Meaning.HELP):
        if opt_out_type.strip().lower() == meaning:
            return Reading(meaning, f"The text provider took it for {meaning.upper()}.")
    text = clean(text)
    if REACTION.match(text):
        return Reading(Meaning.REPLY, "A reaction to a message.")
    written = cut(text)
    words = join_words(read_words(written))
    if len(words) > MOST_WORDS:
        words = words[: MOST_WORDS * 3 // 4] + words[-MOST_WORDS // 4 :]
    letters = spell(words)
    plain = {word.plain for word, letter in zip(words, letters, strict=True) if letter not in FILLERS}
    if len(plain) == 1 and plain <= START_WORDS:
        return Reading(Meaning.START, f'Says "{written.strip()}".')
    if len(plain) == 1 and plain <= HELP_WORDS:
        return Reading(Meaning.HELP, f'Says "{written.strip()}".')
    if plain and all(letter in BARE or letter in FILLERS for letter in letters):
        return Reading(Meaning.STOP, f'Says "{quote(written, words, 0, len(words))}".')
    masked = PATTERNS["INNOCENT"].sub(lambda match: "_" * len(match[0]), letters)
    if match := PATTERNS["WRONG_NUMBER"].search(masked):
        return Reading(Meaning.WRONG_NUMBER, f'Says "{quote(written, words, *match.span())}".')
    doubt = ""
    for match in PATTERNS["STOP"].finditer(masked):
        said = quote(written, words, *match.span())
        begin = max(masked.rfind(".", 0, match.start()), masked.rfind("?", 0, match.start())) + 1
        end = min(e for e in (masked.find(".", match.end()), masked.find("?", match.end()), len(masked)) if e >= 0)
        if hedge := PATTERNS["HEDGE"].search(masked, begin, end):
            doubt = doubt or f'Says "{said}", but with "{quote(written, words, *hedge.span())}".'
        elif limit := PATTERNS["LIMIT"].search(masked, match.start(), end):
            doubt = doubt or f'Says "{said}", but only "{quote(written, words, *limit.span())}".'
        else:
            return Reading(Meaning.STOP, f'Says "{said}".')
    if doubt:
        return Reading(Meaning.UNCLEAR, doubt)
    if match := PATTERNS["UNCLEAR"].search(masked):
        said = quote(written, words, *match.span())
        return Reading(Meaning.UNCLEAR, f'Says "{said}", which may ask for no more messages, or for something else.')
    return Reading(Meaning.REPLY, "Says nothing of opting out.")


def spell(words: list[Word]) -> str:
    letters = []
    typos = MOST_TYPOS
    for word in words:
        plain = word.plain
        if plain in BOUNDARIES:
            letters.append(plain)
            continue
        letter = GRAMMAR.look_up(plain)
        if letter is None and not plain.isalpha():
            if plain.isdigit() or (plain[:1].isdigit() and plain.rstrip("apmhx").isdigit()):
                letter = DIGITS
            else:
                plain = re.sub(r"['*]", "", plain).translate(DIGITS_AS_LETTERS)
                letter = GRAMMAR.look_up(plain)
                if letter is None and plain.endswith("s") and "'" in word.plain:
                    letter = GRAMMAR.look_up(plain[:-1])
                if letter is None and "*" in word.plain:
                    letter = GRAMMAR.look_up("swear")
        if letter is None and not word.capital and typos:
            typos -= 1
            if meant := SPELLER.correct(plain):
                letter = GRAMMAR.look_up(meant)
        letters.append(letter or (NAME if word.capital else UNKNOWN))
    return "".join(letters)


def join_words(words: list[Word]) -> list[Word]:
    joined: list[Word] = []
    n = 0
    while n < len(words):
        word = words[n]
        if len(word.plain) == 1 and word.plain not in BOUNDARIES:
            end, spelled = n, ""
            while end < len(words) and len(words[end].plain) == 1:
                spelled += "" if words[end].plain in BOUNDARIES else words[end].plain
                end += 1
            if spelled in SPELLED:
                while words[end - 1].plain in BOUNDARIES:
                    end -= 1
                joined.append(Word(spelled, word.start, words[end - 1].end))
                n = end
                continue
        if n + 1 < len(words) and (pair := JOINED.get((word.plain, words[n + 1].plain))):
            joined.append(Word(pair, word.start, words[n + 1].end))
            n += 2
            continue
        joined.append(word)
        n += 1
    return joined


def quote(text: str, words: list[Word], start: int, end: int) -> str:
    while end > start and words[end - 1].plain in BOUNDARIES:
        end -= 1
    return " ".join(text[words[start].start : words[end - 1].end].split())[:80]
