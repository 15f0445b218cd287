"""What would be sent: the gates and every message of a request, with nothing written."""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from oauth.models import Account
from reviews import scheduling
from reviews.asking import Ask, weigh
from reviews.lifecycle import blocked_channels, new_delivery, pick_channel
from reviews.models import FollowUpStep, ReviewRequest
from reviews.models.base import Channel
from reviews.rendering import RenderError, render
from reviews.segments import measure


def rehearse(*, account: Account, wanted: Ask, now: datetime) -> dict[str, Any]:
    """The gates in order, and each message as it would leave if nobody answered.

    Raises asking.Refused like the call itself. Links lead nowhere: no message exists yet.
    """
    verdict = weigh(account=account, wanted=wanted, now=now)
    status = ReviewRequest.Status.SUPPRESSED if verdict.reason else ReviewRequest.Status.SCHEDULED
    return {
        "status": status.value,
        "reason": verdict.reason or None,
        "gates": [{"gate": gate.gate, "passed": gate.passed, "reason": gate.reason or None} for gate in verdict.gates],
        "messages": [] if verdict.reason else _messages(account, wanted, verdict.match.contact, verdict.first, now),
    }


def _messages(account: Account, wanted: Ask, contact: Any, first: FollowUpStep, now: datetime) -> list[dict[str, Any]]:
    request = ReviewRequest(account=account, contact=contact, sequence=first.sequence, channel=wanted.channel)
    blocked = blocked_channels(contact)
    messages = []
    earliest, previous = now + wanted.delay, None
    for step in FollowUpStep.objects.filter(sequence=first.sequence).order_by("position"):
        if step.position:
            earliest += timedelta(hours=step.delay_hours)
        channel = pick_channel(
            contact=contact, rule=step.channel, only=wanted.channel, blocked=blocked, previous=previous
        )
        if channel is None:
            continue
        slot = scheduling.slot(account=account, contact=contact, channel=channel, earliest=earliest)
        messages.append(_message(request, step, channel, slot, now))
        earliest, previous = slot.due_at, channel
    return messages


def _message(
    request: ReviewRequest, step: FollowUpStep, channel: Any, slot: scheduling.Slot, now: datetime
) -> dict[str, Any]:
    delivery = new_delivery(request, step.position, channel, slot, now)
    try:
        message = render(delivery, step)
        subject, text = message.subject or None, message.text
    except RenderError as error:
        subject, text = None, f"Cannot be sent: {error}"
    segments = measure(text) if channel == Channel.SMS else None
    return {
        "step": step.position,
        "channel": channel.value,
        "due_at": slot.due_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "local_time": slot.local.isoformat(timespec="seconds"),
        "rule": slot.moved or None,
        "subject": subject,
        "text": text,
        "segments": asdict(segments) if segments else None,
    }
