"""Laws: the hours in which a business may text its customers, as a table. A conservative reading, no legal advice.

Most of these laws speak of solicitation by telephone, some exempt customers who agreed or bought
lately, and courts differ on whether asking for a review solicits. The table takes each as if it
covered every text: it can only narrow what an account allows itself.

Left out: Alabama (the rule binds telephone utilities), laws on recorded calls (South Dakota,
Michigan), whatever only repeats the federal hours, France (code de la consommation D. 223-9: voice
calls; prospecting by text is L. 34-5 CPCE, which sets no hours), and whatever could not be checked
against a source. Everywhere the outer bound of 8:00 to 21:00 holds.
"""

from dataclasses import dataclass
from datetime import date, time
from functools import lru_cache

from reviewhub import text_hours
from reviews.requests.schedule.phone_location import Place
from reviews.requests.schedule.windows import Window

Week = tuple[Window | None, ...]  # Monday to Sunday, the recipient's local time; None: closed

LONG_AGO = date.min  # in force before this program was written


@dataclass(frozen=True)
class Law:
    """Hours in which texts may reach somebody in a place, the day from which that holds, and its source."""

    place: Place
    week: Week
    source: str
    since: date = LONG_AGO
    holidays_off: bool = False

    def __str__(self) -> str:
        return f"law of {self.place} ({self.source})"


def _from_to(opens: int, closes: int) -> Window:
    return Window(time(opens), time(closes))


def _daily(opens: int, closes: int) -> Week:
    return (_from_to(opens, closes),) * 7


def _week(workday: Window, saturday: Window, sunday: Window | None) -> Week:
    return (*(workday,) * 5, saturday, sunday)


_8_20, _9_21 = _from_to(8, 20), _from_to(9, 21)

LAWS = (
    Law(Place("US"), (Window(*text_hours.LEGAL_TEXT_HOURS),) * 7, text_hours.SOURCE),
    Law(Place("US", "CT"), _daily(9, 20), "Conn. Gen. Stat. 42-288a", since=date(2023, 10, 1)),
    Law(Place("US", "FL"), _daily(8, 20), "Fla. Stat. 501.616(6)(a)", since=date(2021, 7, 1)),
    Law(Place("US", "KY"), _daily(10, 21), "KRS 367.46955"),
    Law(Place("US", "LA"), _week(_8_20, _8_20, None), "La. R.S. 45:811", holidays_off=True),
    Law(Place("US", "MA"), _daily(8, 20), "201 CMR 12.02(2)"),
    Law(Place("US", "MD"), _daily(8, 20), "Md. Com. Law 14-4502", since=date(2024, 1, 1)),
    Law(Place("US", "MN"), _daily(9, 21), "Minn. Stat. 325E.30"),
    # Holidays were closed by a rule that ended when enforcement passed to the Attorney General.
    Law(Place("US", "MS"), _week(_8_20, _8_20, None), "Miss. Code 77-3-723"),
    Law(Place("US", "NM"), _daily(9, 21), "NMSA 57-12-22(B)(5)"),
    Law(Place("US", "NV"), _daily(9, 20), "NRS 598.0918"),
    Law(Place("US", "OK"), _daily(8, 20), "15 O.S. 775C.4", since=date(2022, 11, 1)),
    Law(Place("US", "OR"), _daily(8, 20), "Or. Laws 2025, HB 3865", since=date(2026, 1, 1)),
    Law(
        Place("US", "RI"),
        _week(_from_to(9, 18), _from_to(10, 17), None),
        "R.I. Gen. Laws 5-61-2(2), 5-61-3.6",
        holidays_off=True,
    ),
    # The hours are older; texts count since SB 140.
    Law(
        Place("US", "TX"),
        _week(_9_21, _9_21, _from_to(12, 21)),
        "Tex. Bus. & Com. Code 301.051",
        since=date(2025, 9, 1),
    ),
    Law(
        Place("US", "UT"),
        _week(_from_to(8, 21), _from_to(8, 21), None),
        "Utah Code 13-25a-103(3)",
        holidays_off=True,
    ),
    Law(Place("US", "WA"), _daily(8, 20), "RCW 80.36.390", since=date(2022, 6, 9)),
)


@lru_cache(maxsize=1024)
def laws_of(place: Place, day: date) -> tuple[Law, ...]:
    """Return the laws in force in the place on that day, the state's before the country's."""
    in_force = [law for law in LAWS if law.place in (place, Place(place.country)) and law.since <= day]
    return tuple(sorted(in_force, key=lambda law: law.place.state, reverse=True))
