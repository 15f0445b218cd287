"""Merging: two contacts that are one person become one."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from reviews.contacts import doubts, opt_outs, suppressions
from reviews.models import Consent, Contact, Delivery, Event, InboxItem, ReviewRequest, Suppression
from reviews.models.base import Channel
from reviews.requests import contact_changes, lifecycle

_FILLED = ("first_name", "last_name", "company_name", "time_zone", "language", "email", "phone")


class CannotMerge(Exception):
    """The two cannot become one; the text says why."""


def merge(*, kept: Contact, other: Contact, by: str, now: datetime) -> Contact:
    """Give `kept` the requests and consents of `other`, and its values where `kept` has none; delete `other`.

    The strictest opt-out wins: a channel that is opted out for one of the addresses is opted out for all. Of two open
    requests the other's is cancelled; what is planned to the other goes to the addresses that are kept. Raises
    CannotMerge.
    """
    with transaction.atomic():
        rows = {
            row.pk: row for row in Contact.objects.filter(pk__in=[kept.pk, other.pk]).order_by("pk").select_for_update()
        }
        if len(rows) < 2 or any(row.erased_at for row in rows.values()):
            raise CannotMerge("One of the two is gone.")
        kept, other = rows[kept.pk], rows[other.pk]
        if kept.account_id != other.account_id:
            raise CannotMerge("Contacts of two accounts stay two.")
        places = _places(kept, other)
        opted_out = _spread_opt_outs(kept, other, now)
        if ReviewRequest.objects.filter(contact=kept).open().exists():
            for request in ReviewRequest.objects.filter(contact=other).open():
                reason = f"Merged by {by} with a contact that has an open request."
                lifecycle.cancel_request(request=request, now=now, reason=reason)
        ReviewRequest.objects.filter(contact=other).update(contact=kept)
        Consent.objects.filter(contact=other).update(contact=kept)  # each for the address it was given for, as before
        InboxItem.objects.filter(contact=other).update(contact=kept)
        Delivery.objects.filter(contact=other).update(contact=kept)
        Event.objects.for_account(kept.account).filter(contact=other).update(contact=kept)
        values = {name: getattr(other, name) for name in _FILLED}
        if not kept.phone or kept.phone == other.phone:
            kept.shares_phone = other.shares_phone and (not kept.phone or kept.shares_phone)
        other.delete()
        for name, value in values.items():
            if not getattr(kept, name):
                setattr(kept, name, value)
        kept.save()
        contact_changes.follow(contacts=[kept], now=now)
    left = places if opted_out else [place for place in places if place not in _places(kept)]
    if left:
        suppressions.until_quiet(*left)
    return kept


def _places(*contacts: Contact) -> list[tuple[UUID, str, str]]:
    return [
        (contact.account_id, channel, contact.address(channel))
        for contact in contacts
        for channel in Channel.values
        if contact.address(channel)
    ]


def _spread_opt_outs(kept: Contact, other: Contact, now: datetime) -> bool:
    """Suppress all addresses of a channel when one is suppressed; tell whether any is."""
    has_opt_out = False
    for channel in Channel.values:
        addresses = {contact.address(channel) for contact in (kept, other)} - {""}
        suppressed = {
            address: row
            for address in addresses
            for row in suppressions.of(account=kept.account, channel=channel, address=address)
        }
        has_opt_out |= bool(suppressed)
        clear = {address: row for address, row in suppressed.items() if row.reason != Suppression.Reason.UNCLEAR}
        for source in list((clear or suppressed).values())[:1]:
            for address in sorted(addresses - set(clear or suppressed)):
                _spread(source, address, now)
    return has_opt_out


def _spread(source: Suppression, address: str, now: datetime) -> None:
    """Suppress the person's other address for the same reason, or hold it as the first one is held."""
    evidence = suppressions.evidence_of_same_person(source)
    if source.reason == Suppression.Reason.UNCLEAR:
        doubts.hold(account=source.account, number=address, evidence=evidence, now=now)
        return
    opt_outs.opt_out(
        account=source.account,
        channel=source.channel,
        address=address,
        reason=source.Reason(source.reason),
        evidence=evidence,
        now=now,
    )
