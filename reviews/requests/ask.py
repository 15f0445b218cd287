"""Asking a contact for a review: the gates a request passes, and the rows it leaves."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, OperationalError, transaction
from django.db.models import Q, QuerySet

from oauth.models import Account
from reviewhub.statements import Select, insert_rows, one_trip
from reviews.models import Contact, Delivery, FollowUpStep, ReviewRequest
from reviews.models.base import Channel, available_channels
from reviews.models.suppression import blocked_channels_of
from reviews.requests import matching
from reviews.requests.matching import Person
from reviews.requests.plan import new_delivery, pick_channel
from reviews.requests.schedule import slots
from reviews.webhooks import events

Status = ReviewRequest.Status

# A race is lost at most once for each row that the others were faster to make.
TRIES = 5

KNOWN_ID = "A review request with this external_id exists already."
OPEN_REQUEST = "This contact has an open review request already."


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

    match: matching.Match
    gates: list[Gate]
    first: FollowUpStep
    channel: Channel | None
    slot: slots.Slot

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


# --- Asking ------------------------------------------------------------------------------------


def ask(*, account: Account, wanted: Ask, now: datetime) -> Answer:
    """Record a request and plan its first message; nothing is sent here.

    Answers with the request that exists for a known `external_id`, or while the contact has an
    open one. A contact that must not be asked gets a request that is `suppressed` from the start.
    Raises Refused for an unknown sequence, or a channel that the contact has no address for.
    """
    (answer,) = ask_all(account=account, wanted=[wanted], now=now)
    if isinstance(answer, Refused):
        raise answer
    return answer


def ask_all(*, account: Account, wanted: Sequence[Ask], now: datetime) -> list[Answer | Refused]:
    """What `ask` does, for each of them as if one after the other, in as few statements as for one.

    A refused one changes nothing about the others. One that may be about an earlier one's person waits for that.
    """
    answers: list[Answer | Refused] = []
    while waiting := wanted[len(answers) :]:
        answers += _ask_together(account, _strangers(waiting), now)
    return answers


def _strangers(wanted: Sequence[Ask]) -> list[Ask]:
    """Those before the first that shares an address, a number or an external id with an earlier one."""
    met = set[str]()
    for place, one in enumerate(wanted):
        person = one.person
        own = {person.email, person.phone, f"id {one.external_id}" if one.external_id else ""} - {""}
        if not met.isdisjoint(own):
            return list(wanted[:place])
        met |= own
    return list(wanted)


def _ask_together(account: Account, wanted: list[Ask], now: datetime) -> list[Answer | Refused]:
    """The answers to strangers, up to the first that turns out to be about an earlier one's contact."""
    for attempt in range(TRIES):
        try:
            with transaction.atomic():
                return _ask_in_turn(account, wanted, now)
        except (IntegrityError, OperationalError) as error:
            # A parallel call made the contact or the request first: this time it is found.
            if attempt == TRIES - 1 or not (isinstance(error, IntegrityError) or _is_deadlock(error)):
                raise
    raise AssertionError("unreachable")


def _is_deadlock(error: OperationalError) -> bool:
    """Two calls about the same new contacts, each waiting for a row of the other's; PostgreSQL let the other go on."""
    return getattr(error.__cause__, "sqlstate", None) == "40P01"


def _ask_in_turn(account: Account, wanted: list[Ask], now: datetime) -> list[Answer | Refused]:
    existing = _existing(account, wanted)
    looked = iter(_look(account, [one for one in wanted if one.external_id not in existing], now))
    answers: list[Answer | Refused] = []
    matches: dict[UUID, matching.Match] = {}
    made: list[tuple[ReviewRequest, Delivery | None]] = []
    for one in wanted:
        if one.external_id in existing:
            answers.append(Answer(existing[one.external_id], False, KNOWN_ID))
            continue
        known = next(looked)
        match = known.match
        if match.contact.pk in matches:
            break
        if known.open_request is not None:
            known.open_request.contact = match.contact
            answers.append(Answer(known.open_request, False, OPEN_REQUEST, match.warnings))
        else:
            try:
                verdict = _weigh(account, one, known, now)
            except Refused as refusal:
                answers.append(refusal)
                continue
            request, delivery = _rows(account, one, verdict, now)
            made.append((request, delivery))
            told = f"scheduled for {delivery.address}" if delivery else f"not sent: {verdict.reason}"
            answers.append(Answer(request, True, f"Review request {told}", match.warnings))
        matches[match.contact.pk] = match
    with one_trip():
        matching.keep(list(matches.values()))
        insert_rows([request for request, _ in made])
        insert_rows([delivery for _, delivery in made if delivery])
        events.record(*(events.of_request(request, now) for request, _ in made))
    return answers


def _rows(account: Account, wanted: Ask, verdict: Verdict, now: datetime) -> tuple[ReviewRequest, Delivery | None]:
    """The request and its first message, not saved; no message when a gate is shut."""
    request = ReviewRequest(
        account=account,
        contact=verdict.match.contact,
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
    if verdict.reason or verdict.channel is None:
        return request, None
    return request, new_delivery(request, 0, verdict.channel, verdict.slot, now)


# --- Deciding ----------------------------------------------------------------------------------


def weigh(*, account: Account, wanted: Ask, now: datetime) -> Verdict:
    """What `ask` would decide, gate by gate, without writing anything."""
    with transaction.atomic():
        (known,) = _look(account, [wanted], now, further=True)
        return _weigh(account, wanted, known, now, exists=bool(_existing(account, [wanted])))


@dataclass
class _Known:
    """What the database has about an ask."""

    match: matching.Match
    past: list[ReviewRequest]
    first: FollowUpStep | None = None
    blocked: dict[str, str] = field(default_factory=dict)

    @property
    def open_request(self) -> ReviewRequest | None:
        return next((request for request in self.past if request.is_open), None)


def _look(account: Account, wanted: Sequence[Ask], now: datetime, *, further: bool = False) -> list[_Known]:
    """In four statements at most where all want the same sequence; locks the contacts.

    Of a contact with an open request nothing more is read, unless `further`: it is answered with that.
    """
    if not wanted:
        return []
    matches = matching.find(account, [one.person for one in wanted])
    past = defaultdict(list)
    if known := [match.contact.pk for match in matches if not match.is_new]:
        for request in _recent_requests(contacts=known, since=now - timedelta(days=account.cooldown_days)):
            past[request.contact_id].append(request)
    looked = [_Known(match, past[match.contact.pk]) for match in matches]
    undecided = [(one, seen) for one, seen in zip(wanted, looked, strict=True) if further or seen.open_request is None]
    first = {name: _first_step(account, name) for name in {one.sequence for one, _ in undecided}}
    blocked = blocked_channels_of([seen.match.contact for _, seen in undecided])
    for one, seen in undecided:
        seen.first, seen.blocked = first[one.sequence], blocked[seen.match.contact.pk]
    return looked


def _weigh(account: Account, wanted: Ask, known: _Known, now: datetime, *, exists: bool = False) -> Verdict:
    contact, first, blocked = known.match.contact, known.first, known.blocked
    if first is None:
        name = wanted.sequence
        reason = f"There is no sequence {name!r}." if name else "The account has no default sequence with a first step."
        raise Refused("sequence", reason)
    if wanted.channel != ReviewRequest.ChannelRule.AUTO and not contact.address(wanted.channel):
        name = "email" if wanted.channel == Channel.EMAIL else "mobile_phone_number"
        raise Refused(name, f"This contact has none, and the channel is {wanted.channel}.")
    channel = pick_channel(contact=contact, rule=first.channel, only=wanted.channel, blocked=blocked)
    asked = max((request.sent_at for request in known.past if request.sent_at), default=None)
    gates = [
        Gate("external_id", not exists, KNOWN_ID),
        Gate("open_request", known.open_request is None, OPEN_REQUEST),
        Gate("cool_down", asked is None, _cooldown_reason(account, asked, now) if asked else ""),
        Gate("opt_out", channel is not None, "" if channel else _no_channel_reason(contact, wanted.channel, blocked)),
    ]
    return Verdict(
        match=known.match,
        gates=[gate if not gate.passed else Gate(gate.gate, True) for gate in gates],
        first=first,
        channel=channel,
        slot=slots.slot(
            account=account, contact=contact, channel=channel or Channel.EMAIL, earliest=now + wanted.delay
        ),
    )


def _existing(account: Account, wanted: Iterable[Ask]) -> dict[str, ReviewRequest]:
    """The account's requests that have the external ids of these asks already."""
    ids = [one.external_id for one in wanted if one.external_id]
    if not ids:
        return {}
    found = ReviewRequest.objects.for_account(account).filter(external_id__in=ids).exclude(external_id="")
    return {request.external_id: request for request in found.select_related("contact")}


# The contacts' open requests and those sent since; the cool-down counts from the last one sent.
_recent_requests = Select(
    lambda contacts, since: ReviewRequest.objects.filter(contact__in=contacts).filter(
        Q(status__in=ReviewRequest.OPEN) | Q(sent_at__gt=since)
    )
)


def _first_step(account: Account, name: str) -> FollowUpStep | None:
    if not name:
        step: FollowUpStep | None = _default_step.first(account=account.pk)
        return step
    chosen = Q(sequence__pk=int(name)) if name.isdecimal() else Q(sequence__slug=name)
    return _first_steps().filter(chosen, sequence__account=account).first()


def _first_steps() -> QuerySet[FollowUpStep]:
    return FollowUpStep.objects.filter(position=0).select_related("sequence")


_default_step = Select(lambda account: _first_steps().filter(sequence__account=account, sequence__is_default=True))


# --- The words ---------------------------------------------------------------------------------


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
