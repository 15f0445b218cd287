"""Countries and time zones as people choose them: by name, those that are near first, with the time there."""

import importlib.resources
import unicodedata
import zoneinfo
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path

import phonenumbers
from babel import Locale, UnknownLocaleError
from django.utils.formats import time_format
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

Choices = list[tuple[str, str]]
Groups = list[tuple[str, Choices]]

TABLE = "zone.tab"  # of the time zone database: a country, coordinates and a zone on each line
REGIONS = {
    "Africa": gettext_lazy("Africa"),
    "America": gettext_lazy("America"),
    "Antarctica": gettext_lazy("Antarctica"),
    "Arctic": gettext_lazy("Arctic"),
    "Asia": gettext_lazy("Asia"),
    "Atlantic": gettext_lazy("Atlantic Ocean"),
    "Australia": gettext_lazy("Australia"),
    "Europe": gettext_lazy("Europe"),
    "Indian": gettext_lazy("Indian Ocean"),
    "Pacific": gettext_lazy("Pacific Ocean"),
}


# --- Countries ---------------------------------------------------------------------------------------------


def country_name(code: str, language: str) -> str:
    """Return the country's name in the language, in English where it has none; the code for what is no country."""
    return _country_names(language[:2]).get(code) or _country_names("en").get(code, code)


@cache
def _country_names(language: str) -> Mapping[str, str]:
    try:
        return Locale.parse(language).territories
    except UnknownLocaleError:
        return {}


def countries() -> Choices:
    """Return code and name of each country whose phone numbers can be read, by name in the language of the page."""
    language = get_language() or "en"
    rows = [(code, country_name(code, language)) for code in phonenumbers.SUPPORTED_REGIONS]
    return sorted(rows, key=lambda row: _plain(row[1]))


def _plain(name: str) -> str:
    """Return the name as a list sorts it: Österreich stands by O."""
    return "".join(letter for letter in unicodedata.normalize("NFD", name) if not unicodedata.combining(letter)).lower()


# --- Time zones --------------------------------------------------------------------------------------------


@cache
def _zones_of_countries() -> dict[str, list[str]]:
    """Return the zones of each country, as the database has them; of none where this system has no such table."""
    zones: dict[str, list[str]] = {}
    for line in _read_table().splitlines():
        if line and not line.startswith("#"):
            code, _coordinates, zone = line.split("\t")[:3]
            zones.setdefault(code, []).append(zone)
    return zones


def _read_table() -> str:
    for folder in zoneinfo.TZPATH:
        if (file := Path(folder, TABLE)).is_file():
            return file.read_text(encoding="utf-8")
    try:
        return (importlib.resources.files("tzdata") / "zoneinfo" / TABLE).read_text(encoding="utf-8")
    except (FileNotFoundError, ModuleNotFoundError):
        return ""


@cache
def _listed_zones() -> list[str]:
    """Return the zones to choose from: one for each name that the table of countries has, else all."""
    listed = {zone for zones in _zones_of_countries().values() for zone in zones} or zoneinfo.available_timezones()
    return sorted(zone for zone in listed & zoneinfo.available_timezones() if zone.partition("/")[0] in REGIONS)


def zones(country: str, now: datetime, *, present: str = "") -> Groups:
    """Return the zones in groups: the country's own first, then region by region. `present` is among them."""
    own = [zone for zone in _zones_of_countries().get(country, []) if zone in zoneinfo.available_timezones()]
    first = [*own, *([present] if present and present not in own else [])]
    groups = [(country_name(country, get_language() or "en"), _choices(first, now))]
    others = set(_listed_zones()) - set(first)
    for region, name in REGIONS.items():
        rows = _choices([zone for zone in others if zone.startswith(f"{region}/")], now)
        if rows:
            groups.append((str(name), rows))
    if "UTC" not in first:
        groups.append((_("Without a place"), _choices(["UTC"], now)))
    return groups


def _choices(names: Iterable[str], now: datetime) -> Choices:
    return sorted(((zone, describe_zone(zone, now)) for zone in names), key=lambda row: _plain(row[1]))


def describe_zone(zone: str, now: datetime) -> str:
    """Return the city, with the time there and its distance from UTC: “Berlin (10:00, UTC+1)”."""
    local = now.astimezone(zoneinfo.ZoneInfo(zone))
    parts = zone.replace("_", " ").split("/")
    place = ", ".join([parts[-1], *parts[1:-1]])
    return f"{place} ({time_format(local, 'TIME_FORMAT')}, {_offset(local)})"


def _offset(local: datetime) -> str:
    offset = local.utcoffset()
    minutes = int(offset.total_seconds()) // 60 if offset is not None else 0
    hours, rest = divmod(abs(minutes), 60)
    sign = "−" if minutes < 0 else "+"
    return f"UTC{sign}{hours}" + (f":{rest:02}" if rest else "") if minutes else "UTC"
