"""Codes and tokens of OAuth, stored as SHA-256 only; each row is bound to one account."""

from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from oauth2_provider.models import AbstractAccessToken, AbstractGrant, AbstractIDToken, AbstractRefreshToken

from oauth.models.account import ActingQuerySet, ActsForAccount

# A prefix tells the kind of a token without a query, and lets secret scanners find leaked ones.
ACCESS_PREFIX, REFRESH_PREFIX = "rha_", "rhr_"


class GrantQuerySet(ActingQuerySet["Grant"]):
    """Codes."""


class Grant(ActsForAccount, AbstractGrant):
    """An authorization code: `code` holds its hash. Kept after use, so that a second use is seen."""

    account = models.ForeignKey("oauth.Account", on_delete=models.CASCADE, related_name="grants")
    consumed_at = models.DateTimeField(null=True, blank=True)
    token_family = models.UUIDField(null=True, blank=True, editable=False)

    role: str  # the user's, in the account, where a query annotates it

    objects = GrantQuerySet.as_manager()

    class Meta(AbstractGrant.Meta):
        verbose_name = _("authorization code")
        verbose_name_plural = _("authorization codes")
        indexes = [models.Index(fields=["expires"], name="grant_expires")]  # serves the clean-up job


class AccessTokenQuerySet(ActingQuerySet["AccessToken"]):
    """Access tokens."""


class AccessToken(ActsForAccount, AbstractAccessToken):
    account = models.ForeignKey("oauth.Account", on_delete=models.CASCADE, related_name="access_tokens")
    last_used_at = models.DateTimeField(null=True, blank=True)
    token_family = models.UUIDField(null=True, blank=True, editable=False)

    role: str  # the user's, in the account, where a query annotates it

    objects = AccessTokenQuerySet.as_manager()

    class Meta(AbstractAccessToken.Meta):
        verbose_name = _("access token")
        verbose_name_plural = _("access tokens")
        indexes = [
            models.Index(fields=["token_family"], name="access_token_family"),
            models.Index(fields=["expires"], name="access_token_expires"),  # serves the clean-up job
        ]


class RefreshTokenQuerySet(ActingQuerySet["RefreshToken"]):
    def live(self, now: datetime) -> Self:
        """Neither revoked nor rotated, and not idle for too long."""
        return self.filter(revoked=None, created__gt=now - idle_period())


class RefreshToken(ActsForAccount, AbstractRefreshToken):
    """One link of a chain: each refresh revokes it and adds the next, of the same family."""

    account = models.ForeignKey("oauth.Account", on_delete=models.CASCADE, related_name="refresh_tokens")
    scope = models.TextField(blank=True, help_text=_("What the user granted; an access token may hold less."))
    connected_at = models.DateTimeField(
        default=timezone.now, help_text=_("When the user allowed it; handed on from token to token.")
    )

    role: str  # the user's, in the account, where a query annotates it

    objects = RefreshTokenQuerySet.as_manager()

    class Meta(AbstractRefreshToken.Meta):
        verbose_name = _("refresh token")
        verbose_name_plural = _("refresh tokens")
        indexes = [
            models.Index(fields=["token_family"], name="refresh_token_family"),
            models.Index(fields=["revoked"], name="refresh_token_revoked"),  # serves the clean-up job
        ]

    def idle_until(self) -> datetime:
        """Return the time at which the token ends if it is not used before."""
        end: datetime = self.created + idle_period()
        return end


def idle_period() -> timedelta:
    return timedelta(seconds=settings.REFRESH_TOKEN_SECONDS)


class IDToken(AbstractIDToken):
    """OpenID Connect is off; the table exists because the five models are swapped together."""
