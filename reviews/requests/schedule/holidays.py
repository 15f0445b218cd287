"""Public holidays by country and US state. The library that knows them is loaded when first asked."""

from datetime import date
from functools import lru_cache

from reviews.requests.schedule.phone_location import Place


def holiday_name(place: Place, day: date) -> str:
    """The name of the public holiday that the place has on that day, in English where there is one; '' if none.

    Outside the US only what the whole country celebrates. A country nobody keeps a calendar of has none.
    """
    return _year(place, day.year).get(day, "")


@lru_cache(maxsize=256)
def _year(place: Place, year: int) -> dict[date, str]:
    # 9 MB and 40 ms, and as much again for the first country: only who asks pays.
    import holidays

    try:
        found = holidays.country_holidays(place.country, subdiv=place.state or None, years=year, language="en_US")
    except NotImplementedError:
        return {}
    return dict(found)
