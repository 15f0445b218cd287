"""From a text as it arrives to its words: no signature, no quotation, no disguise of letters.

Every step is linear, and no more is looked at than a text message can hold.
"""

import re
import unicodedata
from typing import NamedTuple

from reviewhub.look_alikes import read_as_latin

# Letters that are looked at: of a text that is longer than four text messages, the beginning and the end.
HEAD, TAIL = 390, 220
# Words, for texts of very short ones; and signs between them.
MOST_WORDS, MOST_TOKENS = 160, 300
LONGEST_WORD = 40  # letters that are looked at


class Word(NamedTuple):
    """A word without case and accents, or one of the boundaries `.`, `?` and `,`; where it stands in the text."""

    plain: str
    start: int
    end: int
    capital: bool = False  # begins with a capital letter, in a text that is not all in capitals


UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})  # "möchte" is not "mochte"
APOSTROPHES = str.maketrans("’‘`´ʼ′", "''''''")

# Signs that stand for whole words, none of them in our languages: one grows to 18 letters.
MANY_IN_ONE = re.compile(r"[\u3200-\u33ff\ufb50-\ufdff\ufe70-\ufefc]+")
UNSEEN = ("Cf", "Mn", "Me")  # categories of marks that take no room
BLANKS, BLANK_LINES = re.compile(r"[ \t]+"), re.compile(r" ?[\r\n]\s*")

# Pictures that say what a word says.
PICTURES = {"🛑": "stop", "⛔": "stop", "🚫": "nomore", "📵": "nomore"}
PICTURES |= (
    dict.fromkeys("💬📩📨📧📲📱✉", "texts")
    | dict.fromkeys("🖕", "fuckyou")
    | dict.fromkeys("🤷🤔", "maybe")
    | {"#": "number"}
)

MAIL_HEAD = re.compile(
    r"^[ \t]*(?:-{2,} ?(?:original|ursprüngliche|mensaje|message)|on .{5,80} wrote:|am .{5,80} schrieb .{0,60}:"
    r"|el .{5,80} escribió:|le .{5,80} a écrit ?:)",
    re.IGNORECASE | re.MULTILINE,
)
QUOTED_LINE = re.compile(r"^[ \t]*>.*$", re.MULTILINE)
SIGNATURE = re.compile(
    r"(?:\bsent (?:from|via|with|using) (?:my|the|outlook|yahoo|gmail|mail|proton|samsung|iphone|ipad|android)\b"
    r"|\bget outlook for\b|\benviado (?:desde|con|por) (?:mi|el|outlook|yahoo|gmail|mail|samsung|iphone)\b"
    r"|\b(?:von|mit) mein\w* [\w ]{2,40} (?:gesendet|geschickt)\b"
    r"|\bgesendet (?:von|mit|über) (?:mein|outlook|der|yahoo|gmx)|\b(?:mobil|von unterwegs) gesendet\b"
    r"|\boutlook für \w+ (?:beziehen|herunterladen)|\bholen sie sich outlook\b"
    r"|\benvoyée? (?:de|depuis|avec|à partir (?:de|d'un)) (?:mon|ma|outlook|yahoo|gmail|samsung)\b"
    r"|\b(?:obtener|télécharge[rz]) outlook (?:para|pour)\b|\binviato da\b).{0,80}$",
    re.IGNORECASE | re.MULTILINE,
)
# "Regards, Jane Smith" at the end.
CLOSING = re.compile(
    r"(?:(?<=\s)|^)(?:mfg|lg|vg|(?:(?:best|kind|warm) )?regards|cheers|sincerely|saludos|atentamente|cordialement|cdlt"
    r"|(?:(?:mit )?(?:freundlichen|vielen|viele|liebe|beste|lieben|besten) )?grüßen?)[ ,.!\n]+\w+(?:[ \n]\w+){0,2}\W*$",
    re.IGNORECASE,
)
# A phone's reaction to our message comes as a text that quotes it.
REACTION = re.compile(
    r"\W*(?:(?:liked|loved|disliked|laughed at|emphasi[sz]ed|questioned|reacted .{1,12} to|removed an? .{1,20} from"
    r"|gefällt|liebt|hat .{1,12} auf|le (?:gustó|encantó)|reaccionó .{1,12} a|a aimé|a adoré|a réagi .{1,12} à)"
    r"(?: an image| the message| a message)?|[^\w\s]{1,8} (?:to|auf|a|à))\s*:?\s*[\"“„«]",
    re.IGNORECASE,
)
# A quotation that is longer than a word or two: our own text, mostly.
QUOTATION = re.compile(r"[\"“”„«][^\"“”„«»\n]{20,}[\"“”»]")

TOKEN = re.compile(
    r"(?P<link>https?://\S+|www\.\S+)"
    r"|(?P<word>\$?[^\W_]+(?:['*@$]+[^\W_]+)*\**)"
    r"|(?P<picture>#(?!\w)|[" + "".join(PICTURES).replace("#", "") + r"])"
    r"|(?P<question>\?)"
    r"|(?P<comma>[,()/–—]|(?<=\s)-(?=\s))"
    r"|(?P<stop>[.!:;…\n¡¿|•]|[\u2600-\u27bf\U0001f000-\U0001faff])"
)
# A full stop behind them ends no sentence.
ABBREVIATIONS = {"m", "mr", "mrs", "ms", "dr", "st", "sr", "sra", "dra", "hr", "fr", "mme", "mlle", "nr", "tel", "num"}
# French words that lose their vowel: "n'envoyez" is two words, "don't" is one.
ELIDED = {"c", "d", "j", "l", "m", "n", "qu", "s", "t"}


def read_words(text: str) -> list[Word]:
    """Return the words and boundaries of a text that `clean` and `cut` have prepared."""
    titled = text.istitle() and text.count(" ") > 2
    capitals = titled or sum(map(str.isupper, text)) > sum(map(str.islower, text))
    words: list[Word] = []
    for number, token in enumerate(TOKEN.finditer(text)):
        kind, start, end = token.lastgroup, *token.span()
        if kind == "word":
            plain = fold(token[0][:LONGEST_WORD])
            first, apostrophe, rest = plain.partition("'")
            if apostrophe and first in ELIDED:
                middle = start + len(first) + 1
                words.append(Word(first, start, middle))
                plain, start = rest, middle
            capital = not capitals and text[start : start + 1].isupper()
            words.append(Word(plain, start, end, capital))
        elif kind == "picture":
            words.append(Word(PICTURES[token[0]], start, end))
        elif kind != "link":
            sign = {"question": "?", "comma": ","}.get(kind or "", ".")
            abbreviated = token[0] == "." and words and words[-1].plain in ABBREVIATIONS
            if words and words[-1].plain not in (".", "?") and not abbreviated:
                words.append(Word(sign, start, end))
        if len(words) > 2 and words[-1].plain == words[-2].plain == words[-3].plain:
            words.pop()  # "no no no no no": twice says as much
        if len(words) == MOST_WORDS or number == MOST_TOKENS:
            break
    return words


def clean(text: str) -> str:
    """Return the text in one form of Unicode, without marks that nobody sees, and no longer than is looked at."""
    text = _shorten(text)
    if not text.isascii():
        text = unicodedata.normalize("NFKC", MANY_IN_ONE.sub(" ", text))
        text = _shorten(text).translate(APOSTROPHES)
        text = "".join(letter for letter in text if letter.isascii() or unicodedata.category(letter) not in UNSEEN)
    return BLANK_LINES.sub("\n", BLANKS.sub(" ", text))


def _shorten(text: str) -> str:
    return text if len(text) <= HEAD + TAIL else f"{text[:HEAD]}\n{text[-TAIL:]}"


def cut(text: str) -> str:
    """Return what the customer wrote: without signature, quoted lines, and quotations beside other words."""
    head = MAIL_HEAD.search(text)
    written = text[: head.start()] if head and text[: head.start()].strip() else text
    written = CLOSING.sub("", SIGNATURE.sub("", QUOTED_LINE.sub("", written)))
    unquoted = QUOTATION.sub(" ", written)
    return unquoted if re.search(r"\w", unquoted) else written


def fold(word: str) -> str:
    """Return a word in small letters, without accents, lookalikes written as what they look like."""
    if word.isascii():
        return word.lower()
    plain = unicodedata.normalize("NFKD", read_as_latin(word.casefold().translate(UMLAUTS))).casefold()
    return "".join(letter for letter in plain if not unicodedata.combining(letter))
