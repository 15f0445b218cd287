"""What other programs are told: events, the endpoints that want them, and every attempt to tell."""

import secrets
import threading
import time
import uuid
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q

from reviews.models.base import AccountQuerySet
from reviews.models.contact import Contact
from reviews.models.delivery import Delivery
from reviews.models.feedback import Feedback
from reviews.models.request import ReviewRequest
from reviews.models.suppression import Suppression

_last = uuid.UUID(int=0)
_one_by_one = threading.Lock()


def new_event_id() -> uuid.UUID:
    """A UUID of version 7 (RFC 9562 §5.7), which begins with the time in ms.

    Those of one process are in the order of making also within a millisecond (§6.2, method 2).
    """
    global _last
    value = (time.time_ns() // 1_000_000) << 80 | secrets.randbits(80)
    made = uuid.UUID(int=value & ~(0xF << 76) & ~(0x3 << 62) | 0x7 << 76 | 0x2 << 62)
    with _one_by_one:
        _last = max(made, uuid.UUID(int=_last.int + 1))
        return _last


class Event(models.Model):
    """Something that happened to the account's rows, written in the same transaction as the change itself.

    It names the rows it is about and copies nothing from them: who reads it gets them as they are then, and what was
    erased is gone from here, too. Kept for reviews.events.KEPT.
    """

    class Type(models.TextChoices):
        REQUEST_SCHEDULED = "review_request.scheduled", "Review request scheduled"
        REQUEST_SENT = "review_request.sent", "Review request sent"
        REQUEST_RESPONDED = "review_request.responded", "Customer responded"
        REQUEST_COMPLETED = "review_request.completed", "No answer came"
        REQUEST_SUPPRESSED = "review_request.suppressed", "Review request suppressed"
        REQUEST_CANCELLED = "review_request.cancelled", "Review request cancelled"
        REQUEST_FAILED = "review_request.failed", "Review request failed"
        MESSAGE_SENT = "message.sent", "Message sent"
        MESSAGE_DELIVERED = "message.delivered", "Message delivered"
        MESSAGE_BOUNCED = "message.bounced", "Message bounced"
        MESSAGE_FAILED = "message.failed", "Message failed"
        LINK_CLICKED = "link.clicked", "Review site chosen"
        FEEDBACK_CREATED = "feedback.created", "Feedback received"
        FEEDBACK_UPDATED = "feedback.updated", "Feedback changed"
        CONTACT_OPTED_OUT = "contact.opted_out", "Contact opted out"
        CONTACT_ERASED = "contact.erased", "Contact erased"
        TEST = "endpoint.test", "Test"  # to one endpoint, when somebody asks for it; never subscribed to

    id = models.UUIDField(primary_key=True, default=new_event_id, editable=False)
    account = models.ForeignKey("oauth.Account", on_delete=models.CASCADE, db_index=False, related_name="events")
    type = models.CharField(max_length=30, choices=Type)
    occurred_at = models.DateTimeField()
    # Rows of the same account. A constraint on each would double what an event costs on the way of every message, and
    # none of these is deleted but with its account, or by a merge, which takes its events along.
    request = models.ForeignKey(
        ReviewRequest, on_delete=models.DO_NOTHING, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    delivery = models.ForeignKey(
        Delivery, on_delete=models.DO_NOTHING, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    feedback = models.ForeignKey(
        Feedback, on_delete=models.DO_NOTHING, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    contact = models.ForeignKey(
        Contact, on_delete=models.DO_NOTHING, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    suppression = models.ForeignKey(
        Suppression, on_delete=models.DO_NOTHING, null=True, db_constraint=False, db_index=False, related_name="+"
    )

    objects = AccountQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["account", "-id"], name="event_feed")]

    def __str__(self) -> str:
        return self.get_type_display()


SUBSCRIBABLE = [type_ for type_ in Event.Type if type_ is not Event.Type.TEST]


class EndpointQuerySet(AccountQuerySet["Endpoint"]):
    def due(self, now: datetime) -> "EndpointQuerySet":
        """Those that may be called now, and have something to be told."""
        waiting = Notice.objects.filter(endpoint=OuterRef("pk"), status=Notice.Status.WAITING, due_at__lte=now)
        ready = Q(paused_until=None) | Q(paused_until__lte=now)
        return self.filter(ready, Exists(waiting), is_active=True, account__is_active=True)


class Endpoint(models.Model):
    """An address of another program that is told about events, signed with `secret`.

    While `former_secret` is kept, it signs too: the other side may change over whenever it likes. Both are encrypted.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey("oauth.Account", on_delete=models.CASCADE, related_name="endpoints")
    url = models.CharField("address", max_length=2000)
    description = models.CharField(max_length=150, blank=True)
    event_types = models.CharField(
        "events", max_length=600, blank=True, help_text="Separated by spaces; all of them if empty."
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
        help_text="The app that subscribed; it is told nothing once it is disconnected.",
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        help_text="Who made it.",
    )
    is_active = models.BooleanField("active", default=True)
    off_because = models.CharField(max_length=200, blank=True, editable=False)
    tell_owners = models.BooleanField(default=False, editable=False, help_text="A mail about the end is due.")
    failing_since = models.DateTimeField(null=True, blank=True, editable=False)
    failures = models.PositiveIntegerField(default=0, editable=False, help_text="In a row.")
    paused_until = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = EndpointQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["account", "-created_at", "-id"], name="endpoint_newest")]

    def __str__(self) -> str:
        return self.description or self.url

    @property
    def events(self) -> list[str]:
        """The types it is told about; none means all."""
        return self.event_types.split()


class Notice(models.Model):
    """One event for one endpoint: due at `due_at`, or, while a process holds it (`claim`), held until then."""

    class Status(models.TextChoices):
        WAITING = "waiting", "Waiting"
        DELIVERED = "delivered", "Delivered"
        FAILED = "failed", "Failed"

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="notices")
    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, db_index=False, related_name="notices")
    status = models.CharField(max_length=9, choices=Status, default=Status.WAITING)
    due_at = models.DateTimeField()
    claim = models.UUIDField(null=True, blank=True, editable=False)
    tries = models.PositiveSmallIntegerField(default=0, help_text="Of the current round: a replay begins a new one.")

    class Meta:
        indexes = [
            models.Index(fields=["endpoint", "due_at"], condition=Q(status="waiting"), name="notice_due"),
            models.Index(fields=["endpoint", "-id"], name="notice_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.event} for {self.endpoint}"


class Attempt(models.Model):
    """One call of an endpoint, and what came of it."""

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="attempts")
    at = models.DateTimeField()
    status = models.PositiveSmallIntegerField(null=True, blank=True, help_text="HTTP status; empty without an answer.")
    milliseconds = models.PositiveIntegerField(help_text="From the call to the end of the answer.")
    error = models.CharField(max_length=200, blank=True, help_text="Why there was no answer, or none that counts.")
    answer = models.CharField(max_length=300, blank=True, help_text="How the answer began.")

    def __str__(self) -> str:
        return f"{self.status or self.error} after {self.milliseconds} ms"

    @property
    def is_ok(self) -> bool:
        return self.status is not None and 200 <= self.status < 300
