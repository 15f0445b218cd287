"""Wrong numbers: somebody else has the number. It leaves its contacts, and is not written to again."""

from datetime import datetime

from django.db import transaction

from oauth.models import Account
from reviews.contacts import opt_outs
from reviews.models import Contact, Delivery, ReviewRequest, Suppression
from reviews.models.base import Channel
from reviews.requests import holds, lifecycle, plan, planned_messages

WHY = "Wrong number."


@transaction.atomic
def remove(*, account: Account, number: str, evidence: str, now: datetime) -> Suppression:
    """Take the number from all the account's contacts, and suppress it; their open requests go on by e-mail.

    A request of a contact without an e-mail address fails.
    """
    opt_outs.lock_requests(accounts=[account], channel=Channel.SMS, address=number)
    requests = list(opt_outs.open_requests_to(account, Channel.SMS, number))
    suppressed = opt_outs.suppress_for_good(
        account=account,
        channel=Channel.SMS,
        address=number,
        reason=Suppression.Reason.WRONG_NUMBER,
        evidence=evidence,
        now=now,
    )
    Contact.objects.for_account(account).filter(phone=number).update(phone="", updated_at=now)
    planned = Delivery.objects.for_account(account).filter(channel=Channel.SMS, address=number)
    # A message that was held is to leave at the time of its plan.
    due_at = {row.request_id: row.leaves_at for row in planned.filter(status=Delivery.Status.PLANNED)}
    planned_messages.cancel_to_address(account=account, channel=Channel.SMS, address=number, reason=WHY)
    for request in requests:
        _write_by_mail(request, number, earliest=max(due_at.get(request.pk, now), now), now=now)
    if suppressed.was_in_doubt:
        holds.release_cleared(account, now=now)
    return suppressed.suppression


def _write_by_mail(request: ReviewRequest, number: str, *, earliest: datetime, now: datetime) -> None:
    """Plan as a mail what somebody else got, or would have got; fail the request when nothing is left to wait for."""
    request = ReviewRequest.objects.select_related("account", "contact__account").get(pk=request.pk)
    if not request.contact.address(Channel.EMAIL) and not request.contact.address(Channel.SMS):
        lifecycle.move(request, ReviewRequest.Status.FAILED, now=now, reason=WHY)
        planned_messages.cancel(request, WHY)
        return
    texts = Delivery.objects.filter(request=request, channel=Channel.SMS, address=number).order_by("-step", "-pk")
    text = texts.exclude(status=Delivery.Status.CANCELLED).first() or texts.first()
    if text is None:
        return  # its messages go elsewhere
    text.request, text.account = request, request.account
    has_left = text.status != Delivery.Status.CANCELLED
    plan.fall_back(text, steps=plan.steps_of(request), earliest=now if has_left else earliest, now=now)
