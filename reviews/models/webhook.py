"""Webhooks: the endpoints of other programs, the notices for them, and each attempt to deliver one."""

import uuid
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from reviews.models.base import AccountQuerySet
from reviews.models.event import Event


class EndpointQuerySet(AccountQuerySet["Endpoint"]):
    def due(self, now: datetime) -> "EndpointQuerySet":
        """Return the endpoints that have a notice due, and are neither paused nor switched off."""
        waiting = Notice.objects.filter(endpoint=OuterRef("pk"), status=Notice.Status.WAITING, due_at__lte=now)
        ready = Q(paused_until=None) | Q(paused_until__lte=now)
        return self.filter(ready, Exists(waiting), is_active=True, account__is_active=True)


class Endpoint(models.Model):
    """A webhook: the address of another program that is called with each event, signed with `secret`.

    While `former_secret` is kept, it signs too, so that the other side may change over at any time. Both are encrypted.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey("oauth.Account", on_delete=models.CASCADE, related_name="endpoints")
    url = models.CharField(_("address"), max_length=2000)
    description = models.CharField(max_length=150, blank=True)
    event_types = models.CharField(
        _("events"), max_length=600, blank=True, help_text=_("Separated by spaces; all of them if empty.")
    )
    secret = models.CharField(max_length=300, editable=False)
    former_secret = models.CharField(max_length=300, blank=True, editable=False)
    application = models.ForeignKey(
        settings.OAUTH2_PROVIDER_APPLICATION_MODEL,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        help_text=_("The app that subscribed; it is told nothing once it is disconnected."),
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        help_text=_("Who made it."),
    )
    is_active = models.BooleanField(_("active"), default=True)
    off_because = models.CharField(max_length=200, blank=True, editable=False)
    tell_owners = models.BooleanField(default=False, editable=False, help_text=_("A mail about the end is due."))
    failing_since = models.DateTimeField(null=True, blank=True, editable=False)
    failures = models.PositiveIntegerField(default=0, editable=False, help_text=_("In a row."))
    paused_until = models.DateTimeField(null=True, blank=True, editable=False)
    behind_since = models.DateTimeField(
        null=True,
        blank=True,
        editable=False,
        help_text=_("From then on, and while it fails, events become notices only once it answers."),
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = EndpointQuerySet.as_manager()

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        indexes = [models.Index(fields=["account", "-created_at", "-id"], name="endpoint_newest")]

    def __str__(self) -> str:
        return self.description or self.url

    @property
    def events(self) -> list[str]:
        """The types of the events that it is called with; none means all."""
        return self.event_types.split()


class Notice(models.Model):
    """One event for one endpoint.

    `due_at` is the time from which it may be sent; while a process holds it (`claim`), the time at which that lapses.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        DELIVERED = "delivered", _("Delivered")
        FAILED = "failed", _("Failed")

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="notices")
    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, db_index=False, related_name="notices")
    status = models.CharField(max_length=9, choices=Status, default=Status.WAITING)
    due_at = models.DateTimeField()
    claim = models.UUIDField(null=True, blank=True, editable=False)
    tries = models.PositiveSmallIntegerField(default=0, help_text=_("Of the current round: a replay begins a new one."))
    lapses = models.PositiveSmallIntegerField(
        default=0, db_default=0, editable=False, help_text=_("How often a process claimed it and did not finish.")
    )

    class Meta:
        verbose_name = _("webhook call")
        verbose_name_plural = _("webhook calls")
        indexes = [
            models.Index(fields=["endpoint", "due_at"], condition=Q(status="waiting"), name="notice_due"),
            models.Index(fields=["endpoint", "-id"], name="notice_newest"),
        ]

    def __str__(self) -> str:
        return gettext("%(event)s for %(endpoint)s") % {"event": self.event, "endpoint": self.endpoint}


class Attempt(models.Model):
    """One call of an endpoint, and its answer."""

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="attempts")
    at = models.DateTimeField()
    status = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text=_("HTTP status; empty without an answer.")
    )
    milliseconds = models.PositiveIntegerField(help_text=_("From the call to the end of the answer."))
    error = models.CharField(max_length=200, blank=True, help_text=_("Why there was no answer, or none that counts."))
    answer = models.CharField(max_length=300, blank=True, help_text=_("How the answer began."))

    def __str__(self) -> str:
        return gettext("%(value)s after %(milliseconds)s ms") % {
            "value": self.status or self.error,
            "milliseconds": self.milliseconds,
        }

    @property
    def is_ok(self) -> bool:
        return self.status is not None and 200 <= self.status < 300
