"""What OAuth issues. Codes and tokens are stored as SHA-256 only; each row is bound to one account."""

from django.db import models
from oauth2_provider.models import AbstractAccessToken, AbstractGrant, AbstractIDToken, AbstractRefreshToken


class Grant(AbstractGrant):
    """An authorization code: `code` holds its hash. Kept after use, so that a second use is seen."""

    account = models.ForeignKey("oauth.Account", on_delete=models.CASCADE, related_name="grants")
    consumed_at = models.DateTimeField(null=True, blank=True)
    token_family = models.UUIDField(null=True, blank=True, editable=False)

    class Meta(AbstractGrant.Meta):
        indexes = [models.Index(fields=["expires"], name="grant_expires")]  # serves the clean-up job


class AccessToken(AbstractAccessToken):
    account = models.ForeignKey("oauth.Account", on_delete=models.CASCADE, related_name="access_tokens")
    last_used_at = models.DateTimeField(null=True, blank=True)
    token_family = models.UUIDField(null=True, blank=True, editable=False)

    class Meta(AbstractAccessToken.Meta):
        indexes = [
            models.Index(fields=["token_family"], name="access_token_family"),
            models.Index(fields=["expires"], name="access_token_expires"),  # serves the clean-up job
        ]


class RefreshToken(AbstractRefreshToken):
    account = models.ForeignKey("oauth.Account", on_delete=models.CASCADE, related_name="refresh_tokens")
    scope = models.TextField(blank=True, help_text="What the user granted; an access token may hold less.")

    class Meta(AbstractRefreshToken.Meta):
        indexes = [
            models.Index(fields=["token_family"], name="refresh_token_family"),
            models.Index(fields=["revoked"], name="refresh_token_revoked"),  # serves the clean-up job
        ]


class IDToken(AbstractIDToken):
    """OpenID Connect is off; the table exists because the five models are swapped together."""
