"""Conversations for tests: a customer's text as Twilio posts it, and a member's answer to it."""

from datetime import datetime
from typing import Any

from oauth.models import Account, User
from reviews.delivery import answers
from reviews.delivery.provider_events import apply
from reviews.models import Delivery, DeliveryEvent, InboxItem
from reviews.models.base import Channel
from reviews.tests.support.helpers import JANE

COMPLAINT = "The filling fell out, I need an appointment today!!"


def text_in(account: Account, words: str, now: datetime, *, number: str = JANE.phone) -> DeliveryEvent:
    """Take the text of a customer, as if Twilio had posted it."""
    event = DeliveryEvent.objects.create(
        provider="twilio",
        key=f"SM{DeliveryEvent.objects.count()}",
        kind="replied",
        address=number,
        text=words,
        occurred_at=now,
        received_at=now,
        payload={"To": account.text_sender},
    )
    apply.apply(event_id=event.pk, now=now)
    return event


def answer(
    item: InboxItem, by: User, now: datetime, *, words: str = "Come at four.", channel: str = "sms", **more: Any
) -> Delivery:
    """Write an answer to the item, by somebody who has read all there is."""
    latest = Delivery.objects.answers().order_by("-pk").values_list("pk", flat=True).first() or 0
    newest = InboxItem.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    read = answers.Read(item=newest, answer=latest)
    keywords = {"token": f"form {latest}", "read": read} | more
    return answers.write(item=item, channel=Channel(channel), words=words, by=by, now=now, **keywords)
