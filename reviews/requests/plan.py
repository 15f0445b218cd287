"""The plan of a request: which message comes next, on which channel, and when."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from reviews.models import Contact, Delivery, FollowUpStep, ReviewRequest
from reviews.models.base import Channel, available_channels
from reviews.models.suppression import blocked_channels
from reviews.requests.lifecycle import Status, move
from reviews.requests.schedule import slots


def steps_of(request: ReviewRequest) -> list[FollowUpStep]:
    """The steps of the request's sequence, in order."""
    return list(FollowUpStep.objects.filter(sequence=request.sequence_id).order_by("position"))


def go_on(delivery: Delivery, *, steps: Sequence[FollowUpStep], now: datetime) -> None:
    """Nobody knows whether a text left: it is not repeated, and the sequence goes on."""
    if delivery.request.is_open:
        _plan_next(delivery, steps=steps, now=now)


def confirm_sent(delivery: Delivery, *, steps: Sequence[FollowUpStep], now: datetime) -> None:
    """A message that nobody knew about did leave: its request counts as sent, the next step is planned.

    Unless the sequence went on meanwhile. `steps`: the sequence's, in order. Runs inside the transaction that
    settles the delivery; for messages that a provider takes, `claims.advance` does the same in its statement.
    """
    request = delivery.request
    if request.status == Status.SCHEDULED:
        move(request, Status.SENT, now=now)
    if request.is_open and not Delivery.objects.filter(request=request, step__gt=delivery.step).exists():
        _plan_next(delivery, steps=steps, now=now)


def fall_back(delivery: Delivery, *, steps: Sequence[FollowUpStep], now: datetime) -> None:
    """A message could not be sent, or turned out not to arrive: the other channel takes over, else the next step.

    A request of which nothing arrives fails with its last channel. Where the sequence has gone on
    meanwhile, an earlier step is not made up for. Runs inside the transaction that settles the delivery.
    """
    request = delivery.request
    if not request.is_open:
        return
    rows = list(Delivery.objects.filter(request=request).exclude(pk=delivery.pk))
    later = [row for row in rows if row.step > delivery.step and row.status != Delivery.Status.CANCELLED]
    if any(row.status != Delivery.Status.PLANNED for row in later):
        return
    blocked = blocked_channels(request.contact)
    tried = dict.fromkeys([delivery.channel, *(row.channel for row in rows if row.step == delivery.step)], "tried")
    channel = pick_channel(
        contact=request.contact, rule=FollowUpStep.ChannelRule.AUTO, only=request.channel, blocked=blocked | tried
    )
    if channel is not None:
        instead = _planned(request, delivery.step, channel, earliest=now, now=now)
        _save_planned(instead)
        for row in later:
            _plan_anew(row, after=instead, steps=steps, blocked=blocked)
        return
    if later or (request.status == Status.SENT and _plan_next(delivery, steps=steps, now=now)):
        return
    if not any(row.status in (*Delivery.PENDING, *Delivery.ACCEPTED, Delivery.Status.UNKNOWN) for row in rows):
        move(request, Status.FAILED, now=now, reason=delivery.error_text or "No channel could deliver it.")


def following_delivery(
    delivery: Delivery, *, steps: Sequence[FollowUpStep], blocked: dict[str, str], now: datetime
) -> Delivery | None:
    """The message of the next step, not saved; None when there is no step, or no channel for it.

    `steps`: the sequence's, in order. `blocked`: the contact's blocked channels.
    """
    request = delivery.request
    step = next((step for step in steps if step.position > delivery.step), None)
    if step is None:
        return None
    channel = pick_channel(
        contact=request.contact, rule=step.channel, only=request.channel, blocked=blocked, previous=delivery.channel
    )
    if channel is None:
        return None
    return _planned(request, step.position, channel, earliest=now + timedelta(hours=step.delay_hours), now=now)


def _plan_next(delivery: Delivery, *, steps: Sequence[FollowUpStep], now: datetime) -> bool:
    """Plan the step after the delivery's; False when there is none, or no channel for it."""
    blocked = blocked_channels(delivery.request.contact)
    following = following_delivery(delivery, steps=steps, blocked=blocked, now=now)
    if following is not None:
        _save_planned(following)
    return following is not None


def _plan_anew(row: Delivery, *, after: Delivery, steps: Sequence[FollowUpStep], blocked: dict[str, str]) -> None:
    """Move a follow-up that was planned after a message which another one now replaces: it follows that one.

    Left where it was, the replacement would plan the same step a second time, on the other channel.
    """
    planned = following_delivery(after, steps=steps, blocked=blocked, now=after.due_at)
    if planned is not None and planned.step == row.step:
        Delivery.objects.filter(pk=row.pk, status=Delivery.Status.PLANNED).update(
            channel=planned.channel, address=planned.address, due_at=planned.due_at, reason=planned.reason, claim=None
        )


def _planned(request: ReviewRequest, position: int, channel: Channel, *, earliest: datetime, now: datetime) -> Delivery:
    slot = slots.slot(account=request.account, contact=request.contact, channel=channel, earliest=earliest)
    return new_delivery(request, position, channel, slot, now)


def _save_planned(delivery: Delivery) -> None:
    # A crash between a commit and its answer may bring the same step twice; the first one stands.
    Delivery.objects.bulk_create([delivery], ignore_conflicts=True)


def new_delivery(request: ReviewRequest, position: int, channel: Channel, slot: slots.Slot, now: datetime) -> Delivery:
    """A planned message of the request, not saved."""
    return Delivery(
        account=request.account,
        request=request,
        step=position,
        channel=channel,
        address=request.contact.address(channel),
        due_at=slot.due_at,
        reason=slot.moved,
        created_at=now,
    )


def pick_channel(
    *, contact: Contact, rule: str, only: str, blocked: dict[str, str], previous: str | None = None
) -> Channel | None:
    """The channel for a step, or None when there is none: the rule's if usable, else one that is."""
    usable = [
        channel
        for channel in Channel
        if contact.address(channel)
        and channel not in blocked
        and channel in available_channels()
        and only in (ReviewRequest.ChannelRule.AUTO, channel)
    ]
    wished = {
        FollowUpStep.ChannelRule.EMAIL: Channel.EMAIL,
        FollowUpStep.ChannelRule.SMS: Channel.SMS,
        FollowUpStep.ChannelRule.OTHER: Channel(previous).other if previous else None,
    }.get(FollowUpStep.ChannelRule(rule))
    if wished in usable:
        return wished
    return usable[0] if usable else None
