"""OAuth clients."""

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from oauth2_provider.models import AbstractApplication, ApplicationManager

from oauth.hashers import SECRET_PREFIX
from oauth.redirect_uris import problem_with

GENERATED = re.compile(rf"{SECRET_PREFIX}[A-Za-z0-9_-]{{43}}")


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
        """All that is wrong, each with its field. Instead of the library's check, whose rules are wider.

        A secret that somebody thought of could be guessed from its fast hash: only generated ones are kept.
        """
        wrong: dict[str, list[str]] = {}
        uris = self.redirect_uris.split()
        problems = [problem for uri in uris if (problem := problem_with(uri))]
        if not uris:
            problems = ["Name at least one address that people are sent back to."]
        elif len(uris) != len(set(uris)):
            problems.append("The same address is there twice.")
        if problems:
            wrong["redirect_uris"] = problems
        if self.client_type == self.CLIENT_CONFIDENTIAL and not self.client_secret:
            wrong["client_secret"] = ["A confidential app needs a generated secret."]
        elif self.client_secret and not (GENERATED.fullmatch(self.client_secret) or self._is_stored()):
            wrong["client_secret"] = ["A secret is generated, never typed."]
        if wrong:
            raise ValidationError(wrong)

    def _is_stored(self) -> bool:
        """Whether the secret is the hash of one that was accepted before."""
        return bool(type(self).objects.filter(pk=self.pk, client_secret=self.client_secret).exists())
