"""Rules over words, written as regular expressions whose letters are words.

Each word stands for one letter: words that all rules treat alike share theirs. So a rule is short, can be read, and is
searched by Python's own `re`. In a rule,

    stop      is that word; `text*` is each word that begins so
    CONTACT   is each word of that class
    ~         is up to four words that change nothing (of class GLUE)
    BEG, END  stand before the first and behind the last word of a clause; END allows fillers before it
    NAME      is a word that nothing here knows, with a capital letter; DIGITS a number; ANY a word, not a boundary
    . ? ,     are not the operators of `re`: `[.]`, `[?]`, `[,]` are the boundaries

and all else is as in `re`: ( | ) ? {0,3} (?<! ) (?= ). No rule may repeat without a limit.
"""

import re
from collections.abc import Iterable, Mapping

from reviews.delivery.provider_events.meaning.text import fold

BOUNDARIES = ".?,"
UNKNOWN, NAME, DIGITS = "x", "N", "0"
SPECIAL = {"NAME": NAME, "DIGITS": DIGITS}
TOKEN = re.compile(r"(?P<escape>\(\?[:=!]|\(\?<[!=]|\[[.?,]+\])|(?P<literal>[^\W\d_]+\*?)|(?P<gap>~)|(?P<other>\S)")
# A word that begins so has the classes of its stem; shorter stems would take in too much.
SHORTEST_STEM = 3
UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
FIRST_LETTER = 0xE000  # of those that Unicode leaves to private use


class Grammar:
    """Words with their classes, and the rules that are compiled for them."""

    def __init__(self, words: Iterable[Mapping[str, str]], rules: Iterable[str]) -> None:
        self.classes: dict[str, set[str]] = {}
        self.stems: dict[str, set[str]] = {}
        for table in words:
            for name, entries in table.items():
                for entry in entries.split():
                    self._add(entry, name)
        for rule in rules:
            for token in TOKEN.finditer(rule):
                if token["literal"] and not token["literal"].isupper():
                    self._add(token["literal"], token["literal"])
        self.letters: dict[frozenset[str], str] = {frozenset(): UNKNOWN}
        self.exact = {word: self._letter(self._classes_of(word)) for word in self.classes}
        self.by_stem = {stem: self._letter(self._classes_of(stem)) for stem in self.stems}

    def _add(self, entry: str, name: str) -> None:
        for form in spellings(entry.removesuffix("*")):
            table = self.stems if entry.endswith("*") else self.classes
            table.setdefault(form, set()).add(name)

    def _classes_of(self, word: str) -> frozenset[str]:
        """Return the classes of a word: its own, and those of all stems that it begins with."""
        stems = (self.stems.get(word[:length], set()) for length in range(SHORTEST_STEM, len(word) + 1))
        return frozenset(self.classes.get(word, set()).union(*stems))

    def _letter(self, classes: frozenset[str]) -> str:
        return self.letters.setdefault(classes, chr(FIRST_LETTER + len(self.letters)))

    def look_up(self, word: str) -> str | None:
        """Return the letter of a word, None for one that is not known."""
        if letter := self.exact.get(word):
            return letter
        for length in range(len(word), SHORTEST_STEM - 1, -1):
            if letter := self.by_stem.get(word[:length]):
                return letter
        return None

    def members(self, name: str) -> str:
        """Return the letters of a class."""
        letters = "".join(letter for classes, letter in self.letters.items() if name in classes)
        letters += SPECIAL.get(name, "")
        if not letters:
            raise ValueError(f"No word has the class {name}.")
        return letters

    def compile(self, rules: Iterable[str]) -> re.Pattern[str]:
        """Return one pattern that finds any of the rules, the earlier one first."""
        return re.compile("|".join(self._translate(rule) for rule in rules))

    def _translate(self, rule: str) -> str:
        return "".join(self._translate_token(token) for token in TOKEN.finditer(rule))

    def _translate_token(self, token: re.Match[str]) -> str:
        text = token[0]
        if token["gap"]:
            return f"[{self.members('GLUE')}{self.members('FILLER')}]{{0,4}}"
        if not token["literal"]:
            return text
        if text == "BEG":
            return f"(?<![^{BOUNDARIES}])[{self.members('FILLER')}]{{0,4}}"
        if text == "END":
            return f"(?=[{self.members('FILLER')}]{{0,4}}(?:[{BOUNDARIES}]|$))"
        if text == "ANY":
            return f"[^{BOUNDARIES}]"
        return f"[{self.members(text)}]"


def read_rules(lines: str) -> list[str]:
    """Return the rules of a block of lines, without comments."""
    rules = (line.partition("#")[0].strip() for line in lines.splitlines())
    return [rule for rule in rules if rule]


def spellings(word: str) -> set[str]:
    """Return the forms without accents that a word is typed in: "hören" is "horen" or "hoeren"."""
    return {fold(word), fold(word.translate(UMLAUTS))}
