"""Bar charts for the pages of staff: shapes in the units of an SVG, which templates/admin/bars.html draws."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format, get_format, time_format
from django.utils.translation import gettext

from reviewhub.languages import number
from reviews.models.base import Channel

HEIGHT = 100
COLUMN, COLUMN_GAP = 10, 1.5  # of one column, where the chart grows with their number
TIMELINE, TIMELINE_GAP = 600, 2  # of a whole timeline, whose bars share its width
MOST_COLUMNS = 120  # more would be thinner than a pixel on a phone


@dataclass(frozen=True)
class Bar:
    """One rectangle. Its numbers are texts, so that no language puts a comma into them."""

    x: str
    y: str
    width: str
    height: str
    kind: str  # the colour: a channel, or "fill"
    title: str


@dataclass(frozen=True)
class Chart:
    """Bars over one axis. `most` is the value at its top; `ticks` stand below, from left to right."""

    bars: list[Bar]
    width: int
    most: int
    half: int
    ticks: list[str]
    rows: list[tuple[str, list[int]]]  # the same in numbers, for who cannot see it
    kinds: list[tuple[str, Any]] = field(default_factory=lambda: list(Channel.choices))  # with their names


def columns_by_day(days: list[dict[str, Any]]) -> Chart:
    """Draw a column for each day; for each week when there are many."""
    size = 1 if len(days) <= MOST_COLUMNS else 7
    groups = [days[first : first + size] for first in range(0, len(days), size)]
    counts_by_name = [
        (
            day_name(group[0]["date"]) + (f" – {day_name(group[-1]['date'])}" if len(group) > 1 else ""),
            {channel: sum(day[channel] for day in group) for channel in Channel.values},
        )
        for group in groups
    ]
    middle = days[len(days) // 2]["date"]
    ticks = [day_name(day) for day in dict.fromkeys([days[0]["date"], middle, days[-1]["date"]])]
    return columns(counts_by_name, ticks)


def day_name(iso: str) -> str:
    day = date.fromisoformat(iso)
    return date_format(day, get_format("SHORT_DAY_FORMAT"))


def span_name(first: date, last: date) -> str:
    """Return the name of a span of days; of a single one, its own."""
    names = [date_format(day, get_format("SHORT_DAY_FORMAT")) for day in dict.fromkeys([first, last])]
    return " – ".join(names)


def nested_columns(names: list[str], kinds: list[tuple[str, Any]], counts: list[list[int]]) -> Chart:
    """Draw one column for each name, with the later kinds inside the earlier ones: each is a part of those before it.

    `counts`: for each name its numbers, in the order of `kinds`; these are kinds of bars, each with its name.
    """
    most = _round_up(max(numbers[0] for numbers in counts))
    bars: list[Bar] = []
    for position, (name, numbers) in enumerate(zip(names, counts, strict=True)):
        for (kind, label), value in zip(kinds, numbers, strict=True):
            bars += _column(
                position * COLUMN, COLUMN, COLUMN_GAP, [(kind, value, f"{name}, {label}: {number(value)}")], most
            )
    ticks = list(dict.fromkeys([names[0], names[len(names) // 2], names[-1]]))
    return Chart(bars, len(names) * COLUMN, most, most // 2, ticks, list(zip(names, counts, strict=True)), kinds)


def columns(groups: list[tuple[str, dict[str, int]]], ticks: list[str]) -> Chart:
    """Draw one column for each name, stacked from its number of mails and of texts."""
    most = _round_up(max(sum(counts.values()) for _, counts in groups))
    bars: list[Bar] = []
    for position, (name, counts) in enumerate(groups):
        parts = [
            (
                channel.value,
                counts[channel],
                (
                    gettext("%(time)s: %(number)s by e-mail")
                    if channel == Channel.EMAIL
                    else gettext("%(time)s: %(number)s by text message")
                )
                % {"time": name, "number": number(counts[channel])},
            )
            for channel in Channel
        ]
        bars += _column(position * COLUMN, COLUMN, COLUMN_GAP, parts, most)
    rows = [(name, [counts[channel] for channel in Channel.values]) for name, counts in groups]
    return Chart(bars, len(groups) * COLUMN, most, most // 2, ticks, rows)


def timeline(series: list[tuple[datetime, int]]) -> Chart:
    """Draw one bar for each moment; the highest fills the chart, and the ticks are its first and its last moment."""
    numbers = [(time_format(timezone.localtime(moment)), count) for moment, count in series]
    most, width = max(count for _, count in numbers), TIMELINE / len(numbers)
    bars: list[Bar] = []
    for position, (name, count) in enumerate(numbers):
        bars += _column(position * width, width, TIMELINE_GAP, [("fill", count, f"{name}: {number(count)}")], most)
    rows = [(name, [count]) for name, count in numbers]
    return Chart(bars, TIMELINE, most, most // 2, [numbers[0][0], numbers[-1][0]], rows)


def _column(x: float, width: float, gap: float, parts: list[tuple[str, int, str]], most: int) -> list[Bar]:
    """Stack bars from the ground up: kind, value and title of each; those without a value are left out."""
    bars, top = [], float(HEIGHT)
    for kind, value, title in parts:
        if value:
            height = value / most * HEIGHT
            top -= height
            bars.append(Bar(f"{x + gap / 2:g}", f"{top:.2f}", f"{width - gap:g}", f"{height:.2f}", kind, title))
    return bars


def _round_up(value: int) -> int:
    """Return the next number that is easy to read off an axis; an even one, for the line in the middle."""
    step = 1
    while True:
        for factor in (2, 4, 6, 8, 10, 12, 16):
            if value <= factor * step:
                return factor * step
        step *= 10


def percent(count: int, whole: int) -> str:
    return f"{100 * count / whole:.1f}" if whole else "0"
