"""Segments of a text message: its encoding, and the number that a carrier counts and bills."""

from dataclasses import dataclass

from django.utils.translation import gettext, ngettext

# 3GPP TS 23.038 §6.2.1: the default alphabet, and its extension table, whose characters take two septets.
_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("\f^{}\\[~]|€")


@dataclass(frozen=True)
class Segments:
    """Encoding and size of a text. `used` and `room` count septets (GSM-7) or UTF-16 units (UCS-2)."""

    encoding: str
    count: int
    used: int
    room: int  # capacity of that many segments
    culprits: tuple[str, ...] = ()  # characters that only UCS-2 has, in order of appearance

    def __str__(self) -> str:
        """Say it for people, such as "2 segments, Unicode because of “ and ”: 84 of 134 characters"."""
        values = {"number": self.count, "used": self.used, "room": self.room}
        if not self.culprits:
            words = ngettext(
                "%(number)s segment: %(used)s of %(room)s characters",
                "%(number)s segments: %(used)s of %(room)s characters",
                self.count,
            )
            return words % values
        names = [_name(character) for character in self.culprits[:5]]
        names += [gettext("others")] * (len(self.culprits) > 5)
        words = ngettext(
            "%(number)s segment, Unicode because of %(signs)s: %(used)s of %(room)s characters",
            "%(number)s segments, Unicode because of %(signs)s: %(used)s of %(room)s characters",
            self.count,
        )
        return words % (values | {"signs": _enumerate(names)})


def measure(text: str) -> Segments:
    """Measure a text. A single segment holds 160 septets or 70 units; of several, each gives up room for its header.

    3GPP TS 23.040 §9.2.3.24.1: the header of a concatenated message leaves 153 septets or 67 units. Neither a
    character of two septets nor a surrogate pair is split between two segments.
    """
    culprits = tuple(dict.fromkeys(character for character in text if character not in _BASIC | _EXTENDED))
    if culprits:
        return _fill("UCS-2", [1 + (ord(character) > 0xFFFF) for character in text], 70, 67, culprits)
    return _fill("GSM-7", [1 + (character in _EXTENDED) for character in text], 160, 153, ())


def _fill(encoding: str, sizes: list[int], alone: int, joined: int, culprits: tuple[str, ...]) -> Segments:
    used = sum(sizes)
    if used <= alone:
        return Segments(encoding, 1, used, alone, culprits)
    count, free = 1, joined
    for size in sizes:
        if size > free:
            count, free = count + 1, joined
        free -= size
    return Segments(encoding, count, used, count * joined, culprits)


def _name(character: str) -> str:
    return character if character.isprintable() and not character.isspace() else f"U+{ord(character):04X}"


def _enumerate(words: list[str]) -> str:
    if len(words) == 1:
        return words[0]
    return gettext("%(some)s and %(last)s") % {"some": ", ".join(words[:-1]), "last": words[-1]}
