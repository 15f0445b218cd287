"""Language tags (BCP 47) of customers: a language that there are texts in, or a regional form of one."""

import re

from django.conf import settings

_TAG = re.compile(r"[a-z]{2,3}(-[a-z0-9]{1,8})*", re.ASCII | re.IGNORECASE)


class UnknownLanguage(Exception):
    """No language tag, or one of a language that there are no texts in."""


def read_language(text: str) -> str:
    """Return the tag in its usual spelling, such as de-AT or zh-Hant-TW. Raises UnknownLanguage with all that exist.

    "de-AT" falls back to "de": whatever stands behind the language may be left off (RFC 4647, section 3.4).
    """
    language, *rest = text.lower().split("-")
    if not _TAG.fullmatch(text) or language not in dict(settings.LANGUAGES):
        known = ", ".join(dict(settings.LANGUAGES))
        raise UnknownLanguage(f"There is no language {text!r}. There are: {known}, and their regional forms (de-AT).")
    return "-".join([language, *_spelled(rest)])


def _spelled(subtags: list[str]) -> list[str]:
    """Return the subtags behind the language as RFC 5646, section 2.1.1, spells them."""
    spelled = []
    is_extension = False
    for subtag in subtags:
        if len(subtag) == 2 and not is_extension:
            spelled.append(subtag.upper())
        elif len(subtag) == 4 and not is_extension:
            spelled.append(subtag.title())
        else:
            spelled.append(subtag)
        is_extension = is_extension or len(subtag) == 1
    return spelled
