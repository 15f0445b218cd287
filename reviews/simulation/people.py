"""Invented customers of a business, and the times at which it asks them: the same for the same seed."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

import phonenumbers
from phonenumbers import PhoneNumberType

from oauth.models import Account
from reviews.requests.matching import Person
from reviews.simulation.plan import Plan

FIRST = (
    "Ada",
    "Ben",
    "Carla",
    "Dev",
    "Elena",
    "Farid",
    "Grace",
    "Hugo",
    "Ines",
    "Jonas",
    "Kira",
    "Liam",
    "Maya",
    "Noor",
)
LAST = (
    "Abbott",
    "Baker",
    "Cruz",
    "Diaz",
    "Evans",
    "Fischer",
    "Garcia",
    "Hall",
    "Ito",
    "Khan",
    "Meyer",
    "Nowak",
    "Silva",
)

# Area codes of the North American plan that lie in one time zone, each with the zone.
AREA_CODES = [
    ("212", "America/New_York"),
    ("617", "America/New_York"),
    ("305", "America/New_York"),
    ("312", "America/Chicago"),
    ("512", "America/Chicago"),
    ("303", "America/Denver"),
    ("801", "America/Denver"),
    ("310", "America/Los_Angeles"),
    ("206", "America/Los_Angeles"),
    ("808", "Pacific/Honolulu"),
]
AT_HOME = 0.6  # share of customers who live in the business's own zone, where the country has several
ZONE_KNOWN = 0.2  # share of customers whose time zone the caller names
BOTH, MAIL_ONLY = 0.55, 0.85  # 55 % have both addresses, 30 % only mail, 15 % only a number
OPENS, CLOSES = time(8), time(18)  # most asks follow a finished job
AT_NIGHT = 0.1  # share of asks that a script makes at any time of the day


def invent_people(account: Account, plan: Plan) -> list[Person]:
    """Invent the customers of the plan. None shares an address with another."""
    random = Random(f"{plan.seed}/people")  # noqa: S311 (repeatable, keeps no secret)
    return [_person(account, number, random) for number in range(plan.contacts)]


def _person(account: Account, number: int, random: Random) -> Person:
    first, last = random.choice(FIRST), random.choice(LAST)
    phone, zone = _phone(account, number, random)
    share = random.random()
    return Person(
        first_name=first,
        last_name=last,
        email=f"{first}.{last}.{number}@customers.example".lower() if share < MAIL_ONLY else "",
        phone=phone if share < BOTH or share >= MAIL_ONLY else "",
        time_zone=zone if random.random() < ZONE_KNOWN else "",
    )


def _phone(account: Account, number: int, random: Random) -> tuple[str, str]:
    """Return a number in E.164, in use or not, and the time zone of its owner."""
    at_home = [(code, zone) for code, zone in AREA_CODES if zone == account.time_zone]
    code, zone = random.choice(at_home if at_home and random.random() < AT_HOME else AREA_CODES)
    if account.country in ("US", "CA"):
        return f"+1{code}555{number:04d}", zone
    example = phonenumbers.example_number_for_type(account.country, PhoneNumberType.MOBILE)
    if example is None:  # a country without a plan for mobile numbers
        return f"+1{code}555{number:04d}", account.time_zone
    national = str(example.national_number)[:-4]
    return f"+{example.country_code}{national}{number:04d}", account.time_zone


def schedule_asks(account: Account, plan: Plan) -> Iterator[tuple[datetime, int]]:
    """Yield the time of each ask, in order, and the number of its customer: evenly over the days, mostly in the day.

    UTC, whole minutes. Everybody is asked once before anybody is asked again.
    """
    random = Random(f"{plan.seed}/asks")  # noqa: S311 (repeatable, keeps no secret)
    zone = ZoneInfo(account.time_zone)
    first_day = plan.start.astimezone(zone).date()
    moments = []
    for number in range(plan.asks):
        day = first_day + timedelta(days=number * plan.days // plan.asks)
        minute = random.randrange(OPENS.hour * 60, CLOSES.hour * 60)
        if random.random() < AT_NIGHT:
            minute = random.randrange(24 * 60)
        local = datetime.combine(day, time(minute // 60, minute % 60), tzinfo=zone)
        moments.append(max(local.astimezone(UTC), plan.start))
    for number, moment in enumerate(sorted(moments)):
        yield moment, number if number < plan.contacts else random.randrange(plan.contacts)
