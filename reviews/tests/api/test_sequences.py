"""Sequences through the API."""

from collections.abc import Callable
from typing import Any

import pytest

from oauth.models import Account, User
from reviews.models import Sequence

pytestmark = pytest.mark.django_db


API = "/api/v1"


def test_a_sequence_shows_its_steps_in_order(owner_api: Any, account: Account) -> None:
    [body] = owner_api.get(f"{API}/sequences").json()["results"]
    assert (body["slug"], body["is_default"]) == ("standard", True)
    assert [(step["step"], step["delay_hours"]) for step in body["steps"]] == [(0, 0), (1, 72), (2, 168)]


def test_a_form_that_lets_somebody_choose_has_what_it_needs(owner_api: Any, account: Account) -> None:
    [body] = owner_api.get(f"{API}/sequences").json()["results"]
    sequence = Sequence.objects.get(account=account)
    assert {key: body[key] for key in ("id", "slug", "name", "is_default")} == {
        "id": sequence.pk,
        "slug": "standard",
        "name": "Standard",
        "is_default": True,
    }


def test_a_key_that_may_not_read_sees_no_sequence(
    api_client: Callable[..., Any], owner: User, account: Account
) -> None:
    writer = api_client(owner, account, ["write"])
    for path in ("sequences", f"sequences/{Sequence.objects.get(account=account).pk}"):
        answer = writer.get(f"{API}/{path}")
        assert (answer.status_code, answer.json()["error"]) == (403, "insufficient_scope")
