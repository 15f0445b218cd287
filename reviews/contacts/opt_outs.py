"""Opt-outs: suppress an address, and end what is under way to it."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from oauth.models import Account
from reviews.contacts import suppressions
from reviews.models import Contact, Delivery, Event, ReviewRequest, Suppression
from reviews.models.base import Channel
from reviews.requests.lifecycle import Status, cancel_pending, move
from reviews.webhooks import events


@transaction.atomic
def opt_out(
    *, account: Account, channel: str, address: str, reason: Suppression.Reason, evidence: str, now: datetime
) -> Suppression:
    """The customer wants no more messages there: suppress the address and end what is under way.

    Every request of the account that writes or wrote there ends, and each message planned to the
    address is cancelled in its own row: a worker that is about to declare it waits for that row,
    and finds it cancelled. What a worker is handing over is left to it (`suppressions.until_quiet`).
    """
    address = address.lower()
    # Requests first, as everything that settles does: two that wait for each other would never end.
    requests = list(_open_requests(account, channel, address))
    suppression, is_new = suppressions.add(
        account=account, channel=channel, address=address, reason=reason, evidence=evidence, now=now
    )
    if is_new and reason != Suppression.Reason.ERASED:
        _record_opt_out(suppression, now)
    why = f"{suppression.get_reason_display()} ({Channel(channel).label.lower()})"
    for request in requests:
        if move(request, Status.SUPPRESSED, now=now, reason=why):
            cancel_pending(request, why)
    Delivery.objects.for_account(account).filter(
        channel=channel, address=address, status=Delivery.Status.PLANNED
    ).update(status=Delivery.Status.CANCELLED, reason=why, claim=None)
    return suppression


def _record_opt_out(suppression: Suppression, now: datetime) -> None:
    field = "email" if suppression.channel == Channel.EMAIL else "phone"
    theirs = Contact.objects.filter(account=suppression.account_id, **{field: suppression.address})
    events.record(
        Event(
            account_id=suppression.account_id,
            type=Event.Type.CONTACT_OPTED_OUT,
            occurred_at=now,
            contact_id=theirs.values_list("pk", flat=True).first(),
            suppression_id=suppression.pk,
        )
    )


def lock_requests(*, accounts: Sequence[Account], channel: str, address: str) -> None:
    """Before opt-outs in several accounts at once: take all their requests first, each in its turn.

    A worker that marks one message and declares the next holds the one's request while it waits for the other.
    """
    for account in accounts:
        list(_open_requests(account, channel, address))


def _open_requests(account: Account, channel: str, address: str) -> QuerySet[ReviewRequest]:
    """Those to the contact with the address, and those that wrote to it before the contact's changed; locked."""
    theirs = {"contact__email": address} if channel == Channel.EMAIL else {"contact__phone": address}
    found = set(ReviewRequest.objects.for_account(account).open().filter(**theirs).values_list("pk", flat=True))
    written = Delivery.objects.for_account(account).filter(channel=channel, address=address)
    found |= set(written.filter(request__status__in=ReviewRequest.OPEN).values_list("request", flat=True))
    return ReviewRequest.objects.filter(pk__in=found).order_by("pk").select_for_update()
