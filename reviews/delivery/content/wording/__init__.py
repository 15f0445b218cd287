"""The words of a message: it offers nothing for a review, asks not only the happy, and steers nobody in their words.

Phrases of all languages are looked for in every text, since nothing tells the language of a sentence. What is on no
list passes.
"""

import re
import unicodedata
from functools import cache

from reviewhub.look_alikes import read_as_latin
from reviews.delivery.content.templates import VARIABLES, RenderError, fill
from reviews.delivery.content.wording.phrases import read_phrases

_SIGNS = str.maketrans(dict.fromkeys("’‘`´ʼ", "'") | dict.fromkeys("–—‑‐", "-") | {"★": "⭐"})
_UNSEEN = ("Cf", "Mn", "Me", "Cc")  # categories of characters that take no room
_SPACED = re.compile(r"(?<!\w)\w(?:([\s._*|/-])\w)(?:\1\w){2,}(?!\w)")
_AS_LETTER = dict(zip("0134578@$", "oieastbas", strict=True))
_IN_A_WORD = re.compile(r"(?<=[^\W\d_])[0134578@$](?=[^\W\d_])")

_phrases = cache(read_phrases)


def check_wording(text: str) -> list[str]:
    """Return a problem for each rule that the template breaks, with the words named; empty when it breaks none."""
    readings = dict.fromkeys(reading for version in _versions(text) for reading in _readings(version))
    bare = {reading: "".join(map(_without_accent, reading)) for reading in readings}
    problems = []
    for rule, pattern in _phrases().items():
        places = ((reading, match) for reading in readings for match in pattern.finditer(bare[reading]))
        if words := dict.fromkeys(reading[match.start() : match.end()].strip() for reading, match in places):
            problems.append(f"{rule.words}: leave out {', '.join(f'“{word}”' for word in words)} ({rule.source}).")
    return problems


def _versions(text: str) -> list[str]:
    """Return the template, and what it says once it is filled in: its tags may put a word together."""
    try:
        return [text, fill(text, VARIABLES)]
    except RenderError:
        return [text]  # `check_template` says so


def _readings(text: str) -> list[str]:
    """Return the text as people read it, whatever its characters; with s p a c e d words joined; with w0rds spelled.

    https://www.unicode.org/reports/tr15/ (NFKC)
    """
    text = read_as_latin(unicodedata.normalize("NFKC", text)).translate(_SIGNS)
    text = "".join(
        character for character in text if character.isspace() or unicodedata.category(character) not in _UNSEEN
    )
    text = " ".join(text.split())
    joined = _SPACED.sub(lambda match: match[0].replace(match[1], ""), text)
    return [text, joined, _IN_A_WORD.sub(lambda match: _AS_LETTER[match[0]], joined)]


def _without_accent(letter: str) -> str:
    """Return the letter alone, so that places in the text stay the same: people leave accents out."""
    return unicodedata.normalize("NFD", letter)[0]
