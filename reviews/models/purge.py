"""Purges: what the last one of each kind did."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Purge(models.Model):
    """The last purge of a kind of `reviews.retention.kinds`: when it began and ended, and how many rows it ended.

    One that has not ended goes on within the hour.
    """

    kind = models.CharField(max_length=10, primary_key=True)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    rows = models.PositiveBigIntegerField(default=0)

    class Meta:
        verbose_name = _("purge")
        verbose_name_plural = _("purges")

    def __str__(self) -> str:
        return self.kind
