from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OAuthConfig(AppConfig):
    name = "oauth"
    label = "oauth"  # fixed for ever: the swapped OAuth models are named by it
    verbose_name = _("Accounts and access")

    def ready(self) -> None:
        """List the sentences that services store and pages show."""
        from oauth import sentences  # noqa: F401
