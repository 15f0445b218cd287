"""Languages: of messages and recipients' pages by their business, of people's pages by the person who signs in."""

from contextlib import AbstractContextManager
from functools import cache
from pathlib import Path

from django.conf.locale import LANG_INFO
from django.utils.formats import number_format
from django.utils.translation import (
    get_language_info,
    get_supported_language_variant,
    gettext,
    override,
    to_language,
)
from django.utils.translation.trans_real import parse_accept_lang_header

ENGLISH = "en"
# English with times from 1 to 12, as `reviewhub/formats/en_US` writes them, and the regions that read them so (CLDR).
TWELVE_HOURS = "en-us"
TWELVE_HOUR_TAGS = {f"en-{region}" for region in ("us", "ca", "au", "nz", "in", "ph", "pk", "sg", "my", "hk")}


def find_languages(folder: Path) -> list[tuple[str, str]]:
    """Return code and own name of English and of each language that has translations in the folder."""
    codes = sorted(to_language(path.parent.name) for path in folder.glob("*/LC_MESSAGES"))
    return [(ENGLISH, "English"), *((code, _own_name(code)) for code in codes if code != ENGLISH)]


def _own_name(code: str) -> str:
    info = LANG_INFO.get(code) or LANG_INFO.get(code.partition("-")[0]) or {}
    return str(info.get("name_local", code)).capitalize()


def in_language(language: str) -> AbstractContextManager[None]:
    """Return a context in which gettext translates into the language."""
    return override(language)


def in_english(text: object) -> str:
    """Return a text that is marked for translation, such as a label, in English: for all that is stored or sent."""
    with override(ENGLISH):
        return str(text)


def number(value: int | float) -> str:
    """Return a number as the active language writes it: 1,234 in English, 1.234 in German."""
    return number_format(value, use_l10n=True, force_grouping=True)


@cache
def translate(text: str, language: str) -> str:
    """Translate a fixed text into the language; the result is kept."""
    with in_language(language):
        return gettext(text)


def persons_language(chosen: str, accepted: str) -> str:
    """Return the language of a person's pages: the one they chose, else the first of their browser's that is here.

    `accepted` is the header Accept-Language. English has the hours of the browser's English, 12 or 24.
    """
    tags = [tag for tag, _ in parse_accept_lang_header(accepted)]
    language = chosen or next(filter(None, map(_supported, tags)), ENGLISH)
    if language != ENGLISH:
        return language
    english = next((tag for tag in tags if tag.partition("-")[0] == ENGLISH), ENGLISH)
    return TWELVE_HOURS if english in TWELVE_HOUR_TAGS else ENGLISH


def _supported(tag: str) -> str | None:
    try:
        return get_supported_language_variant(tag)
    except LookupError:
        return None


def language_name(tag: str) -> str:
    """Return the name of the language in the active one: Spanish for es, and for es-MX."""
    code = tag.lower().partition("-")[0]
    return str(get_language_info(code)["name_translated"]) if code in LANG_INFO else tag


def is_right_to_left(language: str) -> bool:
    return language != ENGLISH and bool(get_language_info(language)["bidi"])
