"""When a message may leave: pure functions of rows and a moment; nothing is read or written."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import phonenumbers
import phonenumbers.timezone

from oauth.models import Account
from oauth.models.account import LEGAL_TEXT_HOURS
from reviews.models import Contact
from reviews.models.base import Channel

MIDNIGHT = time(0)


@dataclass(frozen=True)
class Slot:
    """A moment at which a message may leave."""

    due_at: datetime
    zone: ZoneInfo
    moved: str = ""

    @property
    def local(self) -> datetime:
        return self.due_at.astimezone(self.zone)


@dataclass(frozen=True)
class Window:
    """The part of each local day in which messages may leave: from `opens` until before `closes`."""

    opens: time
    closes: time  # midnight: the end of the day

    def contains(self, moment: time) -> bool:
        return self.opens <= moment and (self.closes == MIDNIGHT or moment < self.closes)


ALL_DAY = Window(MIDNIGHT, MIDNIGHT)


def slot(*, account: Account, contact: Contact, channel: str, earliest: datetime) -> Slot:
    """The first moment not before `earliest` at which the account may write to the contact.

    `moved` says in plain words why it is later, such as "21:10 → 09:00, America/New_York".
    """
    zone = recipient_zone(account=account, contact=contact, channel=channel)
    due_at = next_opening(earliest, window=window(account=account, channel=channel), zone=zone)
    if due_at == earliest:
        return Slot(due_at, zone)
    before, after = earliest.astimezone(zone), due_at.astimezone(zone)
    return Slot(due_at, zone, f"{before:%H:%M} → {after:%H:%M}, {zone.key}: outside the sending window")


def window(*, account: Account, channel: str) -> Window:
    """The account's window; for texts, what of it the law allows (47 CFR 64.1200(c)(1)).

    An account window that lies outside the legal hours altogether leaves the legal hours.
    """
    whole_day = account.window_start == account.window_end
    own = ALL_DAY if whole_day else Window(account.window_start, account.window_end)
    if channel != Channel.SMS:
        return own
    legal_opens, legal_closes = LEGAL_TEXT_HOURS
    opens = max(own.opens, legal_opens)
    closes = legal_closes if own.closes == MIDNIGHT else min(own.closes, legal_closes)
    return Window(opens, closes) if opens < closes else Window(legal_opens, legal_closes)


def recipient_zone(*, account: Account, contact: Contact, channel: str) -> ZoneInfo:
    """The contact's own zone; for texts else the number's, when it has exactly one; else the account's."""
    if contact.time_zone:
        return ZoneInfo(contact.time_zone)
    if channel == Channel.SMS and (zone := _zone_of_number(contact.phone)):
        return zone
    return ZoneInfo(account.time_zone)


def _zone_of_number(phone: str) -> ZoneInfo | None:
    if not phone:
        return None
    zones = phonenumbers.timezone.time_zones_for_number(phonenumbers.parse(phone))
    if len(zones) != 1 or zones[0] == phonenumbers.timezone.UNKNOWN_TIMEZONE:
        return None
    return ZoneInfo(zones[0])


def next_opening(moment: datetime, *, window: Window, zone: ZoneInfo) -> datetime:
    """`moment` if the window is open then in `zone`, else when it opens next. UTC in, UTC out.

    On the day the clocks go forward, an opening that does not exist moves on by the missing hour;
    on the day they go back, the first of the two is meant.
    """
    local = moment.astimezone(zone)
    if window.contains(local.time()):
        return moment
    day = local.date() if local.time() < window.opens else local.date() + timedelta(days=1)
    return datetime.combine(day, window.opens, tzinfo=zone).astimezone(UTC)
