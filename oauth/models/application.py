"""OAuth clients."""

from typing import Any

from django.db import models
from oauth2_provider.models import AbstractApplication, ApplicationManager


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
