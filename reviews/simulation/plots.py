"""The shapes of a result's plots: bars in the units of an SVG; a template draws them."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from reviews.models import Delivery, ReviewRequest
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


def charts(result: dict[str, Any]) -> dict[str, Any]:
    """What the page shows of a result."""
    busiest = result["busiest"]
    hours = [(f"{hour}:00", counts) for hour, counts in enumerate(result["hours"])]
    return {
        "days": _days(result["days"]),
        "hours": _columns(hours, ["0:00", "6:00", "12:00", "18:00", "24:00"]),
        "funnel": [(name, count, _percent(count, result["asks"])) for name, count in result["funnel"]],
        "requests": [
            (status.label, result["requests"][status], _percent(result["requests"][status], result["asks"]))
            for status in ReviewRequest.Status
            if result["requests"][status]
        ],
        "outcomes": _outcomes(result["steps"]),
        "busiest": busiest and {"count": busiest["count"], "at": datetime.fromisoformat(busiest["minute"])},
        "examples": [_example(one) for one in result["examples"]],
    }


def _percent(count: int, whole: int) -> str:
    return f"{100 * count / whole:.1f}" if whole else "0"


def _days(days: list[dict[str, Any]]) -> Chart:
    """A column for each day; for each week when there are many."""
    size = 1 if len(days) <= MOST_BARS else 7
    groups = [days[first : first + size] for first in range(0, len(days), size)]
    named = [
        (
            _day(group[0]["date"]) + (f" – {_day(group[-1]['date'])}" if len(group) > 1 else ""),
            {channel: sum(day[channel] for day in group) for channel in Channel.values},
        )
        for group in groups
    ]
    middle = days[len(days) // 2]["date"]
    ticks = [_day(day) for day in dict.fromkeys([days[0]["date"], middle, days[-1]["date"]])]
    return _columns(named, ticks)


def _day(iso: str) -> str:
    day = date.fromisoformat(iso)
    return f"{day.day} {day:%b}"


def _columns(groups: list[tuple[str, dict[str, int]]], ticks: list[str]) -> Chart:
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


def _step(position: int) -> str:
    return f"Follow-up {position}" if position else "First ask"


def _example(one: dict[str, Any]) -> dict[str, Any]:
    local = datetime.fromisoformat(one["local"])
    return one | {
        "step": _step(one["step"]),
        "channel": Channel(one["channel"]).label,
        "outcome": Delivery.Status(one["outcome"]).label,
        "local": f"{local.day} {local:%B, %H:%M}",
    }


def _outcomes(steps: list[dict[str, Any]]) -> dict[str, Any]:
    """The table of steps, without the outcomes that there were none of."""
    shown = [status for status in Delivery.Status if any(step["outcomes"][status] for step in steps)]
    return {
        "names": [status.label for status in shown],
        "rows": [
            (
                _step(step["step"]),
                Channel(step["channel"]).label,
                [step["outcomes"][status] for status in shown],
            )
            for step in steps
        ],
    }
