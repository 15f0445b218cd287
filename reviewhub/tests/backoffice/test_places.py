"""Countries and time zones to choose from."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.utils import translation

from reviewhub.backoffice import places
from reviewhub.tests.test_structure import modules

SUMMER, WINTER = datetime(2026, 7, 1, 12, tzinfo=UTC), datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "name"),
    [("en", "Germany"), ("de", "Deutschland"), ("es", "Alemania"), ("fr", "Allemagne"), ("xx", "Germany")],
)
def test_a_country_has_its_name_in_each_language(language: str, name: str) -> None:
    assert places.country_name("DE", language) == name
    assert places.country_name("QX", language) == "QX"


def test_each_country_of_the_list_has_a_name() -> None:
    for language in ("en", "de", "es", "fr"):
        with translation.override(language):
            assert [code for code, name in places.countries() if name == code] == []


def test_nothing_loads_the_places_of_all_phone_numbers() -> None:
    """They take 100 MB in each process, and a second before it begins."""
    loading = re.compile(r"^\s*(import|from) phonenumbers\b.*\b(geodata|geocoder|carrier)\b", re.MULTILINE)
    assert [module for module, path in modules() if loading.search(path.read_text())] == []


def test_a_zone_says_what_time_it_is_there() -> None:
    assert places.describe_zone("Europe/Berlin", SUMMER) == "Berlin (14:00, UTC+2)"
    assert places.describe_zone("Europe/Berlin", WINTER) == "Berlin (13:00, UTC+1)"
    assert places.describe_zone("Asia/Kolkata", WINTER) == "Kolkata (17:30, UTC+5:30)"
    assert places.describe_zone("America/Argentina/Buenos_Aires", WINTER).startswith(
        "Buenos Aires, Argentina (09:00, UTC"
    )
    assert places.describe_zone("UTC", WINTER) == "UTC (12:00, UTC)"


def test_the_countrys_own_zones_come_first_and_each_zone_once() -> None:
    groups = places.zones("DE", WINTER, present="America/Detroit")
    assert [value for value, _ in groups[0][1]] == ["Europe/Berlin", "Europe/Busingen", "America/Detroit"]
    values = [value for _, rows in groups for value, _ in rows]
    assert len(values) == len(set(values)) > 300
    assert "UTC" in values


def test_a_zone_that_the_list_has_no_more_stays_a_choice() -> None:
    values = [value for _, rows in places.zones("US", WINTER, present="US/Eastern") for value, _ in rows]
    assert "US/Eastern" in values


def test_without_the_table_all_zones_are_there(monkeypatch: pytest.MonkeyPatch) -> None:
    def without(*_: Any) -> str:
        return ""

    monkeypatch.setattr(places, "_read_table", without)
    places._zones_of_countries.cache_clear()
    places._listed_zones.cache_clear()
    try:
        values = [value for _, rows in places.zones("DE", WINTER, present="Europe/Berlin") for value, _ in rows]
    finally:
        monkeypatch.undo()
        places._zones_of_countries.cache_clear()
        places._listed_zones.cache_clear()
    assert {"Europe/Berlin", "Asia/Tokyo"} <= set(values)
