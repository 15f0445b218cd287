"""API keys: the way in for an account's own script or form."""

import uuid
from datetime import datetime
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from oauth.models.account import ActingQuerySet, ActsForAccount

PREFIX = "rh_"


class ApiKeyQuerySet(ActingQuerySet["ApiKey"]):
    def live(self, now: datetime) -> Self:
        """Neither revoked nor expired."""
        return self.filter(models.Q(expires_at=None) | models.Q(expires_at__gt=now), revoked_at=None)


class ApiKey(ActsForAccount):
    """A key of one account. Only its hash is stored; the key is shown once, when it is created."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey("oauth.Account", on_delete=models.CASCADE, related_name="api_keys")
    user = models.ForeignKey(
        "oauth.User",
        on_delete=models.CASCADE,
        related_name="api_keys",
        help_text=_("Whose key it is: it ends with them."),
    )
    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=12, editable=False, help_text=_("The first characters, to tell keys apart."))
    key_hash = models.CharField(max_length=64, unique=True, editable=False)
    scope = models.CharField(max_length=100, default="read write", help_text=_("What it may do, separated by spaces."))
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    role: str  # the user's, in the account, where a query annotates it

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"
