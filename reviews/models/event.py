"""Events: what happened in an account, for other programs."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from reviews.models.base import AccountQuerySet
from reviews.models.consent import Consent
from reviews.models.contact import Contact
from reviews.models.delivery import Delivery
from reviews.models.feedback import Feedback
from reviews.models.request import ReviewRequest
from reviews.models.suppression import Suppression


def new_event_id() -> uuid.UUID:
    """Make a UUID of version 7 (RFC 9562 §5.7), which begins with the time in ms.

    Those of one process are in the order of making, also within a millisecond and over its threads. Between processes
    only their clocks order them.
    """
    return uuid7()


class Event(models.Model):
    """A change of the account's rows, written in the same transaction as the change itself.

    It names the rows that it is about and copies nothing from them: a reader gets them as they are when it reads, and
    erased data is gone from events, too. Kept for `reviews.webhooks.events.KEPT`.
    """

    class Type(models.TextChoices):
        REQUEST_SCHEDULED = "review_request.scheduled", _("Review request scheduled")
        REQUEST_SENT = "review_request.sent", _("Review request sent")
        REQUEST_RESPONDED = "review_request.responded", _("Customer responded")
        REQUEST_COMPLETED = "review_request.completed", _("No answer came")
        REQUEST_SUPPRESSED = "review_request.suppressed", _("Review request suppressed")
        REQUEST_CANCELLED = "review_request.cancelled", _("Review request cancelled")
        REQUEST_FAILED = "review_request.failed", _("Review request failed")
        REQUEST_HELD = "review_request.held", _("Review request held")
        REQUEST_RELEASED = "review_request.released", _("Review request released")
        MESSAGE_SENT = "message.sent", _("Message sent")
        MESSAGE_DELIVERED = "message.delivered", _("Message delivered")
        MESSAGE_BOUNCED = "message.bounced", _("Message bounced")
        MESSAGE_FAILED = "message.failed", _("Message failed")
        LINK_CLICKED = "link.clicked", _("Review site chosen")
        FEEDBACK_CREATED = "feedback.created", _("Feedback received")
        FEEDBACK_UPDATED = "feedback.updated", _("Feedback changed")
        CONTACT_OPTED_OUT = "contact.opted_out", _("Contact opted out")
        CONTACT_ERASED = "contact.erased", _("Contact erased")
        CONSENT_GIVEN = "consent.given", _("Consent given")
        CONSENT_WITHDRAWN = "consent.withdrawn", _("Consent withdrawn")
        TEST = "endpoint.test", _("Test")  # to one endpoint, on request; nobody subscribes to it

    id = models.UUIDField(primary_key=True, default=new_event_id, editable=False)
    account = models.ForeignKey("oauth.Account", on_delete=models.CASCADE, db_index=False, related_name="events")
    type = models.CharField(max_length=30, choices=Type)
    occurred_at = models.DateTimeField()
    # Rows of the same account, without a constraint: six of them would double the cost of each event, which every
    # message pays. The rows are deleted only with their account, or by a merge, which takes its events along.
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
    consent = models.ForeignKey(
        Consent, on_delete=models.DO_NOTHING, null=True, db_constraint=False, db_index=False, related_name="+"
    )

    objects = AccountQuerySet.as_manager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        indexes = [models.Index(fields=["account", "-id"], name="event_feed")]

    def __str__(self) -> str:
        return self.get_type_display()


# Types that an endpoint may subscribe to.
SUBSCRIBABLE = [type_ for type_ in Event.Type if type_ is not Event.Type.TEST]
