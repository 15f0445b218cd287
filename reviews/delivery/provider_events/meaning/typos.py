"""Typing errors: the word that somebody meant."""

import re

from rapidfuzz.distance import OSA
from rapidfuzz.process import extractOne

# Words that one slip separates from one of ours, and that are words themselves.
REAL_WORDS: frozenset[str] = frozenset(
    [
        "massage",
        "massages",
        "masaje",
        "masajes",
        "montaje",
        "cancer",
        "cancers",
        "contract",
        "contracts",
        "testing",
        "tasting",
        "resting",
        "evoke",
        "provoke",
        "remote",
        "removes",
        "removal",
        "quiet",
        "quite",
        "along",
        "against",
        "stone",
        "shop",
        "step",
        "steps",
        "stoop",
        "top",
        "stops",
    ]
)
SQUEEZE = re.compile(r"(.)\1+")


class Speller:
    def __init__(self, words: list[str]) -> None:
        self.words = [word for word in words if len(word) >= 4]
        self.squeezed = {SQUEEZE.sub(r"\1", word): word for word in self.words}
        self.long = [word for word in self.words if len(word) >= 6]
        self.sorted_short = {word: sorted(word) for word in self.words if len(word) < 6}

    def correct(self, word: str) -> str | None:
        if word in REAL_WORDS or len(word) < 4:
            return None
        if re.search(r"(.)\1\1", word) or word[-1:] == word[-2:-1]:
            if known := self.squeezed.get(SQUEEZE.sub(r"\1", word)):
                return known
        if len(word) < 6:
            letters = sorted(word)
            for candidate, own in self.sorted_short.items():
                if own == letters and OSA.distance(word, candidate) == 1:
                    return candidate
            return None
        found = extractOne(word, self.long, scorer=OSA.distance, score_cutoff=2 if len(word) > 9 else 1)
        return found[0] if found else None
