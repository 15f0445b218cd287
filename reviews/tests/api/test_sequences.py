"""Sequences through the API."""

from typing import Any

import pytest

from oauth.models import Account

pytestmark = pytest.mark.django_db


API = "/api/v1"


def test_a_sequence_shows_its_steps_in_order(owner_api: Any, account: Account) -> None:
    [body] = owner_api.get(f"{API}/sequences").json()["results"]
    assert (body["slug"], body["is_default"]) == ("standard", True)
    assert [(step["step"], step["delay_hours"]) for step in body["steps"]] == [(0, 0), (1, 72), (2, 168)]
