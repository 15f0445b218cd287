"""The life of a review request: the only writer of its status, and of what is planned next."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from oauth.models import Account
from oauth.statements import Change, Select
from reviews import events, scheduling, suppressions
from reviews.channels import available_channels
from reviews.models import Contact, Delivery, Event, FollowUpStep, ReviewRequest, Suppression
from reviews.models.base import Channel
from reviews.models.suppression import address_hash

Status = ReviewRequest.Status

# From which states each state may be reached. A late answer still counts after the sequence ended.
MOVES: dict[str, tuple[str, ...]] = {
    Status.SCHEDULED: (Status.FAILED,),  # staff have a message that failed sent again
    Status.SENT: (Status.SCHEDULED,),
    Status.RESPONDED: (Status.SCHEDULED, Status.SENT, Status.COMPLETED),
    Status.COMPLETED: (Status.SENT,),
    Status.SUPPRESSED: (Status.SCHEDULED, Status.SENT),
    Status.CANCELLED: (Status.SCHEDULED, Status.SENT),
    Status.FAILED: (Status.SCHEDULED, Status.SENT),
}

# How long after its last message a request waits for an answer before it counts as completed.
ANSWER_TIME = timedelta(days=7)
COMPLETE_AT_ONCE = 500


class InvalidMove(Exception):
    """The request has ended, or is not where the move starts from."""


def _move(request: ReviewRequest, to: str, *, now: datetime, reason: str = "") -> bool:
    """Move the request if its state in the database allows it; False when it does not."""
    changes: dict[str, object] = {"status": str(to), "reason": reason[:200]}
    if to == Status.SENT:
        changes["sent_at"] = now
    elif to == Status.SCHEDULED:
        changes["ended_at"] = None
    else:
        changes["ended_at"] = now
    if to == Status.RESPONDED:
        changes["responded_at"] = now
    if not _change_if(pk=request.pk, statuses=[str(status) for status in MOVES[to]], **changes):
        return False
    for name, value in changes.items():
        setattr(request, name, value)
    events.record(events.of_request(request, now))
    return True


_change_if = Change(lambda pk, statuses, **changes: (ReviewRequest.objects.filter(pk=pk, status__in=statuses), changes))


# --- Endings ---------------------------------------------------------------------------------


@transaction.atomic(savepoint=False)
def respond(*, request: ReviewRequest, now: datetime, reason: str) -> bool:
    """The customer reacted: nothing more is sent. False when the request had ended otherwise."""
    if not _move(request, Status.RESPONDED, now=now, reason=reason):
        return False
    _cancel_pending(request, "The customer responded.")
    return True


@transaction.atomic
def cancel_request(*, request: ReviewRequest, now: datetime, reason: str = "Cancelled.") -> ReviewRequest:
    """Take the request back; what was sent stays sent. Raises InvalidMove when it has ended."""
    if not _move(request, Status.CANCELLED, now=now, reason=reason):
        request.refresh_from_db()
        raise InvalidMove(f"This review request is {request.status} and cannot be cancelled.")
    _cancel_pending(request, reason)
    return request


@transaction.atomic
def opt_out(
    *, account: Account, channel: str, address: str, reason: Suppression.Reason, evidence: str, now: datetime
) -> Suppression:
    """The customer wants no more messages there: suppress the address and end what is under way.

    Every request of the account that writes or wrote there ends, and each message planned to the
    address is cancelled in its own row: a worker that is about to declare it waits for that row,
    and finds it cancelled. What a worker is handing over is left to it (`suppressions.until_quiet`).
    """
    address = address.lower()
    # Requests first, as everything that settles does: two that wait for each other would never end.
    requests = list(_open_requests(account, channel, address))
    suppression, is_new = suppressions.add(
        account=account, channel=channel, address=address, reason=reason, evidence=evidence, now=now
    )
    if is_new and reason != Suppression.Reason.ERASED:
        _record_opt_out(suppression, now)
    why = f"{suppression.get_reason_display()} ({Channel(channel).label.lower()})"
    for request in requests:
        if _move(request, Status.SUPPRESSED, now=now, reason=why):
            _cancel_pending(request, why)
    Delivery.objects.for_account(account).filter(
        channel=channel, address=address, status=Delivery.Status.PLANNED
    ).update(status=Delivery.Status.CANCELLED, reason=why, claim=None)
    return suppression


def _record_opt_out(suppression: Suppression, now: datetime) -> None:
    field = "email" if suppression.channel == Channel.EMAIL else "phone"
    theirs = Contact.objects.filter(account=suppression.account_id, **{field: suppression.address})
    events.record(
        Event(
            account_id=suppression.account_id,
            type=Event.Type.CONTACT_OPTED_OUT,
            occurred_at=now,
            contact_id=theirs.values_list("pk", flat=True).first(),
            suppression_id=suppression.pk,
        )
    )


def reopen(*, request: ReviewRequest, now: datetime, reason: str) -> bool:
    """Let a request that failed wait for its message again; False when it has not failed.

    Plans nothing. Raises InvalidMove when its contact has another open request by now: there is one at most.
    """
    try:
        with transaction.atomic():
            return _move(request, Status.SCHEDULED, now=now, reason=reason)
    except IntegrityError as error:
        raise InvalidMove("The customer has been asked again since.") from error


def lock_requests(*, accounts: Sequence[Account], channel: str, address: str) -> None:
    """Before opt-outs in several accounts at once: take all their requests first, each in its turn.

    A worker that marks one message and declares the next holds the one's request while it waits for the other.
    """
    for account in accounts:
        list(_open_requests(account, channel, address))


def _open_requests(account: Account, channel: str, address: str) -> QuerySet[ReviewRequest]:
    """Those to the contact with the address, and those that wrote to it before the contact's changed; locked."""
    theirs = {"contact__email": address} if channel == Channel.EMAIL else {"contact__phone": address}
    found = set(ReviewRequest.objects.for_account(account).open().filter(**theirs).values_list("pk", flat=True))
    written = Delivery.objects.for_account(account).filter(channel=channel, address=address)
    found |= set(written.filter(request__status__in=ReviewRequest.OPEN).values_list("request", flat=True))
    return ReviewRequest.objects.filter(pk__in=found).order_by("pk").select_for_update()


def complete_unanswered(*, now: datetime) -> int:
    """End the requests whose last message went unanswered for ANSWER_TIME; returns how many."""
    done = 0
    while ended := _complete_some(now):
        done += ended
    return done


@transaction.atomic
def _complete_some(now: datetime) -> int:
    waiting = ReviewRequest.objects.filter(status=Status.SENT, sent_at__lte=now - ANSWER_TIME).exclude(
        pk__in=Delivery.objects.filter(
            Q(status__in=Delivery.PENDING) | Q(sent_at__gt=now - ANSWER_TIME), request__status=Status.SENT
        ).values("request")
    )
    found = list(waiting.order_by("pk").select_for_update(of=("self",))[:COMPLETE_AT_ONCE])
    keys = [request.pk for request in found]
    ReviewRequest.objects.filter(pk__in=keys).update(status=Status.COMPLETED, ended_at=now, reason="No answer.")
    for request in found:
        request.status = Status.COMPLETED
    events.record(*(events.of_request(request, now) for request in found))
    return len(found)


def _cancel_pending(request: ReviewRequest, reason: str) -> None:
    """Messages that no worker is handing over right now; those find the request closed by themselves."""
    _cancel_planned(request=request.pk, reason=reason[:200])


_cancel_planned = Change(
    lambda request, reason: (
        Delivery.objects.filter(request=request, status=Delivery.Status.PLANNED),
        {"status": Delivery.Status.CANCELLED, "reason": reason, "claim": None},
    )
)


# --- What comes next --------------------------------------------------------------------------


def steps_of(request: ReviewRequest) -> list[FollowUpStep]:
    """The steps of the request's sequence, in order."""
    return list(FollowUpStep.objects.filter(sequence=request.sequence_id).order_by("position"))


def unclear(delivery: Delivery, *, steps: Sequence[FollowUpStep], now: datetime) -> None:
    """Nobody knows whether a text left: it is not repeated, and the sequence goes on."""
    if delivery.request.is_open:
        _plan_next(delivery, steps=steps, now=now)


def turned_out_sent(delivery: Delivery, *, steps: Sequence[FollowUpStep], now: datetime) -> None:
    """A message that nobody knew about did leave: its request counts as sent, the next step is planned.

    Unless the sequence went on meanwhile. `steps`: the sequence's, in order. Runs inside the transaction that
    settles the delivery; for messages that a provider takes, `claims.advance` does the same in its statement.
    """
    request = delivery.request
    if request.status == Status.SCHEDULED:
        _move(request, Status.SENT, now=now)
    if request.is_open and not Delivery.objects.filter(request=request, step__gt=delivery.step).exists():
        _plan_next(delivery, steps=steps, now=now)


def failed(delivery: Delivery, *, steps: Sequence[FollowUpStep], now: datetime) -> None:
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
        _move(request, Status.FAILED, now=now, reason=delivery.error_text or "No channel could deliver it.")


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
    slot = scheduling.slot(account=request.account, contact=request.contact, channel=channel, earliest=earliest)
    return new_delivery(request, position, channel, slot, now)


def _save_planned(delivery: Delivery) -> None:
    # A crash between a commit and its answer may bring the same step twice; the first one stands.
    Delivery.objects.bulk_create([delivery], ignore_conflicts=True)


def new_delivery(
    request: ReviewRequest, position: int, channel: Channel, slot: scheduling.Slot, now: datetime
) -> Delivery:
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


# --- Channels ---------------------------------------------------------------------------------


def blocked_channels(contact: Contact) -> dict[str, str]:
    """The channels on which the contact must not be written to, each with its reason."""
    return blocked_channels_of([contact])[contact.pk]


def blocked_channels_of(contacts: Sequence[Contact]) -> dict[UUID, dict[str, str]]:
    """The same of several contacts, by their ids, in one statement."""
    blocked: dict[UUID, dict[str, str]] = {contact.pk: {} for contact in contacts}
    owners: dict[str, list[UUID]] = defaultdict(list)
    for contact in contacts:
        for channel in Channel.values:
            if address := contact.address(channel):
                owners[address_hash(contact.account_id, channel, address)].append(contact.pk)
    accounts = {contact.account_id for contact in contacts}
    if not owners:
        return blocked
    for row in _suppressions_of(accounts=list(accounts), hashes=list(owners)):
        for pk in owners[row.address_hash]:
            blocked[pk][row.channel] = row.get_reason_display()
    return blocked


_suppressions_of = Select(
    lambda accounts, hashes: Suppression.objects.active().filter(account__in=accounts, address_hash__in=hashes)
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
