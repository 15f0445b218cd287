"""The meaning of a text that a customer sends back: does it opt out?

Pure: no rows, no network. The words are those of docs/rules.md T3.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum


class Meaning(StrEnum):
    """The customer's will."""

    STOP = "stop"  # clearly opts out
    UNCLEAR = "unclear"  # may opt out, or speaks of stopping something else
    WRONG_NUMBER = "wrong_number"  # somebody else has the number
    START = "start"
    HELP = "help"
    REPLY = "reply"  # anything else


@dataclass(frozen=True)
class Reading:
    """The meaning of a text, and the reason: one plain sentence for staff, never empty."""

    meaning: Meaning
    reason: str


# Words of an opt-out (47 CFR 64.1200(a)(10)), compared without case, accents and punctuation.
STOP_WORDS = {
    "stop",
    "stopall",
    "stop all",
    "unsubscribe",
    "end",
    "quit",
    "revoke",
    "optout",
    "opt out",
    "cancel",
    "remove",
    "arret",
    # German, Spanish and French, in which messages are written as well.
    "stopp",
    "abmelden",
    "abbestellen",
    "baja",
    "parar",
    "cancelar",
    "desabonner",
}
START_WORDS = {"start", "unstop"}
HELP_WORDS = {"help", "info"}
# Words that change nothing beside one of the others: "stop please", "remove me".
FILLERS = {"please", "me"}


def read(text: str, opt_out_type: str = "") -> Reading:
    """Return the meaning of a text. `opt_out_type`: the one that Twilio found by its own words; it counts first."""
    words = _split_words(opt_out_type or text)
    for candidate in (words, [word for word in words if word not in FILLERS]):
        phrase = " ".join(candidate)
        for meaning, phrases in (
            (Meaning.STOP, STOP_WORDS),
            (Meaning.START, START_WORDS),
            (Meaning.HELP, HELP_WORDS),
        ):
            if phrase in phrases:
                return Reading(meaning, f'Says "{phrase}".')
    return Reading(Meaning.REPLY, "Says nothing of opting out.")


def _split_words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", text).casefold()
    return re.findall(r"[^\W_]+", "".join(letter for letter in plain if not unicodedata.combining(letter)))
