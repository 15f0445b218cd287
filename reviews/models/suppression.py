"""Suppressions: addresses that an account must not write to. Their writers are in `contacts.suppressions`."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from reviewhub.languages import in_english
from reviewhub.statements import Select
from reviews.models.addresses import has_stored_form, hashes_of, show_email
from reviews.models.base import AccountQuerySet, Channel
from reviews.models.contact import Contact


class SuppressionQuerySet(AccountQuerySet["Suppression"]):
    def active(self) -> "SuppressionQuerySet":
        """Return the suppressions that nobody has lifted."""
        return self.filter(lifted_at=None)


class Suppression(models.Model):
    """An address of one channel that an account must not write to, with the reason and the evidence."""

    class Reason(models.TextChoices):
        UNSUBSCRIBED = "unsubscribed", _("Unsubscribed")
        STOP = "stop", _("Said stop")
        COMPLAINED = "complained", _("Complained to the mail provider")
        BOUNCED = "bounced", _("Does not exist")
        STAFF = "staff", _("Added by staff")
        ERASED = "erased", _("Erased")
        WRONG_NUMBER = "wrong_number", _("Wrong number")
        # A hold, until staff decide about the text that may have meant an opt-out (docs/rules.md T3).
        UNCLEAR = "unclear", _("Perhaps an opt-out: staff decide")

    account = models.ForeignKey("oauth.Account", on_delete=models.CASCADE, db_index=False, related_name="suppressions")
    channel = models.CharField(max_length=5, choices=Channel)
    address = models.CharField(max_length=254, blank=True, help_text=_("Blank once the contact is erased."))
    address_hash = models.CharField(max_length=64, editable=False)
    reason = models.CharField(max_length=12, choices=Reason)
    evidence = models.CharField(max_length=500, blank=True, help_text=_("What happened, and where it was seen."))
    created_at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_because = models.CharField(max_length=200, blank=True)

    objects = SuppressionQuerySet.as_manager()

    class Meta:
        verbose_name = _("address not to write to")
        verbose_name_plural = _("do not contact")
        constraints = [
            models.UniqueConstraint(
                fields=["account", "address_hash"], condition=Q(lifted_at=None), name="suppression_once"
            ),
        ]
        indexes = [
            models.Index(fields=["account", "-id"], name="suppression_newest"),
            models.Index(fields=["account", "created_at"], name="suppression_by_time"),  # serves reports
            # serves the sweep of the undecided
            models.Index(
                fields=["created_at"], condition=Q(reason="unclear", lifted_at=None), name="suppression_undecided"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.shown_address or gettext('erased address')}: {self.get_reason_display()}"

    @property
    def shown_address(self) -> str:
        """The address as people read it."""
        return show_email(self.address)


NO_MAIL = "No mail can go to such an address"


@dataclass
class Blocks:
    """Channels of a contact that must not be used, each with the reason: for good, and until staff decide."""

    blocked: dict[str, str] = field(default_factory=dict)
    in_doubt: dict[str, str] = field(default_factory=dict)


def blocked_channels_of(contacts: Sequence[Contact]) -> dict[UUID, dict[str, str]]:
    """Return for each contact {channel: reason} for the channels on which it must not be written to, in one statement.

    Without those in doubt: what is planned there waits, and is not planned otherwise (`reviews.requests.holds`).
    """
    return {pk: blocks.blocked for pk, blocks in blocks_of(contacts).items()}


def blocks_of(contacts: Sequence[Contact]) -> dict[UUID, Blocks]:
    """Return what blocks the channels of these contacts, by their ids, in one statement.

    An e-mail address from before addresses had one form may be none that a mail could be sent to (docs/rules.md D1).
    """
    blocks = {
        contact.pk: Blocks(
            {Channel.EMAIL.value: NO_MAIL} if contact.email and not has_stored_form(contact.email) else {}
        )
        for contact in contacts
    }
    owners: dict[str, list[UUID]] = defaultdict(list)  # ids of contacts by the hash of an address
    for contact in contacts:
        for channel in Channel.values:
            if address := contact.address(channel):
                for hashed in hashes_of(contact.account_id, channel, address):
                    owners[hashed].append(contact.pk)
    accounts = {contact.account_id for contact in contacts}
    if not owners:
        return blocks
    for row in _suppressions_of(accounts=list(accounts), hashes=list(owners)):
        for pk in owners[row.address_hash]:
            reasons = blocks[pk].in_doubt if row.reason == Suppression.Reason.UNCLEAR else blocks[pk].blocked
            reasons[row.channel] = in_english(Suppression.Reason(row.reason).label)
    return blocks


_suppressions_of = Select(
    lambda accounts, hashes: Suppression.objects.active().filter(account__in=accounts, address_hash__in=hashes)
)
