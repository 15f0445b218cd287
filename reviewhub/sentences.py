"""Sentences that are stored, or told to programs as well: English there, in a person's language on a page.

Services write and refuse in English. The sentences that a page may show are listed by `keep`: as they stand, or with
places, as in "Cancelled by %(who)s.". `said` finds the listed sentence that a text was made of, and says it in the
active language, with the same values in its places. A text that fits none stays as it is: the words of a person, of a
provider, of an older version.

A value is kept as it is, unless the name of its place begins with `why`: it is a sentence of ours itself. One that
begins with `time` is a time of the day, maybe with the day of the week.
"""

import re
from functools import lru_cache

from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import get_language, gettext

from reviewhub.languages import ENGLISH, in_language

PLACE = re.compile(r"%\((\w+)\)s")
LONGEST = 2_000  # characters of a text that is looked at: longer ones are no sentences of ours
_CLOCK = r"(?:\w{3} )?\d\d:\d\d"
_END = re.compile(r"(?<=[.!?…]) ")
_DAY = re.compile(r"\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun) (?=\d)")

_patterns: dict[str, re.Pattern[str]] = {}


def keep(*sentences: str) -> None:
    """List sentences with places; those without any are found by their whole text."""
    for sentence in sentences:
        if PLACE.search(sentence):
            parts = PLACE.split(sentence)
            regex = "".join(
                f"(?P<{part}>{_CLOCK if part.startswith('time') else '.+'})"
                if index % 2
                else re.escape(part.replace("%%", "%"))
                for index, part in enumerate(parts)
            )
            _patterns[sentence] = re.compile(regex, re.DOTALL)


def said(text: object) -> str:
    """Return the text in the active language, where it is a sentence of ours."""
    words = str(text or "")
    language = get_language() or ENGLISH
    if not words.strip() or len(words) > LONGEST or language.partition("-")[0] == ENGLISH:
        return words
    return _said(words, language)


@lru_cache(maxsize=4096)
def _said(text: str, language: str) -> str:
    with in_language(language):
        return _one(text) or _several(text) or text


def _one(text: str) -> str:
    """Return the text as one sentence in the active language; empty if it is none of ours."""
    translated = gettext(text)
    if translated != text:
        return translated
    for sentence, pattern in _patterns.items():
        if match := pattern.fullmatch(text):
            return gettext(sentence) % {name: _value(name, value) for name, value in match.groupdict().items()}
    return ""


def _several(text: str) -> str:
    """Return sentences that stand behind one another, each as `_one` says it; empty if none is ours."""
    parts = _END.split(text)
    for count in range(len(parts) - 1, 0, -1):
        if first := _one(" ".join(parts[:count])):
            rest = " ".join(parts[count:])
            return f"{first} {_one(rest) or _several(rest) or rest}"
    if len(parts) > 1 and (rest := _one(" ".join(parts[1:])) or _several(" ".join(parts[1:]))):
        return f"{parts[0]} {rest}"
    return ""


def _value(name: str, value: str) -> str:
    if name.startswith("time"):
        return _DAY.sub(_day, value)
    if not name.startswith("why"):
        return value
    return "; ".join(_one(part) or _several(part) or part for part in value.split("; "))


_DAYS = dict(zip(("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), WEEKDAYS_ABBR.values(), strict=True))


def _day(match: re.Match[str]) -> str:
    return f"{_DAYS[match[1]]} "
