"""Items of the inbox: written in the transaction of what they are about, handled once, by the first who does.

An item that staff are to be told of says so itself, from the same transaction on; who is told, and when, is the work of
`reviews.telling`.

What staff decide about an item, and what follows from that, is in `reviews.inbox.decisions`.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from oauth.models import Account, User
from reviews.contacts import suppressions
from reviews.models import Contact, Delivery, DeliveryEvent, Feedback, InboxItem, Suppression
from reviews.models.base import Channel
from reviews.models.inbox_item import is_complaint

Kind = InboxItem.Kind

REPEATED_WITHIN = timedelta(hours=24)
SHORTEST_NOTICE = 10  # characters
MOST_REPLIES = 20  # of a number in that time, which are compared
AUTOMATIC = "Taken for an automatic reply: the same words had come before."


def keep_feedback(feedback: Feedback, *, before: Feedback | None = None) -> None:
    """Put the feedback into the inbox; feedback that the customer has changed waits again.

    `before`: as it was until then. Staff are told of a complaint, and again when its words change.
    """
    request, is_bad = feedback.request, is_complaint(feedback.rating, feedback.text)
    was_said = before is not None and is_complaint(before.rating, before.text) and before.text == feedback.text
    is_news = is_bad and not was_said
    item = InboxItem(
        account_id=feedback.account_id,
        contact_id=request.contact_id if request else None,
        kind=Kind.FEEDBACK,
        request_id=feedback.request_id,
        feedback=feedback,
        text=feedback.text,
        stars=feedback.rating,
        created_at=feedback.created_at,
        is_to_tell=is_news,
    )
    changed = ["text", "stars", "handled_at", "handled_by"]
    if is_news or not is_bad:  # else whoever was not told yet still is
        changed.append("is_to_tell")
    InboxItem.objects.bulk_create([item], update_conflicts=True, unique_fields=["feedback"], update_fields=changed)


def add_reply(event: DeliveryEvent, *, account: Account) -> None:
    """Put a customer's text into the account's inbox, once. What a machine answers again and again waits only once."""
    if _repeats_itself(event, account):
        _add_text(event, account, kind=Kind.REPLY, handled_at=event.received_at, note=AUTOMATIC)
    else:
        _add_text(event, account, kind=Kind.REPLY, is_to_tell=True)


def _repeats_itself(event: DeliveryEvent, account: Account) -> bool:
    """Tell whether the text is most likely a machine's: the same words came within a day, before our last text.

    So an absence notice that answers each answer comes to an end. A short word is a person's: two questions may both
    be answered with "Yes".
    """
    words = _bare(event.text)
    if len(words) < SHORTEST_NOTICE:
        return False
    day = {"received_at__gt": event.received_at - REPEATED_WITHIN, "received_at__lte": event.received_at}
    replies = DeliveryEvent.objects.filter(kind=DeliveryEvent.Kind.REPLIED, address=event.address, **day)
    ours = replies.filter(inbox_items__account=account).exclude(pk=event.pk).order_by("-received_at")
    before = next((row.received_at for row in ours.defer("payload")[:MOST_REPLIES] if _bare(row.text) == words), None)
    texts = Delivery.objects.for_account(account).filter(channel=Channel.SMS, address=event.address)
    return before is not None and texts.filter(sent_at__gte=before, sent_at__lte=event.received_at).exists()


def _bare(text: str) -> str:
    return " ".join(text.casefold().split())


def add_unclear(event: DeliveryEvent, *, account: Account, suppression: Suppression, tell: bool) -> None:
    """Put a text that is perhaps an opt-out into the account's inbox, once.

    `suppression`: the one that holds the number until somebody decides. `tell`: False for another text of a number that
    staff were told of.
    """
    _add_text(event, account, kind=Kind.UNCLEAR_OPT_OUT, suppression=suppression, is_to_tell=tell)


def _add_text(event: DeliveryEvent, account: Account, **more: Any) -> None:
    message = event.delivery if event.delivery and event.delivery.account_id == account.pk else None
    request = message.request if message and not message.is_answer else None
    contact = message.customer.pk if message else _contact_with(account, Channel.SMS, event.address)
    item = InboxItem(
        account=account,
        contact_id=contact,
        request=request,
        event=event,
        text=event.text,
        created_at=event.received_at,
        **more,
    )
    InboxItem.objects.bulk_create([item], ignore_conflicts=True)


def record_bounce(
    delivery: Delivery, *, evidence: str, text: str, now: datetime, event: DeliveryEvent | None = None
) -> None:
    """Suppress an address that does not exist, and put it into the inbox, once, so that somebody corrects it."""
    suppression = suppressions.suppress(
        account=delivery.account,
        channel=delivery.channel,
        address=delivery.address,
        reason=Suppression.Reason.BOUNCED,
        evidence=evidence,
        now=now,
    )
    if suppression.reason != Suppression.Reason.BOUNCED:
        return  # nobody may write there, whether it exists or not
    item = InboxItem(
        account_id=delivery.account_id,
        contact_id=delivery.customer.pk,
        kind=Kind.BOUNCE,
        request_id=delivery.request_id,
        event=event,
        suppression=suppression,
        text=text,
        created_at=now,
        is_to_tell=True,
    )
    InboxItem.objects.bulk_create([item], ignore_conflicts=True)


def _contact_with(account: Account, channel: str, address: str) -> Any:
    """Return the key of the contact that has the address: of several, the one that was changed last."""
    field = Contact.address_field(channel)
    contacts = Contact.objects.for_account(account).filter(**{field: address})
    return contacts.order_by("-updated_at", "pk").values_list("pk", flat=True).first()


def handle(items: QuerySet[InboxItem], *, by: User | None, now: datetime) -> int:
    """Mark items as handled; return how many were not yet: what somebody else has handled keeps their name."""
    return items.filter(handled_at=None).update(handled_at=now, handled_by=by, is_to_tell=False)


def wait_again(answer: Delivery) -> None:
    """Let the item wait again whose answer does not arrive, unless it was answered once more since, or is decided."""
    later = Delivery.objects.answers().filter(inbox_item=answer.inbox_item_id, pk__gt=answer.pk)
    if answer.inbox_item_id is not None and not later.exists():
        InboxItem.objects.filter(pk=answer.inbox_item_id, outcome="").update(handled_at=None, handled_by=None)


def reopen(items: QuerySet[InboxItem]) -> int:
    """Let items wait again; return how many did not. What was decided about an opt-out stays decided."""
    undecided = items.filter(outcome="", handled_at__isnull=False)
    return undecided.update(handled_at=None, handled_by=None)
