"""Review requests: one ask to one contact each."""

import uuid

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from oauth.models import Account
from reviewhub.languages import in_english
from reviews.models.base import AccountQuerySet, Channel
from reviews.models.contact import Contact
from reviews.models.sequence import Sequence
from reviews.texts import first_language


class ReviewRequestQuerySet(AccountQuerySet["ReviewRequest"]):
    def open(self) -> "ReviewRequestQuerySet":
        """Return the requests that have not ended: an answer may still come, or a message go out."""
        return self.filter(status__in=ReviewRequest.OPEN)


class ReviewRequest(models.Model):
    """One ask to one contact. `status` moves as the table in `reviews.requests.lifecycle` says."""

    class Status(models.TextChoices):
        SCHEDULED = "scheduled", _("Scheduled")
        SENT = "sent", _("Sent")
        RESPONDED = "responded", _("Responded")
        COMPLETED = "completed", _("Completed")
        SUPPRESSED = "suppressed", _("Suppressed")
        CANCELLED = "cancelled", _("Cancelled")
        FAILED = "failed", _("Failed")

    OPEN = (Status.SCHEDULED, Status.SENT)

    class ChannelRule(models.TextChoices):
        AUTO = "auto", _("Automatic")
        EMAIL = Channel.EMAIL.value, _("E-mail only")
        SMS = Channel.SMS.value, _("Text message only")

    class Source(models.TextChoices):
        API = "api", _("API")
        STAFF = "staff", _("Back-office")
        IMPORT = "import", _("Import")

    class Hold(models.TextChoices):
        """Why nothing is sent for now, or who asked for that."""

        UNCLEAR_OPT_OUT = "unclear_opt_out", _("Perhaps an opt-out: staff decide.")
        API = "api", _("Held through the API.")
        STAFF = "staff", _("Held by staff.")
        RESTORED = "restored", _("Perhaps sent already: the database was restored from a backup.")

    ASKED_HOLDS = (Hold.API, Hold.STAFF)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(
        "oauth.Account", on_delete=models.CASCADE, db_index=False, related_name="review_requests"
    )
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, db_index=False, related_name="review_requests")
    # Without an index: it would serve only the deletion of a sequence, and cost every request.
    sequence = models.ForeignKey(Sequence, on_delete=models.PROTECT, db_index=False, related_name="review_requests")
    status = models.CharField(max_length=10, choices=Status)
    reason = models.CharField(max_length=200, blank=True, help_text=_("Why it stands as it does, in plain words."))
    held = models.CharField(
        max_length=20, choices=Hold, blank=True, default="", db_default="", help_text=_("Why nothing is sent for now.")
    )
    held_at = models.DateTimeField(null=True, blank=True, editable=False, help_text=_("Since when it is held."))
    # One of ASKED_HOLDS, also while another hold goes before it: it stays when that one ends.
    asked_hold = models.CharField(
        max_length=20,
        choices=Hold,
        blank=True,
        default="",
        db_default="",
        editable=False,
        help_text=_("Who asked to wait."),
    )
    hold_reason = models.CharField(
        max_length=300, blank=True, default="", db_default="", editable=False, help_text=_("Why they asked for that.")
    )
    channel = models.CharField(max_length=5, choices=ChannelRule, default=ChannelRule.AUTO)
    language = models.CharField(
        max_length=35,
        blank=True,
        default="",
        db_default="",
        help_text=_("Language tag (BCP 47) that the ask named; it counts where the customer has none."),
    )
    source = models.CharField(max_length=6, choices=Source, default=Source.API)
    # Without a constraint or an index: only reports read it, over the requests of a period.
    asked_by = models.ForeignKey(
        "oauth.User",
        on_delete=models.DO_NOTHING,
        null=True,
        blank=True,
        editable=False,
        db_constraint=False,
        db_index=False,
        related_name="+",
        help_text=_("Who pressed Ask, or started the import."),
    )
    asked_with = models.CharField(
        max_length=45,
        blank=True,
        default="",
        db_default="",
        editable=False,
        help_text=_("The API key or app that asked: “api_key:” or “app:” and its id."),
    )
    external_id = models.CharField(max_length=128, blank=True, help_text=_("The caller's own id."))
    metadata = models.JSONField(default=dict, blank=True)
    scheduled_for = models.DateTimeField(help_text=_("When the first message is due."))
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True, help_text=_("When the first message was accepted."))
    responded_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = ReviewRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("review request")
        verbose_name_plural = _("review requests")
        constraints = [
            models.UniqueConstraint(
                fields=["contact"],
                condition=models.Q(status__in=["scheduled", "sent"]),
                name="request_one_open_per_contact",
            ),
            models.UniqueConstraint(
                fields=["account", "external_id"],
                condition=~models.Q(external_id=""),
                name="request_once_per_external_id",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    status__in=["scheduled", "sent", "responded", "completed", "suppressed", "cancelled", "failed"]
                ),
                name="request_status_known",
            ),
            models.CheckConstraint(
                condition=models.Q(status="scheduled") | models.Q(status="sent") | models.Q(ended_at__isnull=False),
                name="request_ended_has_time",
            ),
        ]
        indexes = [
            models.Index(fields=["account", "-created_at", "-id"], name="request_newest"),  # serves the lists
            models.Index(fields=["account", "status", "-created_at"], name="request_by_status"),
            # The same for the operator, who sees all accounts.
            models.Index(fields=["-created_at", "-id"], name="request_newest_of_all"),
            models.Index(fields=["status", "-created_at"], name="request_by_status_of_all"),
            models.Index(fields=["contact", "-sent_at"], name="request_cooldown"),  # serves the cool-down gate
            models.Index(fields=["account"], condition=~models.Q(held=""), name="request_held"),  # serves releases
            models.Index(
                fields=["account", "sent_at"], condition=models.Q(sent_at__isnull=False), name="request_sent"
            ),  # serves reports
        ]

    def __str__(self) -> str:
        return gettext("Request to %(contact)s") % {"contact": self.contact}

    @property
    def is_open(self) -> bool:
        return self.status in self.OPEN

    @property
    def why(self) -> str:
        """Why it stands as it does, in plain words, as they are stored: the reason of its hold while it is held."""
        if self.held in self.ASKED_HOLDS:
            return self.hold_reason
        return in_english(self.Hold(self.held).label) if self.held else self.reason

    def spoken(self, account: Account) -> str:
        """Return the language to write in: the customer's, else the one that the ask named, else its account's."""
        return first_language(self.contact.language, self.language, account.language)


class RequestAlias(models.Model):
    """A further external id of a request: a later ask that was answered with it had that one."""

    account = models.ForeignKey("oauth.Account", on_delete=models.CASCADE, db_index=False, related_name="+")
    request = models.ForeignKey(ReviewRequest, on_delete=models.CASCADE, related_name="aliases")
    external_id = models.CharField(max_length=128)
    created_at = models.DateTimeField()

    objects = AccountQuerySet.as_manager()

    class Meta:
        verbose_name_plural = _("request aliases")
        constraints = [
            # Also finds the request, by its further id.
            models.UniqueConstraint(fields=["account", "external_id"], name="request_alias_once")
        ]

    def __str__(self) -> str:
        return self.external_id
