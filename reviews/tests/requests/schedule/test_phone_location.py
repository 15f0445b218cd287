import re

import phonenumbers
import pytest

from reviews.requests.schedule.phone_location import AREA_CODES, STATES, Place, locate

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    ("phone", "place"),
    [
        ("+13055551234", "US-FL"),
        ("+12125551234", "US-NY"),
        ("+19155551234", "US-TX"),
        ("+12025551234", "US-DC"),
        ("+12065551234", "US-WA"),
        ("+14015551234", "US-RI"),
        ("+15035551234", "US-OR"),
        ("+18005550199", "US"),  # toll-free: any state
        ("+15005550006", "US"),  # personal numbers: none
        ("+17875551234", "PR"),
        ("+16135551234", "CA"),
        ("+442079460958", "GB"),
        ("+4930901820", "DE"),
        ("+80012345678", ""),  # international freephone
        ("+15550001111", ""),  # no such area
        ("not a number", ""),
        ("+", ""),
        ("", ""),
    ],
)
def test_a_number_says_where_it_is_from_or_nothing(phone: str, place: str) -> None:
    assert str(locate(phone).place) == place


@pytest.mark.parametrize(
    ("phone", "zone"),
    [
        ("+12125551234", "America/New_York"),
        ("+442079460958", "Europe/London"),
        ("+18005550199", None),
        ("garbage", None),
    ],
)
def test_a_number_has_a_zone_when_it_has_exactly_one(phone: str, zone: str | None) -> None:
    found = locate(phone).zone
    assert (found.key if found else None) == zone


def test_no_area_code_is_in_two_states() -> None:
    codes = " ".join(AREA_CODES.values()).split()
    assert len(codes) == len(set(codes)) == len(STATES)
    assert len(AREA_CODES) == 51


def test_the_area_codes_are_those_of_the_geocoder() -> None:
    """A newer phonenumbers knows new codes: this says which are missing."""
    from phonenumbers import geocoder

    # How the geocoder writes the state of numbers that it places in a city.
    abbreviated = re.compile(r", ([A-Z]{2})$")
    names: dict[str, set[str]] = {state: set() for state in AREA_CODES}
    unknown = []
    for code in range(200, 1000):
        number = phonenumbers.parse(f"+1{code}5551234")
        if phonenumbers.region_code_for_number(number) != "US":
            continue
        text = geocoder.description_for_number(number, "en")
        state = STATES.get(str(code))
        if text and text != "United States" and state is None:
            unknown.append((code, text))
        elif state is not None and (found := abbreviated.search(text)):
            assert found[1] == state, code
        elif state is not None and text:
            names[state].add(text)
    assert unknown == []
    # The others bear the state's name: one name a state, and no two states share one.
    assert {state: found for state, found in names.items() if len(found) > 1} == {}
    written = [name for found in names.values() for name in found]
    assert len(written) == len(set(written)) > 40
    assert names["WA"] == {"Washington State"}
    assert locate("+13055551234").place == Place("US", "FL")
