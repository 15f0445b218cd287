"""Texts in doubt: what the provider's list of messages makes of them."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from oauth.models import Account
from reviews.delivery import advance, claims, drain, reconcile
from reviews.delivery.channels import ChannelError
from reviews.models import Delivery, ReviewRequest
from reviews.requests import lifecycle
from reviews.requests.matching import Person
from reviews.tests.support.helpers import Clock, FakeProvider, asked, deliveries

pytestmark = pytest.mark.django_db

NUMBER = "+12125551234"


@pytest.fixture
def unknown(account: Account, clock: Clock, provider: FakeProvider) -> Delivery:
    """A text that the provider did not answer, some minutes ago."""
    asked(account, clock(), person=Person(first_name="Jane", phone=NUMBER))
    provider.errors = [ChannelError("no-answer", "timed out", in_doubt=True)]
    drain.send_due(clock)
    row = Delivery.objects.get()
    assert row.status == "unknown"
    clock.forward(minutes=6)
    return row


@pytest.fixture
def listed(httpserver: HTTPServer, settings: Any) -> Callable[..., None]:
    """Twilio's list of messages, in its own shape; what was asked of it is checked."""
    settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN, settings.TEXT_PROVIDER = "AC1", "secret", True
    settings.TWILIO_API_URL = httpserver.url_for("").rstrip("/")

    def answer(*texts: dict[str, Any], status: int = 200) -> None:
        def list_texts(request: Request) -> Response:
            assert request.args["To"] == NUMBER
            return Response(json.dumps({"messages": texts, "page": 0, "page_size": 50, "next_page_uri": None}), status)

        path = "/2010-04-01/Accounts/AC1/Messages.json"
        httpserver.expect_request(path, method="GET").respond_with_handler(list_texts)

    return answer


def text(body: str, clock: Clock, sid: str = "SM7", **age: float) -> dict[str, Any]:
    made = clock() - timedelta(**age)
    return {"sid": sid, "body": body, "status": "sent", "date_created": made.strftime("%a, %d %b %Y %H:%M:%S +0000")}


def test_a_text_that_the_provider_has_counts_as_sent_and_the_next_step_follows(
    unknown: Delivery, clock: Clock, listed: Callable[..., None]
) -> None:
    listed(
        text("somebody else's", clock, "SM1", minutes=6),
        text(f"Hi Jane … /r/{unknown.link_token} Reply STOP", clock, "SM2", minutes=6),
    )
    assert reconcile.reconcile(now=clock()) == 1
    row = Delivery.objects.get(step=0)
    assert (row.status, row.provider_id, row.sent_at) == ("sent", "SM2", unknown.due_at)
    assert deliveries(row.request) == [(0, "sms", "sent"), (1, "sms", "planned")]
    row.request.refresh_from_db()
    assert row.request.status == "sent"


def test_a_text_that_the_provider_does_not_have_is_sent_again(
    unknown: Delivery, clock: Clock, listed: Callable[..., None], provider: FakeProvider
) -> None:
    listed(text("somebody else's", clock, minutes=6))
    assert reconcile.reconcile(now=clock()) == 1
    assert drain.send_due(clock) == 1
    assert [message.to for message in provider.sent] == [NUMBER]


def test_a_text_found_with_the_same_link_from_long_ago_is_another_one(
    unknown: Delivery, clock: Clock, listed: Callable[..., None]
) -> None:
    listed(text(f"/r/{unknown.link_token}", clock, days=1))
    reconcile.reconcile(now=clock())
    assert Delivery.objects.get().status == "planned"


def test_nothing_is_asked_before_the_list_is_complete(
    unknown: Delivery, clock: Clock, listed: Callable[..., None]
) -> None:
    listed()
    assert reconcile.reconcile(now=unknown.due_at + timedelta(minutes=4)) == 0
    assert Delivery.objects.get().status == "unknown"


@pytest.mark.parametrize("status", [401, 429, 500])
def test_while_the_provider_cannot_be_asked_nothing_is_sent(
    unknown: Delivery, clock: Clock, listed: Callable[..., None], status: int
) -> None:
    listed(status=status)
    assert reconcile.reconcile(now=clock()) == 0
    assert drain.send_due(clock) == 0
    assert deliveries(unknown.request) == [(0, "sms", "unknown")]


def test_a_text_whose_worker_died_is_looked_for_at_the_time_it_was_tried(
    account: Account, clock: Clock, provider: FakeProvider, listed: Callable[..., None]
) -> None:
    asked(account, clock(), person=Person(first_name="Jane", phone=NUMBER))
    [row] = claims.claim("sms", clock())
    advance.mark_and_declare(sent=[], ready=[row], now=clock())
    clock.forward(hours=5)  # the whole installation was down
    assert drain.send_due(clock) == 0
    listed(text(f"/r/{row.link_token}", clock, hours=5))
    reconcile.reconcile(now=clock())
    assert Delivery.objects.get(step=0).status == "sent"
    assert provider.sent == []


def test_after_a_day_without_an_answer_the_sequence_goes_on_and_staff_decide(
    unknown: Delivery, clock: Clock, listed: Callable[..., None]
) -> None:
    listed(status=500)
    clock.forward(days=1)
    for _ in range(2):
        reconcile.reconcile(now=clock())
    assert deliveries(unknown.request) == [(0, "sms", "unknown"), (1, "sms", "planned")]
    assert "staff decide" in Delivery.objects.get(step=0).reason


def test_a_text_that_never_left_is_cancelled_when_its_request_has_ended(
    unknown: Delivery, clock: Clock, listed: Callable[..., None]
) -> None:
    listed()
    lifecycle.cancel_request(request=ReviewRequest.objects.get(), now=clock())
    reconcile.reconcile(now=clock())
    assert Delivery.objects.get().status == "cancelled"


def test_a_text_that_never_leaves_fails_after_its_tries(
    unknown: Delivery, clock: Clock, listed: Callable[..., None]
) -> None:
    listed()
    Delivery.objects.update(attempts=7)
    reconcile.reconcile(now=clock())
    assert Delivery.objects.get().status == "failed"
    assert ReviewRequest.objects.get().status == "failed"


def test_two_reconciliations_at_once_settle_it_once(unknown: Delivery, clock: Clock) -> None:
    assert reconcile.record_sent(unknown, by=Delivery.Mover.RECONCILIATION, provider_id="SM1", now=clock())
    assert not reconcile.plan_again(unknown, now=clock())
    assert Delivery.objects.get(step=0).status == "sent"
