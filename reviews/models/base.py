"""What the models of an account share."""

from typing import Self, TypeVar

from django.conf import settings
from django.db import models

from oauth.models import Account

M = TypeVar("M", bound=models.Model, covariant=True)

MAX_DELAY_HOURS = 365 * 24  # a year: longest wait before a first ask, and between two steps


class AccountQuerySet(models.QuerySet[M]):
    """Rows that belong to one business. Everything a person or an API client sees starts here."""

    def for_account(self, account: Account) -> Self:
        return self.filter(account=account)


class Channel(models.TextChoices):
    """How a message travels."""

    EMAIL = "email", "E-mail"
    SMS = "sms", "Text message"

    @property
    def other(self) -> "Channel":
        return Channel.SMS if self is Channel.EMAIL else Channel.EMAIL


def available_channels() -> set[str]:
    """Return the kinds that this installation can send by; with no provider at all both, to the sandbox."""
    providers = {Channel.EMAIL: settings.MAIL_PROVIDER, Channel.SMS: settings.TEXT_PROVIDER}
    return {kind.value for kind, provider in providers.items() if provider} or set(Channel.values)
