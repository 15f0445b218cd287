"""What recipients are spoken to in. Staff read English."""

from contextlib import AbstractContextManager, nullcontext
from functools import cache
from pathlib import Path

from django.conf.locale import LANG_INFO
from django.utils.translation import get_language_info, gettext, override, to_language

ENGLISH = "en"


def languages(folder: Path) -> list[tuple[str, str]]:
    """English, and each language that has translations in a folder of its own, by the name it has for itself."""
    found = sorted(to_language(path.parent.name) for path in folder.glob("*/LC_MESSAGES"))
    return [(ENGLISH, "English"), *((code, _own_name(code)) for code in found if code != ENGLISH)]


def _own_name(code: str) -> str:
    known = LANG_INFO.get(code) or LANG_INFO.get(code.partition("-")[0]) or {}
    return str(known.get("name_local", code)).capitalize()


def speaking(language: str) -> AbstractContextManager[None]:
    """Within it, texts come out in that language."""
    # English is what is spoken anyway: a second copy of it would only cost memory.
    return nullcontext() if language == ENGLISH else override(language)


@cache
def said(text: str, language: str) -> str:
    """A text that is the same for everybody, in a language."""
    with speaking(language):
        return gettext(text)


def is_right_to_left(language: str) -> bool:
    return language != ENGLISH and bool(get_language_info(language)["bidi"])
