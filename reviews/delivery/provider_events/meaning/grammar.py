"""Rules over words, written as regular expressions whose letters are words.

Each word stands for one letter; words that all rules treat alike share theirs. So a rule is short, can be read, and is
searched by Python's own `re`. In a rule,

    stop            is that word; `text*` is each word that begins so
    CONTACT         is each word of that class
    ~               is up to four words that change nothing (of class GLUE or FILLER); where it leads to another
                    word of the rule, one that nothing here knows may be among them
    BEG             stands before the first word of a clause, END behind the last one, LAST behind the last one of a
                    sentence; fillers may stand between
    NAME            is a known name, or an unknown word with a capital letter; POSS a name with 's
    DIGITS, GERUND  are a number, an unknown word in -ing; UNKNOWN is any other one in small letters
    ANY             is a word, not a boundary
    HERE            is up to fourteen words of the same clause. With (?= ) it asks for words in whatever order:
                    `BEG (?=HERE MESSAGE) HERE KEIN` is a clause with both
    [.] [,] [?]     are the boundaries: the end of a sentence, of a clause, of a question

and all else is as in `re`: ( | ) ? {0,3} (?<! ) (?! ). No rule repeats without a limit: time stays linear.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

from reviews.delivery.provider_events.meaning.text import fold

BOUNDARIES = ".?,"
UNKNOWN, NAME, OWNER, DIGITS, GERUND = "x", "N", "P", "0", "g"
SPECIAL = {"UNKNOWN": UNKNOWN, "NAME": NAME, "POSS": OWNER, "DIGITS": DIGITS, "GERUND": GERUND}
PLACES = ("BEG", "END", "LAST", "ANY", "HERE")
TOKEN = re.compile(r"\(\?[:=!]|\(\?<[!=]|\[[.?,]\]|[^\W\d_]+\*?|\S")
# A word that begins so has the classes of its stem; shorter stems would take in too much.
SHORTEST_STEM = 3
FIRST_LETTER = 0xE000  # of those that Unicode leaves to private use
ASCII = 128  # letters of the special classes and the boundaries are below
PLAIN = str.maketrans("äöü", "aou")


class Grammar:
    """Words with their classes, and the letters that stand for them in rules."""

    def __init__(self, words: Iterable[Mapping[str, str]], rules: Iterable[str]) -> None:
        self.classes: dict[str, set[str]] = {}
        self.stems: dict[str, set[str]] = {}
        for table in words:
            for name, entries in table.items():
                for entry in entries.split():
                    self._add(entry, name)
        for rule in rules:
            for token in TOKEN.findall(rule):
                if token[0].isalpha() and not token.isupper():
                    self._add(token, token)
        exact = {word: self._stem_classes(word) | self.classes[word] for word in self.classes}
        by_stem = {stem: self._stem_classes(stem) for stem in self.stems}
        self.letters = assign_letters({*exact.values(), *by_stem.values()})
        self.by_class = dict(SPECIAL)
        for classes, letter in self.letters.items():
            for name in classes:
                self.by_class[name] = self.by_class.get(name, "") + letter
        self.by_class["NAME"] += self.by_class.get("PERSON", "")
        self.exact = {word: self.letters[classes] for word, classes in exact.items()}
        self.by_stem = {stem: self.letters[classes] for stem, classes in by_stem.items()}

    def _add(self, entry: str, name: str) -> None:
        stem = entry.removesuffix("*")
        if stem != entry and len(stem) < SHORTEST_STEM:
            raise ValueError(f"{entry} is too short for a stem.")
        for form in spell_plainly(stem):
            table = self.stems if stem != entry else self.classes
            table.setdefault(form, set()).add(name)

    def _stem_classes(self, word: str) -> frozenset[str]:
        """Return the classes of all stems that the word begins with."""
        stems = (self.stems.get(word[:length], set()) for length in range(SHORTEST_STEM, len(word) + 1))
        return frozenset[str]().union(*stems)

    def look_up(self, word: str) -> str | None:
        """Return the letter of a word, None for one that is not known."""
        if letter := self.exact.get(word):
            return letter
        for length in range(len(word), SHORTEST_STEM - 1, -1):
            if letter := self.by_stem.get(word[:length]):
                return letter
        return None

    def members(self, *names: str) -> str:
        """Return the letters of the classes."""
        for name in names:
            if name not in self.by_class:
                raise ValueError(f"No word has the class {name}.")
        return "".join(self.by_class[name] for name in names)

    def compile(self, rules: Iterable[str]) -> "RuleBook":
        """Return the rules, ready to be searched."""
        sets = {name: f"[{as_ranges(self.members(name))}]" for name in {*self._names(rules)}}
        glue, fillers = as_ranges(self.members("GLUE", "FILLER")), as_ranges(self.members("FILLER"))
        sets |= {
            "~": f"[{glue}]{{0,4}}",
            "~~": f"[{glue}]{{0,4}}(?:[{UNKNOWN}{NAME}][{glue}]{{0,2}})?",
            "BEG": f"(?<![^{BOUNDARIES}])[{fillers}]{{0,4}}",
            "END": f"(?=[{fillers}]{{0,4}}(?:[{BOUNDARIES}]|$))",
            "LAST": f"(?=[{fillers}]{{0,4}}(?:[.?]|$))",
            "ANY": f"[^{BOUNDARIES}]",
            "HERE": f"[^{BOUNDARIES}]{{0,14}}?",
        }
        book = RuleBook()
        for rule in rules:
            tokens = TOKEN.findall(rule)
            needs = sorted(self._needs(list(tokens)), key=len)
            if not needs:
                raise ValueError(f"No word is necessary: {rule}")
            bridged = ["~~" if self._is_bridge(tokens, number) else token for number, token in enumerate(tokens)]
            book.add("".join(sets.get(token, token) for token in bridged), needs)
        return book

    def _is_bridge(self, tokens: list[str], number: int) -> bool:
        """Tell whether this token is a gap that leads to a word: not to what may be absent, nor to an end."""
        following = tokens[number + 1 :]
        if tokens[number] != "~" or not following:
            return False
        end = depth = 0
        while end == 0 or depth > 0:
            depth += following[end].startswith("(") - (following[end] == ")")
            end += 1
        places = {"END", "LAST", "BEG", "~"}
        return places.isdisjoint(following[:end]) and following[end : end + 1] not in (["?"], ["{"])

    def _names(self, rules: Iterable[str]) -> Iterator[str]:
        for rule in rules:
            yield from (token for token in TOKEN.findall(rule) if token[0].isalpha() and token not in PLACES)

    def _needs(self, tokens: list[str]) -> list[frozenset[str]]:
        """Take the tokens of a rule, or of a group up to its end; return sets of letters that a match must have.

        Of each set, one letter at least. An alternative counts with its rarest word, a group with all of its
        alternatives. Empty if any alternative needs no word.
        """
        alternatives: list[list[frozenset[str]]] = [[]]
        while tokens:
            part = tokens.pop(0)
            if part == ")":
                break
            if part == "|":
                alternatives.append([])
                continue
            needs: list[frozenset[str]] = []
            if part.startswith("("):
                inner = self._needs(tokens)
                needs = inner if part in ("(", "(?:", "(?=") else []  # what must not follow may be absent
            elif part[0].isalpha() and part not in PLACES:
                needs = [frozenset(self.members(part))]
            if tokens[:1] not in (["?"], ["{"]):
                alternatives[-1] += needs
        if len(alternatives) == 1:
            return alternatives[0]
        if not all(alternatives):
            return []
        return [frozenset[str]().union(*(min(needs, key=len) for needs in alternatives))]


class RuleBook:
    """Rules. Few of them are worth searching in a text: each is kept with the letters that it needs.

    A rule is compiled when it is first searched: all of them take half a second, which every process would pay.
    """

    def __init__(self) -> None:
        self.rules: list[tuple[str, list[int]]] = []
        self.by_letter: dict[str, list[int]] = {}
        self._compiled: dict[int, re.Pattern[str]] = {}

    def add(self, rule: str, needs: list[frozenset[str]]) -> None:
        """Keep a rule, as `re` has it, under each letter of the smallest of its sets."""
        for letter in needs[0]:
            self.by_letter.setdefault(letter, []).append(len(self.rules))
        self.rules.append((rule, [as_bits(need) for need in needs[1:]]))

    def find(self, letters: str, start: int = 0, end: int | None = None) -> Iterator[re.Match[str]]:
        """Return the matches in that part of the text, in the order of the rules."""
        end = len(letters) if end is None else end
        present = frozenset(letters[start:end])
        bits = as_bits(present)
        for number in sorted({number for letter in present for number in self.by_letter.get(letter, ())}):
            for need in self.rules[number][1]:
                if not need & bits:
                    break
            else:
                yield from self._pattern(number).finditer(letters, start, end)

    def _pattern(self, number: int) -> re.Pattern[str]:
        if number not in self._compiled:
            self._compiled[number] = re.compile(self.rules[number][0])
        return self._compiled[number]


def as_bits(letters: Iterable[str]) -> int:
    """Return the letters as a number with a bit for each: whether two sets meet is then one operation."""
    bits = 0
    for letter in letters:
        number = ord(letter)
        bits |= 1 << (number - FIRST_LETTER + ASCII if number >= FIRST_LETTER else number)
    return bits


def assign_letters(signatures: Iterable[frozenset[str]]) -> dict[frozenset[str], str]:
    """Return a letter for each set of classes; those of the large classes stand side by side, so that `re` is quick."""
    ordered = sorted(signatures, key=lambda classes: ("FILLER" in classes, "GLUE" in classes, sorted(classes)))
    return {classes: chr(FIRST_LETTER + number) for number, classes in enumerate(ordered)}


def as_ranges(letters: str) -> str:
    """Return the letters as a class of `re` has them: neighbours as a range."""
    parts: list[str] = []
    for letter in sorted(set(letters)):
        if parts and ord(letter) == ord(parts[-1][-1]) + 1:
            parts[-1] = f"{parts[-1][0]}-{letter}"
        else:
            parts.append(letter)
    return "".join(parts)


def read_rules(lines: str) -> list[str]:
    """Return the rules of a block of lines, without comments. A line that is indented goes on with the one above."""
    whole = re.sub(r"\n +", " ", re.sub(r" *#.*", "", lines))
    return [rule for rule in whole.splitlines() if rule]


def spell_plainly(word: str) -> set[str]:
    """Return the forms in which a word is typed without accents: "hören" as "hoeren" and as "horen"."""
    return {fold(word), fold(word.translate(PLAIN))}
