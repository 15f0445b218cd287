"""What customers texted between a backup and its restore: the provider still lists it, opt-outs among it."""

import logging
from datetime import datetime, timedelta

from django.conf import settings

from reviews.delivery.channels import ChannelError, received_texts
from reviews.delivery.provider_events import apply, parse, store
from reviews.delivery.reconcile import CLOCK_TOLERANCE
from reviews.models import DeliveryEvent, Restore

logger = logging.getLogger(__name__)

ASKED_WITHIN = timedelta(days=7)


def read_missed(*, now: datetime) -> int:
    """Take the texts that were sent since the backup as if they came now; return how many are new.

    No customer is answered: they were answered then. Where the provider cannot be asked, a later call asks again.
    """
    unread = Restore.objects.filter(texts_read_at=None, restored_at__gt=now - ASKED_WITHIN)
    restore = unread.order_by("pk").first() if settings.TEXT_PROVIDER else None
    if restore is None:
        return 0
    try:
        received = received_texts(since=restore.backed_up_at - CLOCK_TOLERANCE)
    except ChannelError as error:
        logger.warning("the provider cannot be asked for texts of customers since the backup: %s", error.code)
        return 0
    new = 0
    for text in received:
        form = {"MessageSid": text.provider_id, "From": text.sender, "To": text.to, "Body": text.text}
        event = parse.read_reply(form, now=text.at)
        store.store([event], apply_later=False)
        row = DeliveryEvent.objects.get(provider=event.provider, key=event.key)
        if row.applied_at is None:
            apply.apply(event_id=row.pk, now=now)
            new += 1
    unread.filter(pk=restore.pk).update(texts_read_at=now)
    return new
