"""Windows: the open part of a local day, and the next moment in one. Arithmetic with clocks, no rules."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MIDNIGHT = time(0)
LOOK_AHEAD = 31  # days; a month with no opening at all is a mistake, not a calendar


@dataclass(frozen=True)
class Window:
    """The part of a local day in which messages may leave: from `opens` until before `closes`."""

    opens: time
    closes: time  # midnight: the end of the day

    def contains(self, moment: time) -> bool:
        return self.opens <= moment and (self.closes == MIDNIGHT or moment < self.closes)

    def __and__(self, other: "Window | None") -> "Window | None":
        """Return the part that both leave open; None when there is none."""
        if other is None:
            return None
        opens = max(self.opens, other.opens)
        closes = min(self.closes, other.closes, key=lambda end: time.max if end == MIDNIGHT else end)
        return Window(opens, closes) if closes == MIDNIGHT or opens < closes else None


ALL_DAY = Window(MIDNIGHT, MIDNIGHT)


def next_opening(moment: datetime, *, window_on: Callable[[date], Window | None], zone: ZoneInfo) -> datetime | None:
    """Return `moment` if the window of its day in `zone` is open then, else the next opening. UTC in, UTC out.

    None when nothing opens within LOOK_AHEAD days. On the day when the clocks go forward, an opening that does not
    exist moves on by the missing time, if that still lies in the window; on the day when they go back, the first of
    the two is meant unless it is over.
    """
    local = moment.astimezone(zone)
    for days in range(LOOK_AHEAD + 1):
        day = local.date() + timedelta(days=days)
        window = window_on(day)
        if window is None:
            continue
        if days == 0 and window.contains(local.time()):
            return moment
        if days == 0 and window.opens <= local.time():
            continue  # closed for today
        opening = datetime.combine(day, window.opens, tzinfo=zone).astimezone(UTC)
        if opening < moment:
            opening = datetime.combine(day, window.opens.replace(fold=1), tzinfo=zone).astimezone(UTC)
        if window.contains(opening.astimezone(zone).time()):
            return opening
    return None
