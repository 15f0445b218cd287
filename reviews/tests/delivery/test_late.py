"""What a process of the release before keeps while it runs beside today's: staff see it."""

from datetime import datetime, timedelta

import pytest

from oauth.models import Account
from reviews.delivery.late import take_in_late
from reviews.models import DeliveryEvent, Feedback, InboxItem
from reviews.tests.support.helpers import asked

pytestmark = pytest.mark.django_db


def test_feedback_of_such_a_process_comes_into_the_inbox_once(account: Account, now: datetime) -> None:
    request = asked(account, now)
    Feedback.objects.create(account=account, request=request, rating=1, text="Waited.", created_at=now, updated_at=now)
    Feedback.objects.create(account=account, rating=1, created_at=now - timedelta(days=3), updated_at=now)
    assert [take_in_late(now), take_in_late(now)] == [1, 0]
    item = InboxItem.objects.get()
    assert (item.kind, item.text, item.stars, item.contact_id) == ("feedback", "Waited.", 1, request.contact_id)
    assert item.is_to_tell


def test_a_reply_does_too_and_no_command(account: Account, now: datetime) -> None:
    for number, (text, meaning) in enumerate([("Thank you", ""), ("STOP", ""), ("Of today", "reply")]):
        DeliveryEvent.objects.create(
            account=account,
            provider="twilio",
            key=f"{number}",
            kind="replied",
            address="+12125551234",
            text=text,
            meaning=meaning,
            occurred_at=now,
            received_at=now,
            applied_at=now,
        )
    assert [take_in_late(now), take_in_late(now)] == [1, 0]
    assert InboxItem.objects.get().text == "Thank you"
