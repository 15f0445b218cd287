"""Base of the models: rows of an account, and the channels by which messages travel."""

from typing import Self, TypeVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from oauth.models import Account

M = TypeVar("M", bound=models.Model, covariant=True)

MAX_DELAY_HOURS = 365 * 24  # a year: longest wait before a first ask, and between two steps


class AccountQuerySet(models.QuerySet[M]):
    """Rows of which each belongs to one account."""

    def for_account(self, account: Account) -> Self:
        """Return the account's rows: the start of every query for a person or an API client."""
        return self.filter(account=account)


class Channel(models.TextChoices):
    """Way by which a message travels."""

    EMAIL = "email", _("E-mail")
    SMS = "sms", _("Text message")

    @property
    def other(self) -> "Channel":
        return Channel.SMS if self is Channel.EMAIL else Channel.EMAIL


def available_channels() -> set[str]:
    """Return the channels that this installation has a provider for; both, to the sandbox, if it has none at all."""
    has_provider = {Channel.EMAIL: settings.MAIL_PROVIDER, Channel.SMS: settings.TEXT_PROVIDER}
    return {channel.value for channel, is_set in has_provider.items() if is_set} or set(Channel.values)
