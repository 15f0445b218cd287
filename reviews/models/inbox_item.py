"""Inbox items: what customers said, and addresses that went wrong. Their writers are in `reviews.inbox`."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from reviews.models.base import AccountQuerySet
from reviews.models.contact import Contact
from reviews.models.feedback import Feedback
from reviews.models.provider_event import DeliveryEvent
from reviews.models.request import ReviewRequest
from reviews.models.suppression import Suppression

LOW = 2  # stars, and fewer: a complaint


def is_complaint(stars: int | None, text: str) -> bool:
    """Tell whether feedback is a complaint. Words without stars may be one: nobody knows before they are read."""
    return stars <= LOW if stars is not None else bool(text.strip())


# The same of rows: what should not wait.
IN_NEED = ~Q(kind="feedback") | Q(stars__lte=LOW) | (Q(stars=None) & ~Q(text=""))


class InboxItemQuerySet(AccountQuerySet["InboxItem"]):
    def in_need(self) -> "InboxItemQuerySet":
        """Return what waits and should not: complaints, the worst first, then all else; in both the oldest first."""
        waiting = self.filter(IN_NEED, handled_at=None)
        return waiting.order_by(F("stars").asc(nulls_last=True), "pk")


class InboxItem(models.Model):
    """Something that waits for a person, or that a person has handled."""

    class Kind(models.TextChoices):
        FEEDBACK = "feedback", _("Feedback")
        REPLY = "reply", _("Reply")
        UNCLEAR_OPT_OUT = "unclear_opt_out", _("Perhaps an opt-out")
        BOUNCE = "bounce", _("Address does not exist")

    class Outcome(models.TextChoices):
        OPTED_OUT = "opted_out", _("Opted out")
        NOT_AN_OPT_OUT = "not_an_opt_out", _("Not an opt-out")
        UNDECIDED = "undecided", _("Counts as opted out: nobody decided in time")
        RESTARTED = "restarted", _("The customer wants texts after all")

    account = models.ForeignKey("oauth.Account", on_delete=models.CASCADE, db_index=False, related_name="inbox_items")
    contact = models.ForeignKey(
        Contact, on_delete=models.CASCADE, null=True, blank=True, related_name="inbox_items"
    )  # nobody is known at the printed code
    kind = models.CharField(max_length=15, choices=Kind)
    request = models.ForeignKey(
        ReviewRequest, on_delete=models.CASCADE, null=True, blank=True, related_name="inbox_items"
    )
    feedback = models.OneToOneField(
        Feedback, on_delete=models.CASCADE, null=True, blank=True, related_name="inbox_item"
    )
    event = models.ForeignKey(
        DeliveryEvent, on_delete=models.SET_NULL, null=True, blank=True, related_name="inbox_items"
    )
    suppression = models.ForeignKey(
        Suppression, on_delete=models.SET_NULL, null=True, blank=True, related_name="inbox_items"
    )
    text = models.TextField(blank=True, help_text=_("The customer's words, or what went wrong."))
    stars = models.PositiveSmallIntegerField(null=True, blank=True)
    created_at = models.DateTimeField()
    handled_at = models.DateTimeField(null=True, blank=True)
    handled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    outcome = models.CharField(max_length=14, choices=Outcome, blank=True)
    note = models.TextField(
        max_length=2_000, blank=True, help_text=_("For your colleagues; the customer never sees it.")
    )
    is_to_tell = models.BooleanField(
        default=False,
        editable=False,
        db_column="tell_owners",  # as it began: processes from before an update still write it
        help_text=_("It is still to be noted which members are told."),
    )

    objects = InboxItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("inbox item")
        verbose_name_plural = _("inbox")
        constraints = [
            # A text may be meant for several accounts; applied again, it makes no second item.
            models.UniqueConstraint(
                fields=["event", "account"], condition=Q(event__isnull=False), name="inbox_item_once_per_event"
            ),
            models.UniqueConstraint(
                fields=["suppression"], condition=Q(kind="bounce"), name="inbox_item_once_per_bounce"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["feedback", "reply", "unclear_opt_out", "bounce"]), name="inbox_item_kind_known"
            ),
        ]
        indexes = [
            models.Index(fields=["account", "-id"], name="inbox_newest"),
            models.Index(fields=["account", "-id"], condition=Q(handled_at=None), name="inbox_waiting"),
            models.Index(fields=["id"], condition=Q(is_to_tell=True), name="inbox_to_tell"),
            # Serves `InboxItemQuerySet.in_need`: the worst first, and of those the oldest.
            models.Index(
                fields=["account", "stars", "id"],
                condition=Q(handled_at=None) & IN_NEED,
                name="inbox_in_need",
            ),
            models.Index(
                fields=["account", "created_at"], condition=Q(kind="reply"), name="inbox_replies"
            ),  # serves reports
        ]

    def __str__(self) -> str:
        if self.contact is not None and (name := str(self.contact)):
            return name
        return gettext("%(stars)s of 5") % {"stars": self.stars} if self.stars else self.get_kind_display()

    @property
    def sender(self) -> str:
        """The name of who said it, or whose address went wrong."""
        if self.contact is not None:
            return str(self.contact)
        return gettext("Somebody at the printed code") if self.kind == self.Kind.FEEDBACK else gettext("Nobody known")

    @property
    def is_worth_telling(self) -> bool:
        """Tell whether staff are told of the item: of feedback, if it may be a complaint (docs/rules.md N1)."""
        return self.kind != self.Kind.FEEDBACK or is_complaint(self.stars, self.text)
