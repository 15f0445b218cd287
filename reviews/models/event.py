"""What the providers report."""

from django.db import models

from reviews.models.base import AccountQuerySet
from reviews.models.delivery import Delivery


class DeliveryEvent(models.Model):
    """One report of a provider about a delivery, stored once, with its raw payload."""

    class Kind(models.TextChoices):
        DELIVERED = "delivered", "Delivered"
        DEFERRED = "deferred", "Deferred"
        BOUNCED = "bounced", "Bounced"
        FAILED = "failed", "Failed"
        COMPLAINED = "complained", "Complained"
        UNSUBSCRIBED = "unsubscribed", "Unsubscribed"
        REPLIED = "replied", "Replied"
        UNKNOWN = "unknown", "Unknown"

    account = models.ForeignKey(
        "oauth.Account", on_delete=models.CASCADE, null=True, blank=True, related_name="delivery_events"
    )
    delivery = models.ForeignKey(Delivery, on_delete=models.SET_NULL, null=True, blank=True, related_name="events")
    provider = models.CharField(max_length=30)
    key = models.CharField(max_length=200, help_text="The provider's own id of the event.")
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.UNKNOWN)
    occurred_at = models.DateTimeField()
    received_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True, blank=True)
    payload = models.JSONField(default=dict)

    objects = AccountQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["provider", "key"], name="event_once")]
        indexes = [
            models.Index(fields=["received_at"], condition=models.Q(applied_at=None), name="event_unapplied"),
            models.Index(
                fields=["received_at"], condition=models.Q(kind="delivered"), name="event_delivered"
            ),  # serves totals
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.provider})"
