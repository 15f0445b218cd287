"""Errors of messages: the code, and the words that staff read about it."""

from datetime import datetime
from typing import Any

import pytest

from oauth.models import Account
from reviews.models import Delivery, Event
from reviews.models.provider_codes import CODES, explain
from reviews.tests.support.helpers import URL, asked
from reviews.webhooks import events

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("code", "text", "answer"),
    [
        ("30005", "Unknown destination handset", ("30005: Unknown destination handset", "30005", explain("30005"))),
        ("30034", "30034", ("30034: 30034", "30034", explain("30034"))),
        ("99999", "What", ("99999: What", "99999", "A code of the provider; its own documentation says more.")),
        ("", "The template is empty.", ("The template is empty.", None, "The template is empty.")),
        ("", "", (None, None, None)),
    ],
)
def test_a_message_says_its_code_and_what_that_means(
    owner_api: Any, account: Account, now: datetime, code: str, text: str, answer: tuple[str | None, ...]
) -> None:
    request = asked(account, now)
    Delivery.objects.update(status="failed", error_code=code, error_text=text)
    [message] = owner_api.get(f"{URL}/{request.pk}").json()["messages"]
    assert (message["error"], message["error_code"], message["error_description"]) == answer


def test_an_event_says_the_same(owner_api: Any, account: Account, now: datetime) -> None:
    asked(account, now)
    Delivery.objects.update(status="failed", error_code="30005", error_text="x")
    events.record(events.of_message(Delivery.objects.get(), Event.Type.MESSAGE_FAILED, now))
    [failed, _] = owner_api.get("/api/v1/events").json()["results"]
    words = next(row.words for row in CODES if row.code == "30005")
    assert failed["data"]["message"]["error_description"] == words
