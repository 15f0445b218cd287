"""Texts to customers: a file a language, in which a writer finds all that is not an account's own.

German, Spanish and French have two forms, formal (Sie, usted, vous) and informal (du, tú, tu), which an account chooses
between. No text needs an article, a gender or a case for a name: the name of a business stands at the beginning before
a colon, or is left to the head of the page and the signature.
"""

import re

from reviews.texts import english, french, german, spanish
from reviews.texts.kinds import KINDS, STEP_FIELDS, Kind, StepTexts, Texts

__all__ = ["KINDS", "STEP_FIELDS", "Kind", "StepTexts", "Texts", "Words", "base_of", "first_language", "texts_in"]

# Formal and informal texts of each language; English has one form.
_TEXTS = {
    "en": (english.TEXTS, english.TEXTS),
    "de": (german.FORMAL, german.INFORMAL),
    "es": (spanish.FORMAL, spanish.INFORMAL),
    "fr": (french.FORMAL, french.INFORMAL),
}
_PLACE = re.compile(r"\{(\w+)\}")


def texts_in(language: str, *, informal: bool) -> Texts:
    """Return the texts in the language (a tag such as de-AT counts as de); in English where it has none here."""
    return _TEXTS.get(base_of(language), _TEXTS["en"])[informal]


def base_of(tag: str) -> str:
    """Return the language of a tag: de for de-AT. Texts do not differ by region."""
    return tag.lower().partition("-")[0]


def first_language(*tags: str) -> str:
    """Return the language of the first tag that is not empty: the customer's before the account's, say."""
    return base_of(next(filter(None, tags), "en"))


class Words:
    """Texts with the values of their places put in, by the names of `Texts`; a place without a value stays."""

    def __init__(self, texts: Texts, **values: str) -> None:
        self._texts, self._values = texts, values

    def __getattr__(self, name: str) -> str:
        if name.startswith("_"):
            raise AttributeError(name)
        return self.put(name)

    def put(self, name: str, **values: str) -> str:
        """Return one text with more values put in."""
        all_values = self._values | values
        return _PLACE.sub(lambda match: all_values.get(match[1], match[0]), getattr(self._texts, name))
