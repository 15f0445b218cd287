"""Previews: the gates and every message of a request as they would be, with nothing written."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from oauth.models import Account
from reviews.delivery.content.render import render
from reviews.delivery.content.segments import Segments, measure
from reviews.delivery.content.templates import RenderError
from reviews.models import FollowUpStep, ReviewRequest
from reviews.models.base import Channel
from reviews.requests.ask import Ask, Verdict, weigh
from reviews.requests.plan import new_delivery, pick_channel
from reviews.requests.schedule import slots

LINK_OF_NONE = "Zk3vQ9x1T0aB7c2d"  # of no message; as long as theirs, since texts are measured


@dataclass(frozen=True)
class Planned:
    """One message as it would leave if nobody answered. Its links lead nowhere, since it does not exist yet."""

    step: int
    channel: Channel
    slot: slots.Slot
    subject: str
    text: str
    html: str = ""
    problem: str = ""  # why it cannot be written out; there is no text then
    language: str = ""  # that it is written in

    @property
    def segments(self) -> Segments | None:
        return measure(self.text) if self.channel == Channel.SMS and not self.problem else None


def look_ahead(*, account: Account, wanted: Ask, now: datetime) -> tuple[Verdict, list[Planned]]:
    """Return the verdict on the ask, and its messages in order: none when a gate is shut.

    Raises Refused as the ask itself does.
    """
    verdict = weigh(account=account, wanted=wanted, now=now)
    return verdict, [] if verdict.reason else list(_messages(account, wanted, verdict, now))


def _messages(account: Account, wanted: Ask, verdict: Verdict, now: datetime) -> Iterator[Planned]:
    contact, sequence = verdict.match.contact, verdict.first.sequence
    request = ReviewRequest(account=account, contact=contact, sequence=sequence, channel=verdict.only)
    request.language = wanted.language
    earliest, previous = now + wanted.delay, None
    for step in FollowUpStep.objects.filter(sequence=sequence).select_related("sequence").order_by("position"):
        if step.position:
            earliest += timedelta(hours=step.delay_hours)
        channel = pick_channel(
            contact=contact, rule=step.channel, only=verdict.only, blocked=verdict.blocked, previous=previous
        )
        if channel is None:
            continue
        slot = slots.slot(account=account, contact=contact, channel=channel, earliest=earliest)
        yield written_out(request, step, channel, slot, now)
        earliest, previous = slot.due_at, channel


def written_out(
    request: ReviewRequest, step: FollowUpStep, channel: Channel, slot: slots.Slot, now: datetime
) -> Planned:
    """Render the message of a step, by the function that renders the real ones; its links are always the same."""
    delivery = new_delivery(request, step.position, channel, slot, now)
    delivery.link_token = LINK_OF_NONE
    account = request.account
    language, _ = step.written_in(request.spoken(account), account.language)
    try:
        message = render(delivery, step)
    except RenderError as error:
        return Planned(step.position, channel, slot, "", "", problem=str(error), language=language)
    return Planned(step.position, channel, slot, message.subject, message.text, message.html, language=language)
