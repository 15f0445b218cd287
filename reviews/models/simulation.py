"""Simulations that people start in the back-office: progress and result. The command line keeps no row."""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from reviews.models.base import AccountQuerySet

LOST_AFTER = timedelta(seconds=60)  # without progress; the web server that watched it may have been restarted


class SimulationQuerySet(AccountQuerySet["Simulation"]):
    def running(self, now: datetime) -> "SimulationQuerySet":
        """Return the simulations that are at work: not ended, and not lost."""
        return self.filter(status=Simulation.Status.RUNNING, beat_at__gt=now - LOST_AFTER)


class Simulation(models.Model):
    """The last simulation that a person started: one row a person, so that nobody runs two at a time."""

    class Status(models.TextChoices):
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    user = models.OneToOneField("oauth.User", on_delete=models.CASCADE, related_name="simulation")
    account = models.ForeignKey("oauth.Account", on_delete=models.CASCADE, related_name="simulations")
    run = models.UUIDField(help_text=_("Which run the row is about: a follower of an earlier one writes nothing."))
    status = models.CharField(max_length=7, choices=Status, default=Status.RUNNING)
    asked = models.JSONField(default=dict, help_text=_("What was filled in."))
    percent = models.PositiveSmallIntegerField(default=0)
    result = models.JSONField(default=dict)
    error = models.CharField(max_length=500, blank=True)
    started_at = models.DateTimeField()
    beat_at = models.DateTimeField(help_text=_("When it last made progress."))

    objects = SimulationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["running", "done", "failed"]), name="simulation_status_known"
            ),
        ]

    def __str__(self) -> str:
        return gettext("Simulation of %(account)s") % {"account": self.account}

    def is_lost(self, now: datetime) -> bool:
        """Return True if it has not ended, and nothing works on it any more."""
        return self.status == self.Status.RUNNING and self.beat_at <= now - LOST_AFTER
