"""What is to be simulated: how long, with how many customers, and how these behave."""

from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

MOST_CONTACTS, MOST_DAYS = 5_000, 365


class InvalidPlan(ValueError):
    """It cannot be simulated; `field` names the value that says so."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field
        self.reason = reason


@dataclass(frozen=True)
class Rates:
    """How provider and customers behave, each from 0 to 1.

    `bounce`: the share of addresses that do not exist. `delivery`: of the messages that the provider took, the share
    that is seen; the others get lost without a word. `click`, `reply`, `opt_out`: the share of seen messages whose
    reader goes to a review site, answers in words, or leaves. One reader may do several of these.
    """

    delivery: float = 0.97
    bounce: float = 0.03
    click: float = 0.12
    reply: float = 0.04
    opt_out: float = 0.01


@dataclass(frozen=True)
class Plan:
    """One run. Each contact is asked once, evenly over the days, unless `asks_per_day` says otherwise."""

    start: datetime
    days: int = 90
    contacts: int = 1_000
    asks_per_day: int | None = None
    seed: int = 1
    examples: int = 10
    listing: bool = False  # each single message in the result, too
    rates: Rates = field(default_factory=Rates)

    @property
    def asks(self) -> int:
        return self.contacts if self.asks_per_day is None else self.asks_per_day * self.days

    def check(self) -> "Plan":
        """Raises InvalidPlan for the first value that is out of bounds."""
        self._within("days", 1, MOST_DAYS)
        self._within("contacts", 1, MOST_CONTACTS)
        self._within("examples", 0, 100)
        if self.asks_per_day is not None and not 1 <= self.asks <= MOST_CONTACTS:
            reason = f"asks per day times days must be between 1 and {MOST_CONTACTS:,}, not {self.asks:,}."
            raise InvalidPlan("asks_per_day", reason)
        if self.start.tzinfo is None or not 2000 <= self.start.year <= 2100:
            raise InvalidPlan("start", "The start must have a time zone and lie between the years 2000 and 2100.")
        for rate in fields(Rates):
            value = getattr(self.rates, rate.name)
            if not 0 <= value <= 1:  # so is not a number, which is neither
                words = rate.name.replace("_", "-")
                raise InvalidPlan(f"{rate.name}_rate", f"The {words} rate must be between 0 and 1, not {value}.")
        return self

    def _within(self, name: str, least: int, most: int) -> None:
        value = getattr(self, name)
        if not least <= value <= most:
            raise InvalidPlan(name, f"{name} must be between {least} and {most:,}, not {value:,}.")

    def end(self, zone: ZoneInfo) -> datetime:
        """The end of the last day, in that zone."""
        first = self.start.astimezone(zone)
        last = datetime.combine(first.date() + timedelta(days=self.days), datetime.min.time(), tzinfo=zone)
        return last.astimezone(UTC)

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"start": self.start.isoformat()}

    @classmethod
    def from_json(cls, given: dict[str, Any]) -> "Plan":
        start = datetime.fromisoformat(given["start"])
        return cls(**given | {"start": start, "rates": Rates(**given["rates"])})


def today(now: datetime, zone: ZoneInfo) -> datetime:
    """Midnight of the current day in that zone: the usual start, so that all days are whole ones."""
    return datetime.combine(now.astimezone(zone).date(), datetime.min.time(), tzinfo=zone).astimezone(UTC)
