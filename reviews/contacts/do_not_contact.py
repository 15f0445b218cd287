"""A customer whom staff are asked to leave alone: no message any more, on any way."""

from datetime import datetime

from django.db import transaction

from reviews.contacts import opt_outs, suppressions
from reviews.models import Contact, Delivery, Suppression


def leave_alone(*, contact: Contact, by: str, words: str = "", now: datetime) -> int:
    """Suppress all addresses of the contact, and end what is under way to them; return how many are suppressed now.

    No message is on its way there any more when this returns. An address that is suppressed already keeps its reason
    and its evidence, so that it may be repeated. `words`: what the customer said, for the evidence.
    """
    evidence = f"{words} (taken for a wish not to be written to, by {by})" if words else f"Do not contact, said {by}."
    with transaction.atomic():
        places = opt_outs.lock_all(contact)
        for channel, address in places:
            opt_outs.opt_out(
                account=contact.account,
                channel=channel,
                address=address,
                reason=Suppression.Reason.STAFF,
                evidence=evidence,
                now=now,
                why=f"Not to be contacted, said {by}."[:200],
            )
    suppressions.until_quiet(*((contact.account_id, channel.value, address) for channel, address in places))
    return len(places)


def planned_for(contact: Contact) -> int:
    """Return how many messages to the contact are planned, and would be cancelled."""
    return Delivery.objects.of_contact(contact).filter(status=Delivery.Status.PLANNED).count()
