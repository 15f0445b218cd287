"""Slots: the moment at which a message may leave. Pure functions of rows and a moment; nothing is read or written.

The account's window, the law of the place, holidays and the cap can each only narrow it. The rule that moved a message
is named in words for staff.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache, partial
from zoneinfo import ZoneInfo

from oauth.models import Account
from reviewhub.text_hours import LEGAL_TEXT_HOURS
from reviews.models import Contact
from reviews.models.base import Channel
from reviews.requests.schedule.holidays import holiday_name
from reviews.requests.schedule.laws import laws_of
from reviews.requests.schedule.phone_location import Place, locate
from reviews.requests.schedule.windows import ALL_DAY, MIDNIGHT, Window, next_opening

LEGAL_HOURS = Window(*LEGAL_TEXT_HOURS)
CAP, CAP_PERIOD = 3, timedelta(hours=24)
MOVED_LENGTH = 200  # of Delivery.reason
OWN_HOURS = "outside the account's hours"


@dataclass(frozen=True)
class Slot:
    """A moment at which a message may leave, the recipient's zone, and the rule that moved it there, in words."""

    due_at: datetime
    zone: ZoneInfo
    moved: str = ""

    @property
    def local(self) -> datetime:
        return self.due_at.astimezone(self.zone)


def slot(
    *,
    account: Account,
    contact: Contact,
    channel: str,
    earliest: datetime,
    sent_at: Iterable[datetime] = (),
    is_answer: bool = False,
) -> Slot:
    """Return the first slot, not before `earliest`, in which the account may write to the contact.

    `sent_at`: moments at which messages left for the same number, from any sender; they count for the cap.
    `is_answer`: to the customer's own words, which leaves at any hour that the law allows. `moved`
    says why the slot is later, such as "21:10 → 09:00, America/New_York: outside the account's hours".
    """
    zone = recipient_zone(account=account, contact=contact, channel=channel)
    day_on = _days(account=account, contact=contact, channel=channel, is_answer=is_answer)
    capped = after_cap(sent_at, earliest)
    free = capped or earliest
    due_at = next_opening(free, window_on=lambda day: day_on(day).window, zone=zone)
    if due_at is None:
        hours = LEGAL_HOURS if channel == Channel.SMS else ALL_DAY
        due_at = next_opening(free, window_on=lambda _: hours, zone=zone) or free
    if due_at == earliest:
        return Slot(due_at, zone)
    reasons = [f"this number got {CAP} messages in 24 hours"] if capped else []
    if due_at != free:
        reasons += _reasons(day_on, free.astimezone(zone), due_at.astimezone(zone))
    return Slot(due_at, zone, _moved(earliest.astimezone(zone), due_at.astimezone(zone), zone, reasons))


def after_cap(sent_at: Iterable[datetime], now: datetime) -> datetime | None:
    """Return the moment from which a number may get another message; None when it may now.

    At most CAP in any CAP_PERIOD. `sent_at`: moments of earlier messages, in any order.
    """
    recent = sorted((sent for sent in sent_at if sent > now - CAP_PERIOD), reverse=True)
    return recent[CAP - 1] + CAP_PERIOD if len(recent) >= CAP else None


def window(*, account: Account, contact: Contact, channel: str, day: date) -> Window | None:
    """Return the part of the local day that is open for messages of the account to the contact; None when closed."""
    return _days(account=account, contact=contact, channel=channel)(day).window


def recipient_zone(*, account: Account, contact: Contact, channel: str) -> ZoneInfo:
    """Return the contact's own zone; for texts else the number's, where it has exactly one; else the account's."""
    if contact.time_zone:
        return ZoneInfo(contact.time_zone)
    if channel == Channel.SMS and (zone := locate(contact.phone).zone):
        return zone
    return ZoneInfo(account.time_zone)


# --- The rules of a day ------------------------------------------------------------------------


@dataclass(frozen=True)
class _Rule:
    """One rule that narrows a day, in words, and the part of the day that it leaves open; None when nothing."""

    words: str
    window: Window | None


@dataclass(frozen=True)
class _Day:
    """All rules of one local day, and the part of it that they leave open together."""

    rules: tuple[_Rule, ...]
    window: Window | None

    def against(self, moment: time) -> str:
        """Return the words of the first rule that closes the moment; '' when all leave it open."""
        return next((rule.words for rule in self.rules if not (rule.window and rule.window.contains(moment))), "")

    def closed_by(self) -> str:
        """Return the words of the rule that leaves nothing of the day; '' when something is left."""
        left: Window | None = ALL_DAY
        for rule in self.rules:
            left = left & rule.window if left else None
            if left is None:
                return rule.words
        return ""

    def opened_late_by(self, named: Sequence[str]) -> str:
        """Return the words of a rule that opens the day later than the account and the rules named already do."""
        opens = [(rule.window.opens, rule.words) for rule in self.rules if rule.window]
        known = max((moment for moment, words in opens if words in (OWN_HOURS, *named)), default=MIDNIGHT)
        return next((words for moment, words in opens if self.window and moment == self.window.opens > known), "")


def _days(*, account: Account, contact: Contact, channel: str, is_answer: bool = False) -> partial[_Day]:
    """Return the function that makes the rules of a day."""
    whole_day = is_answer or account.window_start == account.window_end
    own = ALL_DAY if whole_day else Window(account.window_start, account.window_end)
    place = locate(contact.phone).place if contact.phone else Place("")
    if not place.country:
        place = Place(account.country)
    return partial(_day, own, channel == Channel.SMS, place, account.skip_holidays and not is_answer)


@lru_cache(maxsize=8192)
def _day(own: Window, text: bool, place: Place, skip_holidays: bool, day: date) -> _Day:
    rules = tuple(_rules(own, text, place, skip_holidays, day))
    left: Window | None = ALL_DAY
    for rule in rules:
        left = left & rule.window if left else None
    return _Day(rules, left)


def _rules(own: Window, text: bool, place: Place, skip_holidays: bool, day: date) -> Iterator[_Rule]:
    laws = laws_of(place, day) if text else ()
    if skip_holidays or any(law.holidays_off for law in laws):
        name = holiday_name(place, day)
        if name and skip_holidays:
            yield _Rule(f"holiday: {name}", None)
        for law in laws:
            if name and law.holidays_off:
                yield _Rule(f"holiday: {name}, {law}", None)
    if not text or _meet(own, place, day):
        yield _Rule(OWN_HOURS, own)
    for law in laws:
        yield _Rule(str(law), law.week[day.weekday()])
    if text:
        yield _Rule(f"no text before {LEGAL_HOURS.opens:%H:%M} or after {LEGAL_HOURS.closes:%H:%M}", LEGAL_HOURS)


def _meet(own: Window, place: Place, day: date) -> bool:
    """Tell whether the account's window leaves anything of a legal week: without, texts would wait for ever."""
    for days in range(7):
        left = own & LEGAL_HOURS
        date_then = day + timedelta(days=days)
        for law in laws_of(place, date_then):
            left = left & law.week[date_then.weekday()] if left else None
        if left:
            return True
    return False


# --- The words ---------------------------------------------------------------------------------


def _reasons(day_on: partial[_Day], free: datetime, due: datetime) -> list[str]:
    """Name the rules that moved a message from one local time to another.

    The rule that closed the first, those that closed whole days in between, and the one that opened the last day late.
    """
    named = [day_on(free.date()).against(free.time())]
    for days in range(1, (due.date() - free.date()).days):
        named.append(day_on(free.date() + timedelta(days=days)).closed_by())
    named.append(day_on(due.date()).opened_late_by(named))
    return [words for words in dict.fromkeys(named) if words]


def _moved(before: datetime, after: datetime, zone: ZoneInfo, reasons: list[str]) -> str:
    clock = "%H:%M" if (after.date() - before.date()).days <= 1 else "%a %H:%M"
    words = f"{before:{clock}} → {after:{clock}}, {zone.key}: {'; '.join(reasons)}"
    return words if len(words) <= MOVED_LENGTH else words[: MOVED_LENGTH - 1] + "…"
