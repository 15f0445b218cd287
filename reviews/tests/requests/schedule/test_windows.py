from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from reviews.requests.schedule.windows import ALL_DAY, LOOK_AHEAD, Window, next_opening

NEW_YORK = ZoneInfo("America/New_York")
BERLIN = ZoneInfo("Europe/Berlin")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")  # its clocks move by half an hour
NINE_TO_EIGHT = Window(time(9), time(20))


def at(zone: ZoneInfo, *parts: int, fold: int = 0) -> datetime:
    return datetime(*parts, tzinfo=zone, fold=fold).astimezone(UTC)  # type: ignore[misc, arg-type]


def opening(moment: datetime, window: Window, zone: ZoneInfo) -> datetime:
    found = next_opening(moment, window_on=lambda _: window, zone=zone)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("hour", "minute", "opens"),
    [
        (8, 59, (3, 9, 0)),  # one minute early waits for the opening
        (9, 0, (3, 9, 0)),
        (9, 1, (3, 9, 1)),
        (19, 59, (3, 19, 59)),  # the last minute still leaves
        (20, 0, (4, 9, 0)),  # closing time waits for the next day
        (20, 1, (4, 9, 0)),
    ],
)
@pytest.mark.parametrize("zone", ["America/New_York", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Kathmandu"])
def test_the_window_holds_to_the_minute_on_both_sides_of_the_date_line(
    zone: str, hour: int, minute: int, opens: tuple[int, int, int]
) -> None:
    there = ZoneInfo(zone)
    moment = at(there, 2026, 3, 3, hour, minute)
    assert opening(moment, NINE_TO_EIGHT, there) == at(there, 2026, 3, *opens)


def test_an_open_window_keeps_the_moment_to_the_microsecond() -> None:
    moment = datetime(2026, 3, 3, 15, 0, 42, 7, tzinfo=UTC)
    assert opening(moment, NINE_TO_EIGHT, NEW_YORK) == moment


@pytest.mark.parametrize(
    ("zone", "evening", "hours"),
    [
        (NEW_YORK, (2026, 3, 7, 21, 0), 11),  # forward: an hour shorter
        (NEW_YORK, (2026, 10, 31, 21, 0), 13),  # back: an hour longer
        (BERLIN, (2026, 3, 28, 21, 0), 11),
        (BERLIN, (2026, 10, 24, 21, 0), 13),
        (LORD_HOWE, (2026, 10, 3, 21, 0), 11.5),
        (LORD_HOWE, (2026, 4, 4, 21, 0), 12.5),
    ],
)
def test_the_night_in_which_the_clocks_move_is_longer_or_shorter(
    zone: ZoneInfo, evening: tuple[int, ...], hours: float
) -> None:
    moment = at(zone, *evening)
    found = opening(moment, NINE_TO_EIGHT, zone)
    assert found - moment == timedelta(hours=hours)
    assert found.astimezone(zone).time() == time(9)


@pytest.mark.parametrize(
    ("zone", "night", "opens", "there"),
    [
        (NEW_YORK, (2026, 3, 8, 0, 15), time(2, 30), time(3, 30)),
        (BERLIN, (2026, 3, 29, 0, 15), time(2, 30), time(3, 30)),
        (LORD_HOWE, (2026, 10, 4, 0, 15), time(2, 10), time(2, 40)),
    ],
)
def test_an_opening_that_the_clocks_skip_moves_on_by_what_is_missing(
    zone: ZoneInfo, night: tuple[int, ...], opens: time, there: time
) -> None:
    assert opening(at(zone, *night), Window(opens, time(20)), zone).astimezone(zone).time() == there


def test_a_window_that_the_clocks_skip_altogether_opens_the_next_day() -> None:
    found = opening(at(NEW_YORK, 2026, 3, 8, 0, 15), Window(time(2), time(3)), NEW_YORK)
    assert found == at(NEW_YORK, 2026, 3, 9, 2, 0)


def test_the_hour_that_comes_twice_opens_the_first_time() -> None:
    window = Window(time(1, 30), time(20))
    assert opening(at(NEW_YORK, 2026, 11, 1, 0, 15), window, NEW_YORK) == at(NEW_YORK, 2026, 11, 1, 1, 30)


def test_an_opening_in_the_hour_that_comes_twice_never_lies_before_the_moment() -> None:
    moment = at(NEW_YORK, 2026, 11, 1, 1, 15, fold=1)
    found = opening(moment, Window(time(1, 30), time(20)), NEW_YORK)
    assert found == at(NEW_YORK, 2026, 11, 1, 1, 30, fold=1)
    assert found > moment


def test_a_window_until_midnight_reaches_the_end_of_the_day() -> None:
    moment = at(NEW_YORK, 2026, 3, 3, 23, 59)
    assert opening(moment, Window(time(9), time(0)), NEW_YORK) == moment


def test_days_on_which_nothing_opens_are_passed_over() -> None:
    weekdays = {5: None, 6: None, 2: Window(time(12), time(13))}
    found = next_opening(
        at(NEW_YORK, 2026, 3, 6, 20, 0),
        window_on=lambda day: weekdays.get(day.weekday(), NINE_TO_EIGHT),
        zone=NEW_YORK,
    )
    assert found == at(NEW_YORK, 2026, 3, 9, 9, 0)  # Friday evening, then Monday


def test_a_calendar_without_any_opening_is_given_up_not_searched_for_ever() -> None:
    asked: list[date] = []

    def closed(day: date) -> None:
        asked.append(day)

    assert next_opening(at(NEW_YORK, 2026, 3, 6, 20, 0), window_on=closed, zone=NEW_YORK) is None
    assert len(asked) == LOOK_AHEAD + 1


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        (ALL_DAY, NINE_TO_EIGHT, NINE_TO_EIGHT),
        (Window(time(10), time(0)), NINE_TO_EIGHT, Window(time(10), time(20))),
        (Window(time(10), time(0)), Window(time(22), time(0)), Window(time(22), time(0))),
        (Window(time(5), time(9)), NINE_TO_EIGHT, None),  # one ends as the other begins
        (Window(time(5), time(9, 1)), NINE_TO_EIGHT, Window(time(9), time(9, 1))),
        (NINE_TO_EIGHT, None, None),
    ],
)
def test_two_windows_leave_what_both_leave(one: Window, other: Window | None, both: Window | None) -> None:
    assert one & other == both
    assert other is None or other & one == both
