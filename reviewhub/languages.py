"""Languages of messages and recipients' pages. Staff read English."""

from contextlib import AbstractContextManager, nullcontext
from functools import cache
from pathlib import Path

from django.conf.locale import LANG_INFO
from django.utils.translation import get_language_info, gettext, override, to_language

ENGLISH = "en"


def find_languages(folder: Path) -> list[tuple[str, str]]:
    """Return code and own name of English and of each language that has translations in the folder."""
    codes = sorted(to_language(path.parent.name) for path in folder.glob("*/LC_MESSAGES"))
    return [(ENGLISH, "English"), *((code, _own_name(code)) for code in codes if code != ENGLISH)]


def _own_name(code: str) -> str:
    info = LANG_INFO.get(code) or LANG_INFO.get(code.partition("-")[0]) or {}
    return str(info.get("name_local", code)).capitalize()


def in_language(language: str) -> AbstractContextManager[None]:
    """Return a context in which gettext translates into the language."""
    # English is active anyway: activating it would load a second copy into memory.
    return nullcontext() if language == ENGLISH else override(language)


@cache
def translate(text: str, language: str) -> str:
    """Translate a fixed text into the language; the result is kept."""
    with in_language(language):
        return gettext(text)


def is_right_to_left(language: str) -> bool:
    return language != ENGLISH and bool(get_language_info(language)["bidi"])
