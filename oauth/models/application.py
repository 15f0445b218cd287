"""Applications: the OAuth clients."""

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from oauth2_provider.models import AbstractApplication, ApplicationManager

from oauth.hashers import SECRET_PREFIX
from oauth.redirect_uris import problem_with, problem_with_origin

GENERATED = re.compile(rf"{SECRET_PREFIX}[A-Za-z0-9_-]{{43}}")


class Application(AbstractApplication):
    """An app that accounts connect to: Zapier, a CRM. Its secret is kept as a hash only."""

    is_active = models.BooleanField(
        _("active"), default=True, help_text=_("An inactive app's tokens stop working at once.")
    )

    objects = ApplicationManager()

    class Meta(AbstractApplication.Meta):
        verbose_name = _("OAuth app")
        verbose_name_plural = _("OAuth apps")
        constraints = [
            models.CheckConstraint(condition=models.Q(hash_client_secret=True), name="application_secret_hashed"),
            models.CheckConstraint(
                condition=models.Q(client_type="public") | ~models.Q(client_secret=""),
                name="application_confidential_has_secret",
            ),
        ]

    @property
    def is_public(self) -> bool:
        """True for an app that can keep no secret: on people's devices, in their browsers (RFC 6749 §2.1)."""
        return bool(self.client_type == self.CLIENT_PUBLIC)

    def natural_key(self) -> tuple[str]:
        return (self.client_id,)

    def is_usable(self, request: Any) -> bool:
        return self.is_active

    def clean(self) -> None:
        """Raise all faults together, each with its field. Replaces the library's check, whose rules are wider.

        Only a generated secret is accepted: one that a person chose could be guessed from its fast hash.
        """
        faults: dict[str, list[str]] = {}
        uris = self.redirect_uris.split()
        problems = [problem for uri in uris if (problem := problem_with(uri, is_public=self.is_public))]
        if not uris:
            problems = [gettext("Name at least one address that people are sent back to.")]
        elif len(uris) != len(set(uris)):
            problems.append(gettext("The same address is there twice."))
        if problems:
            faults["redirect_uris"] = problems
        if self.client_type == self.CLIENT_CONFIDENTIAL and not self.client_secret:
            faults["client_secret"] = [gettext("A confidential app needs a generated secret.")]
        elif self.client_secret and not (GENERATED.fullmatch(self.client_secret) or self._is_stored()):
            faults["client_secret"] = [gettext("A secret is generated, never typed.")]
        origins = self.allowed_origins.split()
        if origins and not self.is_public:
            faults["allowed_origins"] = [
                gettext("Only a public app calls from a browser: this one's secret would be read there.")
            ]
        elif wrong := [problem for origin in origins if (problem := problem_with_origin(origin))]:
            faults["allowed_origins"] = wrong
        if faults:
            raise ValidationError(faults)

    def _is_stored(self) -> bool:
        """True if the secret is the stored hash, so that the generated one was accepted before."""
        return bool(type(self).objects.filter(pk=self.pk, client_secret=self.client_secret).exists())
