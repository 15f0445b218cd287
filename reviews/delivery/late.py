"""What processes of the release before kept while an update ran, and after it until they were ended.

They know no inbox: what customers said to them has no item, and nobody would see it.
"""

from datetime import datetime, timedelta

from django.db import transaction

from reviews.delivery.provider_events.meaning import Meaning, read
from reviews.inbox import items
from reviews.models import DeliveryEvent, Feedback

KEPT_WITHIN = timedelta(days=2)  # before it is looked for
FOR_STAFF = (Meaning.REPLY, Meaning.UNCLEAR, Meaning.WRONG_NUMBER)


def take_in_late(now: datetime) -> int:
    """Put feedback and replies into the inbox that have no item; return how many. What those texts ask for was done."""
    since, count = now - KEPT_WITHIN, 0
    feedback = Feedback.objects.filter(inbox_item=None, created_at__gte=since).select_related("request")
    for row in feedback.order_by("pk"):
        with transaction.atomic():
            items.keep_feedback(row)
        count += 1
    # A process of today notes a meaning of each text that it applies.
    texts = DeliveryEvent.objects.filter(kind=DeliveryEvent.Kind.REPLIED, meaning="", inbox_items=None)
    texts = texts.filter(received_at__gte=since, applied_at__isnull=False, account__isnull=False)
    for event in texts.select_related("account").order_by("pk"):
        if event.account and read(event.text, event.payload.get("OptOutType", "")).meaning in FOR_STAFF:
            with transaction.atomic():
                items.add_reply(event, account=event.account)
            count += 1
    return count
