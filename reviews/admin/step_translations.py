"""Texts of a step in other languages than its sequence's: fields of its form, what is kept, our own to begin with."""

from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.forms.boundfield import BoundField
from django.http import QueryDict
from django.utils.translation import gettext as _

from oauth.models import Account
from reviewhub.languages import language_name
from reviews.admin.sequence_editor import Look
from reviews.texts import STEP_FIELDS, Kind, texts_in

BEGIN = "_begin"  # button: fill what is missing in a language with our own texts; value: es, or es:steps-1 for one step


@dataclass(frozen=True)
class Pane:
    """A step's texts in one language as the editor shows them: fields, and the messages they make."""

    language: str
    fields: list[BoundField]
    find_look: Callable[[], Look | None]
    is_own: bool  # the sequence's language

    @property
    def subject(self) -> BoundField:
        return self.fields[0]

    @property
    def mail(self) -> BoundField:
        return self.fields[1]

    @property
    def text(self) -> BoundField:
        return self.fields[2]

    @property
    def is_written(self) -> bool:
        return any(str(field.value() or "").strip() for field in self.fields)

    @property
    def has_problems(self) -> bool:
        return any(field.errors for field in self.fields)

    @property
    def look(self) -> Look | None:
        """The messages; none where nothing is written yet."""
        return self.find_look() if self.is_own or self.is_written else None

    @property
    def title(self) -> str:
        """The language's name in the language of the editor."""
        return language_name(self.language)

    @property
    def suffix(self) -> str:
        """What tells its parts of the page from those of other languages."""
        return "" if self.is_own else f"-{self.language}"


@dataclass(frozen=True)
class Tab:
    """A language in the editor, with the texts of all steps in it."""

    language: str
    panes: Sequence[Pane]

    @property
    def name(self) -> str:
        """Its name in itself."""
        return dict(settings.LANGUAGES).get(self.language, self.language)

    @property
    def title(self) -> str:
        """Its name in the language of the editor."""
        return language_name(self.language)

    @property
    def missing(self) -> int:
        """The number of steps without a text in it."""
        return sum(not pane.is_written for pane in self.panes)

    @property
    def has_problems(self) -> bool:
        return any(pane.has_problems for pane in self.panes)


def others(language: str) -> list[str]:
    """Return the languages that a sequence in this one may be translated into."""
    return [code for code, _name in settings.LANGUAGES if code != language]


def field_name(name: str, language: str) -> str:
    return f"{name}_{language}"


def add_fields(form: forms.ModelForm, language: str) -> None:
    """Give the form of a step a field for each text in each other language."""
    for other in others(language):
        kept = form.instance.translations.get(other, {})
        for name in STEP_FIELDS:
            field = deepcopy(form.fields[name])
            field.required = False
            field.widget.attrs["lang"] = other
            form.fields[field_name(name, other)] = field
            form.initial.setdefault(field_name(name, other), kept.get(name, ""))


def keep_texts(form: Any, language: str) -> None:
    """Check that a translation has all three texts or none, and put the whole ones into the instance."""
    translations = dict(form.instance.translations)
    for other in others(language):
        texts = {name: form.cleaned_data.get(field_name(name, other)) or "" for name in STEP_FIELDS}
        if any(texts.values()):
            translations[other] = texts
            for name, text in texts.items():
                if not text and field_name(name, other) not in form.errors:
                    words = _("Write this one too: a message in %(language)s needs its subject, mail and text.")
                    form.add_error(field_name(name, other), words % {"language": language_name(other)})
        else:
            translations.pop(other, None)
    form.instance.translations = translations


# --- Our own texts to begin with --------------------------------------------------------------------


def kind_of(position: int, count: int) -> Kind:
    """Return the kind of our texts that suits a step: the last of at least three says that it is the last."""
    if position == 0:
        return "first"
    return "last" if count > 2 and position == count - 1 else "reminder"


def begin_with_ours(data: QueryDict, account: Account | None, step_prefix: str = "steps") -> None:
    """Do what the button BEGIN in the form data says: texts that somebody wrote stay."""
    language, _colon, only = data.get(BEGIN, "").partition(":")
    if language not in dict(settings.LANGUAGES):
        return
    texts = texts_in(language, informal=bool(account and account.is_informal))
    total = data.get(f"{step_prefix}-TOTAL_FORMS", "")
    prefixes = [f"{step_prefix}-{number}" for number in range(min(int(total), 20) if total.isdecimal() else 0)]
    prefixes = [prefix for prefix in prefixes if not data.get(f"{prefix}-DELETE")]
    for prefix in prefixes:
        names = {name: f"{prefix}-{field_name(name, language)}" for name in STEP_FIELDS}
        if only not in ("", prefix) or any(data.get(name, "").strip() for name in names.values()):
            continue
        place = data.get(f"{prefix}-position", "")
        kind = kind_of(int(place) if place.isdecimal() else 1, len(prefixes))
        for name, key in names.items():
            data[key] = getattr(getattr(texts, kind), name)
