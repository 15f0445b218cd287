"""Review sites: the places where an account collects reviews."""

from django.core.validators import URLValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from reviews.models.base import AccountQuerySet


class ReviewSite(models.Model):
    """A public place for reviews: Google, Facebook, a trade directory. Shown to every recipient alike."""

    account = models.ForeignKey("oauth.Account", on_delete=models.CASCADE, related_name="review_sites")
    name = models.CharField(max_length=60)
    url = models.URLField(max_length=500, validators=[URLValidator(schemes=["https", "http"])])
    position = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField(_("shown"), default=True)

    objects = AccountQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("review site")
        verbose_name_plural = _("review sites")
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.name
