"""Asking a contact for a review: the gates a request passes, and the rows it leaves."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q

from oauth.models import Account
from reviews import contacts, scheduling
from reviews.channels import available_channels
from reviews.contacts import Person
from reviews.lifecycle import blocked_channels, new_delivery, pick_channel
from reviews.models import Contact, FollowUpStep, ReviewRequest
from reviews.models.base import Channel

Status = ReviewRequest.Status

# A race is lost at most once for each row that the others were faster to make.
TRIES = 5


class Refused(Exception):
    """What was asked cannot be done; `field` names the input that says so."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field
        self.reason = reason


@dataclass(frozen=True)
class Ask:
    """What a caller wants, validated and normalised."""

    person: Person
    delay: timedelta = timedelta()
    channel: str = ReviewRequest.ChannelRule.AUTO
    sequence: str = ""
    external_id: str = ""
    metadata: dict[str, object] = field(default_factory=dict)
    source: str = ReviewRequest.Source.API


@dataclass(frozen=True)
class Gate:
    """One reason why a request may not be sent, and whether it holds here."""

    gate: str
    passed: bool
    reason: str = ""


@dataclass(frozen=True)
class Verdict:
    """What would come of an ask, before anything is written."""

    match: contacts.Match
    gates: list[Gate]
    first: FollowUpStep
    channel: Channel | None
    slot: scheduling.Slot

    @property
    def reason(self) -> str:
        return next((gate.reason for gate in self.gates if not gate.passed), "")


@dataclass(frozen=True)
class Answer:
    """The request that an ask led to; `created` is false when there was one already."""

    request: ReviewRequest
    created: bool
    message: str
    warnings: list[str] = field(default_factory=list)


def ask(*, account: Account, wanted: Ask, now: datetime) -> Answer:
    """Record a request and plan its first message; nothing is sent here.

    Answers with the request that exists for a known `external_id`, or while the contact has an
    open one. A contact that must not be asked gets a request that is `suppressed` from the start.
    Raises Refused for an unknown sequence, or a channel that the contact has no address for.
    """
    for attempt in range(TRIES):
        try:
            with transaction.atomic():
                return _existing(account, wanted) or _ask(account, wanted, now)
        except IntegrityError:
            # A parallel call made the contact or the request first: this time it is found.
            if attempt == TRIES - 1:
                raise
    raise AssertionError("unreachable")


def _existing(account: Account, wanted: Ask) -> Answer | None:
    if not wanted.external_id:
        return None
    known = (
        ReviewRequest.objects.for_account(account)
        .filter(external_id=wanted.external_id)
        .select_related("contact")
        .first()
    )
    return Answer(known, False, "A review request with this external_id exists already.") if known else None


def _ask(account: Account, wanted: Ask, now: datetime) -> Answer:
    match = contacts.find(account, wanted.person)
    past = [] if match.is_new else _recent_requests(match.contact, now - timedelta(days=account.cooldown_days))
    if open_request := next((request for request in past if request.is_open), None):
        open_request.contact = contacts.keep(match)
        return Answer(open_request, False, "This contact has an open review request already.", match.warnings)
    verdict = _weigh(account, wanted, match, past, now)
    contact = contacts.keep(match)
    request = ReviewRequest(
        account=account,
        contact=contact,
        sequence=verdict.first.sequence,
        status=Status.SUPPRESSED if verdict.reason else Status.SCHEDULED,
        reason=verdict.reason,
        channel=wanted.channel,
        source=wanted.source,
        external_id=wanted.external_id,
        metadata=wanted.metadata,
        scheduled_for=verdict.slot.due_at,
        created_at=now,
        ended_at=now if verdict.reason else None,
    )
    request.save(force_insert=True)
    if verdict.reason or verdict.channel is None:
        return Answer(request, True, f"Review request not sent: {verdict.reason}", match.warnings)
    delivery = new_delivery(request, 0, verdict.channel, verdict.slot, now)
    delivery.save(force_insert=True)
    return Answer(request, True, f"Review request scheduled for {delivery.address}", match.warnings)


def weigh(*, account: Account, wanted: Ask, now: datetime) -> Verdict:
    """What `ask` would decide, gate by gate, without writing anything."""
    with transaction.atomic():
        match = contacts.find(account, wanted.person)
        past = [] if match.is_new else _recent_requests(match.contact, now - timedelta(days=account.cooldown_days))
        return _weigh(account, wanted, match, past, now, existing=_existing(account, wanted))


def _weigh(
    account: Account,
    wanted: Ask,
    match: contacts.Match,
    past: list[ReviewRequest],
    now: datetime,
    *,
    existing: Answer | None = None,
) -> Verdict:
    contact = match.contact
    first = _first_step(account, wanted.sequence)
    if wanted.channel != ReviewRequest.ChannelRule.AUTO and not contact.address(wanted.channel):
        name = "email" if wanted.channel == Channel.EMAIL else "mobile_phone_number"
        raise Refused(name, f"This contact has none, and the channel is {wanted.channel}.")
    blocked = blocked_channels(contact)
    channel = pick_channel(contact=contact, rule=first.channel, only=wanted.channel, blocked=blocked)
    open_request = next((request for request in past if request.is_open), None)
    asked = max((request.sent_at for request in past if request.sent_at), default=None)
    gates = [
        Gate("external_id", existing is None, existing.message if existing else ""),
        Gate("open_request", open_request is None, "This contact has an open review request already."),
        Gate("cool_down", asked is None, _cooldown_reason(account, asked, now) if asked else ""),
        Gate("opt_out", channel is not None, _no_channel_reason(contact, wanted.channel, blocked)),
    ]
    return Verdict(
        match=match,
        gates=[gate if not gate.passed else Gate(gate.gate, True) for gate in gates],
        first=first,
        channel=channel,
        slot=scheduling.slot(
            account=account, contact=contact, channel=channel or Channel.EMAIL, earliest=now + wanted.delay
        ),
    )


def _recent_requests(contact: Contact, since: datetime) -> list[ReviewRequest]:
    """The contact's open requests and those sent since; the cool-down counts from the last one sent."""
    return list(
        ReviewRequest.objects.filter(contact=contact).filter(Q(status__in=ReviewRequest.OPEN) | Q(sent_at__gt=since))
    )


def _first_step(account: Account, name: str) -> FollowUpStep:
    chosen = Q(sequence__is_default=True)
    if name:
        chosen = Q(sequence__pk=int(name)) if name.isdecimal() else Q(sequence__slug=name)
    step = FollowUpStep.objects.filter(chosen, sequence__account=account, position=0).select_related("sequence").first()
    if step is None:
        reason = f"There is no sequence {name!r}." if name else "The account has no default sequence with a first step."
        raise Refused("sequence", reason)
    return step


def _cooldown_reason(account: Account, asked: datetime, now: datetime) -> str:
    days = (now - asked).days
    ago = "today" if days < 1 else "yesterday" if days == 1 else f"{days} days ago"
    return f"This contact was asked {ago}; the account waits {account.cooldown_days} days between requests."


def _no_channel_reason(contact: Contact, only: str, blocked: dict[str, str]) -> str:
    reasons = [
        f"{Channel(channel).label.lower()}: {reason.lower()}"
        for channel, reason in sorted(blocked.items())
        if only in (ReviewRequest.ChannelRule.AUTO, channel)
    ]
    reasons += [
        f"{channel.label.lower()}: no provider is set up"
        for channel in Channel
        if contact.address(channel) and channel not in blocked and channel not in available_channels()
    ]
    return f"This contact cannot be written to ({'; '.join(reasons) or 'no address'})."
