"""Alerts and dashboard of `packaging/watch/`: what they ask for exists at `/metrics`. Fields of log lines are said."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from oauth.models import Account
from reviewhub.logs import FIELDS
from reviews.models import Delivery, Pause, WorkerBeat
from reviews.tests.support.helpers import asked

WATCH = Path(settings.BASE_DIR) / "packaging" / "watch"
ALERTS = [rule for group in yaml.safe_load((WATCH / "alerts.yml").read_text())["groups"] for rule in group["rules"]]
DASHBOARD = json.loads((WATCH / "dashboard.json").read_text())
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]

# Words of PromQL, and what Prometheus adds to each metric itself.
OF_PROMETHEUS = {"up", "job", "instance"}
_METRIC = re.compile(r"\b(?:reviewhub_\w+|up)\b")
_LABEL = re.compile(r"\$labels\.(\w+)|\{\{(\w+)\}\}|\b(?:by|without) \((\w+)\)|\{(\w+)=")


def expressions() -> Iterator[tuple[str, str]]:
    """Yield each expression with the words around it that name its labels."""
    for rule in ALERTS:
        yield rule["expr"], " ".join(rule["annotations"].values())
    for panel in PANELS:
        for target in panel["targets"]:
            yield target["expr"], target["legendFormat"]


@pytest.fixture
def told(client: Client, account: Account) -> dict[str, set[str]]:
    """The metrics of an installation in which something is wrong, with their labels."""
    now = timezone.now()
    asked(account, now)
    Delivery.objects.update(status=Delivery.Status.FAILED, error_code="550", due_at=now)
    WorkerBeat.objects.create(worker="a:1", started_at=now, beat_at=now, restarts=2)
    Pause.objects.create(channel="sms", code="20003", since=now, retry_at=now)
    samples = [
        one
        for family in text_string_to_metric_families(client.get("/metrics").content.decode())
        for one in family.samples
    ]
    return {
        name: {label for one in samples if one.name == name for label in one.labels}
        for name in {s.name for s in samples}
    }


@pytest.mark.django_db
def test_they_ask_for_what_is_told(told: dict[str, set[str]]) -> None:
    for expression, words in expressions():
        names = set(_METRIC.findall(expression))
        assert names, expression
        assert names - OF_PROMETHEUS <= set(told), expression
        labels = {label for found in _LABEL.findall(f"{expression} {words}") for label in found if label}
        assert labels - OF_PROMETHEUS <= set().union(*(told.get(name, set()) for name in names)), expression


@pytest.mark.django_db
def test_the_dashboard_shows_all_that_is_told(told: dict[str, set[str]]) -> None:
    shown = {name for panel in PANELS for target in panel["targets"] for name in _METRIC.findall(target["expr"])}
    assert {name for name in told if name.startswith("reviewhub_")} == shown


def test_each_alert_says_what_to_do() -> None:
    assert len({rule["alert"] for rule in ALERTS}) == len(ALERTS)
    for rule in ALERTS:
        assert rule["labels"]["severity"] in ("page", "ticket"), rule["alert"]
        assert set(rule["annotations"]) == {"summary", "action"}, rule["alert"]


def test_the_panels_lie_beside_each_other() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        place: dict[str, Any] = panel["gridPos"]
        cells = {(place["x"] + x, place["y"] + y) for x in range(place["w"]) for y in range(place["h"])}
        assert not cells & taken, panel["title"]
        assert max(x for x, _ in cells) < 24, panel["title"]
        taken |= cells
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])


def test_the_fields_of_log_lines_are_said() -> None:
    document = (Path(settings.BASE_DIR) / "docs" / "run-it.md").read_text()
    table = document.split("| field | holds |")[1].split("\n\n")[0]
    said = {
        name for row in table.splitlines() for name in re.findall(r"`(\w+)`", row.split("|")[1] if "|" in row else "")
    }
    always = {"timestamp", "level", "logger", "event", "request_id", "exception", "stack"}
    assert said == always | {"provider_event" if name == "event" else name for name in FIELDS}
