"""The meaning of a text that a customer sends back: does it opt out?

Pure: no rows, no network, no model. docs/rules.md T3 says what the rules hold; the rules of a language are in its
module, how they are written is in `grammar`. A text takes well below a millisecond, however long it is.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from reviews.delivery.provider_events.meaning import english, french, german, spanish, wrong_number
from reviews.delivery.provider_events.meaning.grammar import BOUNDARIES, NAME, UNKNOWN, Grammar, read_rules
from reviews.delivery.provider_events.meaning.spelling import ALONE, Spelling, correct, drop_emphasis, join, unglue
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


# What Twilio finds by its own words, as its parameter `OptOutType` says it.
FOUND_BY_TWILIO = {"STOP": Meaning.STOP, "START": Meaning.START, "HELP": Meaning.HELP}
# Alone, or with fillers, these mean the same in all languages.
BARE_WORDS = {"start": Meaning.START, "unstop": Meaning.START, "help": Meaning.HELP, "info": Meaning.HELP}

LANGUAGES = (english, spanish, german, french)
TABLES = ("INNOCENT", "STOP", "UNCLEAR", "LIMIT", "HEDGE")
# Each once: two languages may share a rule, since all rules read all texts.
RULES = {
    table: [*dict.fromkeys(rule for language in LANGUAGES for rule in read_rules(getattr(language, table)))]
    for table in TABLES
}
RULES["WRONG_NUMBER"] = read_rules(
    wrong_number.ENGLISH + wrong_number.SPANISH + wrong_number.GERMAN + wrong_number.FRENCH
)
EXPLAINED = "_"  # stands for the words of an innocent phrase: no other rule reads them
LONGEST_QUOTE = 100


class Made:
    """The rules in the form that texts are read by."""

    def __init__(self) -> None:
        every = [rule for rules in RULES.values() for rule in rules]
        self.grammar = Grammar([table.WORDS for table in (*LANGUAGES, wrong_number)], every)
        self.books = {table: self.grammar.compile(rules) for table, rules in RULES.items()}
        typos = [word for language in LANGUAGES for word in language.TYPOS.split()]
        self.spelling = Spelling(self.grammar, typos)
        self.bare = frozenset(self.grammar.members("BARE"))
        self.fillers = frozenset(self.grammar.members("FILLER", "me") + BOUNDARIES)


@cache
def made() -> Made:
    """Make them with the first text: a fifth of a second and 5 MB, which most processes never need."""
    return Made()


def read(text: str, opt_out_type: str = "") -> Reading:
    """Return the meaning of a text. `opt_out_type`: the one that Twilio found by its own words; it counts first."""
    if meaning := FOUND_BY_TWILIO.get(opt_out_type.strip().upper()):
        return Reading(meaning, f"Twilio took it for {meaning.upper()}.")
    text = clean(text)
    if REACTION.match(text):
        return Reading(Meaning.REPLY, "A reaction to a message of ours.")
    text = cut(text)
    words = join(unglue(read_words(text), made().grammar))
    reading = Written(text, words).read()
    if reading.meaning is Meaning.REPLY and (sentence := drop_emphasis(words)) != words:
        return Written(text, sentence).read()
    return reading


class Written:
    """The text of a customer: its words, and a letter for each of them."""

    def __init__(self, text: str, words: list[Word]) -> None:
        self.text = text
        self.words = words
        self.letters = made().spelling.spell(words)

    def read(self) -> Reading:
        """Return the meaning of the text."""
        return self._read_bare_words() or self._read_sentences()

    def quote(self, start: int = 0, end: int | None = None) -> str:
        """Return these words as they were written."""
        words = self.words[start:end]
        while words and words[-1].plain in BOUNDARIES:
            words.pop()
        said = " ".join(self.text[words[0].start : words[-1].end].split()) if words else ""
        return f'"{said}"' if len(said) <= LONGEST_QUOTE else f'"{said[:LONGEST_QUOTE]}…"'

    def _read_bare_words(self) -> Reading | None:
        """Return the meaning of a text that is one of the words which need no sentence; None for other texts."""
        said = [(word.plain, letter) for word, letter in zip(self.words, self.letters, strict=True)]
        rules = made()
        said = [(plain, letter) for plain, letter in said if letter not in rules.fillers]
        meanings = {Meaning.STOP if letter in rules.bare else BARE_WORDS.get(plain) for plain, letter in said}
        if len(said) == 1 and said[0][1] in (UNKNOWN, NAME) and correct(said[0][0], ALONE, shortest=3):
            meanings = {Meaning.STOP}
        if None in meanings:
            return None
        if meanings == {Meaning.STOP, Meaning.START}:
            return Reading(Meaning.UNCLEAR, f"Says {self.quote()}, which is both.")
        for meaning in (Meaning.STOP, Meaning.START, Meaning.HELP):
            if meaning in meanings:
                return Reading(meaning, f"Says {self.quote()}.")
        return None

    def _read_sentences(self) -> Reading:
        """Return the meaning that the rules find, the clearest one first."""
        letters, books = self.letters, made().books
        for match in books["INNOCENT"].find(letters):
            letters = letters[: match.start()] + EXPLAINED * len(match[0]) + letters[match.end() :]
        for match in books["WRONG_NUMBER"].find(letters):
            return Reading(Meaning.WRONG_NUMBER, f"Says {self.quote(*match.span())}.")
        doubts: list[str] = []
        for match in books["STOP"].find(letters):
            doubt = self._find_doubt(letters, *match.span())
            if not doubt:
                return Reading(Meaning.STOP, f"Says {self.quote(*match.span())}.")
            doubts.append(f"Says {self.quote(*match.span())}, but {doubt}.")
        if doubts:
            return Reading(Meaning.UNCLEAR, doubts[0])
        for match in books["UNCLEAR"].find(letters):
            return Reading(Meaning.UNCLEAR, f"Says {self.quote(*match.span())}: perhaps an opt-out, perhaps not.")
        return Reading(Meaning.REPLY, "Says nothing of opting out.")

    def _find_doubt(self, letters: str, start: int, end: int) -> str:
        """Return what takes half of an opt-out back: "maybe" in its sentence, "before 10" in its clause."""
        sentence_start = max(letters.rfind(sign, 0, start) for sign in ".?") + 1
        sentence_end = min(place % (len(letters) + 1) for place in (letters.find(sign, end) for sign in ".?"))
        clause_end = letters.find(",", end, sentence_end) % (sentence_end + 1)
        for match in made().books["HEDGE"].find(letters, sentence_start, sentence_end):
            return f"with {self.quote(*match.span())}"
        for match in made().books["LIMIT"].find(letters, start, clause_end):
            return f"only {self.quote(*match.span())}"
        return ""
