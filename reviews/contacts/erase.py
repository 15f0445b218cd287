"""Erasure of a customer's personal data (Regulation (EU) 2016/679, Article 17)."""

import re
from datetime import datetime, timedelta

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Q, QuerySet

from reviewhub.masking import mask
from reviews.contacts import opt_outs, suppressions
from reviews.models import (
    Attempt,
    Consent,
    Contact,
    Delivery,
    DeliveryEvent,
    Event,
    Feedback,
    ImportRow,
    InboxItem,
    MergeCandidate,
    RequestAlias,
    ReviewRequest,
    Suppression,
)
from reviews.models.addresses import hashes_of
from reviews.models.base import Channel
from reviews.requests import contact_changes, holds, lifecycle, planned_messages
from reviews.webhooks import events

ERASED = "Erased contact"
# Provider events about messages that were sent before the erasure come for days.
LATE_EVENTS = timedelta(days=30)


def erase(*, contact: Contact, by: str, now: datetime) -> None:
    """Forget who the customer is, and never write to them again.

    The rows stay without personal data: requests and messages with their times and states, ratings without words, and
    for each address a keyed hash among the suppressions, so that a later import asks nobody who was forgotten. Consents
    stay under that hash with their words, which prove that the customer had agreed (Article 17(3)(e)). `by`: the person
    who erases, for the reason that staff read.
    """
    places = _end_requests(contact, by, now)
    # Blank nothing that a worker is handing over just now.
    suppressions.until_quiet(*((contact.account_id, channel, address) for channel, address in places))
    with transaction.atomic():
        places = _end_requests(contact, by, now)  # whatever a call has brought meanwhile is ended, too
        _blank(contact, places, now)
        hashes = [hashed for channel, address in places for hashed in hashes_of(contact.account_id, channel, address)]
        opted_out = Suppression.objects.for_account(contact.account).filter(address_hash__in=hashes)
        opted_out.update(address="", evidence="")
        _blank_consents(contact, hashes)


@transaction.atomic
def forget(*, contact: Contact, now: datetime) -> bool:
    """Forget who a customer was of whom nothing was heard for long; tell whether it was done.

    Unlike `erase`, this closes no address: who comes back is asked like anybody else. Opt-outs and consents stay as
    they are. Not done where a request is open.
    """
    row = Contact.objects.select_for_update().filter(pk=contact.pk, erased_at=None).first()
    if row is None or ReviewRequest.objects.open().filter(contact=row).exists():
        return False
    _blank(row, _places(row), now)
    return True


@transaction.atomic
def _end_requests(contact: Contact, by: str, now: datetime) -> list[tuple[str, str]]:
    """Suppress the addresses, end the contact's requests, and lead those of others with its number past it.

    Return the channels and addresses.
    """
    contact.refresh_from_db(fields=["email", "phone"])
    account, places = contact.account, _places(contact)
    numbers = [address for channel, address in places if channel == Channel.SMS]
    sharing = Contact.objects.for_account(account).filter(phone__in=numbers).exclude(phone="")
    contacts = list((sharing | Contact.objects.filter(pk=contact.pk)).order_by("pk").select_for_update())
    requests = ReviewRequest.objects.filter(contact__in=contacts).open().order_by("pk")
    own = [row for row in requests.select_for_update() if row.contact_id == contact.pk]
    reason = Suppression.Reason.ERASED
    suppressed = [
        opt_outs.suppress_for_good(
            account=account, channel=channel, address=address, reason=reason, evidence="", now=now
        )
        for channel, address in places
    ]
    for request in own:
        if lifecycle.move(request, ReviewRequest.Status.SUPPRESSED, now=now, reason=f"Erased by {by}."):
            planned_messages.cancel(request, request.reason)
    planned_messages.cancel_answers(contact, f"Erased by {by}.")
    contact_changes.follow(contacts=[row for row in contacts if row.pk != contact.pk], now=now)
    if any(each.was_in_doubt for each in suppressed):
        holds.release_cleared(account, now=now)
    return places


def _places(contact: Contact) -> list[tuple[str, str]]:
    """Return each channel and address at which the customer was ever written to, or could be."""
    on_file = [(channel, contact.address(channel)) for channel in Channel.values]
    written = Delivery.objects.of_contact(contact).values_list("channel", "address").distinct()
    return list(dict.fromkeys((channel, address) for channel, address in [*on_file, *written] if address))


def _blank(contact: Contact, places: list[tuple[str, str]], now: datetime) -> None:
    Contact.objects.filter(pk=contact.pk).update(
        first_name="",
        last_name="",
        company_name="",
        email="",
        phone="",
        time_zone="",
        language="",
        erased_at=now,
        updated_at=now,
    )
    type_ = Event.Type.CONTACT_ERASED
    events.record(Event(account_id=contact.account_id, type=type_, occurred_at=now, contact_id=contact.pk))
    requests = ReviewRequest.objects.filter(contact=contact)
    _blank_import_rows(requests)
    requests.update(external_id="", metadata={}, hold_reason="")
    RequestAlias.objects.filter(request__in=requests).delete()
    messages = Delivery.objects.of_contact(contact)
    Delivery.objects.filter(pk__in=messages.values("pk")).update(
        address="", subject="", text="", words="", error_text=""
    )
    Feedback.objects.filter(request__in=requests).update(text="")
    of_contact = Q(contact=contact) | Q(request__in=requests)
    InboxItem.objects.filter(of_contact).update(text="", note="")
    about_contact = Q(delivery__in=messages)
    about_contact |= Q(account=contact.account, address__in=[address for _, address in places])
    _blank_events(about_contact)
    # Another program's answer may repeat the data of its notice.
    noticed = Q(notice__event__request__in=requests) | Q(notice__event__contact=contact)
    attempts = Attempt.objects.filter(noticed, notice__endpoint__account=contact.account).exclude(answer="")
    Attempt.objects.filter(pk__in=attempts.values("pk")).update(answer="")
    MergeCandidate.objects.filter(Q(by_email=contact) | Q(by_phone=contact)).delete()
    for model, keys in ((Contact, [contact.pk]), (ReviewRequest, list(requests.values_list("pk", flat=True)))):
        entries = LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(model))
        entries.filter(object_id__in=map(str, keys)).update(object_repr=ERASED, change_message="")


def _blank_import_rows(requests: QuerySet[ReviewRequest]) -> None:
    """Blank what imports said about the customer's rows: doubts name addresses."""
    of_imports = requests.filter(source=ReviewRequest.Source.IMPORT)
    for account, place in of_imports.values_list("account", "metadata"):
        rows = ImportRow.objects.filter(job__account=account, job=place.get("import"), line=place.get("line"))
        rows.filter(outcome__in=ImportRow.Outcome.values).exclude(text="").update(text="")


def _blank_consents(contact: Contact, hashes: list[str]) -> None:
    """Keep of each consent when, where and to which words it was given, and take out who gave it."""
    words = re.findall(r"[^\W\d_]{2,}", f"{contact.name} {contact.company_name}")
    names = re.compile(rf"\b(?:{'|'.join(words)})\b", re.IGNORECASE) if words else None

    def anonymous(text: str) -> str:
        masked = mask(text)
        return names.sub("[name]", masked) if names else masked

    ours = Q(contact=contact) | Q(account=contact.account, address_hash__in=hashes)
    rows = list(Consent.objects.filter(ours))
    for row in rows:
        is_given = row.kind == Consent.Kind.GIVEN
        row.address, row.source = "", anonymous(row.source)
        row.wording = anonymous(row.wording) if is_given else ""  # what a withdrawal said is the customer's own
    Consent.objects.bulk_update(rows, ["address", "source", "wording"])


def blank_late_events(now: datetime) -> None:
    """Blank the provider events that came after their customer was erased."""
    erased = Q(delivery__request__contact__erased_at__gt=now - LATE_EVENTS)
    erased |= Q(delivery__contact__erased_at__gt=now - LATE_EVENTS)
    _blank_events(erased & ~Q(address="", text="", payload={}))


def _blank_events(which: Q) -> None:
    rows = DeliveryEvent.objects.filter(which).values("pk")
    DeliveryEvent.objects.filter(pk__in=rows).update(address="", text="", payload={})
