"""Answers: what a member writes to a customer from the inbox, as a message that the engine sends like any other.

Sends nothing: a worker does, after the gates of the moment of sending (docs/rules.md N2).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID, uuid5

from django.db import transaction

from oauth.models import User
from reviewhub.languages import in_english
from reviewhub.refused import Refused
from reviews.contacts import suppressions
from reviews.delivery.content.answer import subject_of
from reviews.inbox import items
from reviews.models import Contact, Delivery, InboxItem, Suppression
from reviews.models.addresses import has_stored_form
from reviews.models.base import Channel, available_channels
from reviews.models.suppression import NO_MAIL
from reviews.requests.schedule import slots

LONGEST = {Channel.SMS: 1_000, Channel.EMAIL: 10_000}  # characters, as for the texts of a sequence
UNCOUNTED_FOR = timedelta(hours=24)  # since the customer's own words (docs/rules.md N2)
SAID = (InboxItem.Kind.FEEDBACK, InboxItem.Kind.REPLY, InboxItem.Kind.UNCLEAR_OPT_OUT)
ANSWERED = (InboxItem.Kind.FEEDBACK, InboxItem.Kind.REPLY)  # by an answer; the others ask for a decision
SWITCHED_OFF = "The account is switched off."
NO_POSTAL_ADDRESS = "The account has no postal address, and no mail may leave without one."


class Read(NamedTuple):
    """What the writer had read: the keys of the latest item and of the latest answer on the page, 0 for none."""

    item: int = 0
    answer: int = 0


class AnsweredMeanwhile(Exception):
    """Somebody else has answered since the writer read the conversation; nothing was written."""

    def __init__(self, answer: Delivery) -> None:
        super().__init__()
        self.answer = answer


@transaction.atomic
def write(
    *,
    item: InboxItem,
    channel: Channel,
    words: str,
    by: User,
    token: str,
    read: Read,
    now: datetime,
    all_the_same: bool = False,
) -> Delivery:
    """Plan an answer to the item's customer, as soon as the law allows, and mark what was read as handled.

    The same `token` of the same person is the same answer, however often it is pressed. Raises Refused, and
    AnsweredMeanwhile when another answer was written since, unless it is to leave `all_the_same`.
    """
    if item.contact_id is None:
        raise Refused("item", "Nobody is known who could be answered.")
    # Of two who write at once, the second waits here, and is told.
    contact = Contact.objects.select_for_update(of=("self",)).select_related("account").get(pk=item.contact_id)
    item.contact, item.account = contact, contact.account
    earlier = (
        Delivery.objects.for_account(contact.account).answers().filter(contact=contact).select_related("written_by")
    )
    key = _key(contact, by, token)
    if same := earlier.filter(message_key=key).first():
        return same
    if not all_the_same and (others := earlier.filter(pk__gt=read.answer).order_by("-pk").first()):
        raise AnsweredMeanwhile(others)
    words = _clean(words, channel)
    if reason := why_closed(contact, channel):
        raise Refused("channel", reason)
    slot = slots.slot(account=contact.account, contact=contact, channel=channel, earliest=now, is_answer=True)
    answer = Delivery(
        kind=Delivery.Kind.ANSWER,
        account=contact.account,
        contact=contact,
        inbox_item=item,
        written_by=by,
        words=words,
        channel=channel,
        address=contact.address(channel),
        due_at=slot.due_at,
        reason=slot.moved,
        created_at=now,
        message_key=key,
        uncounted_until=_uncounted_until(contact),
    )
    if channel is Channel.EMAIL:
        answer.subject = subject_of(answer)[:500]
    answer.save()
    of_contact = InboxItem.objects.filter(contact=contact, kind__in=ANSWERED, pk__lte=read.item)
    items.handle(of_contact, by=by, now=now)
    if item.kind != InboxItem.Kind.UNCLEAR_OPT_OUT:
        items.handle(InboxItem.objects.filter(pk=item.pk), by=by, now=now)
    return answer


def why_closed(contact: Contact, channel: Channel) -> str:
    """Return why the customer cannot be answered on that channel; empty where it is possible. The gates of `advance`.

    Consent is none of them: who asks is answered.
    """
    address = contact.address(channel)
    if contact.erased_at:
        return "The contact was erased."
    if not address:
        is_mail = channel is Channel.EMAIL
        return (
            "No e-mail address of the customer is known." if is_mail else "No mobile number of the customer is known."
        )
    if not contact.account.is_active:
        return SWITCHED_OFF
    if channel is Channel.EMAIL and not has_stored_form(address):
        return f"{NO_MAIL}."
    if channel not in available_channels():
        return "No provider is set up for this channel."
    if channel is Channel.EMAIL and not contact.account.postal_address.strip():
        return NO_POSTAL_ADDRESS
    blocked = suppressions.of(account=contact.account, channel=channel, address=address).first()
    if blocked is not None:
        label = in_english(Suppression.Reason(blocked.reason).label).lower()
        return f"The address must not be written to: {label}."
    return ""


def usual_way(item: InboxItem) -> Channel:
    """Return the channel that the customer used: by which the reply came, or on which the page was opened."""
    if item.kind in (InboxItem.Kind.REPLY, InboxItem.Kind.UNCLEAR_OPT_OUT):
        return Channel.SMS
    sent = Delivery.objects.filter(request=item.request_id, request__isnull=False, sent_at__isnull=False)
    opened = sent.exclude(seen_at=None).order_by("-seen_at").first() or sent.order_by("-sent_at").first()
    return Channel(opened.channel) if opened is not None else Channel.EMAIL


def conversation(contact: Contact, *, most: int) -> tuple[Sequence[InboxItem], Sequence[Delivery]]:
    """Return the latest items and answers of the contact, up to so many of each, the oldest first."""
    items_ = InboxItem.objects.filter(contact=contact).select_related("event", "suppression", "handled_by")
    answers = Delivery.objects.answers().filter(contact=contact).select_related("written_by")
    return list(items_.order_by("-pk")[:most])[::-1], list(answers.order_by("-pk")[:most])[::-1]


def _key(contact: Contact, by: User, token: str) -> UUID:
    """Return the message's key. Made of the form's token, so that the second press of a form brings the same one."""
    return uuid5(contact.pk, f"{by.pk} {token}")


def _clean(words: str, channel: Channel) -> str:
    """Return the words without what no message can hold. Raises Refused when nothing is left, or too much."""
    lines = words.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n").strip()
    if not lines:
        raise Refused("words", "Write something first.")
    if len(lines) > LONGEST[channel]:
        raise Refused("words", f"It is too long: at most {LONGEST[channel]} characters.")
    return lines


def _uncounted_until(contact: Contact) -> datetime | None:
    """Return until when an answer does not count for the cap; None where the customer never said anything."""
    said = InboxItem.objects.filter(contact=contact, kind__in=SAID).order_by("-created_at")
    latest: datetime | None = said.values_list("created_at", flat=True).first()
    return latest + UNCOUNTED_FOR if latest else None
