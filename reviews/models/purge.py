"""Purges: what the last one of each kind did."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Purge(models.Model):
    """The last purge of a kind of `reviews.retention.kinds`: when it began and ended, and how many rows it ended.

    One that has not ended goes on within the hour.
    """

    class Kind(models.TextChoices):
        MESSAGES = "messages", _("Texts of messages")
        WORDS = "words", _("Words of customers")
        CONTACTS = "contacts", _("Contacts without a request")
        REPORTS = "reports", _("Reports of providers")
        LOG = "log", _("Log of what staff did")
        HISTORY = "history", _("Earlier versions of settings")
        TASKS = "tasks", _("Tasks that failed")

    kind = models.CharField(max_length=10, primary_key=True, choices=Kind)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    rows = models.PositiveBigIntegerField(default=0)

    class Meta:
        verbose_name = _("purge")
        verbose_name_plural = _("purges")

    def __str__(self) -> str:
        return str(self.get_kind_display())
