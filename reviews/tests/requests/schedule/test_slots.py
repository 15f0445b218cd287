from datetime import UTC, date, datetime, time, timedelta
from timeit import repeat
from zoneinfo import ZoneInfo

import pytest

from oauth.models import Account
from reviews.models import Contact
from reviews.requests.schedule import slots
from reviews.requests.schedule.phone_location import locate
from reviews.requests.schedule.slots import after_cap, recipient_zone, slot, window
from reviews.requests.schedule.windows import Window

NEW_YORK = ZoneInfo("America/New_York")
NEW_YORKER = "+12125551234"
TUESDAY = date(2026, 3, 3)
OWN = "outside the account's hours"


def at(zone: ZoneInfo, *parts: int) -> datetime:
    return datetime(*parts, tzinfo=zone).astimezone(UTC)  # type: ignore[misc, arg-type]


def shop(**fields: object) -> Account:
    return Account(**({"name": "Shop", "time_zone": "America/New_York"} | fields))


def all_day(**fields: object) -> Account:
    return shop(window_start=time(0), window_end=time(0), **fields)


# --- The window ------------------------------------------------------------------------------------


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
@pytest.mark.parametrize("phone", [NEW_YORKER, "+4930901820"])
def test_texts_stay_within_the_legal_hours_in_every_country(
    phone: str, start: time, end: time, expected: tuple[time, time]
) -> None:
    account = shop(window_start=start, window_end=end)
    assert window(account=account, contact=Contact(phone=phone), channel="sms", day=TUESDAY) == Window(*expected)


def test_an_account_that_writes_only_when_a_state_forbids_it_gets_that_states_hours() -> None:
    account = shop(window_start=time(20), window_end=time(21))
    floridian, new_yorker = Contact(phone="+13055551234"), Contact(phone=NEW_YORKER)
    found = window(account=account, contact=floridian, channel="sms", day=TUESDAY)
    assert found == Window(time(8), time(20))
    found = window(account=account, contact=new_yorker, channel="sms", day=TUESDAY)
    assert found == Window(time(20), time(21))
    moved = slot(account=account, contact=floridian, channel="sms", earliest=at(NEW_YORK, 2026, 3, 3, 20, 30))
    assert moved.local == datetime(2026, 3, 4, 8, tzinfo=NEW_YORK)


def test_an_account_that_meets_the_law_on_some_days_waits_for_those() -> None:
    account = shop(window_start=time(9), window_end=time(11))  # Texas opens at noon on Sundays
    contact = Contact(phone="+19155551234", time_zone="America/Denver")
    denver = ZoneInfo("America/Denver")
    moved = slot(account=account, contact=contact, channel="sms", earliest=at(denver, 2026, 3, 14, 11, 0))
    assert moved.local == datetime(2026, 3, 16, 9, tzinfo=denver)


def test_no_law_on_texts_moves_a_mail() -> None:
    sunday_night = at(NEW_YORK, 2026, 3, 1, 23, 30)
    mississippian = Contact(email="a@b.example", phone="+16015551234")
    for channel, moved in (("email", False), ("sms", True)):
        found = slot(account=all_day(), contact=mississippian, channel=channel, earliest=sunday_night)
        assert (found.due_at != sunday_night) is moved, channel


# --- The zone --------------------------------------------------------------------------------------


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


# --- Holidays --------------------------------------------------------------------------------------


@pytest.mark.parametrize("channel", ["sms", "email"])
@pytest.mark.parametrize(
    ("phone", "country", "holiday"),
    [
        (NEW_YORKER, "US", (2026, 11, 26)),  # Thanksgiving
        ("+4930901820", "US", (2026, 5, 1)),  # the number's country counts, not the account's
        ("", "DE", (2026, 5, 1)),  # without a number, the account's
        ("+18005550199", "US", (2026, 7, 3)),  # a Saturday's holiday is kept on the Friday
        ("+13375551234", "US", (2026, 2, 17)),  # Mardi Gras, in Louisiana
    ],
)
def test_an_account_may_leave_out_holidays_on_every_channel(
    channel: str, phone: str, country: str, holiday: tuple[int, int, int]
) -> None:
    contact = Contact(email="a@b.example", phone=phone, time_zone="America/New_York")
    noon = at(NEW_YORK, *holiday, 12, 0)
    found = slot(account=shop(country=country, skip_holidays=True), contact=contact, channel=channel, earliest=noon)
    assert found.local.date() > date(*holiday)
    assert "holiday: " in found.moved
    keeps = slot(account=shop(country=country), contact=contact, channel="email", earliest=noon)
    assert keeps.due_at == noon


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ((11, 25, 19, 59), (11, 25, 19, 59)),
        ((11, 25, 20, 0), (11, 27, 9, 0)),  # closed for the evening, then a holiday
        ((11, 26, 0, 0), (11, 27, 9, 0)),
        ((11, 26, 23, 59), (11, 27, 9, 0)),
        ((11, 27, 9, 0), (11, 27, 9, 0)),
    ],
)
def test_a_holiday_lasts_from_midnight_to_midnight(before: tuple[int, ...], after: tuple[int, ...]) -> None:
    account = shop(skip_holidays=True)
    found = slot(
        account=account, contact=Contact(phone=NEW_YORKER), channel="sms", earliest=at(NEW_YORK, 2026, *before)
    )
    assert found.local == datetime(2026, *after, tzinfo=NEW_YORK)  # type: ignore[misc, arg-type]


def test_holidays_follow_the_recipients_date_at_the_date_line() -> None:
    samoan = Contact(phone=NEW_YORKER, time_zone="Pacific/Kiritimati")  # 14 hours ahead of UTC
    there = ZoneInfo("Pacific/Kiritimati")
    moment = datetime(2026, 12, 24, 22, 0, tzinfo=UTC)  # noon of the 25th there
    found = slot(account=shop(skip_holidays=True), contact=samoan, channel="sms", earliest=moment)
    assert found.local == datetime(2026, 12, 26, 9, tzinfo=there)


def test_a_law_that_forbids_holidays_holds_whatever_the_account_says() -> None:
    noon = at(ZoneInfo("America/Chicago"), 2026, 2, 17, 12, 0)
    louisianan = Contact(phone="+13375551234", email="a@b.example")
    text = slot(account=shop(), contact=louisianan, channel="sms", earliest=noon)
    assert text.moved == "12:00 → 09:00, America/Chicago: holiday: Mardi Gras, law of US-LA (La. R.S. 45:811)"
    assert slot(account=shop(), contact=louisianan, channel="email", earliest=noon).due_at == noon


def test_a_country_without_a_calendar_has_no_holidays() -> None:
    contact = Contact(phone="+2472123", time_zone="Atlantic/St_Helena")
    assert str(locate(contact.phone).place) in ("", "AC")
    noon = datetime(2026, 12, 25, 12, 0, tzinfo=UTC)
    account = shop(country="AC", skip_holidays=True)
    assert slot(account=account, contact=contact, channel="email", earliest=noon).due_at == noon


def test_a_calendar_of_nothing_but_holidays_leaves_the_legal_hours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slots, "holiday_name", lambda _place, _day: "Eternal Feast")
    slots._day.cache_clear()
    try:
        account, night = shop(skip_holidays=True), at(NEW_YORK, 2026, 3, 3, 3, 0)
        text = slot(account=account, contact=Contact(phone=NEW_YORKER), channel="sms", earliest=night)
        assert text.local == datetime(2026, 3, 3, 8, tzinfo=NEW_YORK)
    finally:
        slots._day.cache_clear()


# --- The cap ---------------------------------------------------------------------------------------

NOW = datetime(2026, 3, 3, 15, 0, tzinfo=UTC)  # 10:00 in New York


def ago(*hours: float) -> list[datetime]:
    return [NOW - timedelta(hours=hour) for hour in hours]


@pytest.mark.parametrize(
    ("sent_at", "free_in"),
    [
        ([], None),
        (ago(1, 2), None),
        (ago(1, 2, 3), 21),
        (ago(3, 1, 2), 21),  # in any order
        (ago(1, 2, 3, 4), 21),  # four already: when the third newest is a day old
        (ago(1, 2, 24), None),  # exactly a day ago does not count any more
        (ago(1, 2, 24 - 1 / 60), 1 / 60),
        (ago(1, 2, 30, 40), None),
    ],
)
def test_a_number_gets_three_messages_in_any_24_hours(sent_at: list[datetime], free_in: float | None) -> None:
    found = after_cap(sent_at, NOW)
    assert found == (None if free_in is None else NOW + timedelta(hours=free_in))


def test_after_the_cap_the_window_counts_again() -> None:
    new_yorker = Contact(phone=NEW_YORKER)
    found = slot(account=shop(), contact=new_yorker, channel="sms", earliest=NOW, sent_at=ago(1, 2, 13.5))
    assert found.local == datetime(2026, 3, 4, 9, tzinfo=NEW_YORK)  # free at 20:30
    assert found.moved == f"10:00 → 09:00, America/New_York: this number got 3 messages in 24 hours; {OWN}"
    found = slot(account=shop(), contact=new_yorker, channel="sms", earliest=NOW, sent_at=ago(1, 2, 20))
    assert found.due_at == NOW + timedelta(hours=4)
    assert found.moved == "10:00 → 14:00, America/New_York: this number got 3 messages in 24 hours"
    assert slot(account=shop(), contact=new_yorker, channel="sms", earliest=NOW, sent_at=ago(1, 2)).moved == ""


# --- The words -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("account", "phone", "before", "moved"),
    [
        (shop(), NEW_YORKER, (3, 3, 21, 10), f"21:10 → 09:00, America/New_York: {OWN}"),
        (shop(), NEW_YORKER, (3, 3, 8, 59), f"08:59 → 09:00, America/New_York: {OWN}"),
        (
            all_day(),
            "+13055551234",
            (3, 3, 20, 30),
            "20:30 → 08:00, America/New_York: law of US-FL (Fla. Stat. 501.616(6)(a))",
        ),
        (all_day(), NEW_YORKER, (3, 3, 21, 0), "21:00 → 08:00, America/New_York: law of US (47 CFR 64.1200(c)(1))"),
        (all_day(), "+4930901820", (3, 3, 21, 0), "21:00 → 08:00, Europe/Berlin: no text before 08:00 or after 21:00"),
        (  # the account opens at nine, Kentucky at ten
            shop(),
            "+15025551234",
            (3, 3, 8, 0),
            f"08:00 → 10:00, America/New_York: {OWN}; law of US-KY (KRS 367.46955)",
        ),
        (  # Saturday evening, a Sunday that is closed, Monday
            shop(),
            "+16015551234",
            (3, 7, 20, 30),
            f"Sat 20:30 → Mon 09:00, America/Chicago: {OWN}; law of US-MS (Miss. Code 77-3-723)",
        ),
        (  # Thursday evening, the observed Independence Day, a Saturday of other hours that is one too, a Sunday
            shop(skip_holidays=True, window_start=time(17, 30), window_end=time(20)),
            "+14015551234",
            (7, 2, 20, 0),
            f"Thu 20:00 → Mon 17:30, America/New_York: {OWN}; holiday: Independence Day (observed); "
            "holiday: Independence Day; law of US-RI (R.I. Gen. Laws 5-61-2(2), 5-61-3.6)",
        ),
    ],
)
def test_a_moved_text_names_every_rule_that_moved_it(
    account: Account, phone: str, before: tuple[int, ...], moved: str
) -> None:
    contact = Contact(phone=phone)
    zone = locate(phone).zone
    assert zone
    found = slot(account=account, contact=contact, channel="sms", earliest=at(zone, 2026, *before))
    assert found.moved == moved


def test_what_the_row_cannot_hold_is_cut_short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slots, "holiday_name", lambda _place, day: f"{day:%d} {'Long ' * 30}" if day.day < 9 else "")
    slots._day.cache_clear()
    try:
        account, noon = shop(skip_holidays=True), at(NEW_YORK, 2026, 3, 3, 12, 0)
        found = slot(account=account, contact=Contact(phone=NEW_YORKER), channel="sms", earliest=noon)
    finally:
        slots._day.cache_clear()
    assert found.moved.startswith("Tue 12:00 → Mon 09:00, America/New_York: holiday: 03 Long")
    assert len(found.moved) == 200


# --- The cost --------------------------------------------------------------------------------------


def test_a_message_that_stays_where_it_is_costs_next_to_nothing() -> None:
    """5 µs measured, of which this allows ten times: it is asked for every request, row and message."""
    account, contact = shop(skip_holidays=True), Contact(phone=NEW_YORKER)

    def ask() -> None:
        slot(account=account, contact=contact, channel="sms", earliest=NOW)

    ask()
    assert min(repeat(ask, number=200, repeat=10)) / 200 < 50e-6
