"""Decisions about a customer's text: an opt-out, or none. Of two people who decide at once, the second is told.

A number that nobody decides about within DECIDE_WITHIN counts as opted out (docs/rules.md T3).
"""

import logging
from datetime import datetime, timedelta

from django.db import transaction

from oauth.models import User
from reviewhub.languages import in_english
from reviewhub.refused import Refused
from reviews.contacts import doubts, opt_outs, suppressions
from reviews.models import InboxItem, Suppression
from reviews.models.base import Channel

logger = logging.getLogger(__name__)

DECIDE_WITHIN = timedelta(days=7)
SWEEP_AT_ONCE = 500
UNDECIDED = "Perhaps an opt-out, which nobody decided within 7 days: it counts as one."


def number_of(item: InboxItem) -> str:
    """Return the number that the item's text came from; empty for another kind of item, and once it was erased."""
    return item.event.address if item.event is not None and item.kind != InboxItem.Kind.BOUNCE else ""


def opt_out(*, item: InboxItem, by: User, now: datetime) -> None:
    """Take the text for an opt-out: the number is suppressed, with the text and the person's name as evidence.

    No text is on its way there any more when this returns. Raises Refused when somebody else has decided.
    """
    number = _number(item)
    with transaction.atomic():
        _lock(item, number)
        _decide(item, InboxItem.Outcome.OPTED_OUT, by=by, now=now)
        opt_outs.opt_out(
            account=item.account,
            channel=Channel.SMS,
            address=number,
            reason=Suppression.Reason.STOP,
            evidence=f"Text message: {item.text[:300]} Taken for an opt-out by {by}.",
            now=now,
            why=f"Opted out by text message, as {by} read it."[:200],
        )
    suppressions.until_quiet((item.account_id, Channel.SMS, number))


def dismiss(*, item: InboxItem, by: User, now: datetime) -> None:
    """Take the text for no opt-out: what was held goes on. Raises Refused when somebody else has decided."""
    number = _number(item)
    with transaction.atomic():
        _lock(item, number)
        _decide(item, InboxItem.Outcome.NOT_AN_OPT_OUT, by=by, now=now)
        doubt = suppressions.of(account=item.account, channel=Channel.SMS, address=number)
        for suppression in doubt.filter(reason=Suppression.Reason.UNCLEAR):
            because = f"No opt-out, as {by} read it."
            doubts.lift(suppression=suppression, because=because, outcome=InboxItem.Outcome.NOT_AN_OPT_OUT, now=now)


def close_undecided(*, now: datetime) -> int:
    """Count numbers as opted out that were held for DECIDE_WITHIN; return how many."""
    undecided = Suppression.objects.active().filter(
        reason=Suppression.Reason.UNCLEAR, created_at__lte=now - DECIDE_WITHIN
    )
    closed = 0
    for suppression in undecided.select_related("account").order_by("created_at")[:SWEEP_AT_ONCE]:
        try:
            closed += _close(suppression, now)
        except Exception:
            logger.exception("suppression %s could not be closed", suppression.pk)  # the others go on
    return closed


@transaction.atomic
def _close(suppression: Suppression, now: datetime) -> bool:
    account, number = suppression.account, suppression.address
    suppressions.lock_number(number)
    opt_outs.lock_requests(accounts=[account], channel=Channel.SMS, address=number)
    if not Suppression.objects.active().filter(pk=suppression.pk, reason=Suppression.Reason.UNCLEAR).exists():
        return False
    opt_outs.settle_items(suppression, InboxItem.Outcome.UNDECIDED, now=now)
    opt_outs.opt_out(
        account=account,
        channel=Channel.SMS,
        address=number,
        reason=Suppression.Reason.STOP,
        evidence=f"{suppression.evidence} {UNDECIDED}",
        now=now,
        why=UNDECIDED,
    )
    return True


def _number(item: InboxItem) -> str:
    if number := number_of(item):
        return number
    raise Refused("item", "No number is known that could be suppressed.")


def _lock(item: InboxItem, number: str) -> None:
    """Lock in the order of everything that happens to a number: the number, then its requests."""
    suppressions.lock_number(number)
    opt_outs.lock_requests(accounts=[item.account], channel=Channel.SMS, address=number)


def _decide(item: InboxItem, outcome: InboxItem.Outcome, *, by: User, now: datetime) -> None:
    """Write the decision on the item; of a reply that was only marked as handled, it may still come."""
    rows = InboxItem.objects.filter(pk=item.pk, outcome="")
    if item.kind == InboxItem.Kind.UNCLEAR_OPT_OUT:
        rows = rows.filter(handled_at=None)
    if rows.update(handled_at=now, handled_by=by, outcome=outcome, is_to_tell=False):
        return
    item.refresh_from_db()
    somebody = item.handled_by or ("Time" if item.outcome == InboxItem.Outcome.UNDECIDED else "Somebody else")
    by_then = in_english(InboxItem.Outcome(item.outcome).label).lower() if item.outcome else "handled"
    raise Refused("item", f"{somebody} was faster: {by_then}.")
