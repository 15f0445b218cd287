"""Addresses that must not be written to."""

import hashlib
import hmac
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from reviews.models.base import AccountQuerySet, Channel


def address_hash(account_id: Any, channel: str, address: str) -> str:
    """What stays of an address when its contact is erased: a keyed hash, the same for every spelling."""
    key = settings.ADDRESS_HASH_KEY.encode()
    return hmac.new(key, f"{account_id}:{channel}:{address.lower()}".encode(), hashlib.sha256).hexdigest()


class SuppressionQuerySet(AccountQuerySet["Suppression"]):
    def active(self) -> "SuppressionQuerySet":
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
