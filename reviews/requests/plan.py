"""The plan of a request: which message comes next, on which channel, and when."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from reviewhub.languages import in_english
from reviews.models import Contact, Delivery, FollowUpStep, ReviewRequest
from reviews.models.base import Channel, available_channels
from reviews.models.consent import unusable_channels
from reviews.requests import lifecycle, planned_messages
from reviews.requests.schedule import slots


def steps_of(request: ReviewRequest) -> list[FollowUpStep]:
    """Return the steps of the request's sequence, in order."""
    return list(FollowUpStep.objects.filter(sequence=request.sequence_id).order_by("position"))


def steps_for(delivery: Delivery) -> list[FollowUpStep]:
    """Return the steps of the message's sequence, in order: none for an answer, which is part of no plan."""
    return [] if delivery.is_answer else steps_of(delivery.request)


def go_on(delivery: Delivery, *, steps: Sequence[FollowUpStep], now: datetime) -> None:
    """Plan the next step although nobody knows whether this text message left; it is not repeated."""
    if not delivery.is_answer and delivery.request.is_open:
        _plan_next(delivery, steps=steps, now=now)


def confirm_sent(delivery: Delivery, *, steps: Sequence[FollowUpStep], now: datetime) -> None:
    """Count the request as sent and plan the next step, after a message that was unknown turned out to have left.

    Where the sequence has gone on meanwhile, nothing is planned. `steps`: the sequence's, in order. Runs inside
    the transaction that settles the delivery. For a message that a provider takes, the statement of
    `reviews.delivery.advance` does the same.
    """
    if delivery.is_answer:
        return
    request = delivery.request
    if request.status == ReviewRequest.Status.SCHEDULED:
        lifecycle.move(request, ReviewRequest.Status.SENT, now=now)
    if request.is_open and not Delivery.objects.filter(request=request, step__gt=delivery.step).exists():
        _plan_next(delivery, steps=steps, now=now)


def fall_back(
    delivery: Delivery,
    *,
    steps: Sequence[FollowUpStep],
    now: datetime,
    earliest: datetime | None = None,
    reason: str = "",
    ending: ReviewRequest.Status = ReviewRequest.Status.FAILED,
) -> None:
    """Plan the message of the other channel, else of the next step, after this one failed or did not arrive.

    A request of which no message arrives ends the moment that no channel is left, as `ending` with the reason. Where
    the sequence has gone on meanwhile, an earlier step is not made up for. `earliest`: when the other channel's message
    may leave; now, if it is not given. Runs inside the transaction that settles the delivery.
    """
    if delivery.is_answer or not delivery.request.is_open:
        return
    request = delivery.request
    blocked = unusable_channels(request.contact)
    reason = reason or delivery.error_text or delivery.reason or "No channel could deliver it."
    _move_planned(request, blocked=blocked, reason=reason, now=now, but=delivery)
    rows = list(Delivery.objects.filter(request=request).exclude(pk=delivery.pk))
    later = [row for row in rows if row.step > delivery.step and row.status != Delivery.Status.CANCELLED]
    if any(row.status != Delivery.Status.PLANNED for row in later):
        return
    tried = dict.fromkeys([delivery.channel, *(row.channel for row in rows if row.step == delivery.step)], "tried")
    channel = pick_channel(
        contact=request.contact, rule=FollowUpStep.ChannelRule.AUTO, only=request.channel, blocked=blocked | tried
    )
    if channel is not None:
        replacement = _in_first_slot(request, delivery.step, channel, earliest=earliest or now, now=now)
        planned_messages.add(replacement)
        for row in later:
            _replace_follow_up(row, after=replacement, steps=steps, blocked=blocked)
        return
    if later or (request.status == ReviewRequest.Status.SENT and _plan_next(delivery, steps=steps, now=now)):
        return
    _end_if_nothing_arrives(request, rows, ending, reason=reason, now=now)


def leave_address(request: ReviewRequest, *, channel: str, address: str, reason: str, now: datetime) -> None:
    """Move the request's planned messages off an address that must not be written to any more.

    Each goes to the customer's other channel, or newer address, or is cancelled for the reason; a request of which
    nothing arrives then fails.
    """
    blocked = unusable_channels(request.contact)
    _move_planned(request, blocked=blocked, gone=(channel, address), reason=reason, now=now)
    rows = list(Delivery.objects.filter(request=request))
    _end_if_nothing_arrives(request, rows, ReviewRequest.Status.FAILED, reason=reason, now=now)


def _move_planned(
    request: ReviewRequest,
    *,
    blocked: dict[str, str],
    reason: str,
    now: datetime,
    gone: tuple[str, str] = ("", ""),
    but: Delivery | None = None,
) -> None:
    """Move planned messages off the blocked channels and off the place that is gone; cancel what can go nowhere."""
    rows = [row for row in Delivery.objects.filter(request=request) if row != but]
    for row in rows:
        must_move = row.channel in blocked or (row.channel, row.address) == gone
        if row.status != Delivery.Status.PLANNED or not must_move:
            continue
        same_step = [other.channel for other in rows if other.step == row.step and other is not row]
        channel = pick_channel(
            contact=request.contact,
            rule=FollowUpStep.ChannelRule.AUTO,
            only=request.channel,
            blocked=blocked | dict.fromkeys(same_step, "tried"),
        )
        if channel is None:
            planned_messages.cancel_one(row, reason)
        else:
            replacement = _in_first_slot(request, row.step, channel, earliest=row.leaves_at, now=now)
            planned_messages.replace(row, replacement)


def _end_if_nothing_arrives(
    request: ReviewRequest, rows: Sequence[Delivery], ending: ReviewRequest.Status, *, reason: str, now: datetime
) -> None:
    if not any(row.status in (*Delivery.PENDING, *Delivery.ACCEPTED, Delivery.Status.UNKNOWN) for row in rows):
        lifecycle.move(request, ending, now=now, reason=reason)


def following_delivery(
    delivery: Delivery, *, steps: Sequence[FollowUpStep], blocked: dict[str, str], now: datetime
) -> Delivery | None:
    """Return the message of the next step, not saved; None when there is no next step, or no channel for it.

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
    earliest = now + timedelta(hours=step.delay_hours)
    return _in_first_slot(request, step.position, channel, earliest=earliest, now=now)


def _plan_next(delivery: Delivery, *, steps: Sequence[FollowUpStep], now: datetime) -> bool:
    """Plan the step after the delivery's; False when there is none, or no channel for it."""
    blocked = unusable_channels(delivery.request.contact)
    following = following_delivery(delivery, steps=steps, blocked=blocked, now=now)
    if following is not None:
        planned_messages.add(following)
    return following is not None


def _replace_follow_up(
    row: Delivery, *, after: Delivery, steps: Sequence[FollowUpStep], blocked: dict[str, str]
) -> None:
    """Plan a follow-up anew when the message before it is replaced: it follows the replacement (`after`).

    Left where it was, the replacement would plan the same step a second time, on the other channel.
    """
    follow_up = following_delivery(after, steps=steps, blocked=blocked, now=after.leaves_at)
    if follow_up is not None and follow_up.step == row.step:
        planned_messages.replace(row, follow_up)


def _in_first_slot(
    request: ReviewRequest, position: int, channel: Channel, *, earliest: datetime, now: datetime
) -> Delivery:
    slot = slots.slot(account=request.account, contact=request.contact, channel=channel, earliest=earliest)
    return new_delivery(request, position, channel, slot, now)


def shifted(
    rows: Sequence[Delivery], *, first_at: datetime | None, now: datetime
) -> Iterator[tuple[Delivery, slots.Slot]]:
    """Yield the planned messages of a request, in order, with the slots to move them to: none lies before now.

    The first one's is not before `first_at`, or not before its own time, if that is None; the later ones keep their
    distance from it. Writes nothing.
    """
    shift = timedelta()
    for number, row in enumerate(rows):
        leaves_at = min(row.leaves_at, now) if row.claim else row.leaves_at  # a claim stands in place of that time
        earliest = first_at if first_at and not number else leaves_at + shift
        slot = slots.slot(
            account=row.account, contact=row.request.contact, channel=row.channel, earliest=max(earliest, now)
        )
        if not number:
            shift = slot.due_at - leaves_at
        yield row, slot


def new_delivery(request: ReviewRequest, position: int, channel: Channel, slot: slots.Slot, now: datetime) -> Delivery:
    """Return a planned message of the request, not saved; out of reach while the request is held."""
    delivery = Delivery(
        account=request.account,
        request=request,
        step=position,
        channel=channel,
        address=request.contact.address(channel),
        due_at=slot.due_at,
        reason=slot.moved,
        created_at=now,
    )
    if request.held:
        planned_messages.put_out_of_reach(delivery, reason=request.why)
    return delivery


def pick_channel(
    *, contact: Contact, rule: str, only: str, blocked: dict[str, str], previous: str | None = None
) -> Channel | None:
    """Return the channel for a step: the rule's if it is usable, else another that is; None when there is none.

    `only`: the channel rule of the request. `previous`: the channel of the message before.
    """
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


def explain_unreachable(contact: Contact, only: str, blocked: dict[str, str]) -> str:
    """Return why no channel is left for the contact, in words for staff and callers."""
    reasons = [
        f"{in_english(Channel(channel).label).lower()}: {reason.lower()}"
        for channel, reason in sorted(blocked.items())
        if only in (ReviewRequest.ChannelRule.AUTO, channel)
    ]
    reasons += [
        f"{in_english(channel.label).lower()}: no provider is set up"
        for channel in Channel
        if contact.address(channel) and channel not in blocked and channel not in available_channels()
    ]
    return f"This contact cannot be written to ({'; '.join(reasons) or 'no address'})."
