"""Idempotency keys: first answers of the API, kept so that a repeated call gets them again."""

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class IdempotencyKey(models.Model):
    """The first answer given under an `Idempotency-Key` of an account, committed with what the call did."""

    account = models.ForeignKey("oauth.Account", on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64, help_text=_("SHA-256 of method, path and body."))
    call = models.CharField(max_length=300, default="", db_default="", help_text=_("Method and path of that call."))
    status = models.PositiveSmallIntegerField(null=True, help_text=_("HTTP status; none where a call died."))
    body = models.BinaryField(default=bytes)
    is_encrypted = models.BooleanField(default=False, db_default=False, help_text=_("The answer holds a secret."))
    created_at = models.DateTimeField(db_index=True)  # finds the old ones for the hourly sweep

    class Meta:
        verbose_name = _("idempotency key")
        verbose_name_plural = _("idempotency keys")
        constraints = [models.UniqueConstraint(fields=["account", "key"], name="idempotency_key_once")]

    def __str__(self) -> str:
        return gettext("Idempotency key #%(id)s") % {"id": self.pk}
