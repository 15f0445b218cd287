"""Rules over words, written as regular expressions whose letters are words.

Each word stands for one letter: words that all rules treat alike share theirs. So a rule is short, can be read, and is
searched by Python's own `re`. In a rule,

    stop      is that word; `text*` is each word that begins so
    CONTACT   is each word of that class
    ~         is up to four words that change nothing (of class GLUE)
    BEG, END  stand before the first and behind the last word of a clause, LAST behind the last one of a sentence;
              fillers may stand between
    NAME      is a known name, or an unknown word with a capital letter; POSS a name with 's
    DIGITS    is a number; GERUND an unknown word in -ing, UNKNOWN any other one in small letters
    ANY       is a word, not a boundary
    . ? ,     are not the operators of `re`: `[.]`, `[?]`, `[,]` are the boundaries

and all else is as in `re`: ( | ) ? {0,3} (?<! ) (?= ). No rule may repeat without a limit.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

from reviews.delivery.provider_events.meaning.text import fold

BOUNDARIES = ".?,"
UNKNOWN, NAME, OWNER, DIGITS, GERUND = "x", "N", "P", "0", "g"
SPECIAL = {"NAME": NAME, "POSS": OWNER, "DIGITS": DIGITS, "GERUND": GERUND, "UNKNOWN": UNKNOWN}
TOKEN = re.compile(r"(?P<escape>\(\?[:=!]|\(\?<[!=]|\[[.?,]+\])|(?P<literal>[^\W\d_]+\*?)|(?P<gap>~)|(?P<other>\S)")
# A word that begins so has the classes of its stem; shorter stems would take in too much.
SHORTEST_STEM = 3
PLAIN = str.maketrans("äöü", "aou")
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
        self.exact = {word: self._letter(self._stem_classes(word) | self.classes[word]) for word in self.classes}
        self.by_stem = {stem: self._letter(self._stem_classes(stem)) for stem in self.stems}

    def _add(self, entry: str, name: str) -> None:
        stem = entry.removesuffix("*")
        if stem != entry and len(stem) < SHORTEST_STEM:
            raise ValueError(f"{entry} is too short for a stem.")
        for form in spellings(stem):
            table = self.stems if entry.endswith("*") else self.classes
            table.setdefault(form, set()).add(name)

    def _stem_classes(self, word: str) -> frozenset[str]:
        """Return the classes of all stems that the word begins with."""
        stems = (self.stems.get(word[:length], set()) for length in range(SHORTEST_STEM, len(word) + 1))
        return frozenset().union(*stems)

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
        letters = "".join(
            letter
            for classes, letter in self.letters.items()
            if name in classes or (name == "NAME" and "PERSON" in classes)
        )
        letters += SPECIAL.get(name, "")
        if not letters:
            raise ValueError(f"No word has the class {name}.")
        return letters

    def compile(self, lines: Iterable[str]) -> "RuleBook":
        """Return the rules, ready to be searched."""
        book = RuleBook()
        for rule in lines:
            tokens = list(TOKEN.finditer(rule))
            needs = sorted(self._needs([token[0] for token in tokens]), key=len)
            if not needs:
                raise ValueError(f"No word is necessary: {rule}")
            book.add(re.compile("".join(self._translate(token) for token in tokens)), needs)
        return book

    def _translate(self, token: re.Match[str]) -> str:
        text = token[0]
        if token["gap"]:
            return f"[{self.members('GLUE')}{self.members('FILLER')}]{{0,4}}"
        if not token["literal"]:
            return text
        if text == "BEG":
            return f"(?<![^{BOUNDARIES}])[{self.members('FILLER')}]{{0,4}}"
        if text == "END":
            return f"(?=[{self.members('FILLER')}]{{0,4}}(?:[{BOUNDARIES}]|$))"
        if text == "LAST":
            return f"(?=[{self.members('FILLER')}]{{0,4}}(?:[.?]|$))"
        if text == "ANY":
            return f"[^{BOUNDARIES}]"
        return f"[{self.members(text)}]"

    def _needs(self, tokens: list[str]) -> list[frozenset[str]]:
        """Take the tokens of a rule, or of a group up to its end; return sets of letters that a match must have.

        Of each set, one letter at least. An alternative counts with its rarest word, a group with all of its
        alternatives. Empty if any alternative needs no word.
        """
        alternatives: list[list[frozenset[str]]] = [[]]
        while tokens:
            token = tokens.pop(0)
            if token == ")":
                break
            if token == "|":
                alternatives.append([])
                continue
            needs: list[frozenset[str]] = []
            if token.startswith("("):
                inner = self._needs(tokens)
                needs = inner if token in ("(", "(?:") else []
            elif token[0].isalpha() and token not in ("BEG", "END", "LAST", "ANY"):
                needs = [frozenset(self.members(token))]
            if tokens[:1] not in (["?"], ["{"]):
                alternatives[-1] += needs
        if len(alternatives) == 1:
            return alternatives[0]
        if not all(alternatives):
            return []
        return [frozenset().union(*(min(needs, key=len) for needs in alternatives))]


class RuleBook:
    """Compiled rules. Few of them are worth searching in a text: each is kept with the letters that it needs."""

    def __init__(self) -> None:
        self.rules: list[tuple[re.Pattern[str], list[frozenset[str]]]] = []
        self.by_letter: dict[str, list[int]] = {}

    def add(self, pattern: re.Pattern[str], needs: list[frozenset[str]]) -> None:
        for letter in needs[0]:
            self.by_letter.setdefault(letter, []).append(len(self.rules))
        self.rules.append((pattern, needs[1:]))

    def find(self, letters: str, start: int = 0, end: int | None = None) -> Iterator[re.Match[str]]:
        """Return the matches in that part of the text, in the order of the rules."""
        end = len(letters) if end is None else end
        present = frozenset(letters[start:end])
        for number in sorted({number for letter in present for number in self.by_letter.get(letter, ())}):
            pattern, needs = self.rules[number]
            if not any(need.isdisjoint(present) for need in needs):
                yield from pattern.finditer(letters, start, end)


def read_rules(lines: str) -> list[str]:
    """Return the rules of a block of lines, without comments. A line that is indented goes on with the one above."""
    whole = re.sub(r"\n +", " ", re.sub(r" *#.*", "", lines))
    return [rule for rule in whole.splitlines() if rule]


def spellings(word: str) -> set[str]:
    """Return the forms without accents that a word is typed in: "hören" is "horen" or "hoeren"."""
    return {fold(word), fold(word.translate(PLAIN))}
