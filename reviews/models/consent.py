"""Consents: a ledger of what customers agreed to and took back. Its only writer is `requests.consents`."""

from collections import defaultdict
from collections.abc import Container, Sequence
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from oauth.models import Account
from reviewhub.statements import Select
from reviews.models.addresses import hash_address, show_email
from reviews.models.base import AccountQuerySet, Channel
from reviews.models.contact import Contact
from reviews.models.request import ReviewRequest
from reviews.models.suppression import blocked_channels_of

MOST_WORDING, MOST_SOURCE = 2000, 200

BOTH = "both"  # ways, agreed to at once: two rows
CONSENT_CHANNELS = [*Channel.choices, (BOTH, _("Both"))]


class Consent(models.Model):
    """One act of a customer about one address: agreed to be written to there, or took that back.

    Rows are added and never changed, but for what an erasure takes out of them. The latest act of an address counts,
    by the time of the act, not of its recording; of two at the same time, the withdrawal.
    """

    class Kind(models.TextChoices):
        GIVEN = "given", _("Agreed")
        WITHDRAWN = "withdrawn", _("Withdrew")

    # Made of all that the row says (`requests.consents`), so that the same act is kept once, however often it is told.
    id = models.UUIDField(primary_key=True, editable=False)
    account = models.ForeignKey("oauth.Account", on_delete=models.CASCADE, db_index=False, related_name="consents")
    contact = models.ForeignKey(Contact, on_delete=models.SET_NULL, null=True, blank=True, related_name="consents")
    channel = models.CharField(max_length=5, choices=Channel)
    address = models.CharField(max_length=254, blank=True, help_text=_("Blank once the contact is erased."))
    address_hash = models.CharField(max_length=64, editable=False)
    kind = models.CharField(max_length=9, choices=Kind)
    wording = models.TextField(
        max_length=MOST_WORDING, blank=True, help_text=_("What the customer agreed to; what a withdrawal said.")
    )
    source = models.CharField(max_length=MOST_SOURCE, blank=True, help_text=_("Where it was said."))
    at = models.DateTimeField(help_text=_("When the customer said so."))
    via = models.CharField(
        max_length=6, choices=ReviewRequest.Source, blank=True, help_text=_("What told it; blank for a withdrawal.")
    )
    recorded_at = models.DateTimeField()

    objects = AccountQuerySet.as_manager()

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=["given", "withdrawn"]), name="consent_kind_known"),
            models.CheckConstraint(condition=Q(channel__in=["email", "sms"]), name="consent_channel_known"),
        ]
        indexes = [
            # Serves the gate: the latest act of an address.
            models.Index(fields=["account", "address_hash", "-at", "-kind"], name="consent_latest"),
            models.Index(fields=["account", "-recorded_at"], name="consent_newest"),
            models.Index(fields=["-recorded_at"], name="consent_newest_of_all"),  # the operator's list
        ]

    def __str__(self) -> str:
        return f"{show_email(self.address) or gettext('erased address')}: {self.get_kind_display()}"


LATEST_FIRST = ("-at", "-kind")  # "withdrawn" before "given"


def needs_consent(account: Account, channel: str) -> bool:
    """Tell whether the account writes on the channel only to customers who agreed to it."""
    return account.mail_needs_consent if channel == Channel.EMAIL else account.texts_need_consent


def missing_consents_of(contacts: Sequence[Contact], also: Sequence[Consent] = ()) -> dict[UUID, dict[str, str]]:
    """Return for each contact {channel: reason} for the channels on which a consent is demanded and not in force.

    `also`: rows that are about to be written, and count as if they were. One statement, and none for accounts that
    demand no consent.
    """
    reasons: dict[UUID, dict[str, str]] = {contact.pk: {} for contact in contacts}
    owners: dict[str, list[tuple[UUID, Channel]]] = defaultdict(list)
    for contact in contacts:
        for channel in Channel:
            if (address := contact.address(channel)) and needs_consent(contact.account, channel):
                owners[hash_address(contact.account_id, channel, address)].append((contact.pk, channel))
    if not owners:
        return reasons
    accounts = list({contact.account_id for contact in contacts})
    acts = [*_acts_of(accounts=accounts, hashes=list(owners)), *also]
    latest = {row.address_hash: row.kind for row in sorted(acts, key=lambda row: (row.at, row.kind))}
    for address_hash, places in owners.items():
        if latest.get(address_hash) != Consent.Kind.GIVEN:
            for pk, channel in places:
                reasons[pk][channel] = explain_missing(channel, latest.get(address_hash))
    return reasons


_acts_of = Select(
    lambda accounts, hashes: Consent.objects.filter(account__in=accounts, address_hash__in=hashes).only(
        "address_hash", "kind", "at"
    )
)


def missing_consent(account: Account, channel: str, address: str) -> str:
    """Return the reason why the account may not write to the address for want of a consent; empty when it may."""
    contact = Contact(account=account, **{Contact.address_field(channel): address})
    return missing_consents_of([contact])[contact.pk].get(channel, "")


def explain_missing(channel: Channel, latest: str | None) -> str:
    """Return the reason why nothing may be sent. `latest`: the kind of the latest act, None without any."""
    to = "text messages" if channel is Channel.SMS else "e-mail"
    if latest == Consent.Kind.WITHDRAWN:
        return f"Consent to {to} was withdrawn, and none was given since."
    return f"No consent to {to} is recorded."


def words_of_missing(missing: dict[str, str], blocked: Container[str], only: str) -> str:
    """Say which consents are missing, on the channels that are not `blocked` and that the request may use."""
    return " ".join(
        reason
        for channel, reason in missing.items()
        if channel not in blocked and (only == ReviewRequest.ChannelRule.AUTO or channel == only)
    )


def unusable_channels_of(contacts: Sequence[Contact]) -> dict[UUID, dict[str, str]]:
    """Return for each contact {channel: reason} for the channels that are blocked, or lack a consent."""
    blocked, missing = blocked_channels_of(contacts), missing_consents_of(contacts)
    return {contact.pk: missing[contact.pk] | blocked[contact.pk] for contact in contacts}


def unusable_channels(contact: Contact) -> dict[str, str]:
    """Return the same for one contact."""
    return unusable_channels_of([contact])[contact.pk]
