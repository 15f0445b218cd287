"""Applying of stored provider events to deliveries, in whatever order they come. No message is sent here.

Storing and applying are two transactions: no event is lost; a task, the sweep or staff applies it. Applying one twice
changes nothing.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from reviewhub.languages import ENGLISH, in_english, in_language
from reviewhub.outages import DATABASE_AWAY
from reviews.contacts import bounces, opt_outs, suppressions
from reviews.delivery import pauses, states, unsent
from reviews.delivery.channels import ChannelError, Stops, codes
from reviews.delivery.provider_events import replies, store
from reviews.delivery.provider_events.parse import TWILIO
from reviews.inbox import items
from reviews.models import Delivery, DeliveryEvent, ReviewRequest, Suppression
from reviews.models.base import Channel
from reviews.models.provider_codes import explain, find
from reviews.requests import lifecycle, plan, planned_messages

logger = logging.getLogger(__name__)


# State of the message by the kind of event. The latest event counts; of two with the same time, the kind further down.
STATES = {kind: Delivery.Status(kind) for kind in DeliveryEvent.OUTCOMES}
RANKS = {kind: rank for rank, kind in enumerate(STATES)}

# The recipient's will: applied before the provider gets its answer.
OPT_OUTS = (DeliveryEvent.Kind.COMPLAINED, DeliveryEvent.Kind.UNSUBSCRIBED)

# An event may overtake the answer in which the provider names the message: it waits this long for its message.
FIND_WITHIN = timedelta(hours=1)
SWEEP_AFTER = timedelta(seconds=10)  # a younger event has a task of its own on the way
SWEEP_WITHIN = timedelta(days=7)
SWEEP_AT_ONCE = 2_000
MAX_LAPSES = 5  # workers that died


@dataclass(frozen=True)
class Applied:
    """Result of applying an event. `done` is False while its message is not found, or is still being sent.

    `answer`: the words to text back to the customer, empty for none. `quiet`: the places at which nothing may be on its
    way any more when the provider gets its answer (`suppressions.until_quiet`).
    """

    done: bool
    answer: str = ""
    quiet: tuple[replies.Place, ...] = ()


def apply(*, event_id: int, now: datetime, again: bool = False) -> Applied:
    """Apply the event, once; with `again` also if it is applied, which changes nothing.

    An event whose message cannot be found within FIND_WITHIN counts as applied, and is kept as it is. A customer's text
    that fits no account never does: the operator decides about it.
    """
    with transaction.atomic():
        event = DeliveryEvent.objects.select_for_update().get(pk=event_id)
        if event.applied_at is not None and not again:
            return Applied(done=True, quiet=replies.silenced_places(event))
        reaction = replies.Reaction()
        if event.kind == DeliveryEvent.Kind.REPLIED:
            reaction = replies.take(event, now=now)
            if not reaction.fits:
                event.save(update_fields=["meaning", "meaning_reason", "answer"])
                return Applied(done=False, answer=reaction.answer)
        elif not _apply_to_delivery(event, now=now):
            event.save(update_fields=["account", "delivery"])
            return Applied(done=False)
        event.applied_at = event.applied_at or now
        event.save(update_fields=["account", "delivery", "applied_at", "meaning", "meaning_reason", "answer"])
        return Applied(done=True, answer=reaction.answer, quiet=reaction.quiet)


def apply_waiting(*, now: datetime) -> int:
    """Apply events whose task was lost, or that waited for their message. Return the number that were applied.

    Texts that fit no account are tried only for FIND_WITHIN: then they wait for the operator. Where a worker
    dies, those that it had before it are applied one by one, after all others; the one that workers die of is left.
    """
    waiting = DeliveryEvent.objects.filter(
        applied_at=None, received_at__lte=now - SWEEP_AFTER, received_at__gt=now - SWEEP_WITHIN
    ).exclude(kind=DeliveryEvent.Kind.REPLIED, meaning__gt="", received_at__lte=now - FIND_WITHIN)
    keys = waiting.order_by("lapses", "received_at").values_list("pk", flat=True)
    done = _apply_each(list(keys.filter(lapses=0)[:SWEEP_AT_ONCE]), now=now)
    for event_id in list(keys.filter(lapses__range=(1, MAX_LAPSES))[:SWEEP_AT_ONCE]):
        done += _apply_each([event_id], now=now)
    return done


def _apply_each(event_ids: Sequence[int], *, now: datetime) -> int:
    """Apply the events, each on its own, and leave a lapse at all of them if this process dies meanwhile."""
    rows, done = DeliveryEvent.objects.filter(pk__in=event_ids), 0
    if not event_ids:
        return 0
    rows.update(lapses=F("lapses") + 1)
    for event_id in event_ids:
        try:
            done += apply(event_id=event_id, now=now).done
        except DATABASE_AWAY:
            raise  # for the others as well; the next tick finds them
        except Exception:
            logger.exception("provider event %s could not be applied", event_id)  # the others go on
    rows.update(lapses=0)
    return done


def find_delivery(event: DeliveryEvent) -> Delivery | None:
    """Return the event's delivery: by the provider's id for the message, else by our own key that came back."""
    channel = Channel.SMS if event.provider == TWILIO else Channel.EMAIL
    rows = Delivery.objects.filter(channel=channel)
    if event.provider_id:
        bare = event.provider_id.strip("<>")
        ids = [bare, f"<{bare}>"] if channel == Channel.EMAIL else [event.provider_id]  # some drop the brackets
        if delivery := rows.filter(provider_id__in=ids).order_by("-pk").first():
            return delivery
    if event.message_key and event.address:
        return rows.filter(address=event.address, message_key=event.message_key).first()
    return None


def _apply_to_delivery(event: DeliveryEvent, *, now: datetime) -> bool:
    """Apply the event; return False if it has to wait, since its message is not found or not settled yet."""
    delivery = event.delivery or find_delivery(event)
    if delivery is None:
        return now - event.received_at > FIND_WITHIN
    if event.kind == DeliveryEvent.Kind.BOUNCED and delivery.address:
        bounces.lock_requests(account=delivery.account, channel=delivery.channel, address=delivery.address)
    # Lock the request before the delivery, as every ending does; the rows that are read afterwards are not stale.
    if not delivery.is_answer:
        ReviewRequest.objects.select_for_update().get(pk=delivery.request_key)
    rows = Delivery.objects.select_related("account", "request__contact__account", "contact__account")
    delivery = rows.get(pk=delivery.pk)
    if not delivery.is_answer:
        delivery.request.account = delivery.account
    event.delivery, event.account = delivery, delivery.account
    if event.kind in OPT_OUTS:
        _opt_out(delivery, event, now=now)
        if event.code:  # the provider refused the message, because of an opt-out that it remembers
            _move(delivery, Delivery.Status.FAILED, event, now=now)
        return True
    if event.kind not in STATES:
        return True
    if event.provider == TWILIO and event.provider_id != delivery.provider_id and _was_sent_back(event):
        return True
    if delivery.status in Delivery.PENDING and not _end_doubt(delivery, event):
        return False
    if (fault := _fault_of_account(event)) and _send_back(delivery, event, fault, now=now):
        return True
    _settle(delivery, event, now=now)
    return True


def _end_doubt(delivery: Delivery, event: DeliveryEvent) -> bool:
    """Keep a mail in doubt from being sent once more, since its provider has it; False for any other message."""
    if delivery.channel != Channel.EMAIL or not store.was_in_doubt(delivery):
        return False
    columns = {"due_at": event.occurred_at, "planned_for": None}  # of an unknown message: when it was tried
    return states.change(delivery, Delivery.Status.UNKNOWN, by=Delivery.Mover.PROVIDER, **columns)


def _opt_out(delivery: Delivery, event: DeliveryEvent, *, now: datetime) -> None:
    where: dict[str, Any] = {"account": delivery.account, "channel": delivery.channel, "address": delivery.address}
    if not delivery.address or suppressions.lifted_since(**where, moment=event.received_at):
        return
    if event.kind == DeliveryEvent.Kind.COMPLAINED:
        reason = Suppression.Reason.COMPLAINED
    else:
        reason = Suppression.Reason.STOP if delivery.channel == Channel.SMS else Suppression.Reason.UNSUBSCRIBED
    opt_outs.opt_out(**where, reason=reason, evidence=_evidence(event), now=now)


def _settle(delivery: Delivery, event: DeliveryEvent, *, now: datetime) -> None:
    before, to = delivery.status, STATES[DeliveryEvent.Kind(event.kind)]
    if not _move(delivery, to, event, now=now):
        return
    if to == Delivery.Status.BOUNCED and delivery.address:
        items.record_bounce(delivery, evidence=_evidence(event), text=_words(event), event=event, now=now)
        where: dict[str, Any] = {"account": delivery.account, "channel": delivery.channel, "address": delivery.address}
        bounces.leave(**where, now=now, but=delivery.request_id)
    if to in (Delivery.Status.BOUNCED, Delivery.Status.FAILED):
        if before not in (Delivery.Status.BOUNCED, Delivery.Status.FAILED):
            plan.fall_back(delivery, steps=plan.steps_for(delivery), now=now)
    elif before == Delivery.Status.UNKNOWN:
        plan.confirm_sent(delivery, steps=plan.steps_for(delivery), now=now)


def _fault_of_account(event: DeliveryEvent) -> ChannelError | None:
    """Return the error of a text that Twilio accepted and then did not send, because of our account; else None."""
    if event.provider != TWILIO or event.kind != DeliveryEvent.Kind.FAILED:
        return None
    row = find(event.code)
    return codes.error(event.code, event.text, row.outcome) if row and row.stops else None


def _send_back(delivery: Delivery, event: DeliveryEvent, fault: ChannelError, *, now: datetime) -> bool:
    """Plan the text again, which no customer has seen, for when our account is mended; False where it cannot be.

    Its follow-ups are taken back: they count from when it leaves. A request of which nothing else has left waits again.
    """
    has_ended = not delivery.is_answer and not delivery.request.is_open
    if has_ended or _is_outdone(delivery, event):
        return False
    if fault.stops is Stops.MESSAGE:
        due_at = pauses.next_try(delivery, fault, now=now)
    else:
        pause = pauses.begin(channel=delivery.channel, account=delivery.account, error=fault, now=now, reported=True)
        due_at = pause.retry_at
    columns = {
        "due_at": due_at,
        "attempts": max(delivery.attempts - 1, 0),
        "reason": unsent.WAITS_FOR_ACCOUNT,
        "error_code": event.code,
        "error_text": _words(event)[:500],
        "provider_id": "",
        "sent_at": None,
    }
    if not states.move(delivery, Delivery.Status.PLANNED, by=Delivery.Mover.PROVIDER, now=now, **columns):
        return False
    if delivery.is_answer:
        return True
    planned_messages.take_back_after(delivery)
    if not Delivery.objects.filter(request=delivery.request_id, sent_at__isnull=False).exists():
        lifecycle.take_back_sent(request=delivery.request, now=now, reason=unsent.WAITS_FOR_ACCOUNT)
    return True


def _was_sent_back(event: DeliveryEvent) -> bool:
    """Tell whether the event is about an earlier try of its text, one that was refused for our account's fault."""
    refusals = DeliveryEvent.objects.filter(provider=TWILIO, provider_id=event.provider_id, delivery=event.delivery)
    refusals = refusals.filter(kind=DeliveryEvent.Kind.FAILED, applied_at__isnull=False).exclude(pk=event.pk)
    return any(_fault_of_account(refusal) for refusal in refusals)


def _move(delivery: Delivery, to: Delivery.Status, event: DeliveryEvent, *, now: datetime) -> bool:
    """Move the delivery, unless the table of moves forbids it or a later event says otherwise."""
    if event.kind in RANKS and _is_outdone(delivery, event):
        return False
    columns: dict[str, object] = {}
    if event.code:
        columns |= {"error_code": event.code, "error_text": _words(event)[:500]}
    elif to == Delivery.Status.DELIVERED:
        columns |= {"error_code": "", "error_text": ""}
    if delivery.status == Delivery.Status.UNKNOWN:  # `due_at` is then the time of the attempt
        columns["provider_id"] = event.provider_id
        if to in Delivery.ACCEPTED:
            columns |= {"sent_at": delivery.due_at, "reason": "Its provider reported that it left."}
    return states.move(delivery, to, by=Delivery.Mover.PROVIDER, now=now, **columns)


def _is_outdone(delivery: Delivery, event: DeliveryEvent) -> bool:
    """Tell whether another event that was applied counts more: a later one, or a stronger one of the same time."""
    stronger = [kind for kind, rank in RANKS.items() if rank > RANKS[DeliveryEvent.Kind(event.kind)]]
    later = Q(occurred_at__gt=event.occurred_at) | Q(occurred_at=event.occurred_at, kind__in=stronger)
    others = DeliveryEvent.objects.filter(later, delivery=delivery, kind__in=list(STATES), applied_at__isnull=False)
    return others.exclude(pk=event.pk).exclude(kind=DeliveryEvent.Kind.SENT).exists()


def _words(event: DeliveryEvent) -> str:
    """Return why the message did not arrive: in the provider's words, else in ours for its code."""
    with in_language(ENGLISH):  # it is stored
        return event.text or (explain(event.code) if event.code else "")


def _evidence(event: DeliveryEvent) -> str:
    words = " ".join(part for part in (event.code, event.text) if part)
    kind = in_english(DeliveryEvent.Kind(event.kind).label)
    return f"{kind}, reported by {event.provider} (event {event.pk}). {words}".strip()
