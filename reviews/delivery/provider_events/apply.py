"""What providers report: stored once, applied to the delivery, in whatever order it comes.

Storing and applying are two transactions: what is stored is never lost, and is applied by a task,
by the sweep, or by staff. Applying twice changes nothing.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from reviews.contacts import opt_outs, suppressions
from reviews.delivery import states
from reviews.delivery.provider_events import replies
from reviews.delivery.provider_events.parse import TWILIO
from reviews.models import Delivery, DeliveryEvent, ReviewRequest, Suppression
from reviews.models.base import Channel
from reviews.requests import plan

logger = logging.getLogger(__name__)

Kind = DeliveryEvent.Kind

# The state that a report says the message is in. The later report counts; of two of the same moment, the one further
# down.
STATES = {
    Kind.SENT: Delivery.Status.SENT,
    Kind.DELIVERED: Delivery.Status.DELIVERED,
    Kind.FAILED: Delivery.Status.FAILED,
    Kind.BOUNCED: Delivery.Status.BOUNCED,
}
RANKS = {kind: rank for rank, kind in enumerate(STATES)}

# Said by the recipient: takes effect before the provider gets its answer.
OPT_OUTS = (Kind.COMPLAINED, Kind.UNSUBSCRIBED)

# A report may overtake the answer that names the message. So long it waits to be found.
FIND_WITHIN = timedelta(hours=1)
SWEEP_AFTER = timedelta(seconds=10)  # what is younger has a task of its own on the way
SWEEP_WITHIN = timedelta(days=7)
SWEEP_AT_ONCE = 2_000


@dataclass(frozen=True)
class Applied:
    """What came of a report. `done` is False while its message cannot be found, or is still being sent.

    `answer`: what to text back to a customer, if anything. `quiet`: the places at which nothing may be on its way
    any more when the provider gets its answer (`suppressions.until_quiet`).
    """

    done: bool
    answer: str = ""
    quiet: tuple[replies.Place, ...] = ()


# --- Storing ----------------------------------------------------------------------------------


# --- Applying ---------------------------------------------------------------------------------


def apply(*, event_id: int, now: datetime, again: bool = False) -> Applied:
    """Do what the report asks for, once; `again`: also if that was done before, which changes nothing.

    Nothing is sent. A report whose message cannot be found within FIND_WITHIN is kept as it is.
    """
    with transaction.atomic():
        event = DeliveryEvent.objects.select_for_update().get(pk=event_id)
        if event.applied_at is not None and not again:
            return Applied(done=True, quiet=replies.stopped_places(event))
        reaction = replies.Reaction()
        if event.kind == Kind.REPLIED:
            reaction = replies.take(event, now=now)
        elif not _apply_to_delivery(event, now=now):
            event.save(update_fields=["account", "delivery"])
            return Applied(done=False)
        event.applied_at = event.applied_at or now
        event.save(update_fields=["account", "delivery", "applied_at"])
        return Applied(done=True, answer=reaction.answer, quiet=reaction.quiet)


def apply_waiting(*, now: datetime) -> int:
    """Apply what a lost task left, and what had to wait for its message; returns how many were applied."""
    waiting = DeliveryEvent.objects.filter(
        applied_at=None, received_at__lte=now - SWEEP_AFTER, received_at__gt=now - SWEEP_WITHIN
    )
    done = 0
    for event_id in waiting.order_by("received_at").values_list("pk", flat=True)[:SWEEP_AT_ONCE]:
        try:
            done += apply(event_id=event_id, now=now).done
        except Exception:
            logger.exception("provider event %s could not be applied", event_id)  # the others go on
    return done


def find(event: DeliveryEvent) -> Delivery | None:
    """The delivery that a report is about: by the provider's id, else by our own key that came back."""
    kind = Channel.SMS if event.provider == TWILIO else Channel.EMAIL
    rows = Delivery.objects.filter(channel=kind)
    if event.provider_id:
        bare = event.provider_id.strip("<>")
        names = [bare, f"<{bare}>"] if kind == Channel.EMAIL else [event.provider_id]  # brackets come and go
        if found := rows.filter(provider_id__in=names).order_by("-pk").first():
            return found
    if event.message_key and event.address:
        return rows.filter(address=event.address, message_key=event.message_key).first()
    return None


def _apply_to_delivery(event: DeliveryEvent, *, now: datetime) -> bool:
    """False when it has to wait: its message is not found yet, or not settled yet."""
    delivery = event.delivery or find(event)
    if delivery is None:
        return now - event.received_at > FIND_WITHIN
    # The request's lock comes before the delivery's, as in every ending; what is read then is not stale.
    ReviewRequest.objects.select_for_update().get(pk=delivery.request_id)
    delivery = Delivery.objects.select_related("account", "request__contact__account").get(pk=delivery.pk)
    delivery.request.account = delivery.account
    event.delivery, event.account = delivery, delivery.account
    if event.kind in OPT_OUTS:
        _opt_out(delivery, event, now=now)
        if event.code:  # the provider refused the message, because of an opt-out that it remembers
            _move(delivery, Delivery.Status.FAILED, event, now=now)
        return True
    if event.kind not in STATES:
        return True
    if delivery.status in Delivery.PENDING:
        return False
    _settle(delivery, event, now=now)
    return True


def _opt_out(delivery: Delivery, event: DeliveryEvent, *, now: datetime) -> None:
    where: dict[str, Any] = {"account": delivery.account, "channel": delivery.channel, "address": delivery.address}
    if not delivery.address or suppressions.lifted_since(**where, moment=event.received_at):
        return
    if event.kind == Kind.COMPLAINED:
        reason = Suppression.Reason.COMPLAINED
    else:
        reason = Suppression.Reason.STOP if delivery.channel == Channel.SMS else Suppression.Reason.UNSUBSCRIBED
    opt_outs.opt_out(**where, reason=reason, evidence=_evidence(event), now=now)


def _settle(delivery: Delivery, event: DeliveryEvent, *, now: datetime) -> None:
    before, to = delivery.status, STATES[Kind(event.kind)]
    if not _move(delivery, to, event, now=now):
        return
    if to == Delivery.Status.BOUNCED and delivery.address:
        suppressions.suppress(
            account=delivery.account,
            channel=delivery.channel,
            address=delivery.address,
            reason=Suppression.Reason.BOUNCED,
            evidence=_evidence(event),
            now=now,
        )
    if to in (Delivery.Status.BOUNCED, Delivery.Status.FAILED):
        if before not in (Delivery.Status.BOUNCED, Delivery.Status.FAILED):
            plan.fall_back(delivery, steps=plan.steps_of(delivery.request), now=now)
    elif before == Delivery.Status.UNKNOWN:
        plan.confirm_sent(delivery, steps=plan.steps_of(delivery.request), now=now)


def _move(delivery: Delivery, to: Delivery.Status, event: DeliveryEvent, *, now: datetime) -> bool:
    """Move the delivery, if the table of moves allows it and no later report has said otherwise."""
    if event.kind in RANKS and _outdone(delivery, event):
        return False
    columns: dict[str, object] = {}
    if event.code:
        columns |= {"error_code": event.code, "error_text": (event.text or event.code)[:500]}
    elif to == Delivery.Status.DELIVERED:
        columns |= {"error_code": "", "error_text": ""}
    if delivery.status == Delivery.Status.UNKNOWN:  # `due_at` is then when it was tried
        columns["provider_id"] = event.provider_id
        if to in Delivery.ACCEPTED:
            columns |= {"sent_at": delivery.due_at, "reason": "Its provider reported that it left."}
    return states.move(delivery, to, by=Delivery.Mover.PROVIDER, now=now, **columns)


def _outdone(delivery: Delivery, event: DeliveryEvent) -> bool:
    stronger = [kind for kind, rank in RANKS.items() if rank > RANKS[Kind(event.kind)]]
    later = Q(occurred_at__gt=event.occurred_at) | Q(occurred_at=event.occurred_at, kind__in=stronger)
    others = DeliveryEvent.objects.filter(later, delivery=delivery, kind__in=list(STATES), applied_at__isnull=False)
    return others.exclude(pk=event.pk).exclude(kind=Kind.SENT).exists()


def _evidence(event: DeliveryEvent) -> str:
    said = " ".join(part for part in (event.code, event.text) if part)
    return f"{event.get_kind_display()}, reported by {event.provider} (event {event.pk}). {said}".strip()
