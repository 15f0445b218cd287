"""Evidence: all that happened to an address, in one document that is signed, for whoever asks what it was written for.

What a court or an authority asks: who had agreed, to which words; what was sent, and when; when the customer said no,
and whether anything left after that.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.urls import reverse

from oauth.models import Account
from reviewhub.signatures import sign
from reviews.models import Consent, Contact, Delivery, DeliveryEvent, ReviewRequest, Suppression
from reviews.models.addresses import forms_of, hash_address
from reviews.models.base import Channel
from reviews.models.consent import LATEST_FIRST

TYPE, VERSION = "reviewhub-evidence", 1


@dataclass(frozen=True)
class Subject:
    """An address of an account; empty where the customer was erased, and only its keyed hash is left."""

    channel: str
    address: str
    address_hash: str


def subjects_at(account: Account, channel: str, address: str) -> list[Subject]:
    """Return the stored address as subjects: one, and another for the form in which it may have been hashed before.

    It need not be known: of an erased customer's, the hash finds what is left.
    """
    return [Subject(channel, form, hash_address(account.pk, channel, form)) for form in forms_of(address)]


def subjects_of(contact: Contact) -> list[Subject]:
    """Return the addresses that the contact has, was written to at, or gave or took back a consent for."""
    account = contact.account
    places = [(channel.value, contact.address(channel)) for channel in Channel]
    places += Delivery.objects.of_contact(contact).values_list("channel", "address").distinct()
    subjects = {subject for channel, address in places if address for subject in subjects_at(account, channel, address)}
    consents = contact.consents.values_list("channel", "address", "address_hash").distinct()
    subjects |= {Subject(*row) for row in consents}
    return sorted(subjects, key=lambda subject: (subject.channel, subject.address, subject.address_hash))


def document(*, account: Account, subjects: Iterable[Subject], now: datetime) -> dict[str, Any]:
    """Return the signed document about these addresses of the account. Changes nothing."""
    subjects = list(subjects)
    entries = sorted(_entries(account, subjects), key=lambda entry: entry[0])
    return sign(
        {
            "type": TYPE,
            "version": VERSION,
            "issuer": settings.PUBLIC_URL,
            "keys": settings.PUBLIC_URL + reverse("evidence-keys"),
            "account": {"id": str(account.pk), "name": account.name},
            "made_at": _time(now),
            "subjects": [_standing(account, subject) for subject in subjects],
            "history": [{"at": _time(at), "what": what} | facts for at, what, facts in entries],
        }
    )


def _standing(account: Account, subject: Subject) -> dict[str, Any]:
    """Describe the address as it stands now. A person who knows an erased address can check the hash with the key."""
    acts = Consent.objects.for_account(account).filter(address_hash=subject.address_hash)
    active = Suppression.objects.for_account(account).active().filter(address_hash=subject.address_hash).first()
    return {
        "channel": subject.channel,
        "address": subject.address or None,
        "address_hash": subject.address_hash,
        "consent": acts.order_by(*LATEST_FIRST).values_list("kind", flat=True).first(),
        "suppressed": active.reason if active else None,
    }


# --- History -------------------------------------------------------------------------------------

Entry = tuple[datetime, str, dict[str, Any]]


def _entries(account: Account, subjects: list[Subject]) -> Iterator[Entry]:
    hashes = [subject.address_hash for subject in subjects]
    consents = list(Consent.objects.for_account(account).filter(address_hash__in=hashes))
    for consent in consents:
        yield _of_consent(consent)
    for suppression in Suppression.objects.for_account(account).filter(address_hash__in=hashes):
        yield from _of_suppression(suppression)
    messages = list(_messages(account, subjects, consents).select_related("request"))
    requests = {message.request_key: message.request for message in messages if not message.is_answer}
    requests |= {row.pk: row for row in ReviewRequest.objects.for_account(account).filter(_to_contacts(subjects))}
    yield from map(_of_request, requests.values())
    yield from map(_of_message, messages)
    yield from map(_of_report, _reports(account, subjects, messages))


def _messages(account: Account, subjects: list[Subject], consents: list[Consent]) -> Any:
    """Select the messages to the addresses. An erased customer's have none left: a consent leads to them."""
    erased = [consent.contact_id for consent in consents if consent.contact_id and not consent.address]
    wanted = Q(request__contact__in=erased, address="") | Q(contact__in=erased, address="")
    for subject in subjects:
        if subject.address:
            wanted |= Q(channel=subject.channel, address=subject.address)
    return Delivery.objects.for_account(account).filter(wanted)


def _to_contacts(subjects: list[Subject]) -> Q:
    """Return the condition of requests to those who have the addresses, also of those that sent nothing."""
    wanted = Q(pk__in=[])
    for subject in subjects:
        if subject.address:
            wanted |= Q(**{f"contact__{Contact.address_field(subject.channel)}": subject.address})
    return wanted


def _reports(account: Account, subjects: list[Subject], messages: list[Delivery]) -> list[DeliveryEvent]:
    addresses = [subject.address for subject in subjects if subject.address]
    of_none = DeliveryEvent.objects.for_account(account).filter(delivery=None, address__in=addresses)
    return [*DeliveryEvent.objects.filter(delivery__in=messages), *of_none]


def _of_consent(row: Consent) -> Entry:
    facts = {
        "channel": row.channel,
        "address": row.address or None,
        "wording": row.wording,
        "source": row.source,
        "told_by": row.via or None,
        "recorded_at": _time(row.recorded_at),
    }
    return row.at, f"consent.{row.kind}", facts


def _of_suppression(row: Suppression) -> Iterator[Entry]:
    of_address = {"channel": row.channel, "address": row.address or None}
    yield row.created_at, "suppressed", of_address | {"reason": row.reason, "evidence": row.evidence}
    if row.lifted_at:
        yield row.lifted_at, "lifted", of_address | {"because": row.lifted_because}


def _of_request(row: ReviewRequest) -> Entry:
    facts = {
        "review_request": str(row.pk),
        "told_by": row.source,
        "external_id": row.external_id or None,
        "status": row.status,
        "reason": row.reason or None,
    }
    return row.created_at, "asked", facts


def _of_message(row: Delivery) -> Entry:
    facts = {
        "review_request": None if row.is_answer else str(row.request_id),
        "step": row.step,
        "channel": row.channel,
        "address": row.address or None,
        "status": row.status,
        "sent_at": _time(row.sent_at),
        "due_at": _time(row.leaves_at),
        "provider_id": row.provider_id or None,
        "sandbox": row.sandbox,
        "subject": row.subject or None,
        "text": row.text or row.words or None,
        "error": " ".join(filter(None, [row.error_code, row.error_text])) or None,
        "reason": row.reason or None,
    }
    was_tried = row.sent_at is not None or row.attempts
    what = "answer" if row.is_answer else "message"
    return row.sent_at or row.leaves_at, what if was_tried else f"{what}_not_sent", facts


def _of_report(row: DeliveryEvent) -> Entry:
    facts = {
        "kind": row.kind,
        "address": row.address or None,
        "provider": row.provider,
        "provider_id": row.provider_id or None,
        "code": row.code or None,
        "text": row.text or None,
        "received_at": _time(row.received_at),
    }
    what = "reply" if row.kind == DeliveryEvent.Kind.REPLIED else "report"
    return row.occurred_at, what, facts


def _time(moment: datetime | None) -> str | None:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if moment else None
