"""What would be sent: the gates and every message of a request, with nothing written."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from oauth.models import Account
from reviews.delivery.content.render import RenderError, render
from reviews.delivery.content.segments import Segments, measure
from reviews.models import FollowUpStep, ReviewRequest
from reviews.models.base import Channel
from reviews.models.suppression import blocked_channels
from reviews.requests.ask import Ask, Verdict, weigh
from reviews.requests.plan import new_delivery, pick_channel
from reviews.requests.schedule import slots


@dataclass(frozen=True)
class Planned:
    """A message as it would leave if nobody answered. Its links lead nowhere: it does not exist yet."""

    step: int
    channel: Channel
    slot: slots.Slot
    subject: str
    text: str
    html: str = ""
    problem: str = ""  # why it cannot be written out; there is no text then

    @property
    def segments(self) -> Segments | None:
        return measure(self.text) if self.channel == Channel.SMS and not self.problem else None


def look_ahead(*, account: Account, wanted: Ask, now: datetime) -> tuple[Verdict, list[Planned]]:
    """What the gates say, and the messages in order; none when a gate is shut.

    Raises asking.Refused like the call itself.
    """
    verdict = weigh(account=account, wanted=wanted, now=now)
    return verdict, [] if verdict.reason else list(_messages(account, wanted, verdict, now))


def rehearse(*, account: Account, wanted: Ask, now: datetime) -> dict[str, Any]:
    """The same for callers of the API."""
    verdict, messages = look_ahead(account=account, wanted=wanted, now=now)
    status = ReviewRequest.Status.SUPPRESSED if verdict.reason else ReviewRequest.Status.SCHEDULED
    return {
        "status": status.value,
        "reason": verdict.reason or None,
        "gates": [{"gate": gate.gate, "passed": gate.passed, "reason": gate.reason or None} for gate in verdict.gates],
        "messages": [_described(message) for message in messages],
    }


def _messages(account: Account, wanted: Ask, verdict: Verdict, now: datetime) -> Iterator[Planned]:
    contact, sequence = verdict.match.contact, verdict.first.sequence
    request = ReviewRequest(account=account, contact=contact, sequence=sequence, channel=wanted.channel)
    blocked = blocked_channels(contact)
    earliest, previous = now + wanted.delay, None
    for step in FollowUpStep.objects.filter(sequence=sequence).order_by("position"):
        if step.position:
            earliest += timedelta(hours=step.delay_hours)
        channel = pick_channel(
            contact=contact, rule=step.channel, only=wanted.channel, blocked=blocked, previous=previous
        )
        if channel is None:
            continue
        slot = slots.slot(account=account, contact=contact, channel=channel, earliest=earliest)
        yield written_out(request, step, channel, slot, now)
        earliest, previous = slot.due_at, channel


def written_out(
    request: ReviewRequest, step: FollowUpStep, channel: Channel, slot: slots.Slot, now: datetime
) -> Planned:
    """The message of a step, by the function that writes the real ones."""
    try:
        message = render(new_delivery(request, step.position, channel, slot, now), step)
    except RenderError as error:
        return Planned(step.position, channel, slot, "", "", problem=str(error))
    return Planned(step.position, channel, slot, message.subject, message.text, message.html)


def _described(message: Planned) -> dict[str, Any]:
    return {
        "step": message.step,
        "channel": message.channel.value,
        "due_at": message.slot.due_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "local_time": message.slot.local.isoformat(timespec="seconds"),
        "rule": message.slot.moved or None,
        "subject": message.subject or None,
        "text": f"Cannot be sent: {message.problem}" if message.problem else message.text,
        "segments": asdict(message.segments) if message.segments else None,
    }
