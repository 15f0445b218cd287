"""Public holidays by country and US state. Their library is loaded at the first question."""

from datetime import date
from functools import lru_cache

from reviews.requests.schedule.phone_location import Place


def holiday_name(place: Place, day: date) -> str:
    """Return the name of the public holiday that the place has on that day, in English where it has one; '' if none.

    Outside the US only holidays of the whole country count. A country that the library does not know has none.
    """
    return _year(place, day.year).get(day, "")


@lru_cache(maxsize=256)
def _year(place: Place, year: int) -> dict[date, str]:
    # Imported here: 9 MB and 40 ms, and as much again for the first country, which most processes never need.
    import holidays

    try:
        calendar = holidays.country_holidays(place.country, subdiv=place.state or None, years=year, language="en_US")
    except NotImplementedError:
        return {}
    return dict(calendar)
