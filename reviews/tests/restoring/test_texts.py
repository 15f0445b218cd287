"""What customers texted between a backup and its restore, as Twilio lists it."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Response

from oauth.models import Account
from reviews import tasks
from reviews.models import Delivery, DeliveryEvent, Restore, ReviewRequest, Suppression
from reviews.requests.matching import Person
from reviews.restoring import texts
from reviews.restoring.settle import settle
from reviews.tests.support.helpers import Clock, asked

pytestmark = pytest.mark.django_db

NUMBER, OURS = "+12125551234", "+15005550006"
PATH = "/2010-04-01/Accounts/AC1/Messages.json"
HOUR = timedelta(hours=1)


@pytest.fixture
def twilio(httpserver: HTTPServer, settings: Any) -> HTTPServer:
    settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN, settings.TEXT_PROVIDER = "AC1", "secret", True
    settings.TWILIO_API_URL, settings.TWILIO_FROM = httpserver.url_for("").rstrip("/"), OURS
    return httpserver


@pytest.fixture
def texted(account: Account, clock: Clock) -> ReviewRequest:
    """A request whose first text had left before the backup."""
    request = asked(account, clock(), person=Person(first_name="Tim", phone=NUMBER))
    Delivery.objects.update(status="sent", sent_at=clock(), provider_id="SM1")
    ReviewRequest.objects.update(status="sent", sent_at=clock())
    return request


def text(sid: str, body: str, at: datetime, direction: str = "inbound") -> dict[str, str]:
    ends = {"from": NUMBER, "to": OURS} if direction == "inbound" else {"from": OURS, "to": NUMBER}
    moment = at.strftime("%a, %d %b %Y %H:%M:%S +0000")
    return {"sid": sid, "direction": direction, "body": body, "date_sent": moment, **ends}


def listing(server: HTTPServer, *listed: dict[str, str]) -> None:
    page = {"messages": listed, "page": 0, "page_size": 50, "next_page_uri": None}
    server.clear_all_handlers()
    server.expect_request(PATH, method="GET").respond_with_response(Response(json.dumps(page)))


def test_an_opt_out_since_the_backup_holds(twilio: HTTPServer, texted: ReviewRequest, clock: Clock) -> None:
    backed_up_at = clock()
    long_ago = text("SM2", "Thanks!", clock() - timedelta(days=1))
    stop = text("SM3", "please stop texting me", clock() + HOUR / 2)
    ours = text("SM4", "STOP is a word of ours", clock() + HOUR / 2, "outbound-api")
    listing(twilio, ours, stop, long_ago)
    done = settle(backed_up_at=backed_up_at, now=clock() + HOUR)
    [suppression] = Suppression.objects.all()
    assert (suppression.address, suppression.reason) == (NUMBER, "stop")
    assert [event.provider_id for event in DeliveryEvent.objects.all()] == ["SM3"]
    assert done.texts_read_at == clock() + HOUR


def test_a_text_that_was_taken_before_the_backup_changes_nothing(
    twilio: HTTPServer, texted: ReviewRequest, clock: Clock
) -> None:
    stop = text("SM3", "STOP", clock())
    listing(twilio, stop)
    Restore.objects.create(backed_up_at=clock(), restored_at=clock())
    assert texts.read_missed(now=clock()) == 1
    Suppression.objects.update(lifted_at=clock() + HOUR)  # staff know better
    Restore.objects.update(texts_read_at=None)
    assert texts.read_missed(now=clock() + HOUR) == 0
    assert not Suppression.objects.active().exists()


def test_a_provider_that_is_away_is_asked_again_each_minute(
    twilio: HTTPServer, texted: ReviewRequest, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    twilio.expect_request(PATH).respond_with_response(Response("{}", 503))
    backed_up_at = clock()
    settle(backed_up_at=backed_up_at, now=clock() + HOUR)
    assert not Suppression.objects.exists()
    listing(twilio, text("SM3", "STOP", backed_up_at + HOUR / 2))
    monkeypatch.setattr("reviews.tasks.timezone.now", lambda: clock() + HOUR)
    tasks.tick()
    assert Suppression.objects.active().exists()


def test_without_a_provider_of_texts_nobody_is_asked(account: Account, clock: Clock) -> None:
    assert settle(backed_up_at=clock(), now=clock() + HOUR).texts_read_at is None
