"""From words as people type them to those of the rules: typing errors, stretched letters, digits for letters, names."""

import re
from collections.abc import Iterable, Sequence

from rapidfuzz.distance import OSA
from rapidfuzz.process import extractOne

from reviews.delivery.provider_events.meaning.grammar import (
    BOUNDARIES,
    DIGITS,
    GERUND,
    NAME,
    OWNER,
    SHORTEST_STEM,
    UNKNOWN,
    Grammar,
)
from reviews.delivery.provider_events.meaning.text import Word, fold

# Words that one slip separates from one of ours, and that mean what they say.
REAL_WORDS = """
    massage massages massaged massaging masaje masajes cancer cancers chancel content contract contracts
    contracting contesting deplete remote renove lumber dumber testing sexting mothering deceive deceiving
    perceiving flasche anmelden angemeldet decevoir scheiben schreien schreiber schreiten hoschen
    imessage renvoyer envoler describir inscribir inscribirme intersected interacted uninterested lenses along against
    shop shops step steps stoop stomp strop top tops spot slop swop chop drop prop crop post sop stow carcel shopping
    popping topping mopping stepping
"""
NO_SLIPS = frozenset(REAL_WORDS.split())
# Slips in a word: a swap, a letter too few, too many, or wrong. Two in words so long that nothing else is near.
SLIPS, SLIPS_IN_LONG, LONG = 1, 2, 11
SHORTEST = 6  # in shorter words a slip makes another word; unless the text has no other word
# A slip costs time to recognise: only so many words of a text are tried.
MOST_SLIPS = 20
SHORTEST_IN = 5  # of words in -in that may be in -ing
ALONE = ("stop", "unsubscribe", "cancel")

# A word that others were glued to, and of how many words such a one may be.
GLUED, MOST_GLUED = ("unsubscribe", "nomore", "remove", "leave", "nomas", "keine", "donot", "dont", "stop"), 5

THRICE = re.compile(r"(.)\1{2,}")
LETTERS_FOR_DIGITS = str.maketrans("013457$@", "oleastsa")
NUMBER = re.compile(r"\d+(?:h|am|pm|a|p|x|th|st|nd|rd)?\d*")
# Words that belong together, and the one word that stands for them.
PHRASES: dict[str, dict[tuple[str, ...], str]] = {
    "thank": {("thank", "you"): "thanks", ("thank", "u"): "thanks"},
    "opt": {("opt", "out"): "optout"},
    "opted": {("opted", "out"): "optedout"},
    "un": {("un", "subscribe"): "unsubscribe"},
    "phone": {("phone", "book"): "phonebook"},
    "s": {("s", "il", "vous", "plait"): "svp", ("s", "il", "te", "plait"): "svp"},
}
# Words that are recognised letter by letter: "S T O P".
LETTER_BY_LETTER = {"stop", "stopp", "unsubscribe", "end", "quit", "cancel", "optout", "baja", "arret"}


class Spelling:
    """The letters of a grammar for the words of a text."""

    def __init__(self, grammar: Grammar, meant: Iterable[str]) -> None:
        self.grammar = grammar
        self.meant = sorted({fold(word) for word in meant})
        self.names = frozenset(grammar.members("NAME"))

    def spell(self, words: Sequence[Word]) -> str:
        """Return one letter for each word or boundary."""
        letters: list[str] = []
        tries = MOST_SLIPS
        for word in words:
            letter = word.plain if word.plain in BOUNDARIES else self._look_up(word)
            if letter is None and tries and len(word.plain) >= SHORTEST:
                tries -= 1
                letter = self._correct(word.plain)
            letters.append(letter or unknown(word))
        return "".join(letters)

    def _look_up(self, word: Word) -> str | None:
        plain = word.plain
        for form in (*squeeze(plain), plain):
            if letter := self.grammar.look_up(form):
                return letter
        if plain.isalpha():
            return self.grammar.look_up(f"{plain}g") if plain.endswith("in") and len(plain) >= SHORTEST_IN else None
        if NUMBER.fullmatch(plain):
            return DIGITS
        base, apostrophe, ending = plain.partition("'")
        known = self.grammar.look_up(base)
        if apostrophe and ending == "s" and (known in self.names or (word.capital and not known)):
            return OWNER
        if apostrophe and ending == "ll":
            return self.grammar.look_up("ill")  # "I'll", "we'll": not "well"
        bare = re.sub(r"['*]", "", plain).translate(LETTERS_FOR_DIGITS)
        if "*" in plain and len(bare) < SHORTEST_STEM:
            return self.grammar.look_up("swear")
        return self.grammar.look_up(bare) or (self.grammar.look_up("swear") if "*" in plain else known)

    def _correct(self, word: str) -> str | None:
        meant = correct(word, self.meant)
        return self.grammar.look_up(meant) if meant else None


def unglue(words: Sequence[Word], grammar: Grammar) -> list[Word]:
    """Return the words, those apart that were typed without spaces after one that opts out: "stoptextingme"."""
    apart: list[Word] = []
    for word in words:
        parts = _find_parts(word.plain, grammar) if word.plain.startswith(GLUED) else []
        start = word.start
        for part in parts:
            apart.append(Word(part, start, start + len(part), word.capital))
            start += len(part)
        if not parts:
            apart.append(word)
    return apart


def _find_parts(word: str, grammar: Grammar) -> list[str]:
    """Return the known words that this one is made of, each as long as can be; none if it is known, or is not."""
    parts: list[str] = []
    rest = word if grammar.look_up(word) is None else ""
    while rest and len(parts) < MOST_GLUED:
        sizes = (size for size in range(len(rest), 1, -1) if rest[:size] in (grammar.exact if parts else GLUED))
        size = next(sizes, len(rest) + 1)
        parts.append(rest[:size])
        rest = rest[size:]
    return parts if len(parts) > 1 and not rest and parts[-1] in grammar.exact else []


def unknown(word: Word) -> str:
    """Return the letter of a word that the grammar does not know."""
    if word.plain.endswith("ing") and len(word.plain) >= SHORTEST:
        return GERUND
    return NAME if word.capital else UNKNOWN


def squeeze(word: str) -> list[str]:
    """Return what a word with stretched letters may be: "stoppp", "messsages"."""
    return [THRICE.sub(r"\1", word), THRICE.sub(r"\1\1", word)] if THRICE.search(word) else []


def correct(word: str, words: Sequence[str], *, shortest: int = SHORTEST) -> str | None:
    """Return the one of the words that was probably meant, None if there is none."""
    if len(word) < shortest or word in NO_SLIPS:
        return None
    best = extractOne(word, words, scorer=OSA.distance, score_cutoff=SLIPS_IN_LONG if len(word) >= LONG else SLIPS)
    return best[0] if best else None


def join(words: Sequence[Word]) -> list[Word]:
    """Return the words, those joined that were typed in parts: "opt out", "S T O P"."""
    words = _drop_repetition(words)
    joined: list[Word] = []
    position = 0
    while position < len(words):
        end, whole = _find_phrase(words, position)
        if not whole and len(words[position].plain) == 1:
            end, whole = _find_letters(words, position)
        if whole:
            joined.append(Word(whole, words[position].start, words[end - 1].end))
        else:
            joined += words[position:end]
        position = end
    return joined


def drop_emphasis(words: Sequence[Word]) -> list[Word]:
    """Return the words without the full stops in a row of three or more single words: "Leave. Me. Alone!"."""
    plain = [".", *(word.plain for word in words), ".", "."]
    stops = {
        place
        for place in range(1, len(words))
        if plain[place + 1] == "." and plain[place - 1] in BOUNDARIES
        if plain[place + 2] not in BOUNDARIES and plain[place + 3] == "."
    }
    dropped = {place for place in stops if {place - 2, place + 2} & stops}
    return [word for place, word in enumerate(words) if place not in dropped]


def _drop_repetition(words: Sequence[Word]) -> Sequence[Word]:
    """Return the words once, of a text that says the same again and again."""
    said = [(word.plain, number) for number, word in enumerate(words) if word.plain not in BOUNDARIES]
    plain = [word for word, _ in said]
    for length in range(1, len(plain) // 2 + 1):
        if len(plain) % length == 0 and plain == plain[:length] * (len(plain) // length):
            return words[: said[length - 1][1] + 1]
    return words


def _find_phrase(words: Sequence[Word], position: int) -> tuple[int, str]:
    """Return where a phrase ends that begins here, and its word; else the next position, and no word."""
    for phrase, whole in PHRASES.get(words[position].plain, {}).items():
        end = position + len(phrase)
        if tuple(word.plain for word in words[position:end]) == phrase:
            return end, whole
    return position + 1, ""


def _find_letters(words: Sequence[Word], position: int) -> tuple[int, str]:
    """Return where a row of single letters ends that begins here, and the word that they spell, if they do."""
    end = position
    while end < len(words) and len(words[end].plain) == 1:
        end += 1
    while end > position + 1 and words[end - 1].plain in BOUNDARIES:
        end -= 1
    spelled = "".join(word.plain for word in words[position:end] if word.plain not in BOUNDARIES)
    return end, spelled if spelled in LETTER_BY_LETTER else ""
