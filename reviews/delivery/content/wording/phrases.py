"""The rules on words, and their phrases: a text file for each language, which a native speaker can read and mend.

A line is one phrase: a regular expression in small letters, without accents, with single blanks between its words,
whose groups keep nothing. "…" stands for up to eight words of the same sentence. [offer] begins the phrases of a rule;
STAFF = … names a part that <STAFF> inserts. A line that begins with blanks goes on with the one before; # begins a
comment.
"""

import re
from collections import defaultdict
from enum import Enum
from functools import partial
from pathlib import Path

_GOOGLE = "Google's policy on user contributions, rating manipulation"


class Rule(Enum):
    """A rule on the words of a message: what staff should do, and who says so."""

    OFFER = ("Nothing may be offered for a review", f"{_GOOGLE}; 16 CFR 465.4; Directive 2005/29/EC, Annex I, 23c")
    ONLY_HAPPY = ("Ask for honest words, good or bad, and ask everybody", f"{_GOOGLE}; 16 CFR 465.4 and 465.7")
    SPECIFIC_CONTENT = ("Customers choose what they write about", _GOOGLE)
    NAMING_STAFF = ("Nobody may be asked to name staff", _GOOGLE)
    ON_THE_PREMISES = ("Nobody may be pressed to write while they are with you", _GOOGLE)
    CHANGE = ("Nobody may be asked to change a review, or to take it back", f"{_GOOGLE}; 16 CFR 465.7")
    TARGET = ("How many reviews you aim at is not the customer's concern", _GOOGLE)

    def __init__(self, words: str, source: str) -> None:
        self.words = words
        self.source = source


_WORDS_BETWEEN = r"(?:[,:;]?\s[^\s.!?]+){0,8}?[,:;]?\s"


def read_phrases() -> dict[Rule, re.Pattern[str]]:
    """Return for each rule one pattern of all its phrases, in all languages."""
    phrases: dict[Rule, list[str]] = defaultdict(list)
    for path in sorted(Path(__file__).parent.glob("*.txt")):
        parts: dict[str, str] = {}
        rule = Rule.OFFER
        for line in re.sub(r"\n +", "", path.read_text("utf-8")).splitlines():
            if match := re.fullmatch(r"\[(\w+)\]", line):
                rule = Rule[match[1].upper()]
            elif match := re.fullmatch(r"([A-Z]+) = (.+)", line):
                parts[match[1]] = match[2]
            elif line and not line.startswith("#"):
                phrases[rule].append(re.sub(r"<([A-Z]+)>", partial(_insert, parts), line))
    return {rule: _compile(phrases[rule]) for rule in Rule}


def _insert(parts: dict[str, str], name: re.Match[str]) -> str:
    return parts[name[1]]


def _compile(phrases: list[str]) -> re.Pattern[str]:
    groups = re.sub(r"(?<!\\)\((?!\?)", "(?:", "|".join(f"({phrase})" for phrase in phrases))
    return re.compile(rf"(?<!\w)(?:{groups.replace('…', _WORDS_BETWEEN)})(?!\w)", re.IGNORECASE)
