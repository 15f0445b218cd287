"""Asks for a review: the gates that each passes, and the rows that it leaves. Nothing is sent here."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, OperationalError, connection, transaction

from oauth.models import Account
from reviewhub.outages import is_deadlock
from reviewhub.refused import Refused
from reviewhub.statements import insert_rows, one_trip
from reviews.models import Consent, Contact, Delivery, FollowUpStep, RequestAlias, ReviewRequest
from reviews.models.base import Channel
from reviews.models.consent import missing_consents_of, words_of_missing
from reviews.models.suppression import Blocks, blocks_of
from reviews.requests import (
    consents,
    contact_changes,
    cool_down,
    duplicates,
    external_ids,
    lifecycle,
    matching,
    plan,
    sequences,
)
from reviews.requests.consents import Agreement
from reviews.requests.cool_down import Past
from reviews.requests.duplicates import KNOWN_ID, OPEN_REQUEST
from reviews.requests.matching import Match, Person
from reviews.requests.plan import new_delivery, pick_channel
from reviews.requests.schedule import slots
from reviews.requests.translations import missing_texts
from reviews.webhooks import events

# A parallel call can be faster once for each row that both would make: contact, request, their addresses and ids.
TRIES = 5

NO_SITE = "The account has no review site: customers can leave feedback for it, and no public review."


@dataclass(frozen=True)
class Ask:
    """One ask, validated and normalised: who is asked, when, on which channel, by which sequence; agreed to what."""

    person: Person
    delay: timedelta = timedelta()
    channel: str = ReviewRequest.ChannelRule.AUTO
    sequence: str = ""
    external_id: str = ""
    language: str = ""
    metadata: dict[str, object] = field(default_factory=dict)
    source: str = ReviewRequest.Source.API
    by: UUID | None = None  # the user who asked; None for a program
    using: str = ""  # the API key or app that asked, as `ReviewRequest.asked_with` has it
    agreements: tuple[Agreement, ...] = ()


@dataclass(frozen=True)
class Gate:
    """One condition of asking, and whether it is met; `reason` says why not, or what it is met by alone."""

    gate: str
    passed: bool
    reason: str = ""


@dataclass(frozen=True)
class AskResult:
    """The request that answers an ask; `created` is false when it existed before."""

    request: ReviewRequest
    created: bool
    message: str
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Verdict:
    """The decision about an ask, before anything is written: its gates, first step, channel and time slot.

    `only`: the channel rule of the request, narrower than the ask's where the number is another contact's as well.
    """

    match: Match
    gates: list[Gate]
    first: FollowUpStep
    only: str
    channel: Channel | None
    slot: slots.Slot
    blocked: dict[str, str]  # channels that cannot be used, with the reason; also for want of a consent
    untranslated: list[str] = field(default_factory=list)  # sentences about messages that go in another language
    is_in_doubt: bool = False
    duplicate: AskResult | None = None  # the answer of the ask itself, where it makes no request

    @property
    def held(self) -> str:
        """Why the request would wait until staff decide; empty when it would not."""
        return ReviewRequest.Hold.UNCLEAR_OPT_OUT.value if self.is_in_doubt and not self.reason else ""

    @property
    def reason(self) -> str:
        return next((gate.reason for gate in self.gates if not gate.passed), "")

    @property
    def status(self) -> str:
        """The status that the ask would be answered with."""
        if self.duplicate is not None:
            return self.duplicate.request.status
        return (ReviewRequest.Status.SUPPRESSED if self.reason else ReviewRequest.Status.SCHEDULED).value

    @property
    def warnings(self) -> list[str]:
        if self.duplicate is not None:
            return self.duplicate.warnings
        of_gates = [gate.reason for gate in self.gates if gate.passed and gate.reason]
        of_sites = [] if self.first.has_site else [NO_SITE]  # type: ignore[attr-defined]  # annotated by first_step
        return [*self.match.warnings, *of_gates, *of_sites, *self.untranslated]


# --- Asking ------------------------------------------------------------------------------------


def ask(*, account: Account, wanted: Ask, now: datetime) -> AskResult:
    """Record a request and plan its first message.

    Return the existing request for an `external_id` that the account has used, or while the contact has an open one.
    A contact that must not be asked gets a request that is `suppressed` from the start. Raises Refused for an unknown
    sequence, or a channel that the contact has no address for.
    """
    (result,) = ask_all(account=account, wanted=[wanted], now=now)
    if isinstance(result, Refused):
        raise result
    return result


def ask_all(*, account: Account, wanted: Sequence[Ask], now: datetime) -> list[AskResult | Refused]:
    """Do what `ask` does for each, as if one after the other, in as few statements as for one.

    A refusal changes nothing about the others, and stands in the list in its place. An ask that may concern the person
    of an earlier one waits for that.
    """
    results: list[AskResult | Refused] = []
    # What one of several asks in one transaction has locked stays so for the next: none may come to need more.
    alone = len(wanted) > 1 and connection.in_atomic_block
    while waiting := wanted[len(results) :]:
        results += _ask_together(account, _strangers(waiting), now, alone=alone)
    return results


def _strangers(wanted: Sequence[Ask]) -> list[Ask]:
    """Return the asks before the first that shares an address, a number or an external id with an earlier one."""
    seen = set[str]()
    for position, ask in enumerate(wanted):
        keys = {ask.person.email, ask.person.phone, f"id {ask.external_id}" if ask.external_id else ""} - {""}
        if not seen.isdisjoint(keys):
            return list(wanted[:position])
        seen |= keys
    return list(wanted)


def _ask_together(account: Account, wanted: list[Ask], now: datetime, *, alone: bool) -> list[AskResult | Refused]:
    """Ask strangers in one transaction; return results up to the first about an earlier one's contact."""
    for attempt in range(TRIES + 1):
        try:
            with transaction.atomic():
                return _ask_in_turn(account, wanted, now, alone=alone)
        except external_ids.MustBeAlone:
            alone = True
        except (IntegrityError, OperationalError) as error:
            # A parallel call made the contact or the request first: the next try finds it. Or two calls about the same
            # new contacts waited for each other.
            if attempt >= TRIES - 1 or not (isinstance(error, IntegrityError) or is_deadlock(error)):
                raise
    raise AssertionError("unreachable")


@dataclass(frozen=True)
class _Decision:
    """The result of one ask, with the rows to be written for it: none for a refusal."""

    result: AskResult | Refused
    match: Match | None = None
    request: ReviewRequest | None = None
    delivery: Delivery | None = None
    consents: Sequence[Consent] = ()
    alias: RequestAlias | None = None


def _ask_in_turn(account: Account, wanted: list[Ask], now: datetime, *, alone: bool) -> list[AskResult | Refused]:
    """Decide each ask and write all rows; stop before one that an earlier one of these is about to change the facts of.

    Those are the rows of its contact, and of all contacts with its number.
    """
    if any(ask.external_id for ask in wanted):
        external_ids.lock(account, alone=alone)
    decisions: list[_Decision] = []
    changing = set[UUID | str]()
    for ask, facts in zip(wanted, _facts_of(account, wanted, now), strict=True):
        if isinstance(facts, ReviewRequest):
            told = _told(ask, facts.contact, now)
            decisions.append(_Decision(_duplicate(ask, facts, KNOWN_ID), consents=told))
            continue
        contact = facts.match.contact
        touched: set[UUID | str] = {contact.pk, *(number for number in (contact.phone, ask.person.phone) if number)}
        if not changing.isdisjoint(touched):
            break
        decisions.append(decision := _decide(account, ask, facts, now))
        if decision.match is not None:
            changing |= touched
    if not alone and any(decision.alias for decision in decisions):
        raise external_ids.MustBeAlone
    _save(decisions, now)
    return [decision.result for decision in decisions]


def _decide(account: Account, ask: Ask, facts: "_Facts", now: datetime) -> _Decision:
    match = facts.match
    if facts.open_request is not None:
        request = facts.open_request
        request.account, request.contact = account, match.contact
        answer = _duplicate(ask, request, OPEN_REQUEST, match.warnings)
        alias = external_ids.name(request, ask.external_id, now=now) if ask.external_id else None
        return _Decision(answer, match, alias=alias, consents=_told(ask, match.contact, now))
    try:
        verdict = _weigh(account, ask, facts, now)
    except Refused as refusal:
        return _Decision(refusal)
    request, delivery = _rows(account, ask, verdict, now)
    sent = f"scheduled for {delivery.address}" if delivery else f"not sent: {verdict.reason}"
    outcome = f"Review request {f'held: {request.why}' if request.held else sent}"
    told = _told(ask, match.contact, now)
    return _Decision(AskResult(request, True, outcome, verdict.warnings), match, request, delivery, told)


def _duplicate(ask: Ask, request: ReviewRequest, reason: str, others: Sequence[str] = ()) -> AskResult:
    """Make the answer of an ask that makes no request, since that one is there; `others`: more warnings."""
    warnings = duplicates.warnings_of(reason, request=request, external_id=ask.external_id, metadata=ask.metadata)
    return AskResult(request, False, reason, [*warnings, *others])


def _told(ask: Ask, contact: Contact, now: datetime) -> list[Consent]:
    """Make the consents that the ask tells, not saved."""
    return consents.rows_of(ask.agreements, contact=contact, via=ask.source, now=now)


def _save(decisions: Sequence[_Decision], now: datetime) -> None:
    """Write all rows. What is planned to a contact follows a change of what it hangs on."""
    requests = [decision.request for decision in decisions if decision.request]
    with one_trip():
        matching.keep([decision.match for decision in decisions if decision.match])
        insert_rows(requests)
        insert_rows([decision.delivery for decision in decisions if decision.delivery])
        insert_rows([decision.alias for decision in decisions if decision.alias])
        consents.record([consent for decision in decisions for consent in decision.consents])
        events.record(*(event for request in requests for event in lifecycle.beginnings(request, now)))
    asked = [decision.match for decision in decisions if decision.match and decision.request is None]
    changed = [match.contact for match in asked if not contact_changes.FOLLOWED.isdisjoint(match.changed)]
    if changed:
        contact_changes.follow(contacts=changed, now=now)


def _rows(account: Account, wanted: Ask, verdict: Verdict, now: datetime) -> tuple[ReviewRequest, Delivery | None]:
    """Make the request and its first message, not saved; no message when a gate is shut."""
    request = ReviewRequest(
        account=account,
        contact=verdict.match.contact,
        sequence=verdict.first.sequence,
        status=ReviewRequest.Status.SUPPRESSED if verdict.reason else ReviewRequest.Status.SCHEDULED,
        reason=verdict.reason,
        held=verdict.held,
        held_at=now if verdict.held else None,
        channel=verdict.only,
        language=wanted.language,
        source=wanted.source,
        asked_by_id=wanted.by,
        asked_with=wanted.using,
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
    """Decide as `ask` would, gate by gate, and write nothing. Raises Refused as it does."""
    with transaction.atomic():
        existing = external_ids.find(account, [wanted.external_id]).get(wanted.external_id)
        (facts,) = _look(account, [wanted], now, further=True)
        if existing is not None:
            duplicate = _duplicate(wanted, existing, KNOWN_ID)
        elif facts.open_request is not None:
            duplicate = _duplicate(wanted, facts.open_request, OPEN_REQUEST, facts.match.warnings)
        else:
            return _weigh(account, wanted, facts, now)
        # The ask itself would look no further: what else it wants is not refused.
        as_there = replace(wanted, sequence=str(duplicate.request.sequence_id), channel=ReviewRequest.ChannelRule.AUTO)
        facts.first = sequences.first_step(account, as_there.sequence)
        return replace(_weigh(account, as_there, facts, now, exists=existing is not None), duplicate=duplicate)


@dataclass
class _Facts:
    """The rows that decide about an ask: its contact, the requests before it, the first step, the contact's blocks.

    `unagreed`: the channels that lack a consent, where the account demands one.
    """

    match: Match
    past: Past
    first: FollowUpStep | None = None
    blocks: Blocks = field(default_factory=Blocks)
    unagreed: dict[str, str] = field(default_factory=dict)

    @property
    def open_request(self) -> ReviewRequest | None:
        return next((request for request in self.past.own if request.is_open), None)


def _facts_of(account: Account, wanted: Sequence[Ask], now: datetime) -> list[_Facts | ReviewRequest]:
    """Return for each ask what decides about it, or the request that has its external id already."""
    existing = external_ids.find(account, [ask.external_id for ask in wanted])
    facts = iter(_look(account, [ask for ask in wanted if ask.external_id not in existing], now))
    return [existing.get(ask.external_id) or next(facts) for ask in wanted]


def _look(account: Account, wanted: Sequence[Ask], now: datetime, *, further: bool = False) -> list[_Facts]:
    """Read the facts of asks in at most five statements, where all want the same sequence; lock the contacts.

    Stop at a contact's open request, since that is the answer; with `further`, read the rest as well.
    """
    if not wanted:
        return []
    matches = matching.find(account, [ask.person for ask in wanted])
    pasts = cool_down.look_back(account, matches, now)
    all_facts = [_Facts(match, past) for match, past in zip(matches, pasts, strict=True)]
    undecided = [
        (ask, facts) for ask, facts in zip(wanted, all_facts, strict=True) if further or facts.open_request is None
    ]
    first_steps = {name: sequences.first_step(account, name) for name in {ask.sequence for ask, _ in undecided}}
    contacts = [facts.match.contact for _, facts in undecided]
    blocks = blocks_of(contacts)
    told = [consent for ask, facts in undecided for consent in _told(ask, facts.match.contact, now)]
    unagreed = missing_consents_of(contacts, also=told)
    for ask, facts in undecided:
        pk = facts.match.contact.pk
        facts.first, facts.blocks, facts.unagreed = first_steps[ask.sequence], blocks[pk], unagreed[pk]
    return all_facts


def _weigh(account: Account, wanted: Ask, facts: _Facts, now: datetime, *, exists: bool = False) -> Verdict:
    contact, first, closed = facts.match.contact, facts.first, facts.blocks.blocked
    if first is None:
        name = wanted.sequence
        reason = f"There is no sequence {name!r}." if name else "The account has no default sequence with a first step."
        raise Refused("sequence", reason)
    if wanted.channel != ReviewRequest.ChannelRule.AUTO and not contact.address(wanted.channel):
        name = "email" if wanted.channel == Channel.EMAIL else "mobile_phone_number"
        raise Refused(name, f"This contact has none, and the channel is {wanted.channel}.")
    only, use = wanted.channel, facts.past.use_of_number
    blocked = facts.unagreed | closed
    reachable = pick_channel(contact=contact, rule=first.channel, only=only, blocked=closed)
    channel = pick_channel(contact=contact, rule=first.channel, only=only, blocked=blocked)
    opt_out = Gate("opt_out", bool(reachable), "" if reachable else plan.explain_unreachable(contact, only, closed))
    is_agreed = channel is not None or reachable is None
    consent = Gate("consent", is_agreed, "" if is_agreed else words_of_missing(facts.unagreed, closed, only))
    waits = cool_down.reason_to_wait(account, facts.past, now)
    rested = Gate("cool_down", not waits, waits)
    if use and pick_channel(contact=contact, rule=Channel.SMS, only=only, blocked=blocked) == Channel.SMS:
        channel = pick_channel(contact=contact, rule=first.channel, only=only, blocked=blocked | {Channel.SMS: use})
        only = channel or only  # also later in the sequence
        if not waits:
            rested = Gate("cool_down", channel is not None, f"By e-mail only: {use}" if channel else use)
    goes, due = channel and rested.passed and not exists, now + wanted.delay
    missing = missing_texts(contact, first.sequence, named=wanted.language, only=only, blocked=blocked) if goes else []
    return Verdict(
        match=facts.match,
        gates=[
            Gate("external_id", not exists, KNOWN_ID if exists else ""),
            Gate("open_request", facts.open_request is None, "" if facts.open_request is None else OPEN_REQUEST),
            *(rested, opt_out, consent),
        ],
        first=first,
        only=only,
        channel=channel,
        slot=slots.slot(account=account, contact=contact, channel=channel or Channel.EMAIL, earliest=due),
        blocked=blocked,
        untranslated=missing,
        is_in_doubt=bool(facts.blocks.in_doubt),
    )
