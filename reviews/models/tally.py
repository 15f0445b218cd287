"""Tallies: counts that are final, so that no counter has to count from the first row on."""

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from reviews.models.base import Channel


class Tally(models.Model):
    """Number of messages that had the outcome `name` on the channel before `until`; later ones are still in their rows.

    FAILED counts the failures that no row shows any more, because staff had the message sent again.
    """

    class Name(models.TextChoices):
        SENT = "sent", _("Sent")
        DELIVERED = "delivered", _("Reported delivered")
        FAILED = "failed", _("Failed and sent again")

    name = models.CharField(max_length=9, choices=Name)
    channel = models.CharField(max_length=5, choices=Channel)
    value = models.PositiveBigIntegerField(default=0)
    until = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("tally")
        verbose_name_plural = _("tallies")
        constraints = [models.UniqueConstraint(fields=["name", "channel"], name="tally_once")]

    def __str__(self) -> str:
        return gettext("%(name)s by %(channel)s") % {
            "name": self.get_name_display(),
            "channel": self.get_channel_display(),
        }
