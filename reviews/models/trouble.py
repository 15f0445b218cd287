"""Troubles that only the operator can mend, and what they were told of them."""

import uuid
from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from reviews.models.base import Channel


class TroubleQuerySet(models.QuerySet["Trouble"]):
    def lasting(self) -> "TroubleQuerySet":
        """Troubles that have not ended."""
        return self.filter(ended_at=None)

    def to_tell(self, now: datetime) -> "TroubleQuerySet":
        """Troubles whose beginning is to be told, or whose end, to those who were told of the beginning."""
        beginning = Q(ended_at=None, told_at=None)
        end = Q(ended_at__isnull=False, told_at__isnull=False, end_told_at=None)
        return self.filter(beginning | end, due_at__lte=now)


class Trouble(models.Model):
    """A trouble of the installation: one row from its beginning to its end, for all processes that look for it.

    The operator is told of the beginning and of the end, once each. `due_at`: when that is to be done; while a process
    does it (`claim`), when its claim lapses, so that another one does.
    """

    class Kind(models.TextChoices):
        WORKER = "worker", _("No worker")
        PAUSE = "pause", _("A channel or sender is paused")
        STRAY = "stray", _("A reply fits no account")

    kind = models.CharField(max_length=6, choices=Kind)
    channel = models.CharField(max_length=5, choices=Channel, blank=True)
    sender = models.CharField(max_length=254, blank=True)
    code = models.CharField(max_length=50, blank=True, help_text=_("What the provider answered."))
    since = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    told_at = models.DateTimeField(null=True, blank=True, help_text=_("When the operator was told of it."))
    end_told_at = models.DateTimeField(null=True, blank=True, help_text=_("When the operator was told of its end."))
    due_at = models.DateTimeField(help_text=_("When the operator is to be told, or told again after a failure."))
    claim = models.UUIDField(null=True, blank=True, editable=False)
    tries = models.PositiveIntegerField(default=0, help_text=_("How often telling has failed in a row."))

    objects = TroubleQuerySet.as_manager()

    LEASE = timedelta(minutes=2)  # longer than all ways of telling take together

    class Meta:
        verbose_name = _("trouble")
        verbose_name_plural = _("troubles")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "channel", "sender"], condition=Q(ended_at=None), name="trouble_once_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.sender}".strip()

    def take(self, now: datetime) -> bool:
        """Claim the telling for LEASE; False when another process has it, or has done it."""
        claim = uuid.uuid4()
        rows = Trouble.objects.to_tell(now).filter(pk=self.pk, ended_at=self.ended_at)
        taken = rows.update(claim=claim, due_at=now + self.LEASE) == 1
        if taken:
            self.claim = claim
        return taken
