"""Restores: when the database was put back from a backup, and what is still to be found out since."""

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class Restore(models.Model):
    """A restore of the database. What was due by `restored_at` may have left between the two moments."""

    backed_up_at = models.DateTimeField()
    restored_at = models.DateTimeField()
    held = models.PositiveIntegerField(default=0, help_text=_("Messages that waited for a decision afterwards."))
    texts_read_at = models.DateTimeField(
        null=True, blank=True, help_text=_("When the provider was asked for the texts that customers sent since.")
    )

    class Meta:
        verbose_name = _("restore")
        verbose_name_plural = _("restores")

    def __str__(self) -> str:
        return gettext("Backup of %(moment)s") % {"moment": self.backed_up_at}
