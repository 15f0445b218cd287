from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from oauth.models import Account
from reviewhub.text_hours import LEGAL_TEXT_HOURS
from reviews.models import Contact
from reviews.requests.schedule.laws import LAWS, LONG_AGO, Law, laws_of
from reviews.requests.schedule.phone_location import AREA_CODES, Place, locate
from reviews.requests.schedule.slots import slot

pytestmark = pytest.mark.once

CHICAGO = ZoneInfo("America/Chicago")
MONDAY = datetime(2026, 3, 16, tzinfo=CHICAGO)  # a week in which no clock moves and nobody has a holiday
STATE_LAWS = [law for law in LAWS if law.place.state]


def number_in(law: Law) -> str:
    return f"+1{AREA_CODES[law.place.state].split()[0]}5551234"


def allowed(moment: datetime, law: Law, start: time, end: time) -> bool:
    """The rule again, as plainly as can be."""
    hours = law.week[moment.weekday()]
    legal_start, legal_end = LEGAL_TEXT_HOURS
    clock = moment.time()
    in_law = hours is not None and hours.opens <= clock < hours.closes
    in_own = start == end or start <= clock < end
    return in_law and in_own and legal_start <= clock < legal_end


@pytest.mark.parametrize(("start", "end"), [(time(9), time(20)), (time(0), time(0)), (time(10, 30), time(12, 15))])
@pytest.mark.parametrize("law", STATE_LAWS, ids=lambda law: str(law.place))
def test_every_minute_of_a_week_moves_to_the_next_that_the_account_and_the_law_allow(
    law: Law, start: time, end: time
) -> None:
    account = Account(time_zone="America/Chicago", window_start=start, window_end=end)
    contact = Contact(phone=number_in(law), time_zone="America/Chicago")
    minutes = [MONDAY + timedelta(minutes=minute) for minute in range(9 * 24 * 60)]
    expected: dict[datetime, datetime] = {}
    following = None
    for minute in reversed(minutes):
        following = minute if allowed(minute, law, start, end) else following
        if following:
            expected[minute] = following
    every = (start, end) == (time(9), time(20))  # of the other accounts, the minutes around each quarter
    for minute in [then for then in minutes[: 7 * 24 * 60] if every or then.minute % 15 in (14, 0, 1)]:
        found = slot(account=account, contact=contact, channel="sms", earliest=minute)
        assert found.due_at == expected[minute], minute
        assert bool(found.moved) == (found.due_at != minute)
        assert len(found.moved) <= 200


@pytest.mark.parametrize("law", LAWS, ids=lambda law: str(law.place))
def test_every_law_only_narrows_leaves_something_and_names_its_source(law: Law) -> None:
    assert len(law.week) == 7
    assert any(law.week)
    for hours in law.week:
        assert hours is None or LEGAL_TEXT_HOURS[0] <= hours.opens < hours.closes <= LEGAL_TEXT_HOURS[1]
    assert law.source
    assert law.since == LONG_AGO or law.since.year > 2000
    if law.place.state:
        assert locate(number_in(law)).place == law.place


@pytest.mark.parametrize(
    ("state", "workday", "saturday", "sunday", "holidays_off"),
    [
        ("CT", (9, 20), (9, 20), (9, 20), False),
        ("FL", (8, 20), (8, 20), (8, 20), False),
        ("KY", (10, 21), (10, 21), (10, 21), False),
        ("LA", (8, 20), (8, 20), None, True),
        ("MA", (8, 20), (8, 20), (8, 20), False),
        ("MD", (8, 20), (8, 20), (8, 20), False),
        ("MN", (9, 21), (9, 21), (9, 21), False),
        ("MS", (8, 20), (8, 20), None, False),
        ("NM", (9, 21), (9, 21), (9, 21), False),
        ("NV", (9, 20), (9, 20), (9, 20), False),
        ("OK", (8, 20), (8, 20), (8, 20), False),
        ("OR", (8, 20), (8, 20), (8, 20), False),
        ("RI", (9, 18), (10, 17), None, True),
        ("TX", (9, 21), (9, 21), (12, 21), False),
        ("UT", (8, 21), (8, 21), None, True),
        ("WA", (8, 20), (8, 20), (8, 20), False),
    ],
)
def test_every_state_has_its_hours(
    state: str,
    workday: tuple[int, int],
    saturday: tuple[int, int],
    sunday: tuple[int, int] | None,
    holidays_off: bool,
) -> None:
    law = next(law for law in STATE_LAWS if law.place.state == state)
    hours = [window and (window.opens.hour, window.closes.hour) for window in law.week]
    assert hours == [workday] * 5 + [saturday, sunday]
    assert law.holidays_off is holidays_off


def test_no_place_has_two_laws_for_one_day() -> None:
    assert len({law.place for law in LAWS}) == len(LAWS)


def test_the_laws_of_a_state_and_of_its_country_hold_together() -> None:
    found = laws_of(Place("US", "FL"), date(2026, 1, 1))
    assert [str(law.place) for law in found] == ["US-FL", "US"]
    assert [str(law.place) for law in laws_of(Place("US", "NY"), date(2026, 1, 1))] == ["US"]
    assert laws_of(Place("DE"), date(2026, 1, 1)) == ()


@pytest.mark.parametrize(
    ("phone", "day", "hour", "minute", "due"),
    [
        # Oregon ends at 20:00 from the first day of 2026: until then, only the federal 21:00 counts.
        ("+15035551234", (2025, 12, 31), 20, 30, (2025, 12, 31, 20, 30)),
        ("+15035551234", (2026, 1, 1), 19, 59, (2026, 1, 1, 19, 59)),
        ("+15035551234", (2026, 1, 1), 20, 0, (2026, 1, 2, 8, 0)),
        # Texas: from 1 September 2025; 9:00 on weekdays, noon on Sundays.
        ("+19155551234", (2025, 8, 31), 8, 30, (2025, 8, 31, 8, 30)),
        ("+19155551234", (2025, 9, 1), 8, 59, (2025, 9, 1, 9, 0)),
        ("+19155551234", (2025, 9, 7), 11, 59, (2025, 9, 7, 12, 0)),
        ("+19155551234", (2025, 9, 7), 12, 0, (2025, 9, 7, 12, 0)),
        ("+19155551234", (2025, 9, 7), 20, 59, (2025, 9, 7, 20, 59)),
        ("+19155551234", (2025, 9, 7), 21, 0, (2025, 9, 8, 9, 0)),
        # A night that ends on the day from which the law holds: Connecticut, 1 October 2023, 9:00.
        ("+18605551234", (2023, 9, 30), 21, 0, (2023, 10, 1, 9, 0)),
    ],
)
def test_a_law_holds_from_its_day_on(
    phone: str, day: tuple[int, int, int], hour: int, minute: int, due: tuple[int, ...]
) -> None:
    zone = ZoneInfo("America/Denver")
    account = Account(window_start=time(0), window_end=time(0))
    found = slot(
        account=account,
        contact=Contact(phone=phone, time_zone="America/Denver"),
        channel="sms",
        earliest=datetime(*day, hour, minute, tzinfo=zone),
    )
    assert found.local == datetime(*due, tzinfo=zone)  # type: ignore[misc, arg-type]
