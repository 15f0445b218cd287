"""Changes of contacts, as far as messages go that are planned to them (docs/rules.md D3).

A planned message holds its address and its time: a changed number, address or time zone has to reach both. Names do
not, since they are put in at the moment of sending.
"""

from collections.abc import Sequence
from datetime import datetime

from reviews.models import Contact, Delivery, FollowUpStep, ReviewRequest
from reviews.models.base import Channel
from reviews.models.consent import missing_consents_of
from reviews.models.suppression import blocks_of
from reviews.requests import holds, plan, planned_messages
from reviews.requests.plan import new_delivery, pick_channel
from reviews.requests.schedule import slots

FOLLOWED = {"email", "phone", "time_zone"}  # columns of a contact on which a planned message hangs
_NOUNS = {Channel.EMAIL: "e-mail address", Channel.SMS: "mobile number"}
NO_WAY_LEFT = "The contact has no address left that this request may be sent to."


def follow(*, contacts: Sequence[Contact], now: datetime) -> None:
    """Bring the messages that are planned to the contacts in line with their addresses and time zones as they are now.

    A message goes to the new address, else by the other channel, in a slot of its own; else it is cancelled, and what
    can follow without it follows as after one that failed (`plan.fall_back`). A worker that has claimed a message
    loses it; one that a worker is sending already is left to it. A request of a contact whose number is in doubt by now
    is held. Runs inside the transaction that changes the contacts, whose rows are locked by then: contacts before
    requests before messages, as everywhere.
    """
    by_key = {contact.pk: contact for contact in contacts}
    rows = ReviewRequest.objects.filter(contact__in=list(by_key)).open().select_related("account")
    requests = {request.pk: request for request in rows.order_by("pk").select_for_update(of=("self",))}
    if not requests:
        return
    for request in requests.values():
        by_key[request.contact_id].account = request.account
    concerned = list({request.contact_id: by_key[request.contact_id] for request in requests.values()}.values())
    blocks, missing = blocks_of(concerned), missing_consents_of(concerned)
    in_doubt = [request for request in requests.values() if blocks[request.contact_id].in_doubt]
    holds.hold(in_doubt, ReviewRequest.Hold.UNCLEAR_OPT_OUT, now=now)
    planned = Delivery.objects.filter(request__in=list(requests), status=Delivery.Status.PLANNED)
    for message in planned.order_by("request", "step", "pk"):
        message.request = request = requests[message.request_key]
        request.contact = contact = by_key[request.contact_id]
        message.account = request.account
        suppressed = {
            channel: f"The address must not be written to: {reason.lower()}."
            for channel, reason in blocks[contact.pk].blocked.items()
        }
        _follow(message, blocked=missing[contact.pk] | suppressed, now=now)


def _follow(message: Delivery, *, blocked: dict[str, str], now: datetime) -> None:
    request, contact = message.request, message.request.contact
    earliest = now if message.claim else max(message.leaves_at, now)  # a claim stands in the place of the planned time
    address, reason = contact.address(message.channel), ""
    channel: Channel | None = Channel(message.channel)
    if address != message.address or message.channel in blocked:
        reason = _reason(Channel(message.channel), address, blocked)
        channel = _pick(message, blocked)
    if channel is None:
        if planned_messages.cancel_one(message, reason):
            plan.fall_back(message, steps=plan.steps_of(request), now=now, reason=NO_WAY_LEFT)
        return
    slot = slots.slot(account=request.account, contact=contact, channel=channel, earliest=earliest)
    if not reason and slot.due_at <= earliest:
        return
    moved = new_delivery(request, message.step, channel, slot, now)
    moved.reason = f"{reason} {slot.moved}".strip() or moved.reason
    planned_messages.replace(message, moved)
    if message.step == 0:
        ReviewRequest.objects.filter(pk=request.pk).update(scheduled_for=slot.due_at)


def _reason(channel: Channel, address: str, blocked: dict[str, str]) -> str:
    if address and channel in blocked:
        return blocked[channel]
    return f"The {_NOUNS[channel]} {'changed' if address else 'was removed'}."


def _pick(message: Delivery, blocked: dict[str, str]) -> Channel | None:
    """Return the message's channel if it is usable, else the other one, where the step has no message on that yet."""
    request = message.request
    of_step = Delivery.objects.filter(request=request, step=message.step).exclude(pk=message.pk)
    tried = dict.fromkeys(of_step.values_list("channel", flat=True), "tried")
    rule = FollowUpStep.ChannelRule(message.channel)
    return pick_channel(contact=request.contact, rule=rule, only=request.channel, blocked=blocked | tried)
