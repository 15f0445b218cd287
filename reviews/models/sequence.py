"""Sequences: the plan of messages, with the wait, the channel and the text of each."""

from django.core.validators import MaxValueValidator
from django.db import models
from simple_history.models import HistoricalRecords

from reviews.models.base import MAX_DELAY_HOURS, AccountQuerySet

MAX_FOLLOW_UPS = 5


class Sequence(models.Model):
    """An ordered list of messages: step 0 is the first ask, the others follow it up."""

    account = models.ForeignKey("oauth.Account", on_delete=models.CASCADE, related_name="sequences")
    name = models.CharField(max_length=100)
    slug = models.SlugField(max_length=100, help_text="How API clients name it.")
    is_default = models.BooleanField("default", default=False, help_text="Used when a request names none.")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = AccountQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["updated_at"])

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "slug"], name="sequence_once_per_slug"),
            models.UniqueConstraint(
                fields=["account"], condition=models.Q(is_default=True), name="sequence_one_default"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class FollowUpStep(models.Model):
    """One message of a sequence, with its text for both channels."""

    class ChannelRule(models.TextChoices):
        AUTO = "auto", "Best one (e-mail if known, else text)"
        EMAIL = "email", "E-mail"
        SMS = "sms", "Text message"
        OTHER = "other", "The other one, if both are known"

    sequence = models.ForeignKey(Sequence, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField(
        validators=[MaxValueValidator(MAX_FOLLOW_UPS)], help_text="0 is the first ask."
    )
    delay_hours = models.PositiveSmallIntegerField(
        "hours to wait",
        default=0,
        validators=[MaxValueValidator(MAX_DELAY_HOURS)],
        help_text="After the message before it was sent. The first ask waits as long as the request says.",
    )
    channel = models.CharField(max_length=5, choices=ChannelRule, default=ChannelRule.AUTO)
    email_subject = models.CharField("e-mail subject", max_length=200)
    email_text = models.TextField("e-mail text", max_length=10_000)
    sms_text = models.TextField("text message", max_length=1_000)

    history = HistoricalRecords()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["sequence", "position"], name="step_once_per_position"),
            models.CheckConstraint(condition=models.Q(position__lte=MAX_FOLLOW_UPS), name="step_at_most_five"),
            models.CheckConstraint(
                condition=models.Q(channel__in=["auto", "email", "sms", "other"]), name="step_channel_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sequence}, step {self.position}"
