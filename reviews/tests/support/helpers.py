"""Helpers of several test modules: a provider that remembers, and a request on its way."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from oauth.models import Account
from reviews.delivery.channels import Accepted, ChannelError, Message
from reviews.models import Delivery, ReviewRequest
from reviews.requests.ask import Ask, ask
from reviews.requests.matching import Person

# The example body of the API reference.
REFERENCE = {
    "first_name": "Jane",
    "last_name": "Smith",
    "email": "jane@example.com",
    "mobile_phone_number": "+12125551234",
    "company_name": "Smith Industries",
    "delay_hours": 24,
    "metadata": {"source": "zapier", "custom_field": "value"},
}

JANE = Person(first_name="Jane", last_name="Smith", email="jane@example.com", phone="+12125551234")


@dataclass
class FakeProvider:
    """Stands at the network's edge: takes messages, or answers with the next error it was given."""

    sent: list[Message] = field(default_factory=list)
    errors: list[ChannelError | Exception] = field(default_factory=list)
    down: bool = False
    meanwhile: Callable[[], object] | None = None  # what happens, once, between the claim and the first send
    depth: int = field(default_factory=lambda: len(connection.savepoint_ids))

    def connect(self) -> None:
        if self.meanwhile is not None:
            happen, self.meanwhile = self.meanwhile, None
            happen()
        if self.down:
            raise ChannelError("connect", "Connection refused", untried=True)

    def send(self, message: Message) -> Accepted:
        assert len(connection.savepoint_ids) == self.depth, "a message left inside a transaction"
        if self.errors:
            raise self.errors.pop(0)
        self.sent.append(message)
        return Accepted(f"id-{len(self.sent)}")

    def close(self) -> None:
        """Nothing to let go of."""


@dataclass
class Clock:
    """A clock that stands still until it is told to go on."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **period: float) -> datetime:
        self.now += timedelta(**period)
        return self.now


def asked(account: Account, now: datetime, person: Person = JANE, **wanted: Any) -> ReviewRequest:
    return ask(account=account, wanted=Ask(person=person, **wanted), now=now).request


ENDED = ["responded", "completed", "suppressed", "cancelled", "failed"]


def in_state(account: Account, status: str, now: datetime) -> ReviewRequest:
    """Ask Jane, and put the request into the state."""
    request = asked(account, now)
    ended = now if status in ENDED else None
    ReviewRequest.objects.filter(pk=request.pk).update(status=status, ended_at=ended)
    request.refresh_from_db()
    return request


def deliveries(request: ReviewRequest) -> list[tuple[int, str, str]]:
    """Step, channel and status of each message of the request, in order."""
    rows = Delivery.objects.filter(request=request).order_by("step", "pk")
    return list(rows.values_list("step", "channel", "status"))


def error_of(channel: Any, message: Message) -> ChannelError:
    """Send the message, and return the channel's error."""
    channel.connect()
    with pytest.raises(ChannelError) as caught:
        channel.send(message)
    channel.close()
    return caught.value


# --- Calls of the API ---------------------------------------------------------------------------

URL = "/api/v1/review-requests"
KEYS = {
    "id",
    "contact_id",
    "contact_name",
    "contact_email",
    "contact_phone",
    "scheduled_for",
    "status",
    "message",
    "reason",
    "external_id",
    "held",
    "language",
    "warnings",
}


def post(client: Any, body: Any, url: str = URL, **headers: str) -> Any:
    raw = body if isinstance(body, str | bytes) else json.dumps(body)
    return client.generic("POST", url, raw, content_type="application/json", headers=headers)


def refused(response: Any, field: str | None = None) -> dict[str, Any]:
    """The error body, after a look at its shape."""
    assert response.status_code == 400, response.content
    body: dict[str, Any] = response.json()
    assert body["error"] == "invalid_request"
    assert body["error_description"]
    if field:
        assert field in body["fields"]
    return body
