"""The history of a row in words: who changed which values. django-simple-history keeps the versions."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, pairwise
from typing import Any

from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext

LONGEST = 2_000  # characters of a value


@dataclass(frozen=True)
class Entry:
    """One change: when, by whom, of which row, what was done, and each field with its old and new value."""

    at: datetime
    by: str
    row: str
    deed: str
    fields: list[tuple[str, str, str]]
    is_change: bool = False  # of a row that was there before


def entries_of(versions: Iterable[Any]) -> list[Entry]:
    """Return the changes between versions, newest first. Versions of several rows may be mixed."""
    entries: list[Entry] = []
    for _, ordered in groupby(sorted(versions, key=_order), key=_row_key):
        entries += _entries_of_row(list(ordered))
    return sorted(entries, key=lambda entry: entry.at, reverse=True)


def _row_key(version: Any) -> tuple[str, str]:
    """Return the model and the key of the row that this is a version of."""
    return type(version).__name__, str(version.id)


def _order(version: Any) -> tuple[tuple[str, str], datetime, int]:
    return _row_key(version), version.history_date, version.history_id


def _entries_of_row(versions: list[Any]) -> Iterator[Entry]:
    """Yield the changes of one row, oldest first.

    A removal that other versions follow is left out: rows that change places are removed and inserted again.
    """
    last = versions[-1]
    kept = [version for version in versions if version.history_type != "-" or version is last]
    yield _entry(kept[0], gettext("Made") if kept[0].history_type == "+" else gettext("Kept from here on"), [])
    for old, new in pairwise(kept):
        if new.history_type == "-":
            yield _entry(new, gettext("Removed"), [])
        elif fields := list(_differences(old, new)):
            yield _entry(new, gettext("Changed"), fields, is_change=True)


def _entry(version: Any, deed: str, fields: list[tuple[str, str, str]], *, is_change: bool = False) -> Entry:
    by = str(version.history_user) if version.history_user_id else ""  # a command, or a step of an update
    return Entry(version.history_date, by, str(version.instance), deed, fields, is_change)


def _differences(old: Any, new: Any) -> Iterator[tuple[str, str, str]]:
    model: type[Model] = type(new).instance_type
    for change in new.diff_against(old, foreign_keys_are_objs=False).changes:
        field: Any = model._meta.get_field(change.field)
        label = str(field.verbose_name)
        yield label[:1].upper() + label[1:], _in_words(field, change.old), _in_words(field, change.new)


def _in_words(field: Any, value: Any) -> str:
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if field.choices:
        value = dict(field.flatchoices).get(value, value)
    text = "" if value is None else str(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} …"


def keep_first_versions(apps: Any, app: str, *names: str) -> None:
    """For migrations: record the present state of rows that are older than the keeping of versions."""
    for name in names:
        model, historical = apps.get_model(app, name), apps.get_model(app, f"Historical{name}")
        kept = {field.attname for field in historical._meta.concrete_fields}
        historical.objects.bulk_create(
            [
                historical(
                    history_date=timezone.now(),
                    history_type="~",
                    **{
                        field.attname: getattr(row, field.attname)
                        for field in model._meta.concrete_fields
                        if field.attname in kept
                    },
                )
                for row in model.objects.all()
            ],
            batch_size=500,
        )
