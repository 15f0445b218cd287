"""Forgetting a customer: what the law calls erasure (Regulation (EU) 2016/679, Article 17)."""

from datetime import datetime, timedelta

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Q

from reviews.contacts import opt_outs, suppressions
from reviews.models import (
    Attempt,
    Contact,
    Delivery,
    DeliveryEvent,
    Event,
    Feedback,
    MergeCandidate,
    ReviewRequest,
    Suppression,
)
from reviews.models.addresses import address_hash
from reviews.models.base import Channel
from reviews.requests import lifecycle
from reviews.webhooks import events

ERASED = "Erased contact"
# Providers report for days about what was sent before.
LATE_REPORTS = timedelta(days=30)


def erase(*, contact: Contact, by: str, now: datetime) -> None:
    """Forget who the customer is, and never write to them again.

    What stays is nobody's: that there were requests and messages, when, and what became of them, ratings without
    their words, and for each address a keyed hash in the list of suppressions, so that a list which is imported
    later asks nobody who was forgotten. `by` is who does it, for the reason that staff see.
    """
    account = contact.account
    places = _places(contact)
    for channel, address in places:
        opt_outs.opt_out(
            account=account,
            channel=channel,
            address=address,
            reason=Suppression.Reason.ERASED,
            evidence="",
            now=now,
        )
    for request in ReviewRequest.objects.filter(contact=contact).open():
        lifecycle.cancel_request(request=request, now=now, reason=f"Erased by {by}.")
    # Nothing is taken from under a worker that is handing a message over.
    suppressions.until_quiet(*((account.pk, channel, address) for channel, address in places))
    with transaction.atomic():
        _blank(contact, places, now)


def _places(contact: Contact) -> list[tuple[str, str]]:
    """Where the customer was ever written to, and could be: channel and address."""
    known = [(channel, contact.address(channel)) for channel in Channel.values]
    written = Delivery.objects.filter(request__contact=contact).values_list("channel", "address").distinct()
    return list(dict.fromkeys((channel, address) for channel, address in [*known, *written] if address))


def _blank(contact: Contact, places: list[tuple[str, str]], now: datetime) -> None:
    Contact.objects.filter(pk=contact.pk).update(
        first_name="", last_name="", company_name="", email="", phone="", time_zone="", erased_at=now, updated_at=now
    )
    type_ = Event.Type.CONTACT_ERASED
    events.record(Event(account_id=contact.account_id, type=type_, occurred_at=now, contact_id=contact.pk))
    requests = ReviewRequest.objects.filter(contact=contact)
    requests.update(external_id="", metadata={})
    Delivery.objects.filter(request__in=requests).update(address="", subject="", text="", error_text="")
    Feedback.objects.filter(request__in=requests).update(text="")
    theirs = Q(delivery__request__in=requests)
    theirs |= Q(account=contact.account, address__in=[address for _, address in places])
    _blank_events(theirs)
    # Another program may have answered with what it was told.
    told = Q(notice__event__request__in=requests) | Q(notice__event__contact=contact)
    heard = Attempt.objects.filter(told, notice__endpoint__account=contact.account).exclude(answer="").values("pk")
    Attempt.objects.filter(pk__in=heard).update(answer="")
    hashes = [address_hash(contact.account_id, channel, address) for channel, address in places]
    Suppression.objects.for_account(contact.account).filter(address_hash__in=hashes).update(address="", evidence="")
    MergeCandidate.objects.filter(Q(by_email=contact) | Q(by_phone=contact)).delete()
    for model, keys in ((Contact, [contact.pk]), (ReviewRequest, list(requests.values_list("pk", flat=True)))):
        entries = LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(model))
        entries.filter(object_id__in=map(str, keys)).update(object_repr=ERASED, change_message="")


def blank_late_reports(now: datetime) -> None:
    """What providers still told about messages to customers who were forgotten since."""
    lately = Q(delivery__request__contact__erased_at__gt=now - LATE_REPORTS)
    _blank_events(lately & ~Q(address="", text="", payload={}))


def _blank_events(which: Q) -> None:
    found = DeliveryEvent.objects.filter(which).values("pk")
    DeliveryEvent.objects.filter(pk__in=found).update(address="", text="", payload={})
