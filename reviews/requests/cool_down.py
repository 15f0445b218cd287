"""Cool-down: the requests because of which a contact is not asked again yet, or its number not texted.

A number that several contacts share is texted for one of them at a time; the others are asked by e-mail meanwhile.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from oauth.models import Account
from reviewhub.statements import Select
from reviews.models import Contact, Delivery, ReviewRequest
from reviews.models.base import Channel
from reviews.requests.matching import Match


@dataclass(frozen=True)
class Past:
    """The requests before an ask that count for it.

    `own`: the contact's, open or sent within the cool-down. `use_of_number`: why other contacts with its number keep
    it from being texted; empty when they do not.
    """

    own: list[ReviewRequest] = field(default_factory=list)
    use_of_number: str = ""


def look_back(account: Account, matches: Sequence[Match], now: datetime) -> list[Past]:
    """Return for each match the requests before it, read in one statement; in none where nobody is known."""
    contacts = [match.contact.pk for match in matches if not match.is_new]
    known = [match.contact for match in matches if not match.is_new or match.contact.shares_phone]
    if not known:
        return [Past() for _ in matches]
    since = now - timedelta(days=account.cooldown_days)
    numbers = list({contact.phone for contact in known if contact.phone})
    of_contact, of_number = defaultdict[UUID, list[ReviewRequest]](list), defaultdict[str, list[ReviewRequest]](list)
    rows = _requests_since(account=account.pk, contacts=contacts, numbers=numbers, since=since)
    for request in rows:
        of_contact[request.contact_id].append(request)
        of_number[request.number].append(request)  # type: ignore[attr-defined]
    lost = _lost([row for row in rows if row.status == ReviewRequest.Status.FAILED and row.sent_at])
    return [
        Past(
            own=[
                row
                for row in of_contact[contact.pk]
                if row.is_open or (row.sent_at and row.sent_at > since and row.pk not in lost)
            ],
            use_of_number=_use_of_number(
                account, [row for row in of_number[contact.phone] if row.contact_id != contact.pk], now
            )
            if contact.phone
            else "",
        )
        for contact in (match.contact for match in matches)
    ]


def _lost(failed: Sequence[ReviewRequest]) -> set[UUID]:
    """Return those of the failed requests of which nothing reached their contact, as far as anybody knows.

    A text to a number that the contact does not have any more went to somebody else.
    """
    if not failed:
        return set()
    arrived = Delivery.objects.filter(request__in=failed, status__in=Delivery.ACCEPTED)
    elsewhere = Q(channel=Channel.SMS) & ~Q(address=F("request__contact__phone"))
    return {row.pk for row in failed} - set(arrived.exclude(elsewhere).values_list("request", flat=True))


def reason_to_wait(account: Account, past: Past, now: datetime) -> str:
    """Say why the contact is not asked again yet; empty when it may be."""
    sent_at = max((request.sent_at for request in past.own if request.sent_at), default=None)
    if sent_at is None:
        return ""
    days = account.cooldown_days
    return f"This contact was asked {_ago(sent_at, now)}; the account waits {days} days between requests."


def _use_of_number(account: Account, others: Sequence[Any], now: datetime) -> str:
    """Say why the number is not texted, by the requests to other contacts that have it."""
    if texted_at := max((row.texted_at for row in others if row.texted_at), default=None):
        ago, days = _ago(texted_at, now), account.cooldown_days
        return f"This number was texted for another contact {ago}; the account waits {days} days between requests."
    if any(row.is_open and row.channel != ReviewRequest.ChannelRule.EMAIL for row in others):
        return "Another contact with this number has an open review request."
    return ""


def _ago(moment: datetime, now: datetime) -> str:
    days = (now - moment).days
    return "today" if days < 1 else "yesterday" if days == 1 else f"{days} days ago"


def _contacts(account: UUID, contacts: list[UUID], numbers: list[str]) -> QuerySet[Contact]:
    return Contact.objects.filter(Q(pk__in=contacts) | Q(account=account, phone__in=numbers) & ~Q(phone=""))


# Select the requests of the contacts, and of all with one of the numbers, that are open, were sent since, or had a text
# since. The contacts stand in a query of their own: with one condition over both tables, PostgreSQL reads all requests.
_requests_since = Select(
    lambda account, contacts, numbers, since: (
        ReviewRequest.objects.filter(contact__in=_contacts(account, contacts, numbers))
        .annotate(
            number=F("contact__phone"),
            texted_at=Subquery(
                Delivery.objects.filter(
                    request=OuterRef("pk"), channel=Channel.SMS, address=OuterRef("contact__phone"), sent_at__gt=since
                )
                .order_by("-sent_at")
                .values("sent_at")[:1]
            ),
        )
        .filter(Q(status__in=ReviewRequest.OPEN) | Q(sent_at__gt=since) | Q(texted_at__isnull=False))
    )
)
