"""The encoding of a file of customers: told by its bytes, or chosen by a person where they leave a doubt."""

import codecs
import io
import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

MOST_BYTES = 20 * 1024 * 1024
UNKNOWN = "\N{REPLACEMENT CHARACTER}"  # what stands for bytes that the encoding does not know
_CODECS = {
    "utf-8": "utf-8-sig",
    "utf-16": "utf-16",
    "cp1252": "cp1252",
    "cp1250": "cp1250",
    "mac_roman": "mac_roman",
}
# The encodings in which the same bytes may read differently, by the names that people know them by.
CHOICES = {
    "utf-8": "UTF-8",
    "cp1252": _("Windows, Western Europe"),
    "cp1250": _("Windows, Central Europe"),
    "mac_roman": "Macintosh",
}
EXAMPLES = 3  # words by which a person tells the right encoding
_WORDS_LOOKED_AT = 1_000
_PIECE = 1024 * 1024  # bytes that are decoded at once

_WORD = re.compile(rb"[^\s,;|\"]+")
# Beyond ASCII, what names and addresses of Western Europe are written with. The rest of Windows-1252 is rare there, and
# is what other encodings turn into: "Jürgen" of a Macintosh reads "JŸrgen", "Żaba" of Windows-1250 "¯aba".
_USUAL = "ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝßàáâãäåæçèéêëìíîïñòóôõöøùúûüýœ€£«»‘’“”„–—…°©®ºª¡¿\N{NO-BREAK SPACE}"
_STRANGE = re.compile(rf"[^\x00-\x7f{_USUAL}]|(?<=[^\W\d])[€£«»“”„–—…°©®ºª¡¿](?=[^\W\d])")


class Unreadable(Exception):
    """The file cannot be read as a list; the text says what to do."""


@dataclass(frozen=True)
class Guess:
    """The most likely encoding of a file. `is_sure` is False where a person should look at it."""

    encoding: str
    is_sure: bool = True


def guess(raw: bytes) -> Guess:
    """Guess the encoding of a file.

    UTF-8 has a form that no other encoding takes by chance: a file with some of it is UTF-8, even where single bytes
    are broken. Without any, it is what Excel writes on Windows, as far as its letters are usual ones there.
    """
    if raw.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return Guess("utf-16")
    broken, well_formed = -raw.count(UNKNOWN.encode()), 0
    for text in _pieces(raw, "utf-8"):
        unknown = text.count(UNKNOWN)
        broken += unknown
        well_formed += 0 if text.isascii() else len(text) - len(text.encode("ascii", errors="ignore")) - unknown
    if not broken or raw.startswith(BOM_UTF8):
        return Guess("utf-8")
    if well_formed > 0:
        return Guess("utf-8", is_sure=broken <= well_formed)
    return Guess("cp1252", is_sure=not any(_STRANGE.search(text) for text in _pieces(raw, "cp1252")))


def check(raw: bytes, encoding: str) -> None:
    """Raise Unreadable for what is no list, with a way out."""
    if len(raw) > MOST_BYTES:
        raise Unreadable(
            gettext("The file is larger than %(value)s MB: split it.") % {"value": MOST_BYTES // 1024 // 1024}
        )
    length = unknown = 0
    is_blank = True
    for text in _pieces(raw, _CODECS[encoding]):
        if "\x00" in text:
            raise Unreadable(gettext("This is no text file. Save the list as CSV, and try again."))
        length, unknown = length + len(text), unknown + text.count(UNKNOWN)
        is_blank = is_blank and text.isspace()
    if unknown * 10 > length:
        raise Unreadable(gettext("This is no text file. Save the list as CSV, and try again."))
    if is_blank:
        raise Unreadable(gettext("The file is empty."))


def lines_of(raw: bytes, encoding: str) -> io.TextIOWrapper:
    """Return the lines of a file with their ends; what the encoding does not know becomes UNKNOWN.

    They are decoded as they are read: as one text, 20 MB may take four times as much.
    """
    return io.TextIOWrapper(io.BytesIO(raw), encoding=_CODECS[encoding], errors="replace", newline="")


def _pieces(raw: bytes, codec: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(codec)(errors="replace")
    for start in range(0, len(raw), _PIECE):
        yield decoder.decode(raw[start : start + _PIECE], final=start + _PIECE >= len(raw))


def readings(raw: bytes) -> dict[str, str]:
    """Return how the first words with other letters than ASCII's read in each encoding that a person may choose.

    Encodings that cannot read all of them come last. Empty where there is nothing to choose: all read the same, or a
    mark at the start says which it is.
    """
    if raw.startswith((BOM_UTF16_LE, BOM_UTF16_BE, BOM_UTF8)):
        return {}
    if raw.isascii():
        return {}
    # All words are walked through, and not only those searched for: a search would begin anew at each letter of one.
    others = (match[0] for match in _WORD.finditer(raw) if not match[0].isascii())
    words = dict.fromkeys(islice(others, _WORDS_LOOKED_AT))
    shown = list(words)[:EXAMPLES]
    read = {
        encoding: ", ".join(word.decode(encoding, errors="replace") for word in shown) for encoding in CHOICES if shown
    }
    return dict(sorted(read.items(), key=lambda reading: UNKNOWN in reading[1]))
