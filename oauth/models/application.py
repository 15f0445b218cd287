"""OAuth clients."""

from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.db import models
from oauth2_provider.models import AbstractApplication, ApplicationManager

LOOPBACK = {"localhost", "127.0.0.1", "::1"}


class Application(AbstractApplication):
    """An app that accounts connect to: Zapier, a CRM. Its secret is kept as a hash only."""

    is_active = models.BooleanField("active", default=True, help_text="An inactive app's tokens stop working at once.")

    objects = ApplicationManager()

    class Meta(AbstractApplication.Meta):
        constraints = [
            models.CheckConstraint(condition=models.Q(hash_client_secret=True), name="application_secret_hashed"),
            models.CheckConstraint(
                condition=models.Q(client_type="public") | ~models.Q(client_secret=""),
                name="application_confidential_has_secret",
            ),
        ]

    def natural_key(self) -> tuple[str]:
        return (self.client_id,)

    def is_usable(self, request: Any) -> bool:
        return self.is_active

    def clean(self) -> None:
        """A confidential app has a secret; an address without TLS is only for the developer's machine."""
        super().clean()
        if self.client_type == self.CLIENT_CONFIDENTIAL and not self.client_secret:
            raise ValidationError({"client_secret": "A confidential app needs a generated secret."})
        for uri in self.redirect_uris.split():
            parts = urlsplit(uri)
            if parts.scheme == "http" and parts.hostname not in LOOPBACK:
                raise ValidationError({"redirect_uris": f"{uri}: plain http is for localhost only; use https."})
