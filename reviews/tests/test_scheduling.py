from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from oauth.models import Account
from reviews.models import Contact
from reviews.scheduling import Window, next_opening, recipient_zone, slot, window

NEW_YORK = ZoneInfo("America/New_York")
NINE_TO_EIGHT = Window(time(9), time(20))


def at(zone: ZoneInfo, *parts: int) -> datetime:
    return datetime(*parts, tzinfo=zone).astimezone(UTC)  # type: ignore[misc, arg-type]


def shop(**fields: object) -> Account:
    return Account(**({"name": "Shop", "time_zone": "America/New_York"} | fields))


@pytest.mark.parametrize(
    ("hour", "minute", "opens"),
    [
        (8, 59, (3, 9, 0)),  # one minute early waits for the opening
        (9, 0, (3, 9, 0)),
        (19, 59, (3, 19, 59)),  # the last minute still leaves
        (20, 0, (4, 9, 0)),  # closing time waits for the next day
        (20, 1, (4, 9, 0)),
    ],
)
def test_the_window_holds_to_the_minute(hour: int, minute: int, opens: tuple[int, int, int]) -> None:
    moment = at(NEW_YORK, 2026, 3, 3, hour, minute)
    assert next_opening(moment, window=NINE_TO_EIGHT, zone=NEW_YORK) == at(NEW_YORK, 2026, 3, *opens)


def test_an_open_window_keeps_the_moment_to_the_second() -> None:
    moment = datetime(2026, 3, 3, 15, 0, 42, 7, tzinfo=UTC)
    assert next_opening(moment, window=NINE_TO_EIGHT, zone=NEW_YORK) == moment


def test_the_night_the_clocks_go_forward_is_an_hour_shorter() -> None:
    evening = at(NEW_YORK, 2026, 3, 7, 21, 0)
    opening = next_opening(evening, window=NINE_TO_EIGHT, zone=NEW_YORK)
    assert opening == at(NEW_YORK, 2026, 3, 8, 9, 0)
    assert (opening - evening).total_seconds() == 11 * 3600


def test_the_night_the_clocks_go_back_is_an_hour_longer() -> None:
    evening = at(NEW_YORK, 2026, 10, 31, 21, 0)
    assert (next_opening(evening, window=NINE_TO_EIGHT, zone=NEW_YORK) - evening).total_seconds() == 13 * 3600


def test_an_opening_that_the_clock_change_skips_moves_on_by_the_hour() -> None:
    early = Window(time(2, 30), time(20))
    opening = next_opening(at(NEW_YORK, 2026, 3, 8, 0, 15), window=early, zone=NEW_YORK)
    assert opening.astimezone(NEW_YORK).timetz().replace(tzinfo=None) == time(3, 30)


def test_a_window_until_midnight_reaches_the_end_of_the_day() -> None:
    late = Window(time(9), time(0))
    moment = at(NEW_YORK, 2026, 3, 3, 23, 59)
    assert next_opening(moment, window=late, zone=NEW_YORK) == moment


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (time(9), time(20), (time(9), time(20))),
        (time(6), time(23), (time(8), time(21))),
        (time(0), time(0), (time(8), time(21))),  # all day, for texts still the legal hours
        (time(10), time(0), (time(10), time(21))),
        (time(5), time(7), (time(8), time(21))),  # nothing in common: the law alone decides
    ],
)
def test_texts_stay_within_the_legal_hours(start: time, end: time, expected: tuple[time, time]) -> None:
    found = window(account=shop(window_start=start, window_end=end), channel="sms")
    assert (found.opens, found.closes) == expected


def test_mail_may_leave_all_day_when_the_account_says_so() -> None:
    account = shop(window_start=time(0), window_end=time(0))
    night = at(NEW_YORK, 2026, 3, 3, 3, 0)
    assert slot(account=account, contact=Contact(email="a@b.example"), channel="email", earliest=night).due_at == night


@pytest.mark.parametrize(
    ("contact", "channel", "zone"),
    [
        ({"time_zone": "Europe/Berlin", "phone": "+12125551234"}, "sms", "Europe/Berlin"),
        ({"phone": "+12125551234"}, "sms", "America/New_York"),
        ({"phone": "+442079460958"}, "sms", "Europe/London"),
        ({"phone": "+18005550199"}, "sms", "America/Chicago"),  # toll-free: many zones, so the account's
        ({"phone": "+442079460958"}, "email", "America/Chicago"),  # a number says nothing about mail
        ({}, "email", "America/Chicago"),
    ],
)
def test_the_zone_is_the_contacts_then_the_numbers_then_the_accounts(
    contact: dict[str, str], channel: str, zone: str
) -> None:
    account = shop(time_zone="America/Chicago")
    assert recipient_zone(account=account, contact=Contact(**contact), channel=channel).key == zone


def test_a_moved_message_says_why() -> None:
    late = at(NEW_YORK, 2026, 3, 3, 21, 10)
    moved = slot(account=shop(), contact=Contact(phone="+12125551234"), channel="sms", earliest=late)
    assert moved.moved == "21:10 → 09:00, America/New_York: outside the sending window"
    assert moved.local.hour == 9
