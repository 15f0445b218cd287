"""Reports of a result: text for a terminal, and its messages as CSV for a spreadsheet."""

import csv
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any, TextIO
from zoneinfo import ZoneInfo

from reviews.models import Delivery, ReviewRequest
from reviews.models.base import Channel

EIGHTHS = " ▏▎▍▌▋▊▉█"
LEVELS = " ▁▂▃▄▅▆▇█"
WIDE = 40


def bar(value: float, most: float, width: int = WIDE) -> str:
    """Draw a horizontal bar, exact to an eighth of a character; any value above 0 shows."""
    eighths = round(value / most * width * 8) if most else 0
    if value and not eighths:
        eighths = 1
    return ("█" * (eighths // 8) + EIGHTHS[eighths % 8]).rstrip()


def columns(values: Sequence[float], most: float) -> str:
    """Draw one character for each value, as high as the value; any value above 0 shows."""
    levels = (max(1, round(value / most * 8)) if value and most else 0 for value in values)
    return "".join(LEVELS[level] for level in levels)


def text_report(result: dict[str, Any]) -> str:
    """Return the result as text for a terminal."""
    return "\n".join(_lines(result))


def _lines(result: dict[str, Any]) -> Iterator[str]:
    plan, timing = result["plan"], result["timing"]
    start = datetime.fromisoformat(plan["start"]).astimezone(ZoneInfo(result["time_zone"]))
    yield f"{result['account']}, sequence {result['sequence']}: {plan['days']} days from {start:%d %B %Y, %H:%M} on"
    asks, sent = result["asks"], result["sent"]
    yield f"{asks:,} asks to {plan['contacts']:,} customers → {sent:,} messages, seed {plan['seed']}"
    yield "rates: " + ", ".join(f"{name.replace('_', '-')} {value:.1%}" for name, value in plan["rates"].items())
    yield from _days(result)
    yield from _hours(result)
    yield from _funnel(result)
    yield from _steps(result)
    yield from _counts("How the requests stand", _statuses(result))
    yield from _counts("Moved, by rule", result["moves"])
    yield from _counts("Planned and not sent", result["not_sent"])
    yield from _counts("Addresses suppressed", result["suppressions"])
    if busiest := result["busiest"]:
        minute = datetime.fromisoformat(busiest["minute"]).astimezone(ZoneInfo(result["time_zone"]))
        yield ""
        yield f"Busiest minute: {minute:%d %B %Y, %H:%M} with {_name_counts(busiest)}"
    yield from _examples(result["examples"])
    yield ""
    yield (
        f"{timing['seconds']:.1f} s in {timing['processes']} processes: {timing['engine']:.1f} s the engine, "
        f"{timing['own']:.1f} s around it. Nothing was sent, and no row was touched."
    )


def _days(result: dict[str, Any]) -> Iterator[str]:
    """Draw a line for each week, with a column for each day."""
    days = result["days"]
    totals = [sum(day[channel] for channel in Channel.values) for day in days]
    weeks = [slice(first, first + 7) for first in range(0, len(days), 7)]
    most, most_in_week = max(totals), max(sum(totals[week]) for week in weeks)
    yield from _heading(f"Messages by day ({result['time_zone']}; a column a day, a line a week)")
    for week in weeks:
        total = sum(totals[week])
        first = date.fromisoformat(days[week][0]["date"])
        yield f"  {first:%d %b %Y}  {columns(totals[week], most):7}  {total:6,}  {bar(total, most_in_week)}".rstrip()


def _hours(result: dict[str, Any]) -> Iterator[str]:
    totals = [sum(hour.values()) for hour in result["hours"]]
    busy = [hour for hour, total in enumerate(totals) if total]
    yield from _heading("Messages by hour of the recipient's day")
    for hour in range(busy[0], busy[-1] + 1) if busy else ():
        yield f"  {hour:02}:00  {totals[hour]:6,}  {bar(totals[hour], max(totals))}".rstrip()


def _funnel(result: dict[str, Any]) -> Iterator[str]:
    yield from _heading("Funnel")
    for name, count in result["funnel"]:
        share = count / result["asks"]
        yield f"  {name:18}{count:7,}  {share:6.1%}  {bar(count, result['asks'])}".rstrip()


def _steps(result: dict[str, Any]) -> Iterator[str]:
    shown = [status for status in Delivery.Status if any(step["outcomes"][status] for step in result["steps"])]
    yield from _heading("Messages by step, channel and outcome")
    yield "  " + f"{'step':6}{'channel':14}" + "".join(f"{status.label.lower():>11}" for status in shown)
    for step in result["steps"]:
        counts = "".join(f"{step['outcomes'][status]:11,}" for status in shown)
        yield f"  {step['step']:<6}{Channel(step['channel']).label:14}{counts}"


def _statuses(result: dict[str, Any]) -> list[list[Any]]:
    rows = [[status.label, result["requests"][status]] for status in ReviewRequest.Status if result["requests"][status]]
    return [*rows, ["Joined to an open request", result["joined"]]] if result["joined"] else rows


def _counts(title: str, rows: list[list[Any]]) -> Iterator[str]:
    if rows:
        yield from _heading(title)
        for text, count in rows:
            yield f"  {count:7,}  {text}"


def _examples(examples: list[dict[str, Any]]) -> Iterator[str]:
    if examples:
        yield from _heading(f"The first {len(examples)} messages")
    for row in examples:
        local = datetime.fromisoformat(row["local"])
        channel = Channel(row["channel"]).label.lower()
        yield f"  {local:%d %b %H:%M} {row['zone']}, step {row['step']} by {channel} to {row['to']}: {row['outcome']}"
        if row["reason"]:
            yield f"      ({row['reason']})"
        yield f"      {row['subject'] or row['text']}"


def _name_counts(counts: dict[str, Any]) -> str:
    """Return counts by channel in words, such as "3 mails and 1 text"."""
    nouns = {Channel.EMAIL: ("mail", "mails"), Channel.SMS: ("text", "texts")}
    return " and ".join(f"{counts[channel]:,} {nouns[channel][counts[channel] != 1]}" for channel in Channel)


def _heading(title: str) -> Iterator[str]:
    yield ""
    yield title


def write_csv(result: dict[str, Any], file: TextIO) -> None:
    """Write a line for each message, sent or not. The result must be of a plan with `listing`."""
    names = ["at", "local", "zone", "to", "step", "channel", "outcome", "reason"]
    writer = csv.DictWriter(file, names)
    writer.writeheader()
    writer.writerows(result["messages"])
