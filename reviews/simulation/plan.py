"""Plan of a simulation: how long, with how many customers, and how these behave."""

from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext

from reviewhub.languages import number

MOST_CONTACTS, MOST_DAYS = 5_000, 365


class InvalidPlan(ValueError):
    """Plan that cannot be simulated; `field` names the value that is wrong."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field
        self.reason = reason


@dataclass(frozen=True)
class Rates:
    """Behaviour of provider and customers: shares from 0 to 1.

    `bounce`: of the addresses, those that do not exist. `delivery`: of the messages that the provider took, those that
    are seen; the others get lost unnoticed. `click`, `reply`, `opt_out`: of the seen messages, those whose reader goes
    to a review site, answers in words, or opts out. One reader may do several of these.
    """

    delivery: float = 0.97
    bounce: float = 0.03
    click: float = 0.12
    reply: float = 0.04
    opt_out: float = 0.01


@dataclass(frozen=True)
class Plan:
    """Plan of one run. Each contact is asked once, evenly over the days, unless `asks_per_day` says otherwise."""

    start: datetime
    days: int = 90
    contacts: int = 1_000
    asks_per_day: int | None = None
    seed: int = 1
    examples: int = 10
    listing: bool = False  # the result lists every message
    rates: Rates = field(default_factory=Rates)

    @property
    def asks(self) -> int:
        """The number of asks in all."""
        return self.contacts if self.asks_per_day is None else self.asks_per_day * self.days

    def check(self) -> "Plan":
        """Return the plan itself. Raises InvalidPlan for the first value that is out of bounds."""
        self._check_range("days", 1, MOST_DAYS)
        self._check_range("contacts", 1, MOST_CONTACTS)
        self._check_range("examples", 0, 100)
        if self.asks_per_day is not None and not 1 <= self.asks <= MOST_CONTACTS:
            reason = gettext("asks per day times days must be between 1 and %(most_contacts)s, not %(asks)s.") % {
                "most_contacts": number(MOST_CONTACTS),
                "asks": number(self.asks),
            }
            raise InvalidPlan("asks_per_day", reason)
        if self.start.tzinfo is None or not 2000 <= self.start.year <= 2100:
            raise InvalidPlan(
                "start", gettext("The start must have a time zone and lie between the years 2000 and 2100.")
            )
        for rate in fields(Rates):
            value = getattr(self.rates, rate.name)
            if not 0 <= value <= 1:  # true of NaN, too, which compares with nothing
                words = rate.name.replace("_", "-")
                raise InvalidPlan(
                    f"{rate.name}_rate",
                    gettext("The %(words)s rate must be between 0 and 1, not %(value)s.")
                    % {"words": words, "value": value},
                )
        return self

    def _check_range(self, name: str, least: int, most: int) -> None:
        value = getattr(self, name)
        if not least <= value <= most:
            raise InvalidPlan(
                name,
                gettext("%(name)s must be between %(least)s and %(most)s, not %(value)s.")
                % {"name": name, "least": least, "most": number(most), "value": number(value)},
            )

    def end(self, zone: ZoneInfo) -> datetime:
        """Return the end of the last day in the zone, in UTC."""
        first_day = self.start.astimezone(zone).date()
        midnight = datetime.combine(first_day + timedelta(days=self.days), datetime.min.time(), tzinfo=zone)
        return midnight.astimezone(UTC)

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"start": self.start.isoformat()}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "Plan":
        start = datetime.fromisoformat(values["start"])
        return cls(**values | {"start": start, "rates": Rates(**values["rates"])})


def today(now: datetime, zone: ZoneInfo) -> datetime:
    """Return midnight of the current day in the zone, in UTC: the usual start, so that all days are whole."""
    return datetime.combine(now.astimezone(zone).date(), datetime.min.time(), tzinfo=zone).astimezone(UTC)
