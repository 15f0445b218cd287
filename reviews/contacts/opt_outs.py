"""Opt-outs: suppress an address, and end the requests that write to it."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from oauth.models import Account
from reviewhub.languages import in_english
from reviews.contacts import suppressions
from reviews.models import Contact, Delivery, Event, InboxItem, ReviewRequest, Suppression
from reviews.models.base import Channel
from reviews.requests import consents, holds, lifecycle, planned_messages
from reviews.webhooks import events


@transaction.atomic
def opt_out(
    *,
    account: Account,
    channel: str,
    address: str,
    reason: Suppression.Reason,
    evidence: str,
    now: datetime,
    why: str = "",
) -> Suppression:
    """Suppress the address, because the customer wants no more messages there, and end what is under way to it.

    A consent to be written to there is withdrawn with it. Every request of the account that writes or wrote there ends,
    for the reason `why`, and each message planned to the address is cancelled in its own row: a worker that is about to
    declare it waits for that row, and finds it cancelled. A message that is being sent is left to its worker
    (`suppressions.until_quiet`). A number that was held in doubt is suppressed for good.
    """
    # Requests before messages, as everything that settles a message does: else two would wait for each other.
    requests = list(open_requests_to(account, channel, address))
    suppressed = suppress_for_good(
        account=account, channel=channel, address=address, reason=reason, evidence=evidence, now=now
    )
    kept_reason = Suppression.Reason(suppressed.suppression.reason)
    why = why or f"{in_english(kept_reason.label)} ({in_english(Channel(channel).label).lower()})"
    for request in requests:
        if lifecycle.move(request, ReviewRequest.Status.SUPPRESSED, now=now, reason=why):
            planned_messages.cancel(request, why)
    planned_messages.cancel_to_address(account=account, channel=channel, address=address, reason=why)
    if suppressed.was_in_doubt:
        holds.release_cleared(account, now=now)
    return suppressed.suppression


class Suppressed(NamedTuple):
    """A suppression that is in force; `is_new`: the address was free, or in doubt, before."""

    suppression: Suppression
    is_new: bool
    was_in_doubt: bool


def suppress_for_good(
    *, account: Account, channel: str, address: str, reason: Suppression.Reason, evidence: str, now: datetime
) -> Suppressed:
    """Suppress the address, also one in doubt, whose inbox items are settled; withdraw the consent; record the events.

    Ends no request: the caller does, and releases then what no doubt holds any more.
    """
    suppression, is_new = suppressions.add(
        account=account, channel=channel, address=address, reason=reason, evidence=evidence, now=now
    )
    was_in_doubt = not is_new and suppressions.settle_doubt(suppression, reason=reason, evidence=evidence, now=now)
    if was_in_doubt:
        settle_items(suppression, InboxItem.Outcome.OPTED_OUT, now=now)
    if is_new or was_in_doubt or reason != Suppression.Reason.STAFF:  # a list taken in each night says nothing new
        consents.withdraw(account=account, channel=channel, address=address, reason=reason, words=evidence, now=now)
    if (is_new or was_in_doubt) and reason != Suppression.Reason.ERASED:
        _record_opt_out(suppression, now)
    return Suppressed(suppression, is_new or was_in_doubt, was_in_doubt)


def settle_items(suppression: Suppression, outcome: InboxItem.Outcome, *, now: datetime) -> None:
    """Settle the inbox items that ask about the number: the question has been answered."""
    waiting = InboxItem.objects.filter(suppression=suppression, kind=InboxItem.Kind.UNCLEAR_OPT_OUT, handled_at=None)
    waiting.update(handled_at=now, outcome=outcome, is_to_tell=False)


def _record_opt_out(suppression: Suppression, now: datetime) -> None:
    """Record an event for each contact with the address; one without a contact where nobody has it."""
    field = Contact.address_field(suppression.channel)
    contacts = Contact.objects.filter(account=suppression.account_id, **{field: suppression.address})
    contact_ids: list[UUID | None] = list(contacts.order_by("pk").values_list("pk", flat=True))
    events.record(
        *(
            Event(
                account_id=suppression.account_id,
                type=Event.Type.CONTACT_OPTED_OUT,
                occurred_at=now,
                contact_id=contact_id,
                suppression_id=suppression.pk,
            )
            for contact_id in contact_ids or [None]
        )
    )


def lock_requests(*, accounts: Sequence[Account], channel: str, address: str) -> None:
    """Lock the open requests of all these accounts, in the order of the accounts, before opt-outs in each of them.

    Before them the contacts with the address, as an ask does: one that runs now has either made its request by then,
    or finds what is decided here.
    A worker that marks one message and declares another holds the first one's request while it waits for the second:
    without these locks, an opt-out in a second account could wait for the worker, and the worker for the opt-out.
    """
    field = Contact.address_field(channel)
    contacts = Contact.objects.filter(account__in=accounts, **{field: address})
    list(contacts.order_by("pk").select_for_update())
    for account in accounts:
        list(open_requests_to(account, channel, address))


def open_requests_to(account: Account, channel: str, address: str) -> QuerySet[ReviewRequest]:
    """Open requests of all contacts with the address, or that wrote to it before the contact's changed; locked."""
    keys = _open_keys(account, channel, address)
    return ReviewRequest.objects.filter(pk__in=keys).order_by("pk").select_for_update()


def _open_keys(account: Account, channel: str, address: str) -> set[UUID]:
    if not address:  # one that was erased: nobody has it, and not all who have none
        return set()
    of_contact = {f"contact__{Contact.address_field(channel)}": address}
    keys = set(ReviewRequest.objects.for_account(account).open().filter(**of_contact).values_list("pk", flat=True))
    messages = Delivery.objects.for_account(account).filter(channel=channel, address=address)
    return keys | set(messages.filter(request__status__in=ReviewRequest.OPEN).values_list("request", flat=True))


def lock_all(contact: Contact) -> list[tuple[Channel, str]]:
    """Do the same for all addresses of one contact, in one order, and return them as they are then, with their ways.

    The numbers go before all rows, as in everything that happens to a number.
    """
    if contact.phone:
        suppressions.lock_number(contact.phone)
    with_one = Q(email=contact.email) & ~Q(email="") | Q(phone=contact.phone) & ~Q(phone="") | Q(pk=contact.pk)
    rows = Contact.objects.filter(with_one, account=contact.account_id).order_by("pk").select_for_update()
    own = next(row for row in rows if row.pk == contact.pk)
    places = [(channel, own.address(channel)) for channel in Channel if own.address(channel)]
    keys = set[UUID]().union(*(_open_keys(contact.account, channel, address) for channel, address in places))
    list(ReviewRequest.objects.filter(pk__in=keys).order_by("pk").select_for_update())
    return places
