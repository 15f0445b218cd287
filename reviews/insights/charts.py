"""The shapes of plots: bars in the units of an SVG; a template draws them."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from reviews.models.base import Channel

STEP, GAP, HEIGHT = 10, 1.5, 100
MOST_BARS = 120  # more would be thinner than a pixel on a phone


@dataclass(frozen=True)
class Bar:
    """One rectangle. Texts, so that no language puts a comma into a number."""

    x: str
    y: str
    width: str
    height: str
    kind: str
    title: str


@dataclass(frozen=True)
class Chart:
    """Stacked columns. `most` is the value at the top; `ticks` stand below, from left to right."""

    bars: list[Bar]
    width: int
    most: int
    half: int
    ticks: list[str]
    rows: list[tuple[str, list[int]]]  # the same in numbers, for who cannot see it


def columns_by_day(days: list[dict[str, Any]]) -> Chart:
    """A column for each day; for each week when there are many."""
    size = 1 if len(days) <= MOST_BARS else 7
    groups = [days[first : first + size] for first in range(0, len(days), size)]
    named = [
        (
            day_name(group[0]["date"]) + (f" – {day_name(group[-1]['date'])}" if len(group) > 1 else ""),
            {channel: sum(day[channel] for day in group) for channel in Channel.values},
        )
        for group in groups
    ]
    middle = days[len(days) // 2]["date"]
    ticks = [day_name(day) for day in dict.fromkeys([days[0]["date"], middle, days[-1]["date"]])]
    return columns(named, ticks)


def day_name(iso: str) -> str:
    day = date.fromisoformat(iso)
    return f"{day.day} {day:%b}"


def columns(groups: list[tuple[str, dict[str, int]]], ticks: list[str]) -> Chart:
    """One column for each name, stacked from its number of mails and of texts."""
    most = _round_up(max(sum(counts.values()) for _, counts in groups))
    bars = []
    for position, (name, counts) in enumerate(groups):
        top = float(HEIGHT)
        for channel in Channel:
            height = counts[channel] / most * HEIGHT
            top -= height
            if height:
                x, width = position * STEP + GAP / 2, STEP - GAP
                title = f"{name}: {counts[channel]:,} by {channel.label.lower()}"
                bars.append(Bar(f"{x:g}", f"{top:.2f}", f"{width:g}", f"{height:.2f}", channel.value, title))
    rows = [(name, [counts[channel] for channel in Channel.values]) for name, counts in groups]
    return Chart(bars, len(groups) * STEP, most, most // 2, ticks, rows)


def _round_up(value: int) -> int:
    """The next number that is easy to read off an axis; an even one, for the line in the middle."""
    step = 1
    while True:
        for factor in (2, 4, 6, 8, 10, 12, 16):
            if value <= factor * step:
                return factor * step
        step *= 10


def percent(count: int, whole: int) -> str:
    return f"{100 * count / whole:.1f}" if whole else "0"
