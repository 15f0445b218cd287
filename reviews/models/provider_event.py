"""Provider events: reports of mail and text providers. Events for other programs are in `models.event`."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from reviews.models.base import AccountQuerySet
from reviews.models.delivery import Delivery


class DeliveryEvent(models.Model):
    """One report of a provider about a delivery, stored once, with its raw payload.

    A report may come before its delivery can be found: `account` and `delivery` are empty until then, and
    `provider_id`, `message_key` and `address` are the report's own words to find it by.
    """

    class Kind(models.TextChoices):
        SENT = "sent", _("Passed on")
        DELIVERED = "delivered", _("Delivered")
        DEFERRED = "deferred", _("Deferred")
        BOUNCED = "bounced", _("Bounced")
        FAILED = "failed", _("Failed")
        COMPLAINED = "complained", _("Complained")
        UNSUBSCRIBED = "unsubscribed", _("Unsubscribed")
        REPLIED = "replied", _("Replied")
        UNKNOWN = "unknown", _("Unknown")

    # What became of a message that a provider took.
    OUTCOMES = (Kind.SENT, Kind.DELIVERED, Kind.FAILED, Kind.BOUNCED)

    # Meanings (reviews.delivery.provider_events.meaning) of what opts nobody out, not even perhaps.
    NO_OPT_OUT = ("", "reply", "help", "start")

    account = models.ForeignKey(
        "oauth.Account", on_delete=models.CASCADE, null=True, blank=True, db_index=False, related_name="delivery_events"
    )
    delivery = models.ForeignKey(Delivery, on_delete=models.SET_NULL, null=True, blank=True, related_name="events")
    provider = models.CharField(max_length=30)
    key = models.CharField(max_length=200, help_text=_("The provider's own id of the event."))
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.UNKNOWN)
    provider_id = models.CharField(max_length=255, blank=True, help_text=_("The provider's name for the message."))
    message_key = models.UUIDField(null=True, blank=True, editable=False, help_text=_("Our own, where it came back."))
    address = models.CharField(max_length=254, blank=True, help_text=_("Whom it is about, or who replied."))
    code = models.CharField(max_length=50, blank=True, help_text=_("The provider's code of a refusal."))
    text = models.TextField(blank=True, help_text=_("The provider's words, or the customer's."))
    meaning = models.CharField(
        max_length=12, blank=True, db_default="", default="", help_text=_("The customer's will.")
    )
    meaning_reason = models.CharField(max_length=200, blank=True, db_default="", default="")
    answer = models.TextField(blank=True, db_default="", default="", help_text=_("What was texted back at once."))
    occurred_at = models.DateTimeField()
    received_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True, blank=True)
    lapses = models.PositiveSmallIntegerField(
        default=0, db_default=0, editable=False, help_text=_("How often a worker died while it applied this report.")
    )
    payload = models.JSONField(default=dict)

    objects = AccountQuerySet.as_manager()

    class Meta:
        verbose_name = _("provider report")
        verbose_name_plural = _("provider reports")
        constraints = [models.UniqueConstraint(fields=["provider", "key"], name="event_once")]
        indexes = [
            models.Index(fields=["account", "-id"], name="event_newest"),  # serves the lists
            models.Index(fields=["received_at"], condition=models.Q(applied_at=None), name="event_unapplied"),
            models.Index(
                fields=["received_at"], condition=models.Q(kind="delivered"), name="event_delivered"
            ),  # serves counters
            models.Index(
                fields=["address", "received_at"], condition=models.Q(kind="replied"), name="event_replied"
            ),  # finds the last answer to a number
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.provider})"
