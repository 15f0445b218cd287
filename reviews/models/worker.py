"""State of the machinery: workers, channels, senders of texts."""

from datetime import datetime, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from reviews.models.base import Channel


class WorkerBeat(models.Model):
    """Last sign of life of a worker cluster, one row for each; its watchdog writes it."""

    worker = models.CharField(max_length=100, primary_key=True, help_text=_("Host and process id of the cluster."))
    started_at = models.DateTimeField()
    beat_at = models.DateTimeField()
    restarts = models.PositiveIntegerField(default=0, help_text=_("How often the watchdog replaced a hung cluster."))
    written_at = models.DateTimeField(null=True, help_text=_("When a web process last tried whether it can write."))

    STALE_AFTER = timedelta(seconds=60)  # a worker without a beat for longer counts as hung

    class Meta:
        verbose_name = _("worker")
        verbose_name_plural = _("workers")

    def __str__(self) -> str:
        return self.worker

    @classmethod
    def newest(cls) -> datetime | None:
        """Return the last sign of life of any worker; None if none ever gave one."""
        return cls.objects.order_by("-beat_at").values_list("beat_at", flat=True).first()

    @classmethod
    def is_fresh(cls, beat_at: datetime | None, now: datetime) -> bool:
        """Tell whether who gave this sign of life counts as at work; None stands for no sign."""
        return beat_at is not None and now - beat_at <= cls.STALE_AFTER


class ChannelHealthQuerySet(models.QuerySet["ChannelHealth"]):
    def paused(self, now: datetime) -> models.QuerySet["ChannelHealth", str]:
        """Return the names of the channels that nothing is sent by at that time."""
        return self.filter(paused_until__gt=now).values_list("channel", flat=True)


class ChannelHealth(models.Model):
    """Failures of a channel's provider in a row; ten pause it for every worker, so that it can recover."""

    channel = models.CharField(max_length=5, choices=Channel, primary_key=True)
    failures = models.PositiveIntegerField(default=0)
    paused_until = models.DateTimeField(null=True, blank=True)

    objects = ChannelHealthQuerySet.as_manager()

    class Meta:
        verbose_name = _("channel health")
        verbose_name_plural = _("channel health")

    def __str__(self) -> str:
        return self.get_channel_display()


class SenderPace(models.Model):
    """Time from which a sender of texts may send again, at the rate that it is allowed."""

    sender = models.CharField(
        max_length=50, primary_key=True, help_text=_("A number, a name, or the installation's own.")
    )
    free_at = models.DateTimeField()

    class Meta:
        verbose_name = _("pace of a sender")
        verbose_name_plural = _("paces of senders")

    def __str__(self) -> str:
        return self.sender
