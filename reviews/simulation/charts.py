"""The result of a simulation as its page shows it: charts, shares, and the labels of what the result has codes for."""

from datetime import datetime
from typing import Any

from django.utils.formats import localize
from django.utils.translation import gettext

from reviews.insights.charts import columns, columns_by_day, percent
from reviews.models import Delivery, ReviewRequest
from reviews.models.base import Channel


def charts(result: dict[str, Any]) -> dict[str, Any]:
    """Return what the page draws and lists beside the plain numbers of the result."""
    busiest = result["busiest"]
    hours = [(f"{hour}:00", counts) for hour, counts in enumerate(result["hours"])]
    return {
        "days": columns_by_day(result["days"]),
        "hours": columns(hours, ["0:00", "6:00", "12:00", "18:00", "24:00"]),
        "funnel": [(name, count, percent(count, result["asks"])) for name, count in result["funnel"]],
        "requests": [
            (status.label, result["requests"][status], percent(result["requests"][status], result["asks"]))
            for status in ReviewRequest.Status
            if result["requests"][status]
        ],
        "outcomes": _outcomes(result["steps"]),
        "busiest": busiest and {"count": busiest["count"], "at": datetime.fromisoformat(busiest["minute"])},
        "examples": [_example(message) for message in result["examples"]],
    }


def _step(position: int) -> str:
    return gettext("Follow-up %(position)s") % {"position": position} if position else gettext("First ask")


def _example(message: dict[str, Any]) -> dict[str, Any]:
    local = datetime.fromisoformat(message["local"])
    return message | {
        "step": _step(message["step"]),
        "channel": Channel(message["channel"]).label,
        "outcome": Delivery.Status(message["outcome"]).label,
        "local": localize(local),
    }


def _outcomes(steps: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the table of steps, without the columns of outcomes that no message had."""
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
