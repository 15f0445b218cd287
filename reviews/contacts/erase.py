"""Erasure of a customer's personal data (Regulation (EU) 2016/679, Article 17)."""

import re
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from uuid import UUID

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import F, Q

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
LATE_EVENTS, WHILE_ERASING = timedelta(days=30), timedelta(hours=1)


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
        _blank(contact.account_id, [contact], now, places=places)
        hashes = [hashed for channel, address in places for hashed in hashes_of(contact.account_id, channel, address)]
        opted_out = Suppression.objects.for_account(contact.account).filter(address_hash__in=hashes)
        opted_out.update(address="", evidence="")
        _blank_consents(contact, hashes)


@transaction.atomic
def forget(*, contacts: Collection[Contact], now: datetime) -> int:
    """Forget who these customers were, of whom nothing was heard for long; return how many.

    Unlike `erase`, this closes no address: who comes back is asked like anybody else. Opt-outs and consents stay as
    they are, so do texts that are an opt-out or may be one, and what others with the same number said. Those with an
    open request are left out.
    """
    keys = {contact.pk for contact in contacts}
    rows = list(Contact.objects.select_for_update().filter(pk__in=keys, erased_at=None).order_by("account", "pk"))
    alive = set(ReviewRequest.objects.open().filter(contact__in=keys).values_list("contact", flat=True))
    idle = [row for row in rows if row.pk not in alive]
    for account, of_account in groupby(idle, key=lambda row: row.account_id):
        _blank(account, list(of_account), now)
    return len(idle)


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


def _blank(
    account: UUID, contacts: list[Contact], now: datetime, *, places: Sequence[tuple[str, str]] | None = None
) -> None:
    """Blank what is known of these contacts of one account.

    `places`: blank also what was said from there, and the words of opt-outs; without, those stay.
    """
    keys = [contact.pk for contact in contacts]
    Contact.objects.filter(pk__in=keys).update(
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
    events.record(*(Event(account_id=account, type=type_, occurred_at=now, contact_id=key) for key in keys))
    # As keys: a condition over two tables would read a big one through.
    requests = list(ReviewRequest.objects.filter(contact__in=keys).values_list("pk", flat=True))
    messages = list(Delivery.objects.filter(request__in=requests).values_list("pk", flat=True))
    messages += Delivery.objects.filter(contact__in=keys).values_list("pk", flat=True)
    _blank_import_rows(requests)
    ReviewRequest.objects.filter(pk__in=requests).update(external_id="", metadata={}, hold_reason="")
    RequestAlias.objects.filter(request__in=requests).delete()
    Delivery.objects.filter(pk__in=messages).update(address="", subject="", text="", words="", error_text="")
    Feedback.objects.filter(request__in=requests).update(text="")
    items = InboxItem.objects.filter(Q(contact__in=keys) | Q(request__in=requests))
    about_contact = Q(delivery__in=messages)
    if places is None:
        items = items.exclude(kind=InboxItem.Kind.UNCLEAR_OPT_OUT)
        about_contact &= Q(meaning__in=DeliveryEvent.NO_OPT_OUT)
    else:
        about_contact |= Q(account=account, address__in=[address for _, address in places])
    items.update(text="", note="")
    _blank_events(about_contact)
    # Another program's answer may repeat the data of its notice.
    noticed = Event.objects.filter(Q(request__in=requests) | Q(contact__in=keys), account=account).values("pk")
    attempts = Attempt.objects.filter(notice__event__in=noticed, notice__endpoint__account=account).exclude(answer="")
    Attempt.objects.filter(pk__in=attempts.values("pk")).update(answer="")
    MergeCandidate.objects.filter(Q(by_email__in=keys) | Q(by_phone__in=keys)).delete()
    for model, named in ((Contact, keys), (ReviewRequest, requests)):
        entries = LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(model))
        entries.filter(object_id__in=map(str, named)).update(object_repr=ERASED, change_message="")


def _blank_import_rows(requests: list[UUID]) -> None:
    """Blank what imports said about the customers' rows: doubts name addresses."""
    of_imports = ReviewRequest.objects.filter(pk__in=requests, source=ReviewRequest.Source.IMPORT)
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
    """Blank the provider events that came after their customer was erased, or while that was done."""
    erased = Q()
    for place in ("delivery__request__contact__erased_at", "delivery__contact__erased_at"):
        late = F(place) - WHILE_ERASING
        erased |= Q(**{f"{place}__gt": now - LATE_EVENTS, "received_at__gt": late})
    _blank_events(erased & ~Q(address="", text="", payload={}))


def _blank_events(which: Q) -> None:
    rows = DeliveryEvent.objects.filter(which).values("pk")
    DeliveryEvent.objects.filter(pk__in=rows).update(address="", text="", payload={})
