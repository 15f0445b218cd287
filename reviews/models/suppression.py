"""Suppressions: addresses that an account must not write to. Their writers are in `contacts.suppressions`."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from django.db import models
from django.db.models import Q

from reviewhub.statements import Select
from reviews.models.addresses import hash_address
from reviews.models.base import AccountQuerySet, Channel
from reviews.models.contact import Contact


class SuppressionQuerySet(AccountQuerySet["Suppression"]):
    def active(self) -> "SuppressionQuerySet":
        """Return the suppressions that nobody has lifted."""
        return self.filter(lifted_at=None)


class Suppression(models.Model):
    """An address of one channel that an account must not write to, with the reason and the evidence."""

    class Reason(models.TextChoices):
        UNSUBSCRIBED = "unsubscribed", "Unsubscribed"
        STOP = "stop", "Replied STOP"
        COMPLAINED = "complained", "Complained to the mail provider"
        BOUNCED = "bounced", "Does not exist"
        STAFF = "staff", "Added by staff"
        ERASED = "erased", "Erased"

    account = models.ForeignKey("oauth.Account", on_delete=models.CASCADE, db_index=False, related_name="suppressions")
    channel = models.CharField(max_length=5, choices=Channel)
    address = models.CharField(max_length=254, blank=True, help_text="Blank once the contact is erased.")
    address_hash = models.CharField(max_length=64, editable=False)
    reason = models.CharField(max_length=12, choices=Reason)
    evidence = models.CharField(max_length=500, blank=True, help_text="What happened, and where it was seen.")
    created_at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_because = models.CharField(max_length=200, blank=True)

    objects = SuppressionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "address_hash"], condition=Q(lifted_at=None), name="suppression_once"
            ),
        ]
        indexes = [models.Index(fields=["account", "-id"], name="suppression_newest")]

    def __str__(self) -> str:
        return f"{self.address or 'erased address'}: {self.get_reason_display()}"


def reason_not_to_write(account: UUID, channel: str, address: str) -> str:
    """Return the reason for which the account must not write to the address; empty when it may."""
    hashes = [hash_address(account, channel, address)]
    row = next(iter(_suppressions_of(accounts=[account], hashes=hashes)), None)
    return row.get_reason_display() if row else ""


def blocked_channels(contact: Contact) -> dict[str, str]:
    """Return {channel: reason} for the channels on which the contact must not be written to."""
    return blocked_channels_of([contact])[contact.pk]


def blocked_channels_of(contacts: Sequence[Contact]) -> dict[UUID, dict[str, str]]:
    """Return the same for several contacts, by their ids, in one statement."""
    reasons: dict[UUID, dict[str, str]] = {contact.pk: {} for contact in contacts}
    owners: dict[str, list[UUID]] = defaultdict(list)  # ids of contacts by the hash of an address
    for contact in contacts:
        for channel in Channel.values:
            if address := contact.address(channel):
                owners[hash_address(contact.account_id, channel, address)].append(contact.pk)
    accounts = {contact.account_id for contact in contacts}
    if not owners:
        return reasons
    for row in _suppressions_of(accounts=list(accounts), hashes=list(owners)):
        for pk in owners[row.address_hash]:
            reasons[pk][row.channel] = row.get_reason_display()
    return reasons


_suppressions_of = Select(
    lambda accounts, hashes: Suppression.objects.active().filter(account__in=accounts, address_hash__in=hashes)
)
