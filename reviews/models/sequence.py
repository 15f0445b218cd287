"""Sequences: the plan of messages, with the wait, the channel and the text of each."""

from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from oauth.models.account import validate_language
from reviews.models.base import MAX_DELAY_HOURS, AccountQuerySet
from reviews.texts import STEP_FIELDS, StepTexts

MAX_FOLLOW_UPS = 5


class Sequence(models.Model):
    """An ordered list of messages: step 0 is the first ask, the others follow it up."""

    account = models.ForeignKey("oauth.Account", on_delete=models.CASCADE, related_name="sequences")
    name = models.CharField(max_length=100)
    slug = models.SlugField(max_length=100, help_text=_("How API clients name it."))
    language = models.CharField(
        max_length=10,
        default="en",
        db_default="en",
        validators=[validate_language],
        help_text=_("What its texts are written in, beside their translations."),
    )
    is_default = models.BooleanField(_("default"), default=False, help_text=_("Used when a request names none."))
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = AccountQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["updated_at"])

    class Meta:
        verbose_name = _("sequence")
        verbose_name_plural = _("sequences")
        constraints = [
            models.UniqueConstraint(fields=["account", "slug"], name="sequence_once_per_slug"),
            models.UniqueConstraint(
                fields=["account"], condition=models.Q(is_default=True), name="sequence_one_default"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class FollowUpStep(models.Model):
    """One message of a sequence, with its text for both channels.

    `translations`: the same three texts in other languages than the sequence's, by language and name. Each has all
    three. They lie here and in no table of their own, so that copies, versions and what waits to be sent have them.
    """

    class ChannelRule(models.TextChoices):
        AUTO = "auto", _("Best one (e-mail if known, else text)")
        EMAIL = "email", _("E-mail")
        SMS = "sms", _("Text message")
        OTHER = "other", _("The other one, if both are known")

    sequence = models.ForeignKey(Sequence, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField(
        validators=[MaxValueValidator(MAX_FOLLOW_UPS)], help_text=_("0 is the first ask.")
    )
    delay_hours = models.PositiveSmallIntegerField(
        _("hours to wait"),
        default=0,
        validators=[MaxValueValidator(MAX_DELAY_HOURS)],
        help_text=_("After the message before it was sent. The first ask waits as long as the request says."),
    )
    channel = models.CharField(max_length=5, choices=ChannelRule, default=ChannelRule.AUTO)
    email_subject = models.CharField(_("e-mail subject"), max_length=200)
    email_text = models.TextField(_("e-mail text"), max_length=10_000)
    sms_text = models.TextField(_("text message"), max_length=1_000)
    translations = models.JSONField(_("in other languages"), default=dict, db_default={}, blank=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["sequence", "position"], name="step_once_per_position"),
            models.CheckConstraint(condition=models.Q(position__lte=MAX_FOLLOW_UPS), name="step_at_most_five"),
            models.CheckConstraint(
                condition=models.Q(channel__in=["auto", "email", "sms", "other"]), name="step_channel_known"
            ),
        ]

    def __str__(self) -> str:
        return gettext("%(sequence)s, step %(position)s") % {"sequence": self.sequence, "position": self.position}

    def written_in(self, *languages: str) -> tuple[str, StepTexts]:
        """Return the first of the languages that the step has texts in, with these; else its own. Reads `sequence`."""
        for language in languages:
            if language == self.sequence.language:
                break
            if texts := self.translations.get(language):
                return language, StepTexts(**texts)
        return self.sequence.language, StepTexts(**{name: getattr(self, name) for name in STEP_FIELDS})

    @property
    def translated(self) -> list[dict[str, str]]:
        """The texts in other languages, each with its language."""
        return [{"language": language} | texts for language, texts in sorted(self.translations.items())]
