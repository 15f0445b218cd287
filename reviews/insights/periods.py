"""Periods of reports: whole days of a calendar, the period before of the same length, and the parts of a series."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

DAY = timedelta(days=1)
LONGEST = 2 * 366  # days
MOST_COLUMNS = 120  # days of a series; of a longer period, its weeks are shown


@dataclass(frozen=True)
class Period:
    """Days from `first` to `last`, both included, in the calendar of the zone.

    A day begins at its own midnight there: the one on which clocks change has 23 or 25 hours, and is one day.
    """

    first: date
    last: date
    zone: tzinfo

    @classmethod
    def until_today(cls, days: int, now: datetime) -> "Period":
        """Return the last days, today included, in the zone of `now`."""
        return cls(now.date() - (days - 1) * DAY, now.date(), _zone_of(now))

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def start(self) -> datetime:
        return self._midnight(self.first)

    @property
    def end(self) -> datetime:
        """The moment at which the last day is over; not a part of the period."""
        return self._midnight(self.last + DAY)

    @property
    def before(self) -> "Period":
        """The period of as many days that ends where this one begins."""
        return Period(self.first - self.days * DAY, self.first - DAY, self.zone)

    @property
    def parts(self) -> list["Period"]:
        """The days one by one; of a period with more than MOST_COLUMNS, seven at a time."""
        size = 1 if self.days <= MOST_COLUMNS else 7
        firsts = [self.first + number * DAY for number in range(0, self.days, size)]
        return [Period(first, min(first + (size - 1) * DAY, self.last), self.zone) for first in firsts]

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), tzinfo=self.zone)


def _zone_of(now: datetime) -> tzinfo:
    if now.tzinfo is None:
        raise ValueError("A period needs to know its zone.")
    return now.tzinfo
