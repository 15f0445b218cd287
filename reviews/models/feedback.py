"""Feedback: words and ratings of recipients for the business."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from reviews.models.base import AccountQuerySet
from reviews.models.request import ReviewRequest


class Feedback(models.Model):
    """A rating, a text or both, left on a page for the business alone; never shown as a review.

    It has no request when it came from the printed code's page, where the visitor is unknown. Its inbox item
    says whether somebody took care of it.
    """

    account = models.ForeignKey("oauth.Account", on_delete=models.CASCADE, db_index=False, related_name="feedback")
    request = models.OneToOneField(
        ReviewRequest, on_delete=models.CASCADE, null=True, blank=True, related_name="feedback"
    )
    rating = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    text = models.TextField(max_length=5_000, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    objects = AccountQuerySet.as_manager()

    class Meta:
        verbose_name_plural = _("feedback")
        constraints = [
            models.CheckConstraint(
                condition=Q(rating=None) | Q(rating__gte=1, rating__lte=5), name="feedback_rating_1_to_5"
            ),
        ]
        indexes = [
            models.Index(fields=["account", "-id"], name="feedback_newest"),
            models.Index(fields=["account", "created_at"], name="feedback_by_time"),  # serves reports
        ]

    def __str__(self) -> str:
        return gettext("%(rating)s of 5") % {"rating": self.rating} if self.rating else gettext("Feedback")
